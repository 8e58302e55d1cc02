package io.github.surprisal.internal;

import static io.github.surprisal.internal.Constants.*;

/**
 * The kernels in plain Java, the twin of {@code VectorKernels}: the same steps under the same comments.
 *
 * <p>Shaped for C2, which turns short loops over arrays into vector instructions by itself: a routine is split into loops
 * of some five operations over a block that stays in the first cache, bit manipulation in loops of its own.
 */
final class ScalarKernels extends KernelSet {

    /** Elements handled at a time: nine arrays of it are 36 KB; a multiple of every width. */
    static final int BLOCK = 512;
    /** How many arrays of {@code BLOCK + BLOCK} doubles {@link #expSum} needs. */
    static final int TEMPORARIES = 8;

    @Override
    String name() {
        return "scalar";
    }

    @Override
    void magnitudes(double[] x, int from, int n, int width, double[] magnitude) {
        java.util.Arrays.fill(magnitude, 0, width, 0.0);
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                magnitude[c] = Math.max(magnitude[c], Math.abs(x[i + c])); // NaN counts as the greatest
            }
        }
    }

    @Override
    void expSum(double[] x, int from, double[] e, int to, int n, int width, double magic,
            double[] high, double[] low, double[][] temporary) {
        double[] p = temporary[0];
        double[] q = temporary[1];
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            expOfBlock(x, from + done, m, magic, p, q, temporary);
            sumBlock(p, q, m, width, high, low, temporary[2], temporary[3]);
            for (int i = 0; i < m; i++) {
                e[to + done + i] = Double.longBitsToDouble(
                        Double.doubleToRawLongBits(p[i]) | Double.doubleToRawLongBits(q[i]) & SIGN_BIT);
            }
        }
    }

    @Override
    void exp(double[] x, int n, double magic, double[] high, double[] low, double[][] temporary) {
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            expOfBlock(x, done, m, magic, temporary[0], temporary[1], temporary);
            System.arraycopy(temporary[0], 0, high, done, m);
            System.arraycopy(temporary[1], 0, low, done, m);
        }
    }

    /** Leaves exp(x) 2^b = p + q. */
    private static void expOfBlock(double[] x, int from, int m, double magic, double[] p, double[] q,
            double[][] temporary) {
        double[] shifted = temporary[2];
        reduce(x, from, m, magic, shifted, temporary[3], temporary[4], temporary[5]);
        polynomial(temporary[5], m, p, q, temporary[6]);
        combine(temporary[3], temporary[4], temporary[5], temporary[6], m, p, q);
        powers(shifted, m);
        for (int i = 0; i < m; i++) {
            p[i] *= shifted[i];
        }
        for (int i = 0; i < m; i++) {
            q[i] *= shifted[i];
        }
    }

    private static void reduce(double[] x, int from, int m, double magic, double[] shifted, double[] k, double[] a,
            double[] r) {
        // k = rint(x log2(e)) and, in the low bits of shifted, k + BIAS + b
        for (int i = 0; i < m; i++) {
            shifted[i] = Math.fma(x[from + i], LOG2E, magic);
        }
        for (int i = 0; i < m; i++) {
            k[i] = shifted[i] - magic;
        }
        // r = x - k ln2 in [-ln2/2, ln2/2]; a is exact, r rounded
        for (int i = 0; i < m; i++) {
            a[i] = Math.fma(k[i], -LN2_HIGH, x[from + i]);
        }
        for (int i = 0; i < m; i++) {
            r[i] = Math.fma(k[i], -LN2_LOW, a[i]);
        }
    }

    /** (exp(r) - 1 - r) / r^2, in Estrin's order: short chains keep the units busy. */
    private static void polynomial(double[] r, int m, double[] u, double[] v, double[] result) {
        for (int i = 0; i < m; i++) {
            double z = r[i];
            u[i] = Math.fma(Math.fma(z, E5, E4), z * z, Math.fma(z, E3, 0.5));
        }
        for (int i = 0; i < m; i++) {
            double z = r[i];
            v[i] = Math.fma(Math.fma(z, E9, E8), z * z, Math.fma(z, E7, E6));
        }
        for (int i = 0; i < m; i++) {
            double z = r[i];
            double z4 = z * z * (z * z);
            result[i] = Math.fma(Math.fma(Math.fma(z, E11, E10), z4, v[i]), z4, u[i]);
        }
    }

    private static void combine(double[] k, double[] a, double[] r, double[] polynomial, int m, double[] p, double[] q) {
        // 1 + r = h + what is in tail, which also takes up the rounding of r
        for (int i = 0; i < m; i++) {
            double h = r[i] + 1.0;
            k[i] = Math.fma(k[i], -LN2_LOW, (1.0 - h) + a[i]);
        }
        for (int i = 0; i < m; i++) {
            a[i] = Math.fma(r[i] * r[i], polynomial[i], k[i]);
        }
        // exp(r) = h + t = p + q, p nearest; then times 2^(k + b)
        for (int i = 0; i < m; i++) {
            double h = r[i] + 1.0;
            double t = a[i];
            p[i] = h + t;
            q[i] = (h - (h + t)) + t;
        }
    }

    /** Makes 2^(k + b) of the low bits. */
    private static void powers(double[] shifted, int m) {
        for (int i = 0; i < m; i++) {
            shifted[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(shifted[i]) << 52);
        }
    }

    private static void sumBlock(double[] p, double[] q, int m, int width, double[] high, double[] low,
            double[] running, double[] error) {
        // the sums of the columns as they grow, all of them kept, so that the errors can be found side by side
        System.arraycopy(high, 0, running, 0, width);
        if (width == STRIPES) {
            for (int i = 0; i < m; i++) {
                running[i + STRIPES] = running[i] + p[i];
            }
        } else {
            for (int i = 0; i < m; i++) {
                running[i + width] = running[i] + p[i];
            }
        }
        System.arraycopy(running, m, high, 0, width);
        // sum + p = next + error exactly
        for (int i = 0; i < m; i++) {
            double sum = running[i];
            double next = running[i + width];
            double part = next - sum;
            error[i] = (sum - (next - part)) + (p[i] - part);
        }
        System.arraycopy(low, 0, running, 0, width);
        if (width == STRIPES) {
            for (int i = 0; i < m; i++) {
                running[i + STRIPES] = running[i] + (error[i] + q[i]);
            }
        } else {
            for (int i = 0; i < m; i++) {
                running[i + width] = running[i] + (error[i] + q[i]);
            }
        }
        System.arraycopy(running, m, low, 0, width);
    }

    @Override
    void scale(double[] e, int from, double[] out, int to, int n, int width,
            double[] factorHigh, double[] factorLow) {
        for (int i = 0; i < n; i += width) {
            for (int c = 0; c < width; c++) {
                // |e| (1 +- 2^-54) (fh + fl)
                double v = e[from + i + c];
                double m = Math.abs(v);
                double fh = factorHigh[c];
                out[to + i + c] = Math.fma(m, fh, Math.fma(v, fh * STASH, m * factorLow[c]));
            }
        }
    }

    @Override
    void scaleMinus(double[] e, double[] shareHigh, double[] shareLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, double[] secondHigh, double[] secondLow) {
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                // |e| (1 +- 2^-54) (fh + fl)
                double v = e[i + c];
                double m = Math.abs(v);
                double fh = factorHigh[c];
                double p = m * fh;
                double pl = Math.fma(m, fh, -p) + Math.fma(v, fh * STASH, m * factorLow[c]);
                // minus the share, whose low part joins the other's
                double sh = -secondHigh[c];
                double w = shareHigh[i + c];
                double wl = shareLow[i + c];
                e[i + c] = Math.fma(w, sh, p) + (pl + Math.fma(w, -secondLow[c], wl * sh));
            }
        }
    }

    @Override
    void logProbabilities(double[] x, int from, double[] out, int to, int n, int width,
            double[] max, double[] logHigh, double[] logLow) {
        for (int i = 0; i < n; i += width) {
            for (int c = 0; c < width; c++) {
                // d + dl = x - m exactly
                double v = x[from + i + c];
                double m = max[c];
                double d = v - m;
                double part = d - v;
                double dl = (v - (d - part)) - (m + part);
                // s + sl = d - lh exactly; both terms are at most 0, so nothing cancels
                double lh = logHigh[c];
                double s = d - lh;
                double piece = s - d;
                double sl = (d - (s - piece)) - (lh + piece);
                out[to + i + c] = s + (sl + (dl - logLow[c]));
            }
        }
    }

    @Override
    void logs(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow, double[] logHigh, double[] logLow) {
        for (int i = 0; i < n; i++) {
            double rh = rHigh[i];
            double rl = rLow[i];
            double eh = eHigh[i];
            double el = eLow[i];
            // s = e + r
            double sh = eh + rh;
            double part = sh - eh;
            double sl = (eh - (sh - part)) + (rh - part) + (el + rl);
            // power = 2^k with s / (e 2^k) in [sqrt(1/2), sqrt(2)]
            long above = Double.doubleToRawLongBits(sh / eh) - SQRT_HALF_BITS;
            double power = Double.longBitsToDouble((above & EXPONENT_BITS) + ONE_BITS);
            double k = (above + ONE_BITS >>> 52) - BIAS;
            double dh = eh * power;
            double dl = el * power;
            // s - e 2^k, and s + e 2^k; the difference of the high parts is exact, and for k = 0 it is r
            boolean tail = k == 0.0;
            double nh = tail ? rh : sh - dh;
            double nl = tail ? rl : sl - dl;
            double th = sh + dh;
            double tl = (sh - th) + dh + (sl + dl);
            // z + zl = 2 (s - e 2^k) / (s + e 2^k)
            nh += nh;
            nl += nl;
            double z = nh / th;
            double zl = (Math.fma(-z, th, nh) + (nl - z * tl)) / th;
            // log(s / (e 2^k)) = 2 atanh(z / 2), the polynomial being in z / 2
            double u = z * 0.5;
            double u2 = u * u;
            double u4 = u2 * u2;
            double p0 = Math.fma(u2, A1, A0);
            double p2 = Math.fma(u2, A3, A2);
            double p4 = Math.fma(u2, A5, A4);
            double p6 = Math.fma(u2, A7, A6);
            double p = Math.fma(Math.fma(Math.fma(p6, u4, p4), u4, p2), u4, p0);
            double low1 = Math.fma(u2 * u, p, zl);
            // plus k ln2, whose high part is exact and, unless 0, above z
            double kh = k * LN2_HIGH;
            double lh = kh + z;
            double low2 = (kh - lh) + z + Math.fma(k, LN2_LOW, low1);
            double h = lh + low2;
            logLow[i] = (lh - h) + low2;
            logHigh[i] = h;
        }
    }

    @Override
    void quotients(int n, double[] aHigh, double[] aLow, double[] bHigh, double[] bLow, double[] high, double[] low) {
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

    @Override
    void sums(double[] x, int from, int n, int width, double[] high, double[] low) {
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                // sum + v = next + error exactly
                double v = x[i + c];
                double sum = high[c];
                double next = sum + v;
                double part = next - sum;
                low[c] += (sum - (next - part)) + (v - part);
                high[c] = next;
            }
        }
    }

    @Override
    void shares(double[] t, double[] w, int n, double keepHigh, double keepLow, double floorHigh, double floorLow,
            double[] high, double[] low) {
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
            double h = w[i] * s;
            low[i] = Math.fma(w[i], s, -h) + w[i] * sl;
            high[i] = h;
        }
    }

    @Override
    void surprisals(double[] x, double[] shareHigh, double[] shareLow, int from, int n, int width, double[] max,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow) {
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                // d + dl = m - x exactly
                double v = x[i + c];
                double m = max[c];
                double d = m - v;
                double part = d - m;
                double dl = (m - (d - part)) - (v + part);
                // h + l = share (d + dl)
                double sh = shareHigh[i + c];
                double sl = shareLow[i + c];
                double h = sh * d;
                double l = Math.fma(sh, d, -h) + (sh * dl + sl * d);
                // sum + h = next + error exactly, twice
                double first = firstHigh[c];
                double next = first + h;
                double piece = next - first;
                firstLow[c] += (first - (next - piece)) + (h - piece) + l;
                firstHigh[c] = next;
                double second = secondHigh[c];
                double after = second + sh;
                double bit = after - second;
                secondLow[c] += (second - (after - bit)) + (sh - bit) + sl;
                secondHigh[c] = after;
            }
        }
    }

    @Override
    void softmaxSums(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow) {
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                // d + dl = u - m exactly
                double v = u[i + c];
                double m = top[c];
                double d = v - m;
                double part = d - v;
                double dl = (v - (d - part)) - (m + part);
                // h + l = p (d + dl)
                double q = p[i + c];
                double h = q * d;
                double l = Math.fma(q, d, -h) + q * dl;
                // sum + h = next + error exactly, twice
                double first = firstHigh[c];
                double next = first + h;
                double piece = next - first;
                firstLow[c] += (first - (next - piece)) + (h - piece) + l;
                firstHigh[c] = next;
                double second = secondHigh[c];
                double after = second + q;
                double bit = after - second;
                secondLow[c] += (second - (after - bit)) + (q - bit);
                secondHigh[c] = after;
            }
        }
    }

    @Override
    void softmaxProduct(double[] p, double[] u, double[] out, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow) {
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                // d + dl = u - m exactly
                double v = u[i + c];
                double m = top[c];
                double d = v - m;
                double part = d - v;
                double dl = (v - (d - part)) - (m + part);
                // a + al = (d + dl) second
                double sh = secondHigh[c];
                double a = d * sh;
                double al = Math.fma(d, sh, -a) + (d * secondLow[c] + dl * sh);
                // b + bl = a + al - first
                double fh = firstHigh[c];
                double b = a - fh;
                double piece = b - a;
                double bl = (a - (b - piece)) - (fh + piece) + (al - firstLow[c]);
                double q = p[i + c];
                out[i + c] = Math.fma(q, b, q * bl);
            }
        }
    }

    @Override
    void minusProduct(double[] u, double[] eHigh, double[] eLow, double[] out, int from, int n, int width,
            double[] factorHigh, double[] factorLow) {
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                // u - e f, the low parts of the product first
                double fh = -factorHigh[c];
                double eh = eHigh[i + c];
                double low = Math.fma(eh, -factorLow[c], eLow[i + c] * fh);
                out[i + c] = Math.fma(eh, fh, u[i + c]) + low;
            }
        }
    }
}
