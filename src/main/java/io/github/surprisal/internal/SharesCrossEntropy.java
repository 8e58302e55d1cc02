package io.github.surprisal.internal;

import java.util.Arrays;

/**
 * Cross-entropy where every class has a share m of the loss: class probabilities, label smoothing, or both. With
 * targets t (one at the index, if indices), weights w and smoothing e, m = w ((1 - e) t + e / C), the smoothing mass
 * being spread over the classes whose logit is above -Infinity.
 *
 * <p>With the most probable class apart and L = log1p(R / E), the loss is sum m (max - x) + L sum m, a sum of terms
 * that are all positive, and the gradient u (p sum m - m).
 */
final class SharesCrossEntropy extends Criterion {

    private static final double DOWN = 1.0 / LossSettings.SHARE_SCALE;

    private final KernelSet kernels = KernelSelection.ACTIVE;

    @Override
    void finish(LossCall call, Block b) {
        Exponentials of = b.exponentials;
        of.keepGreatestApart(call.input);
        of.measure(call.input);
        expectations(call, b);
        of.sum(call.input, call.gradient);
        of.log();
        for (int i = 0; i < b.count; i++) {
            loss(call, b, i);
        }
        if (call.gradient != null) {
            gradient(call, b);
        }
    }

    /** Finds sum m (max - x) and sum m of every sample, as the block's first and second sums. */
    private void expectations(LossCall call, Block b) {
        Geometry g = b.geometry;
        for (int from = 0; from < g.classes; from += g.chunk) {
            int m = Math.min(g.chunk, g.classes - from);
            if (!g.whole()) {
                b.load(call.input, from, m, b.x);
            }
            shares(call, b, from, m);
            int n = b.length(g.padded(m));
            for (int run = 0; run < b.runs(); run++) {
                if (!b.skips(run)) {
                    b.beginSums(from, 1);
                    b.beginSecondSums(from);
                    kernels.surprisals(b.x, b.shareHigh, b.shareLow, b.start(run), n, b.sumWidth(),
                            b.bySumColumn(b.exponentials.max, run), b.sum1High, b.sum1Low, b.sum2High, b.sum2Low,
                            b.memory);
                    b.endSums(run, from, m, 0, b.firstHigh, b.firstLow);
                    b.endSecondSums(run, from, m, b.secondHigh, b.secondLow);
                }
            }
        }
        for (int i = 0; b.anyCareful && i < b.count; i++) {
            if (b.careful[i]) {
                CarefulShares.expectations(call, b, i);
            }
        }
    }

    /** Finds the shares of a chunk of classes; those of careful samples are not used. */
    private void shares(LossCall call, Block b, int from, int m) {
        Geometry g = b.geometry;
        int n = b.runs() * b.length(g.padded(m));
        if (call.probabilities != null) {
            b.loadDense(call.probabilities, from, m, b.e);
        } else {
            Arrays.fill(b.e, 0, n, 0.0);
            b.putTargets(b.e, from, m);
        }
        b.loadWeights(call.settings.classWeights, from, m, b.shareLow);
        LossSettings s = call.settings;
        multiply(b.e, b.shareLow, n, s.keepHigh, s.keepLow, s.floorHigh(g.classes), s.floorLow(g.classes),
                b.shareHigh, b.shareLow);
        b.takeApart(b.shareHigh, from, m, b.apartShareHigh);
        b.takeApart(b.shareLow, from, m, b.apartShareLow);
    }

    /**
     * Shares w (keep t + floor), w standing beside t. A plain loop for both kernel sets: C2 turns it into vectors that
     * are as fast as written ones.
     */
    private static void multiply(double[] t, double[] w, int n, double keepHigh, double keepLow, double floorHigh,
            double floorLow, double[] high, double[] low) {
        for (int i = 0; i < n; i++) {
            // keep t
            double v = t[i];
            double a = v * keepHigh;
            double al = Math.fma(v, keepHigh, -a) + v * keepLow;
            // plus floor
            double s = a + floorHigh;
            double part = s - a;
            double sl = (a - (s - part)) + (floorHigh - part) + (al + floorLow);
            // times w
            double weight = w[i];
            double h = weight * s;
            low[i] = Math.fma(weight, s, -h) + weight * sl;
            high[i] = h;
        }
    }

    private static void loss(LossCall call, Block b, int i) {
        Exponentials of = b.exponentials;
        double log = of.logHigh[i];
        double sum = b.secondHigh[i];
        double h = log * sum;
        double value = b.firstHigh[i] + h;
        if (Math.abs(value) <= Double.MAX_VALUE) {
            double l = Math.fma(log, sum, -h) + (log * b.secondLow[i] + of.logLow[i] * sum);
            double low = Sums.error(b.firstHigh[i], h) + (b.firstLow[i] + l);
            record(call, b, i, DOWN, value + low, (value - (value + low)) + low);
        } else {
            if (b.careful[i]) {
                CarefulShares.unscaledExpectation(call, b, i);
            }
            record(call, b, i, 1.0, b.firstHigh[i] + h * DOWN, 0.0); // what is far above 2^900, infinite or NaN
        }
    }

    private void gradient(LossCall call, Block b) {
        Geometry g = b.geometry;
        b.factors.set(call, null);
        // f, what multiplies the shares, and f sum m, what multiplies the probabilities
        for (int i = 0; i < b.count; i++) {
            double f = b.factorHigh[i] * DOWN;
            double fl = b.factorLow[i] * DOWN;
            b.firstHigh[i] = f;
            b.firstLow[i] = fl;
            b.factorHigh[i] = f * b.secondHigh[i];
            b.factorLow[i] = Math.fma(f, b.secondHigh[i], -b.factorHigh[i])
                    + (f * b.secondLow[i] + fl * b.secondHigh[i]);
        }
        b.exponentials.divideFactors();
        for (int from = 0; from < g.classes; from += g.chunk) {
            int m = Math.min(g.chunk, g.classes - from);
            if (!g.whole()) {
                shares(call, b, from, m);
                b.load(call.gradient, from, m, b.e);
            }
            int n = b.length(g.padded(m));
            for (int run = 0; run < b.runs(); run++) {
                if (!b.skips(run)) {
                    kernels.scaleMinus(b.e, b.shareHigh, b.shareLow, b.start(run), n, b.width,
                            b.factorHigh, b.factorLow, b.firstHigh, b.firstLow, b.column(run), b.memory);
                }
            }
            b.store(b.e, from, m, call.gradient);
        }
        for (int i = 0; b.anyCareful && i < b.count; i++) {
            if (b.careful[i]) {
                CarefulShares.gradient(call, b, i);
            }
        }
        for (int i = 0; i < b.count; i++) {
            call.gradient[b.base[i] + b.apart[i] * g.inner] = gradientApart(b, i);
        }
        b.factors.finish(call.gradient);
    }

    /** The gradient of the class apart, whose probability is 1 - R / (R + E): f (sum m - m) - f sum m R / (R + E). */
    private static double gradientApart(Block b, int i) {
        Exponentials of = b.exponentials;
        double others = b.secondHigh[i] - b.apartShareHigh[i];
        double othersLow = Sums.error(b.secondHigh[i], -b.apartShareHigh[i]) + (b.secondLow[i] - b.apartShareLow[i]);
        double f = b.firstHigh[i];
        double a = f * others;
        double al = Math.fma(f, others, -a) + (f * othersLow + b.firstLow[i] * others);
        double r = of.restHigh[i] * b.factorHigh[i];
        double rl = Math.fma(of.restHigh[i], b.factorHigh[i], -r)
                + (of.restHigh[i] * b.factorLow[i] + of.restLow[i] * b.factorHigh[i]);
        return (a - r) + (Sums.error(a, -r) + (al - rl));
    }
}
