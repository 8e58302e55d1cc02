package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import java.util.Arrays;

/**
 * Negative log-likelihood with class probabilities: loss sum w t (-logp), gradient -w t u.
 *
 * <p>Samples whose log-probabilities, shares or losses are not moderate are done with care: class by class through a
 * {@link LossSum}, which has no range to leave.
 */
public final class ProbabilityNll extends LossOperation {

    private static final Pool<ProbabilityNll> POOL = new Pool<>(ProbabilityNll::new);

    /** Log-probabilities up to this, times shares that vanish, are nothing beside a loss of LEAST. */
    private static final double GREATEST_INPUT = 0x1p60;
    private static final double LEAST = 0x1p-900;
    private static final double GREATEST = 0x1p900;
    /** Shares up to this, times a factor, stay in the range. */
    private static final double GREATEST_SHARE = 0x1p300;

    private final ProbabilityTargets targets = new ProbabilityTargets();
    private final double[] zero = perSample();
    private final LossSum sum = new LossSum();

    private ProbabilityNll() {
    }

    /** A call. */
    public static ProbabilityNll of(Geometry g, Elements door, Object logProbabilities, Object probabilities,
            ClassSettings settings) {
        ProbabilityNll loss = POOL.take();
        loss.begin(g, door, logProbabilities);
        loss.targets.set(g, door, probabilities, settings);
        return loss;
    }

    @Override
    protected ProbabilityNll forThread() {
        ProbabilityNll own = POOL.take();
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
        targets.findDenominator(denominator);
    }

    @Override
    protected double limit() {
        return GREATEST_INPUT;
    }

    @Override
    protected double sum(Chunk c) {
        if (c.block.careful()) {
            return 0.0;
        }
        c.loadInput(elements, input);
        shares(c);
        for (int run = 0; run < c.runs(); run++) {
            c.kernels.weightedDifferences(c.input, c.terms, c.start(run), c.length(), c.width(), zero, run,
                    c.products, c.scratch);
        }
        c.sum(c.products, 0);
        return Elementwise.magnitude(c.input, c.extent(), c.scratch);
    }

    /** Finds the shares w t of the classes of a chunk. */
    private void shares(Chunk c) {
        targets.load(c, c.other);
        c.spreadClasses(targets.settings().weightArray(), c.products.high);
        Elementwise.shares(c.other, c.products.high, c.extent(), 1.0, 0.0, 0.0, 0.0, c.terms);
    }

    @Override
    protected void finish(Block b) {
        Pairs total = b.totals[0];
        for (int i = 0; i < b.count(); i++) {
            double size = Math.abs(total.high[i]);
            if (b.careful()) {
                recordCareful(b, i);
            } else if (size >= LEAST && size <= GREATEST && !b.retries()[i]) {
                record(b, i, 1.0, -total.high[i], -total.low[i], 0);
            } else {
                b.retry(i);
            }
        }
        if (writes()) {
            factors.begin(b);
        }
    }

    private void recordCareful(Block b, int slot) {
        sum.clear();
        int p = b.base[slot];
        for (int c = 0; c < geometry.classes; c++, p += geometry.inner) {
            double w = targets.settings().weight(c);
            double t = targets.get(b, slot, c);
            double x = elements.get(input, p);
            if (!(Math.abs(x) <= Double.MAX_VALUE)) {
                if (x != x || w != 0.0 && t != 0.0) { // 0 times an infinite loss is 0
                    sum.add(0, -x, 0.0, 0);
                }
                continue;
            }
            int e = Math.getExponent(w);
            int f = Math.getExponent(t);
            int g = Math.getExponent(x);
            double v = Math.scalb(w, -e);
            double u = Math.scalb(t, -f);
            double y = -Math.scalb(x, -g);
            double share = v * u;
            double h = share * y;
            sum.add(0, h, Math.fma(share, y, -h) + Math.fma(v, u, -share) * y, e + f + g);
        }
        sum.close();
        if (sum.isFinite()) {
            record(b, slot, 1.0, sum.high(), sum.low(), sum.exponent());
        } else {
            record(b, slot, 1.0, sum.value(), 0.0, 0);
        }
    }

    @Override
    protected void write(Chunk c) {
        shares(c);
        if (Elementwise.magnitude(c.terms.high, c.extent(), c.scratch) <= GREATEST_SHARE) {
            Arrays.fill(c.products.high, 0, c.extent(), 0.0);
            for (int run = 0; run < c.runs(); run++) {
                Elementwise.minusProducts(c.products.high, c.terms, c.start(run), c.length(), c.width(),
                        factors.factor, run, c.scratch);
            }
            factors.finish(c, c.products.high);
            c.store(elements, c.products.high, gradient);
        } else {
            writeLarge(c);
        }
        clearCurvature(c);
    }

    /** The gradient of shares that may overflow: its sign is the factor's, whatever happens to a low part. */
    private void writeLarge(Chunk c) {
        Block b = c.block;
        for (int i = 0; i < b.count(); i++) {
            for (int k = 0; k < c.classes && !b.retries()[i]; k++) {
                double w = targets.settings().weight(c.from + k);
                double t = targets.get(b, i, c.from + k);
                int e = Math.getExponent(w);
                int f = Math.getExponent(t);
                double v = Math.scalb(w, -e);
                double u = Math.scalb(t, -f);
                double share = v * u;
                double high = factors.factor.high[i];
                double g = Math.fma(share, high, share * factors.factor.low[i] + Math.fma(v, u, -share) * high);
                elements.set(gradient, b.base[i] + (c.from + k) * geometry.inner,
                        0.0 - Math.scalb(g, e + f + factors.heldExponent(i)) * factors.held(i));
            }
        }
    }
}
