package io.github.surprisal.internal.kernels;

import java.util.Arrays;

/**
 * Loops that C2 turns into vector instructions from plain Java well enough, written once for both kernel sets. A loop
 * has one index for all its arrays and up to a dozen operations; where it needs values of samples, these are laid out
 * beside the elements, BLOCK of them at a time.
 */
public final class Elementwise {

    private static final int BLOCK = KernelSet.BLOCK;

    private Elementwise() {
    }

    /** Values of the samples of a tile or of one row, laid out beside up to BLOCK elements. */
    static void spread(double[] values, int sample, int m, int width, double[] into) {
        if (width == 1) {
            Arrays.fill(into, 0, m, values[sample]);
        } else {
            ScalarKernels.spread(values, sample, m, width, into);
        }
    }

    /** a / b for i in [0, n), error below 2^-100 relative; {@code quotient} may be a or b. */
    public static void quotients(int n, Pairs a, Pairs b, Pairs quotient) {
        quotients(n, a.high, a.low, b.high, b.low, quotient);
    }

    static void quotients(int n, double[] aHigh, double[] aLow, double[] bHigh, double[] bLow, Pairs quotient) {
        double[] high = quotient.high;
        double[] low = quotient.low;
        for (int i = 0; i < n; i++) {
            double ah = aHigh[i];
            double al = aLow[i];
            double bh = bHigh[i];
            double bl = bLow[i];
            // q + rest / b, the rest being exact but for its last term
            double q = ah / bh;
            double rest = Math.fma(-q, bh, ah) + (al - q * bl);
            double ql = rest / bh;
            double h = q + ql;
            low[i] = (q - h) + ql;
            high[i] = h;
        }
    }

    /** a + b for i in [0, n). */
    public static void totals(int n, Pairs a, Pairs b, Pairs total) {
        double[] aHigh = a.high;
        double[] aLow = a.low;
        double[] bHigh = b.high;
        double[] bLow = b.low;
        double[] high = total.high;
        double[] low = total.low;
        for (int i = 0; i < n; i++) {
            double r = aHigh[i];
            double e = bHigh[i];
            double h = r + e;
            double part = h - r;
            double l = ((r - (h - part)) + (e - part)) + (aLow[i] + bLow[i]);
            double sum = h + l;
            high[i] = sum;
            low[i] = (h - sum) + l;
        }
    }

    /** a - b for i in [0, n). */
    public static void differences(int n, Pairs a, Pairs b, Pairs difference) {
        double[] aHigh = a.high;
        double[] aLow = a.low;
        double[] bHigh = b.high;
        double[] bLow = b.low;
        double[] high = difference.high;
        double[] low = difference.low;
        for (int i = 0; i < n; i++) {
            double s = aHigh[i];
            double e = bHigh[i];
            double h = s - e;
            double part = h - s;
            double l = ((s - (h - part)) - (e + part)) + (aLow[i] - bLow[i]);
            double sum = h + l;
            high[i] = sum;
            low[i] = (h - sum) + l;
        }
    }

    /** -a b for i in [0, n), each rounded once. */
    public static void minusProducts(int n, Pairs a, Pairs b, double[] product) {
        double[] aHigh = a.high;
        double[] aLow = a.low;
        double[] bHigh = b.high;
        double[] bLow = b.low;
        for (int i = 0; i < n; i++) {
            double h = aHigh[i] * bHigh[i];
            double l = Math.fma(aHigh[i], bHigh[i], -h) + (aHigh[i] * bLow[i] + aLow[i] * bHigh[i]);
            product[i] = -(h + l);
        }
    }

    /** The greatest x and |x| of each column of a tile, as they grow. */
    public static void growExtremes(double[] x, int n, int width, double[] greatest, double[] magnitude,
            Scratch scratch) {
        double[] line = scratch.value;
        for (int at = 0; at < n; at += width) {
            System.arraycopy(x, at, line, 0, width);
            for (int i = 0; i < width; i++) {
                greatest[i] = Math.max(greatest[i], line[i]);
                magnitude[i] = Math.max(magnitude[i], Math.abs(line[i]));
            }
        }
    }

    /** The greatest |x| of n elements; NaN if one is NaN. */
    public static double magnitude(double[] x, int n, Scratch scratch) {
        int block = Math.min(n, BLOCK);
        double[] v = scratch.value;
        double[] max = scratch.greatest;
        Arrays.fill(max, 0, block, 0.0);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, done, v, 0, m);
            for (int i = 0; i < m; i++) {
                max[i] = Math.max(max[i], Math.abs(v[i]));
            }
        }
        double greatest = 0.0;
        for (int i = 0; i < block; i++) {
            greatest = Math.max(greatest, max[i]);
        }
        return greatest;
    }

    /** x becomes no less than one number and no greater than another, n elements; NaN stays. */
    public static void clamp(double[] x, int n, double least, double greatest) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.min(Math.max(x[i], least), greatest);
        }
    }

    /** x becomes x times a number, n elements. */
    public static void multiply(double[] x, int n, double factor) {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] * factor;
        }
    }

    /** max(x - shift, bottom) of n elements of a row or a tile from {@code at} on. */
    public static void shift(double[] x, double[] shifted, int at, int n, int width, double[] shift, double[] bottom, int sample,
            Scratch scratch) {
        int block = Math.min(n, BLOCK);
        double[] s = scratch.column;
        double[] b = scratch.columnLow;
        double[] v = scratch.value;
        spread(shift, sample, block, width, s);
        spread(bottom, sample, block, width, b);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, at + done, v, 0, m);
            for (int i = 0; i < m; i++) {
                v[i] = Math.max(v[i] - s[i], b[i]);
            }
            System.arraycopy(v, 0, shifted, at + done, m);
        }
    }

    /** See {@link KernelSet#logProbabilities}. */
    static void logProbabilities(double[] x, double[] logs, int at, int n, int width, double[] top, Pairs log, int sample,
            Scratch scratch) {
        int block = Math.min(n, BLOCK);
        double[] t = scratch.column;
        double[] lh = scratch.columnLow;
        double[] ll = scratch.other;
        double[] v = scratch.value;
        double[] low = scratch.low;
        spread(top, sample, block, width, t);
        spread(log.high, sample, block, width, lh);
        spread(log.low, sample, block, width, ll);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, at + done, v, 0, m);
            // d + dl = x - top exactly
            differenceErrors(v, t, m, low);
            for (int i = 0; i < m; i++) {
                low[i] = low[i] - ll[i];
            }
            // s + sl = d - lh exactly; both terms are at most 0, so nothing cancels
            for (int i = 0; i < m; i++) {
                double d = v[i] - t[i];
                double s = d - lh[i];
                double piece = s - d;
                low[i] = ((d - (s - piece)) - (lh[i] + piece)) + low[i];
            }
            for (int i = 0; i < m; i++) {
                v[i] = ((v[i] - t[i]) - lh[i]) + low[i];
            }
            System.arraycopy(v, 0, logs, at + done, m);
        }
    }

    /** What rounding drops from x - top. */
    private static void differenceErrors(double[] x, double[] top, int m, double[] low) {
        for (int i = 0; i < m; i++) {
            double v = x[i];
            double d = v - top[i];
            double part = d - v;
            low[i] = (v - (d - part)) - (top[i] + part);
        }
    }

    /** See {@link KernelSet#weightedDifferences}. */
    static void weightedDifferences(double[] u, Pairs weight, int at, int n, int width, double[] top, int sample,
            Pairs product, Scratch scratch) {
        int block = Math.min(n, BLOCK);
        double[] t = scratch.column;
        double[] v = scratch.value;
        double[] low = scratch.low;
        double[] w = scratch.other;
        double[] wl = scratch.otherLow;
        spread(top, sample, block, width, t);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(u, at + done, v, 0, m);
            System.arraycopy(weight.high, at + done, w, 0, m);
            System.arraycopy(weight.low, at + done, wl, 0, m);
            // d + dl = u - top exactly
            differenceErrors(v, t, m, low);
            // h + l = w (d + dl)
            for (int i = 0; i < m; i++) {
                double d = v[i] - t[i];
                double h = w[i] * d;
                low[i] = Math.fma(w[i], d, -h) + (w[i] * low[i] + wl[i] * d);
            }
            for (int i = 0; i < m; i++) {
                v[i] = w[i] * (v[i] - t[i]);
            }
            System.arraycopy(v, 0, product.high, at + done, m);
            System.arraycopy(low, 0, product.low, at + done, m);
        }
    }

    /** See {@link KernelSet#softmaxProducts}. */
    static void softmaxProducts(double[] p, double[] u, int at, int n, int width, double[] top, Pairs product,
            Pairs total, int sample, Scratch scratch) {
        int block = Math.min(n, BLOCK);
        double[] t = scratch.column;
        double[] ph = scratch.columnLow;
        double[] pl = scratch.other;
        double[] th = scratch.otherLow;
        double[] tl = scratch.magic;
        spread(top, sample, block, width, t);
        spread(product.high, sample, block, width, ph);
        spread(product.low, sample, block, width, pl);
        spread(total.high, sample, block, width, th);
        spread(total.low, sample, block, width, tl);
        double[] a = scratch.value;
        double[] low = scratch.low;
        double[] q = scratch.reduced;
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(u, at + done, a, 0, m);
            System.arraycopy(p, at + done, q, 0, m);
            // d + dl = u - top exactly
            differenceErrors(a, t, m, low);
            // a + al = (d + dl) total
            for (int i = 0; i < m; i++) {
                double d = a[i] - t[i];
                double h = d * th[i];
                low[i] = Math.fma(d, th[i], -h) + (d * tl[i] + low[i] * th[i]);
            }
            for (int i = 0; i < m; i++) {
                a[i] = (a[i] - t[i]) * th[i];
            }
            // b + bl = a + al - product
            for (int i = 0; i < m; i++) {
                low[i] = low[i] - pl[i];
            }
            for (int i = 0; i < m; i++) {
                double b = a[i] - ph[i];
                double piece = b - a[i];
                low[i] = ((a[i] - (b - piece)) - (ph[i] + piece)) + low[i];
            }
            for (int i = 0; i < m; i++) {
                q[i] = Math.fma(q[i], a[i] - ph[i], q[i] * low[i]);
            }
            System.arraycopy(q, 0, p, at + done, m);
        }
    }

    /** u becomes u - e factor, rounded about once; e from index {@code at} on like u. */
    public static void minusProducts(double[] u, Pairs e, int at, int n, int width, Pairs factor, int sample,
            Scratch scratch) {
        int block = Math.min(n, BLOCK);
        double[] fh = scratch.column;
        double[] fl = scratch.columnLow;
        double[] v = scratch.value;
        double[] h = scratch.other;
        double[] l = scratch.otherLow;
        spread(factor.high, sample, block, width, fh);
        spread(factor.low, sample, block, width, fl);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(u, at + done, v, 0, m);
            System.arraycopy(e.high, at + done, h, 0, m);
            System.arraycopy(e.low, at + done, l, 0, m);
            // the low parts of the product first
            for (int i = 0; i < m; i++) {
                double low = Math.fma(h[i], -fl[i], l[i] * -fh[i]);
                v[i] = Math.fma(h[i], -fh[i], v[i]) + low;
            }
            System.arraycopy(v, 0, u, at + done, m);
        }
    }

    /** See {@link KernelSet#scaleMinusShares}. */
    static void scaleMinusShares(double[] e, int from, Pairs share, double[] x, int at, int n, int width,
            Pairs factor, Pairs shareFactor, int sample, Scratch scratch) {
        int block = Math.min(n, BLOCK);
        double[] fh = scratch.column;
        double[] fl = scratch.columnLow;
        double[] sh = scratch.magic;
        double[] sl = scratch.reduced;
        spread(factor.high, sample, block, width, fh);
        spread(factor.low, sample, block, width, fl);
        spread(shareFactor.high, sample, block, width, sh);
        spread(shareFactor.low, sample, block, width, sl);
        double[] v = scratch.value;
        double[] w = scratch.other;
        double[] wl = scratch.otherLow;
        double[] low = scratch.low;
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(e, from + done, v, 0, m);
            System.arraycopy(share.high, at + done, w, 0, m);
            System.arraycopy(share.low, at + done, wl, 0, m);
            // e (fh + fl)
            for (int i = 0; i < m; i++) {
                double p = v[i] * fh[i];
                low[i] = Math.fma(v[i], fh[i], -p) + v[i] * fl[i];
            }
            // minus the share, whose low part joins the other's
            for (int i = 0; i < m; i++) {
                low[i] = low[i] + Math.fma(w[i], -sl[i], wl[i] * -sh[i]);
            }
            for (int i = 0; i < m; i++) {
                v[i] = Math.fma(w[i], -sh[i], v[i] * fh[i]) + low[i];
            }
            System.arraycopy(v, 0, x, at + done, m);
        }
    }

    /** Shares w (keep t + floor) as two doubles, n of them; t may be one of the results. */
    public static void shares(double[] t, double[] w, int n, double keepHigh, double keepLow, double floorHigh,
            double floorLow, Pairs share) {
        double[] high = share.high;
        double[] low = share.low;
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
}
