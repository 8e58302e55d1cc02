package io.github.surprisal.internal;

/** Vector-Jacobian products of softmax and log-softmax for the samples of a block. */
final class Products {

    private static final KernelSet KERNELS = KernelSelection.ACTIVE;

    /** Log-probabilities down to the first count as probability 0; above the second they are nonsense. */
    private static final double LOWEST = -800.0;
    private static final double HIGHEST = 500.0;
    /** Exponentials are scaled by 2^200, so that e^-800 = 2^-1154 and its low part stay normal. */
    private static final int HEADROOM = 200;

    private Products() {
    }

    /**
     * p (u - sum p u), in a form that keeps the tail: with v = u - u[top], top being the most probable class, it is p
     * (v sum p - sum p v). Unlike p (v - sum p v), that does not take for granted that rounded probabilities sum to 1.
     */
    static void softmax(Block b, double[] probabilities, double[] upstream, double[] gradient) {
        Geometry g = b.geometry;
        double[] top = b.exponentials.max;
        for (int i = 0; i < b.count; i++) {
            int greatest = Exponentials.greatest(probabilities, b.base[i], g.inner, g.classes);
            top[i] = upstream[b.base[i] + Math.max(0, greatest) * g.inner];
        }
        for (int from = 0; from < g.classes; from += g.chunk) {
            int m = Math.min(g.chunk, g.classes - from);
            b.load(probabilities, from, m, b.x);
            b.load(upstream, from, m, b.e);
            int n = b.length(g.padded(m));
            for (int run = 0; run < b.runs(); run++) {
                b.beginSums(from, 1);
                b.beginSecondSums(from);
                KERNELS.softmaxSums(b.x, b.e, b.start(run), n, b.sumWidth(), b.bySumColumn(top, run),
                        b.sum1High, b.sum1Low, b.sum2High, b.sum2Low, b.memory);
                b.endSums(run, from, m, 0, b.firstHigh, b.firstLow);
                b.endSecondSums(run, from, m, b.secondHigh, b.secondLow);
            }
        }
        for (int from = 0; from < g.classes; from += g.chunk) {
            int m = Math.min(g.chunk, g.classes - from);
            if (!g.whole()) {
                b.load(probabilities, from, m, b.x);
                b.load(upstream, from, m, b.e);
            }
            int n = b.length(g.padded(m));
            for (int run = 0; run < b.runs(); run++) {
                KERNELS.softmaxProduct(b.x, b.e, b.start(run), n, b.width, top, b.firstHigh, b.firstLow,
                        b.secondHigh, b.secondLow, b.column(run), b.memory);
            }
            b.store(b.x, from, m, gradient);
        }
    }

    /** u - exp(logp) sum u. */
    static void logSoftmax(Block b, double[] logProbabilities, double[] upstream, double[] gradient) {
        Geometry g = b.geometry;
        for (int from = 0; from < g.classes; from += g.chunk) {
            int m = Math.min(g.chunk, g.classes - from);
            b.load(upstream, from, m, b.e);
            int n = b.length(g.padded(m));
            for (int run = 0; run < b.runs(); run++) {
                b.beginSums(from, 1);
                KERNELS.sums(b.e, b.start(run), n, b.sumWidth(), b.sum1High, b.sum1Low, b.memory);
                b.endSums(run, from, m, 0, b.firstHigh, b.firstLow);
            }
        }
        for (int i = 0, n = b.slots(); i < n; i++) {
            b.factorHigh[i] = b.firstHigh[i] * Math.scalb(1.0, -HEADROOM);
            b.factorLow[i] = b.firstLow[i] * Math.scalb(1.0, -HEADROOM);
        }
        for (int from = 0; from < g.classes; from += g.chunk) {
            int m = Math.min(g.chunk, g.classes - from);
            b.load(logProbabilities, from, m, b.x);
            int n = b.length(g.padded(m));
            int all = b.runs() * n;
            for (int i = 0; i < all; i++) {
                double v = b.x[i];
                b.x[i] = v < LOWEST ? LOWEST : v > HIGHEST ? HIGHEST : v; // NaN stays
            }
            KERNELS.exponentials(
                    b.x, b.shareHigh, b.shareLow, all, Constants.MAGIC + Constants.BIAS + HEADROOM, b.memory);
            for (int i = 0; i < all; i++) {
                if (b.x[i] == LOWEST) {
                    b.shareHigh[i] = 0.0;
                    b.shareLow[i] = 0.0;
                }
            }
            if (!g.whole()) {
                b.load(upstream, from, m, b.e);
            }
            for (int run = 0; run < b.runs(); run++) {
                KERNELS.minusProduct(b.e, b.shareHigh, b.shareLow, b.start(run), n, b.width,
                        b.factorHigh, b.factorLow, b.column(run), b.memory);
            }
            b.store(b.e, from, m, gradient);
        }
    }
}
