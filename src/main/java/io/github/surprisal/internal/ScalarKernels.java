package io.github.surprisal.internal;

import static io.github.surprisal.internal.Constants.*;

import java.util.Arrays;

/**
 * The kernels in plain Java, the twin of {@code VectorLoops}: the same steps under the same comments.
 *
 * <p>Shaped for C2, which turns short loops over arrays into vector instructions by itself: a kernel takes a block that
 * stays in the first cache through loops of up to a dozen operations, in arrays of its own so that all indices of a
 * loop are the same (with x[from + i] beside y[i], C2 of JDK 17 does not vectorise), the values of columns are laid out
 * beside the elements, and bit manipulation has loops of its own. Each store costs about as much as four operations;
 * but the whole of exp in one loop is no longer vectorised by JDK 25.
 */
final class ScalarKernels extends KernelSet {

    @Override
    String name() {
        return "scalar";
    }

    @Override
    void transpose(double[] source, int[] from, int fromShift, int fromStep, int n,
            double[] target, int[] to, int toShift, int toStep, int m) {
        transpose(source, from, fromShift, fromStep, 0, n, target, to, toShift, toStep, 0, m);
    }

    @Override
    void magnitudes(double[] x, int from, int n, int width, double[] magnitude, int column) {
        if (width == 1) {
            magnitude[column] = magnitudeOfRow(x, from, n);
            return;
        }
        Arrays.fill(magnitude, column, column + width, 0.0);
        for (int i = from; i < from + n; i += width) {
            for (int c = 0; c < width; c++) {
                magnitude[column + c] = Math.max(magnitude[column + c], Math.abs(x[i + c]));
            }
        }
    }

    private static double magnitudeOfRow(double[] x, int from, int n) {
        long max = 0;
        long max1 = 0;
        long max2 = 0;
        long max3 = 0;
        for (int i = from; i < from + n; i += 4) {
            // as integers, so that NaN counts as the greatest
            max = Math.max(max, Double.doubleToRawLongBits(x[i]) & MAGNITUDE_BITS);
            max1 = Math.max(max1, Double.doubleToRawLongBits(x[i + 1]) & MAGNITUDE_BITS);
            max2 = Math.max(max2, Double.doubleToRawLongBits(x[i + 2]) & MAGNITUDE_BITS);
            max3 = Math.max(max3, Double.doubleToRawLongBits(x[i + 3]) & MAGNITUDE_BITS);
        }
        return Double.longBitsToDouble(Math.max(Math.max(max, max1), Math.max(max2, max3)));
    }

    @Override
    double exponentials(double[] x, double[] e, double[] low, int n, double magic, double[][] memory) {
        double[] p = memory[0];
        double[] q = memory[1];
        double[] max = memory[6];
        Arrays.fill(max, 0, Math.min(n, BLOCK), 0.0);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, done, p, 0, m);
            exponentialsOfBlock(m, magic, memory);
            System.arraycopy(p, 0, e, done, m);
            System.arraycopy(q, 0, low, done, m);
        }
        return greatest(max, Math.min(n, BLOCK));
    }

    @Override
    double exponentialsOfRows(double[] x, int[] from, int shift, int rows, int n, double[] e, double[] low,
            int stride, double magic, double[][] memory) {
        double[] p = memory[0];
        double[] q = memory[1];
        double[] max = memory[6];
        Arrays.fill(max, 0, Math.min(rows * n, BLOCK), 0.0);
        for (int done = 0; done < rows * n; ) {
            // some whole rows, or a part of one
            int m = nextBlock(done, rows, n);
            int length = Math.min(m, n);
            for (int at = 0; at < m; at += length) {
                System.arraycopy(x, from[(done + at) / n] + shift + (done + at) % n, p, at, length);
            }
            exponentialsOfBlock(m, magic, memory);
            for (int at = 0; at < m; at += length) {
                int to = (done + at) / n * stride + (done + at) % n;
                System.arraycopy(p, at, e, to, length);
                System.arraycopy(q, at, low, to, length);
            }
            done += m;
        }
        return greatest(max, Math.min(rows * n, BLOCK));
    }

    /** The exponentials of the first m elements of memory[0], their low parts in memory[1]; see to memory[6], too. */
    private static void exponentialsOfBlock(int m, double magic, double[][] memory) {
        double[] p = memory[0];
        double[] q = memory[1];
        double[] max = memory[6];
        for (int i = 0; i < m; i++) {
            max[i] = Math.max(max[i], Math.abs(p[i]));
        }
        exponentials(p, q, m, magic, memory);
    }

    private static double greatest(double[] max, int n) {
        double greatest = 0.0;
        for (int i = 0; i < n; i++) {
            greatest = Math.max(greatest, max[i]);
        }
        return greatest;
    }

    /** x in, exp(x) 2^b = x + low out. */
    private static void exponentials(double[] x, double[] low, int m, double magic, double[][] memory) {
        double[] k = memory[2];
        double[] power = memory[3];
        double[] r = memory[4];
        double[] q = memory[5];
        // k = rint(x log2(e)); k + BIAS + b then stands in the low bits of k + magic
        for (int i = 0; i < m; i++) {
            double shifted = Math.fma(x[i], LOG2E, magic);
            power[i] = shifted;
            k[i] = shifted - magic;
        }
        for (int i = 0; i < m; i++) {
            power[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(power[i]) << 52);
        }
        // r = x - k ln2 in [-ln2/2, ln2/2]; a is exact, r rounded
        // 1 + r = h + tail, which also takes up the rounding of r
        for (int i = 0; i < m; i++) {
            double a = Math.fma(k[i], -LN2_HIGH, x[i]);
            double z = Math.fma(k[i], -LN2_LOW, a);
            q[i] = Math.fma(k[i], -LN2_LOW, (1.0 - (z + 1.0)) + a);
            r[i] = z;
        }
        // (exp(r) - 1 - r) / r^2, in Estrin's order: short chains keep the units busy
        for (int i = 0; i < m; i++) {
            double z = r[i];
            double z2 = z * z;
            double z4 = z2 * z2;
            double q0 = Math.fma(Math.fma(z, E5, E4), z2, Math.fma(z, E3, 0.5));
            double q4 = Math.fma(Math.fma(z, E9, E8), z2, Math.fma(z, E7, E6));
            double p = Math.fma(Math.fma(Math.fma(z, E11, E10), z4, q4), z4, q0);
            q[i] = Math.fma(z2, p, q[i]);
        }
        // exp(r) = h + t = p + (h - p + t), p nearest; then times 2^(k + b)
        for (int i = 0; i < m; i++) {
            double h = r[i] + 1.0;
            double p = h + q[i];
            low[i] = ((h - p) + q[i]) * power[i];
            x[i] = p * power[i];
        }
    }

    @Override
    void expSums(double[] e, double[] low, boolean signs, int runs, int n, int width, double[] sumHigh, double[] sumLow,
            double[][] memory) {
        double[] p = memory[0];
        double[] q = memory[1];
        for (int done = 0; done < runs * n; ) {
            int m = nextBlock(done, runs, n);
            System.arraycopy(e, done, p, 0, m);
            System.arraycopy(low, done, q, 0, m);
            sumPairs(p, q, m, n, width, sumHigh, sumLow, done / n * width, memory);
            // stored with the sign of the low part
            for (int i = 0; signs && i < m; i++) {
                e[done + i] = Double.longBitsToDouble(
                        Double.doubleToRawLongBits(p[i]) | Double.doubleToRawLongBits(q[i]) & SIGN_BIT);
            }
            done += m;
        }
    }

    /**
     * Adds p + q, m elements of runs or of a part of one, to the sums of their columns, the first being {@code first}.
     */
    private static void sumPairs(double[] p, double[] q, int m, int n, int width, double[] high, double[] low,
            int first, double[][] memory) {
        if (width == STRIPES) {
            sumStripes(p, q, m, n, high, low, first, memory);
            return;
        }
        double[] sum = memory[2];
        double[] rest = memory[3];
        double[] v = memory[8];
        double[] w = memory[9];
        for (int from = 0, column = first; from < m; from += n, column += width) {
            System.arraycopy(high, column, sum, 0, width);
            System.arraycopy(low, column, rest, 0, width);
            for (int line = from; line < Math.min(m, from + n); line += width) {
                System.arraycopy(p, line, v, 0, width);
                System.arraycopy(q, line, w, 0, width);
                // sum + v = next + error exactly
                for (int i = 0; i < width; i++) {
                    double next = sum[i] + v[i];
                    double part = next - sum[i];
                    rest[i] = rest[i] + ((sum[i] - (next - part)) + (v[i] - part) + w[i]);
                    sum[i] = next;
                }
            }
            System.arraycopy(sum, 0, high, column, width);
            System.arraycopy(rest, 0, low, column, width);
        }
    }

    /** The same for eight columns: too short a line for a loop of its own. */
    private static void sumStripes(double[] p, double[] q, int m, int n, double[] high, double[] low, int first,
            double[][] memory) {
        double[] before = memory[2];
        double[] after = memory[3];
        // the sums as they grow, all of them kept, so that their errors can be found side by side
        for (int from = 0, column = first; from < m; from += n, column += STRIPES) {
            grow(p, from, Math.min(m, from + n), high, column, before, after);
        }
        // sum + v = next + error exactly
        for (int i = 0; i < m; i++) {
            double part = after[i] - before[i];
            after[i] = (before[i] - (after[i] - part)) + (p[i] - part) + q[i];
        }
        for (int from = 0, column = first; from < m; from += n, column += STRIPES) {
            add(after, from, Math.min(m, from + n), low, column);
        }
    }

    /** Adds to eight sums, keeping each before and after each addition. */
    private static void grow(double[] p, int from, int end, double[] sums, int at, double[] before,
            double[] after) {
        double s0 = sums[at];
        double s1 = sums[at + 1];
        double s2 = sums[at + 2];
        double s3 = sums[at + 3];
        double s4 = sums[at + 4];
        double s5 = sums[at + 5];
        double s6 = sums[at + 6];
        double s7 = sums[at + 7];
        System.arraycopy(sums, at, before, from, STRIPES);
        for (int i = from; i < end; i += STRIPES) {
            after[i] = s0 += p[i];
            after[i + 1] = s1 += p[i + 1];
            after[i + 2] = s2 += p[i + 2];
            after[i + 3] = s3 += p[i + 3];
            after[i + 4] = s4 += p[i + 4];
            after[i + 5] = s5 += p[i + 5];
            after[i + 6] = s6 += p[i + 6];
            after[i + 7] = s7 += p[i + 7];
        }
        System.arraycopy(after, from, before, from + STRIPES, end - from - STRIPES);
        System.arraycopy(after, end - STRIPES, sums, at, STRIPES);
    }

    private static void add(double[] values, int from, int end, double[] sums, int at) {
        double s0 = sums[at];
        double s1 = sums[at + 1];
        double s2 = sums[at + 2];
        double s3 = sums[at + 3];
        double s4 = sums[at + 4];
        double s5 = sums[at + 5];
        double s6 = sums[at + 6];
        double s7 = sums[at + 7];
        for (int i = from; i < end; i += STRIPES) {
            s0 += values[i];
            s1 += values[i + 1];
            s2 += values[i + 2];
            s3 += values[i + 3];
            s4 += values[i + 4];
            s5 += values[i + 5];
            s6 += values[i + 6];
            s7 += values[i + 7];
        }
        sums[at] = s0;
        sums[at + 1] = s1;
        sums[at + 2] = s2;
        sums[at + 3] = s3;
        sums[at + 4] = s4;
        sums[at + 5] = s5;
        sums[at + 6] = s6;
        sums[at + 7] = s7;
    }

    /** Lays the values of the columns out beside the first m elements. */
    private static double[] spread(double[] values, int column, int m, int width, double[] into) {
        spread(values, column, 0, m, width, into);
        return into;
    }

    private static void spread(double[] values, int column, int from, int end, int width, double[] into) {
        if (width == 1) {
            Arrays.fill(into, from, end, values[column]);
        } else {
            for (int i = from; i < end; i += width) {
                System.arraycopy(values, column, into, i, width);
            }
        }
    }

    @Override
    void scaleTile(double[] e, int n, int width, double[] factorHigh, double[] factorLow, double[][] memory) {
        double[] v = memory[0];
        double[] fh = spread(factorHigh, 0, Math.min(n, BLOCK), width, memory[1]);
        double[] fl = spread(factorLow, 0, Math.min(n, BLOCK), width, memory[2]);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(e, done, v, 0, m);
            // |e| (1 +- 2^-54) (fh + fl)
            for (int i = 0; i < m; i++) {
                double a = Math.abs(v[i]);
                v[i] = Math.fma(a, fh[i], Math.fma(v[i], fh[i] * STASH, a * fl[i]));
            }
            System.arraycopy(v, 0, e, done, m);
        }
    }

    @Override
    void scaleRows(double[] e, int from, int stride, int rows, int n, double[] factorHigh, double[] factorLow,
            boolean[] skip, double[] out, int[] to, int shift, double[][] memory) {
        for (int row = 0; row < rows; row++) {
            if (!skip[row]) {
                scaleRow(e, from + row * stride, n, factorHigh[row], factorLow[row], out, to[row] + shift, memory[0]);
            }
        }
    }

    private static void scaleRow(double[] e, int from, int n, double factorHigh, double factorLow, double[] out, int to,
            double[] v) {
        double stash = factorHigh * STASH;
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(e, from + done, v, 0, m);
            // |e| (1 +- 2^-54) (fh + fl)
            for (int i = 0; i < m; i++) {
                double a = Math.abs(v[i]);
                v[i] = Math.fma(a, factorHigh, Math.fma(v[i], stash, a * factorLow));
            }
            System.arraycopy(v, 0, out, to + done, m);
        }
    }

    @Override
    void scaleMinus(double[] e, double[] shareHigh, double[] shareLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, double[] secondHigh, double[] secondLow, int column,
            double[][] memory) {
        int block = Math.min(n, BLOCK);
        double[] fh = spread(factorHigh, column, block, width, memory[0]);
        double[] fl = spread(factorLow, column, block, width, memory[1]);
        double[] sh = spread(secondHigh, column, block, width, memory[2]);
        double[] sl = spread(secondLow, column, block, width, memory[3]);
        double[] v = memory[4];
        double[] w = memory[5];
        double[] wl = memory[6];
        double[] low = memory[7];
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(e, from + done, v, 0, m);
            System.arraycopy(shareHigh, from + done, w, 0, m);
            System.arraycopy(shareLow, from + done, wl, 0, m);
            // |e| (1 +- 2^-54) (fh + fl)
            for (int i = 0; i < m; i++) {
                double a = Math.abs(v[i]);
                double p = a * fh[i];
                low[i] = Math.fma(a, fh[i], -p) + Math.fma(v[i], fh[i] * STASH, a * fl[i]);
            }
            // minus the share, whose low part joins the other's
            for (int i = 0; i < m; i++) {
                low[i] = low[i] + Math.fma(w[i], -sl[i], wl[i] * -sh[i]);
            }
            for (int i = 0; i < m; i++) {
                v[i] = Math.fma(w[i], -sh[i], Math.abs(v[i]) * fh[i]) + low[i];
            }
            System.arraycopy(v, 0, e, from + done, m);
        }
    }

    @Override
    void logProbabilities(double[] x, int from, int n, int width,
            double[] max, double[] logHigh, double[] logLow, int column, double[][] memory) {
        int block = Math.min(n, BLOCK);
        double[] top = spread(max, column, block, width, memory[0]);
        double[] lh = spread(logHigh, column, block, width, memory[1]);
        double[] ll = spread(logLow, column, block, width, memory[2]);
        double[] low = memory[3];
        double[] v = memory[4];
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, from + done, v, 0, m);
            // d + dl = x - m exactly
            difference(v, top, m, low);
            for (int i = 0; i < m; i++) {
                low[i] = low[i] - ll[i];
            }
            // s + sl = d - lh exactly; both terms are at most 0, so nothing cancels
            for (int i = 0; i < m; i++) {
                double d = v[i] - top[i];
                double s = d - lh[i];
                double piece = s - d;
                low[i] = ((d - (s - piece)) - (lh[i] + piece)) + low[i];
            }
            for (int i = 0; i < m; i++) {
                v[i] = ((v[i] - top[i]) - lh[i]) + low[i];
            }
            System.arraycopy(v, 0, x, from + done, m);
        }
    }

    /** What rounding drops from x - top. */
    private static void difference(double[] x, double[] top, int m, double[] low) {
        for (int i = 0; i < m; i++) {
            double v = x[i];
            double d = v - top[i];
            double part = d - v;
            low[i] = (v - (d - part)) - (top[i] + part);
        }
    }

    @Override
    void logs(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow,
            double[] logHigh, double[] logLow, double[][] memory) {
        double[] k = memory[0];
        double[] th = memory[1];
        double[] tl = memory[2];
        reduce(n, rHigh, rLow, eHigh, eLow, logHigh, logLow, k, th, tl, memory[3]);
        quotients(n, logHigh, logLow, th, tl, logHigh, logLow);
        // log(s / (e 2^k)) = 2 atanh(z / 2), the polynomial being in u = z / 2
        for (int i = 0; i < n; i++) {
            double u = logHigh[i] * 0.5;
            double u2 = u * u;
            double u4 = u2 * u2;
            double p0 = Math.fma(u2, A1, A0);
            double p2 = Math.fma(u2, A3, A2);
            double p4 = Math.fma(u2, A5, A4);
            double p6 = Math.fma(u2, A7, A6);
            double p = Math.fma(Math.fma(Math.fma(p6, u4, p4), u4, p2), u4, p0);
            logLow[i] = Math.fma(u2 * u, p, Math.fma(u2, logLow[i], logLow[i]));
        }
        // plus k ln2, whose high part is exact and, unless 0, above z
        for (int i = 0; i < n; i++) {
            double kh = k[i] * LN2_HIGH;
            double lh = kh + logHigh[i];
            double ll = (kh - lh) + logHigh[i] + Math.fma(k[i], LN2_LOW, logLow[i]);
            double h = lh + ll;
            logLow[i] = (lh - h) + ll;
            logHigh[i] = h;
        }
    }

    /** With s = e + r, finds k with s / (e 2^k) near 1, n = 2 (s - e 2^k) and t = s + e 2^k. */
    private static void reduce(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow,
            double[] nHigh, double[] nLow, double[] k, double[] tHigh, double[] tLow, double[] power) {
        for (int i = 0; i < n; i++) {
            double eh = eHigh[i];
            double sh = eh + rHigh[i];
            double part = sh - eh;
            tLow[i] = (eh - (sh - part)) + (rHigh[i] - part) + (eLow[i] + rLow[i]);
            k[i] = sh / eh;
        }
        // power = 2^k with s / (e 2^k) in [sqrt(1/2), sqrt(2)]
        for (int i = 0; i < n; i++) {
            long above = Double.doubleToRawLongBits(k[i]) - SQRT_HALF_BITS;
            power[i] = Double.longBitsToDouble((above & EXPONENT_BITS) + ONE_BITS);
            k[i] = Double.longBitsToDouble(above + ONE_BITS >>> 52 | TWO_52_BITS) - (0x1p52 + BIAS);
        }
        for (int i = 0; i < n; i++) {
            double sh = eHigh[i] + rHigh[i];
            double dh = eHigh[i] * power[i];
            double th = sh + dh;
            double bit = th - sh;
            tLow[i] = (sh - (th - bit)) + (dh - bit) + Math.fma(eLow[i], power[i], tLow[i]);
            tHigh[i] = th;
        }
        // s - e 2^k = r - e (2^k - 1), which for k = 0 is r itself
        for (int i = 0; i < n; i++) {
            double f = power[i] - 1.0;
            double fl = (power[i] - f) - 1.0;
            double g = eHigh[i] * f;
            nLow[i] = Math.fma(eHigh[i], f, -g) + Math.fma(eLow[i], f, eHigh[i] * fl);
        }
        for (int i = 0; i < n; i++) {
            double g = eHigh[i] * (power[i] - 1.0);
            double nh = rHigh[i] - g;
            double piece = nh - rHigh[i];
            double nl = (rHigh[i] - (nh - piece)) - (g + piece) + (rLow[i] - nLow[i]);
            nHigh[i] = nh + nh;
            nLow[i] = nl + nl;
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
    void sums(double[] x, int from, int n, int width, double[] high, double[] low, double[][] memory) {
        double[] p = memory[0];
        double[] zero = memory[1];
        Arrays.fill(zero, 0, Math.min(n, BLOCK), 0.0);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, from + done, p, 0, m);
            sumPairs(p, zero, m, m, width, high, low, 0, memory);
        }
    }

    @Override
    void surprisals(double[] x, double[] shareHigh, double[] shareLow, int from, int n, int width, double[] max,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, double[][] memory) {
        double[] p = memory[0];
        double[] q = memory[1];
        double[] w = memory[5];
        double[] wl = memory[6];
        double[] top = spread(max, 0, Math.min(n, BLOCK), width, memory[4]);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, from + done, p, 0, m);
            System.arraycopy(shareHigh, from + done, w, 0, m);
            System.arraycopy(shareLow, from + done, wl, 0, m);
            // d + dl = m - x exactly
            difference(top, p, m, q);
            // h + l = share (d + dl)
            for (int i = 0; i < m; i++) {
                double d = top[i] - p[i];
                double h = w[i] * d;
                q[i] = Math.fma(w[i], d, -h) + (w[i] * q[i] + wl[i] * d);
            }
            for (int i = 0; i < m; i++) {
                p[i] = w[i] * (top[i] - p[i]);
            }
            sumPairs(p, q, m, m, width, firstHigh, firstLow, 0, memory);
            sumPairs(w, wl, m, m, width, secondHigh, secondLow, 0, memory);
        }
    }

    @Override
    void softmaxSums(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, double[][] memory) {
        double[] h = memory[0];
        double[] l = memory[1];
        double[] v = memory[5];
        double[] t = spread(top, 0, Math.min(n, BLOCK), width, memory[4]);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(u, from + done, h, 0, m);
            System.arraycopy(p, from + done, v, 0, m);
            // d + dl = u - m exactly
            difference(h, t, m, l);
            // h + l = p (d + dl)
            for (int i = 0; i < m; i++) {
                double d = h[i] - t[i];
                double product = v[i] * d;
                l[i] = Math.fma(v[i], d, -product) + v[i] * l[i];
            }
            for (int i = 0; i < m; i++) {
                h[i] = v[i] * (h[i] - t[i]);
            }
            sumPairs(h, l, m, m, width, firstHigh, firstLow, 0, memory);
            Arrays.fill(l, 0, m, 0.0);
            sumPairs(v, l, m, m, width, secondHigh, secondLow, 0, memory);
        }
    }

    @Override
    void softmaxProduct(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, int column,
            double[][] memory) {
        int block = Math.min(n, BLOCK);
        double[] t = spread(top, column, block, width, memory[0]);
        double[] fh = spread(firstHigh, column, block, width, memory[1]);
        double[] fl = spread(firstLow, column, block, width, memory[2]);
        double[] sh = spread(secondHigh, column, block, width, memory[3]);
        double[] sl = spread(secondLow, column, block, width, memory[4]);
        double[] a = memory[5];
        double[] low = memory[6];
        double[] q = memory[7];
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(u, from + done, a, 0, m);
            System.arraycopy(p, from + done, q, 0, m);
            // d + dl = u - m exactly
            difference(a, t, m, low);
            // a + al = (d + dl) second
            for (int i = 0; i < m; i++) {
                double d = a[i] - t[i];
                double product = d * sh[i];
                low[i] = Math.fma(d, sh[i], -product) + (d * sl[i] + low[i] * sh[i]);
            }
            for (int i = 0; i < m; i++) {
                a[i] = (a[i] - t[i]) * sh[i];
            }
            // b + bl = a + al - first
            for (int i = 0; i < m; i++) {
                low[i] = low[i] - fl[i];
            }
            for (int i = 0; i < m; i++) {
                double b = a[i] - fh[i];
                double piece = b - a[i];
                low[i] = ((a[i] - (b - piece)) - (fh[i] + piece)) + low[i];
            }
            for (int i = 0; i < m; i++) {
                q[i] = Math.fma(q[i], a[i] - fh[i], q[i] * low[i]);
            }
            System.arraycopy(q, 0, p, from + done, m);
        }
    }

    @Override
    void minusProduct(double[] u, double[] eHigh, double[] eLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, int column, double[][] memory) {
        int block = Math.min(n, BLOCK);
        double[] fh = spread(factorHigh, column, block, width, memory[0]);
        double[] fl = spread(factorLow, column, block, width, memory[1]);
        double[] v = memory[2];
        double[] h = memory[3];
        double[] l = memory[4];
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(u, from + done, v, 0, m);
            System.arraycopy(eHigh, from + done, h, 0, m);
            System.arraycopy(eLow, from + done, l, 0, m);
            // u - e f, the low parts of the product first
            for (int i = 0; i < m; i++) {
                double low = Math.fma(h[i], -fl[i], l[i] * -fh[i]);
                v[i] = Math.fma(h[i], -fh[i], v[i]) + low;
            }
            System.arraycopy(v, 0, u, from + done, m);
        }
    }
}
