package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import java.util.Arrays;

/** Negative log-likelihood with class indices: loss -w logp[t], gradient -w u at the target and 0 elsewhere. */
public final class IndexNll extends LossOperation {

    private static final Pool<IndexNll> POOL = new Pool<>(IndexNll::new);

    private final IndexTargets targets = new IndexTargets();
    private final double[] gradientOfTarget = perSample();

    private IndexNll() {
    }

    /** A call. */
    public static IndexNll of(Geometry g, Elements door, Object logProbabilities, int[] targets,
            ClassSettings settings) {
        IndexNll loss = POOL.take();
        loss.begin(g, door, logProbabilities);
        loss.targets.set(g, targets, settings);
        return loss;
    }

    @Override
    protected IndexNll forThread() {
        IndexNll own = POOL.take();
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
    protected void selectSamples(Block b, int first, int last) {
        targets.select(this, b, first, last);
    }

    /** Nothing is summed over the classes. */
    @Override
    protected int sums() {
        return 0;
    }

    @Override
    protected void finish(Block b) {
        targets.begin(b);
        for (int i = 0; i < b.count(); i++) {
            double weight = targets.settings().weighs() ? targets.weight[i] : 1.0;
            double logProbability = elements.get(input, b.base[i] + targets.ofSlot[i] * geometry.inner);
            record(b, i, weight, 0.0 - logProbability, 0.0, 0);
        }
        if (writes()) {
            targets.setFactors(factors, b);
            for (int i = 0; i < b.count(); i++) {
                gradientOfTarget[i] = -(factors.factor.high[i] + factors.factor.low[i]);
            }
        }
    }

    @Override
    protected void write(Chunk c) {
        if (factors.holds()) {
            Arrays.fill(c.other, 0, c.extent(), 0.0);
            c.put(gradientOfTarget, targets.ofSlot, c.other);
            factors.finish(c, c.other);
            c.store(elements, c.other, gradient);
        } else {
            for (int i = 0; i < c.block.count(); i++) {
                elements.clear(gradient, c.block.base[i] + c.from * geometry.inner, geometry.inner, c.classes);
            }
            put(c, targets.ofSlot, gradientOfTarget);
        }
        clearCurvature(c);
    }
}
