package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.KernelSelection;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;

/**
 * Cross-entropy with class indices: loss w log(sum exp(x) / exp(x[t])) = w log1p(R / E) with the target apart, gradient
 * w u p for the other classes and -w u R / (R + E) for the target.
 */
public final class IndexCrossEntropy extends LossOperation {

    private static final Pool<IndexCrossEntropy> POOL = new Pool<>(IndexCrossEntropy::new);

    private final IndexTargets targets = new IndexTargets();
    private final Exponentials exponentials = new Exponentials();
    /** The factors over the sums of exponentials. */
    private final Pairs scale = pairsPerSample();
    private final double[] gradientOfTarget = perSample();
    private final SmallBatch small = new SmallBatch();

    private IndexCrossEntropy() {
    }

    /** A call. */
    public static IndexCrossEntropy of(Geometry g, Elements door, Object logits, int[] targets, ClassSettings settings) {
        IndexCrossEntropy loss = POOL.take();
        loss.begin(g, door, logits);
        loss.targets.set(g, targets, settings);
        return loss;
    }

    @Override
    protected IndexCrossEntropy forThread() {
        IndexCrossEntropy own = POOL.take();
        own.targets.share(targets);
        return own.sharing(this);
    }

    @Override
    public void release() {
        forget();
        targets.release();
        POOL.giveBack(this);
    }

    @Override
    protected void findDenominator(LossSum denominator) {
        targets.findDenominator(geometry, denominator);
    }

    @Override
    protected boolean runWithoutWalk() {
        if (!SmallBatch.fits(elements, geometry, KernelSelection.active(0)) || !targets.settings().countsAlike()
                || !small.sum(elements, input, geometry, targets)) {
            return false;
        }
        for (int s = 0; s < geometry.samples(); s++) {
            small.findLog(s);
            add(s, small.logHigh(), small.logLow());
            if (writes()) {
                factors.begin(s);
                small.write(elements, gradient, geometry, s, targets.of(s), factors);
            }
        }
        return true;
    }

    @Override
    protected double limit() {
        return Exponentials.ORDINARY;
    }

    @Override
    protected void selectSamples(Block b, int first, int last) {
        targets.select(this, b, first, last);
    }

    @Override
    protected void begin(Block b) {
        targets.begin(b);
        exponentials.begin(b);
        exponentials.keepApart(b, targets.ofSlot, this);
    }

    @Override
    protected double sum(Chunk c) {
        return exponentials.sum(c, this);
    }

    @Override
    protected void finish(Block b) {
        exponentials.finish(b, this);
        exponentials.findLogs(b, this);
        Pairs log = exponentials.log;
        if (b.careful() || targets.settings().weighs()) {
            for (int i = 0; i < b.count(); i++) {
                if (b.retries()[i]) {
                    continue;
                }
                double weight = targets.settings().weighs() ? targets.weight[i] : 1.0;
                record(b, i, weight, log.high[i], log.low[i], exponentials.logExponent[i]);
            }
        } else {
            record(b, log);
        }
        if (writes()) {
            targets.setFactors(factors, b);
            Elementwise.quotients(b.slots(), factors.factor, exponentials.total, scale);
            Elementwise.minusProducts(b.slots(), exponentials.rest, scale, gradientOfTarget);
        }
    }

    @Override
    protected void write(Chunk c) {
        if (!factors.holds()) {
            exponentials.scale(c, this, scale, gradient);
            put(c, targets.ofSlot, gradientOfTarget);
            return;
        }
        exponentials.recall(c, this);
        c.scale(scale, c.other);
        c.put(gradientOfTarget, targets.ofSlot, c.other);
        factors.finish(c, c.other);
        c.store(elements, c.other, gradient);
    }
}
