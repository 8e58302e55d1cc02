package io.github.surprisal.internal.kernels;

/**
 * Loops of the sigmoid and of binary cross-entropy, in plain Java that C2 turns into vector instructions: no branches,
 * up to some fifteen operations. From t = exp(-|x|) as two doubles, with p = 1 where x > 0 and else 0,
 * <pre>
 *   s(x) = (p + (1 - p) t) / (1 + t)     s(-x) = (1 - p + p t) / (1 + t)
 * </pre>
 * in which nothing cancels.
 */
public final class Sigmoids {

    /** Twice this makes any positive double 1 or more. */
    private static final double UP = 0x1p540;

    private Sigmoids() {
    }

    /** -|x| but no less than a number, for i in [0, n). */
    public static void minusMagnitudes(double[] x, int n, double least, double[] into) {
        for (int i = 0; i < n; i++) {
            into[i] = Math.max(-Math.abs(x[i]), least);
        }
    }

    /** The numerators of s(x), for i in [0, n). */
    public static void numerators(double[] x, Pairs t, int n, Pairs of) {
        double[] th = t.high;
        double[] tl = t.low;
        double[] high = of.high;
        double[] low = of.low;
        for (int i = 0; i < n; i++) {
            double p = Math.min(Math.max(x[i], 0.0) * UP * UP, 1.0);
            double q = 1.0 - p;
            high[i] = Math.fma(q, th[i], p);
            low[i] = q * tl[i];
        }
    }

    /** The numerators of s(-x), for i in [0, n). */
    public static void complements(double[] x, Pairs t, int n, Pairs of) {
        double[] th = t.high;
        double[] tl = t.low;
        double[] high = of.high;
        double[] low = of.low;
        for (int i = 0; i < n; i++) {
            double p = Math.min(Math.max(x[i], 0.0) * UP * UP, 1.0);
            high[i] = Math.fma(p, th[i], 1.0 - p);
            low[i] = p * tl[i];
        }
    }

    /** 1 + t, for i in [0, n). */
    public static void denominators(Pairs t, int n, Pairs of) {
        double[] th = t.high;
        double[] tl = t.low;
        double[] high = of.high;
        double[] low = of.low;
        for (int i = 0; i < n; i++) {
            double h = 1.0 + th[i];
            low[i] = (1.0 - h) + th[i] + tl[i];
            high[i] = h;
        }
    }

    /** keep (1 - y) + floor, what multiplies softplus(x), for i in [0, n); {@code d} is room. */
    public static void negatives(double[] y, double[] ones, int n, double keepHigh, double keepLow, double floor,
            double[] d, Pairs of) {
        for (int i = 0; i < n; i++) {
            d[i] = 1.0 - y[i];
        }
        Elementwise.shares(d, ones, n, keepHigh, keepLow, floor, 0.0, of);
        double[] low = of.low;
        for (int i = 0; i < n; i++) {
            low[i] = Math.fma(keepHigh, (1.0 - d[i]) - y[i], low[i]);
        }
    }

    /** max(x, 0) and max(-x, 0) for ordinary x, for i in [0, n), exactly: sums of halves. */
    public static void sides(double[] x, int n, double[] above, double[] below) {
        for (int i = 0; i < n; i++) {
            double v = 0.5 * x[i];
            double size = Math.abs(v);
            above[i] = size + v;
            below[i] = size - v;
        }
    }

    /** negative max(x, 0) + positive max(-x, 0), for i in [0, n): one of the two is 0. */
    public static void linear(double[] above, double[] below, Pairs positive, Pairs negative, int n, Pairs of) {
        double[] ph = positive.high;
        double[] pl = positive.low;
        double[] nh = negative.high;
        double[] nl = negative.low;
        double[] high = of.high;
        double[] low = of.low;
        for (int i = 0; i < n; i++) {
            low[i] = nl[i] * above[i] + pl[i] * below[i];
        }
        for (int i = 0; i < n; i++) {
            double p = ph[i] * below[i];
            double q = nh[i] * above[i];
            low[i] = Math.fma(ph[i], below[i], -p) + Math.fma(nh[i], above[i], -q) + low[i];
            high[i] = p + q;
        }
    }

    /** a b as two doubles, for i in [0, n). */
    public static void products(int n, Pairs a, Pairs b, Pairs product) {
        double[] ah = a.high;
        double[] al = a.low;
        double[] bh = b.high;
        double[] bl = b.low;
        double[] high = product.high;
        double[] low = product.low;
        for (int i = 0; i < n; i++) {
            double x = ah[i];
            double y = bh[i];
            double h = x * y;
            low[i] = Math.fma(x, y, -h) + (x * bl[i] + al[i] * y);
            high[i] = h;
        }
    }

    /** a b rounded once, for i in [0, n). */
    public static void products(int n, Pairs a, Pairs b, double[] product) {
        double[] ah = a.high;
        double[] al = a.low;
        double[] bh = b.high;
        double[] bl = b.low;
        for (int i = 0; i < n; i++) {
            product[i] = Math.fma(ah[i], bh[i], Math.fma(ah[i], bl[i], al[i] * bh[i]));
        }
    }

    /** p (1 - p) u, for i in [0, n); the result may be p or u. */
    public static void derivatives(double[] p, double[] u, int n, double[] of) {
        for (int i = 0; i < n; i++) {
            double q = 1.0 - p[i];
            double rest = (1.0 - q) - p[i];
            double h = p[i] * q;
            double l = Math.fma(p[i], q, -h) + p[i] * rest;
            of[i] = Math.fma(h, u[i], l * u[i]);
        }
    }
}
