package io.github.surprisal.internal.kernels;

import static io.github.surprisal.internal.kernels.Constants.*;

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

    /** The two exponential functions, of the first m elements of value; and the rows they are for. */
    private enum Exp {
        PAIRS {
            @Override
            void load(Object x, int from, double[] value, int at, int n) {
                System.arraycopy(x, from, value, at, n);
            }

            @Override
            void apply(int m, double[] magic, Scratch scratch) {
                exponentials(m, magic, scratch);
            }
        },
        SINGLE {
            @Override
            void load(Object x, int from, double[] value, int at, int n) {
                float[] floats = (float[]) x;
                for (int i = 0; i < n; i++) {
                    value[at + i] = floats[from + i];
                }
            }

            @Override
            void apply(int m, double[] magic, Scratch scratch) {
                singleExponentials(m, magic, scratch);
                Arrays.fill(scratch.low, 0, m, -0.0); // which adds nothing, not even to -0
            }
        };

        abstract void load(Object x, int from, double[] value, int at, int n);

        abstract void apply(int m, double[] magic, Scratch scratch);
    }

    @Override
    public String name() {
        return "scalar";
    }

    /** 8 x 10 took 0.75 microseconds one number at a time, and 1.4 by these kernels; 160 is twice that, a guess. */
    @Override
    public int fewLogits() {
        return 160;
    }

    @Override
    public void transpose(double[] source, int[] from, int fromShift, int fromStep, int n,
            double[] target, int[] to, int toShift, int toStep, int m) {
        transpose(source, from, fromShift, fromStep, 0, n, target, to, toShift, toStep, 0, m);
    }

    @Override
    public void exponentials(double[] x, double[] magic, int n, Pairs e, Scratch scratch) {
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, done, scratch.value, 0, m);
            System.arraycopy(magic, done, scratch.magic, 0, m);
            exponentials(m, scratch.magic, scratch);
            System.arraycopy(scratch.value, 0, e.high, done, m);
            System.arraycopy(scratch.low, 0, e.low, done, m);
        }
    }

    /** The first m elements x of value become exp(x) 2^b = value + low. */
    private static void exponentials(int m, double[] magic, Scratch scratch) {
        double[] x = scratch.value;
        double[] low = scratch.low;
        double[] k = scratch.exponent;
        double[] power = scratch.power;
        double[] r = scratch.reduced;
        double[] p = scratch.polynomial;
        // k = rint(x log2(e)); k + BIAS + b then stands in the low bits of k + magic
        for (int i = 0; i < m; i++) {
            double shifted = Math.fma(x[i], LOG2E, magic[i]);
            power[i] = shifted;
            k[i] = shifted - magic[i];
        }
        for (int i = 0; i < m; i++) {
            power[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(power[i]) << 52);
        }
        // r = x - k ln2 in [-ln2/2, ln2/2]; a is exact, r rounded
        // 1 + r = h + tail, which also takes up the rounding of r
        for (int i = 0; i < m; i++) {
            double a = Math.fma(k[i], -LN2_HIGH, x[i]);
            double z = Math.fma(k[i], -LN2_LOW, a);
            low[i] = Math.fma(k[i], -LN2_LOW, (1.0 - (z + 1.0)) + a);
            r[i] = z;
        }
        // (exp(r) - 1 - r) / r^2 by Horner's rule in r^2; as one loop C2 of JDK 17 and 25 leaves it scalar (1.6 ns an
        // element; as two 0.26)
        for (int i = 0; i < m; i++) {
            double z = r[i];
            double z2 = z * z;
            p[i] = Math.fma(Math.fma(Math.fma(z, E11, E10), z2, Math.fma(z, E9, E8)), z2, Math.fma(z, E7, E6));
        }
        for (int i = 0; i < m; i++) {
            double z = r[i];
            double z2 = z * z;
            double q = Math.fma(Math.fma(p[i], z2, Math.fma(z, E5, E4)), z2, Math.fma(z, E3, 0.5));
            low[i] = Math.fma(z2, q, low[i]);
        }
        // exp(r) = h + t = p + (h - p + t), p nearest; then times 2^(k + b)
        for (int i = 0; i < m; i++) {
            double h = r[i] + 1.0;
            double t = low[i];
            double nearest = h + t;
            low[i] = ((h - nearest) + t) * power[i];
            x[i] = nearest * power[i];
        }
    }

    @Override
    public void singleExponentials(double[] x, double[] magic, int n, double[] e, Scratch scratch) {
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, done, scratch.value, 0, m);
            System.arraycopy(magic, done, scratch.magic, 0, m);
            singleExponentials(m, scratch.magic, scratch);
            System.arraycopy(scratch.value, 0, e, done, m);
        }
    }

    /** The first m elements x of value become exp(x) 2^b. */
    private static void singleExponentials(int m, double[] magic, Scratch scratch) {
        double[] x = scratch.value;
        double[] power = scratch.power;
        double[] r = scratch.reduced;
        // k = rint(x log2(e)); k + BIAS + b then stands in the low bits of k + magic; r = x - k ln2, rounded
        for (int i = 0; i < m; i++) {
            double shifted = Math.fma(x[i], LOG2E, magic[i]);
            power[i] = shifted;
            r[i] = Math.fma(shifted - magic[i], -LN2, x[i]);
        }
        for (int i = 0; i < m; i++) {
            power[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(power[i]) << 52);
        }
        // exp(r) by Horner's rule; then times 2^(k + b)
        for (int i = 0; i < m; i++) {
            double z = r[i];
            double p = Math.fma(Math.fma(Math.fma(z, F9, F8), z, F7), z, F6);
            p = Math.fma(Math.fma(Math.fma(p, z, F5), z, F4), z, F3);
            p = Math.fma(Math.fma(Math.fma(p, z, F2), z, 1.0), z, 1.0);
            x[i] = p * power[i];
        }
    }

    @Override
    public double expSumOfRows(double[] x, int[] from, int shift, int rows, int n, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        return expSumOfRows(Exp.PAIRS, x, from, shift, rows, n, magic, e, to, stride, sums, scratch);
    }

    @Override
    public double singleExpSumOfRows(float[] x, int[] from, int shift, int rows, int n, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        return expSumOfRows(Exp.SINGLE, x, from, shift, rows, n, magic, e, to, stride, sums, scratch);
    }

    private static double expSumOfRows(Exp exp, Object x, int[] from, int shift, int rows, int n, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        int padded = n + STRIPES - 1 & -STRIPES;
        int together = Math.max(1, BLOCK / padded);
        int used = Math.min(BLOCK, Math.min(rows, together) * padded);
        Arrays.fill(scratch.greatest, 0, used, 0.0);
        for (int row = 0; row < rows; row += together) {
            int lines = Math.min(together, rows - row);
            for (int done = 0; done < n; done += BLOCK) {
                expSumOfSomeRows(exp, x, from, shift + done, row, lines, Math.min(BLOCK, n - done), magic,
                        e, to + row * stride + done, stride, sums, scratch);
            }
        }
        return greatest(scratch.greatest, used);
    }

    /**
     * Rows [row, row + lines) of n elements, BLOCK of them at most with what pads the rows: zeros before what is left by
     * whole stripes.
     */
    private static void expSumOfSomeRows(Exp exp, Object x, int[] from, int shift, int row, int lines, int n,
            double[] magic, double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        double[] value = scratch.value;
        int padded = n + STRIPES - 1 & -STRIPES;
        int whole = n & -STRIPES;
        int rest = n - whole;
        for (int j = 0; j < lines; j++) {
            int at = j * padded;
            exp.load(x, from[row + j] + shift, value, at, whole);
            Arrays.fill(value, at + whole, at + padded - rest, 0.0);
            exp.load(x, from[row + j] + shift + whole, value, at + padded - rest, rest);
            Arrays.fill(scratch.magic, at, at + padded, magic[row + j]);
        }
        int m = lines * padded;
        growGreatest(value, m, scratch.greatest);
        exp.apply(m, scratch.magic, scratch);
        for (int j = 0; j < lines; j++) {
            int at = j * padded;
            Arrays.fill(value, at + whole, at + padded - rest, 0.0);
            Arrays.fill(scratch.low, at + whole, at + padded - rest, 0.0);
            System.arraycopy(value, at, e, to + j * stride, whole);
            System.arraycopy(value, at + padded - rest, e, to + j * stride + whole, rest);
        }
        sumOfStripes(m, padded, sums, row * STRIPES, scratch);
    }

    private static void growGreatest(double[] x, int m, double[] greatest) {
        for (int i = 0; i < m; i++) {
            greatest[i] = Math.max(greatest[i], Math.abs(x[i]));
        }
    }

    /** The greatest of n numbers, a multiple of eight: four at a time, so that none waits for the one before. */
    private static double greatest(double[] of, int n) {
        double m0 = of[0];
        double m1 = of[1];
        double m2 = of[2];
        double m3 = of[3];
        for (int i = 4; i < n; i += 4) {
            m0 = Math.max(m0, of[i]);
            m1 = Math.max(m1, of[i + 1]);
            m2 = Math.max(m2, of[i + 2]);
            m3 = Math.max(m3, of[i + 3]);
        }
        return Math.max(Math.max(m0, m1), Math.max(m2, m3));
    }

    @Override
    public double expSumOfTile(double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch) {
        return expSumOfTile(Exp.PAIRS, x, n, width, stripes, magic, e, to, sums, scratch);
    }

    @Override
    public double singleExpSumOfTile(double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch) {
        return expSumOfTile(Exp.SINGLE, x, n, width, stripes, magic, e, to, sums, scratch);
    }

    private static double expSumOfTile(Exp exp, double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch) {
        Arrays.fill(scratch.greatest, 0, Math.min(n, BLOCK), 0.0);
        spread(magic, 0, Math.min(n, BLOCK), width, scratch.magic);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(x, done, scratch.value, 0, m);
            growGreatest(scratch.value, m, scratch.greatest);
            exp.apply(m, scratch.magic, scratch);
            System.arraycopy(scratch.value, 0, e, to + done, m);
            sumOfLines(m, stripes * width, m % (stripes * width), sums, scratch);
        }
        return greatest(scratch.greatest, Math.min(n, BLOCK));
    }

    /**
     * Adds value + low, m elements, to the sums of a tile, so many columns. A last line that ends early begins at the
     * first column, or, where that line has {@code late} elements, so late that it ends at the last one.
     */
    private static void sumOfLines(int m, int columns, int late, Pairs sums, Scratch scratch) {
        if (columns == STRIPES) {
            sumOfStripes(m, m, sums, 0, scratch);
            return;
        }
        double[] sum = scratch.column;
        double[] rest = scratch.columnLow;
        double[] v = scratch.other;
        double[] w = scratch.otherLow;
        System.arraycopy(sums.high, 0, sum, 0, columns);
        System.arraycopy(sums.low, 0, rest, 0, columns);
        for (int at = 0; at < m; at += columns) {
            int n = Math.min(columns, m - at);
            int first = n == late ? columns - n : 0;
            System.arraycopy(scratch.value, at, v, first, n);
            System.arraycopy(scratch.low, at, w, first, n);
            // sum + v = next + error exactly
            for (int i = first; i < first + n; i++) {
                double next = sum[i] + v[i];
                double part = next - sum[i];
                rest[i] = rest[i] + ((sum[i] - (next - part)) + (v[i] - part) + w[i]);
                sum[i] = next;
            }
        }
        System.arraycopy(sum, 0, sums.high, 0, columns);
        System.arraycopy(rest, 0, sums.low, 0, columns);
    }

    /**
     * Adds value + low, m elements, each n of them with eight columns of their own, to these, the first of them being
     * {@code first}: too short a line for a loop of its own.
     */
    private static void sumOfStripes(int m, int n, Pairs sums, int first, Scratch scratch) {
        double[] value = scratch.value;
        double[] low = scratch.low;
        double[] before = scratch.column;
        double[] after = scratch.columnLow;
        // the sums as they grow, all of them kept, so that their errors can be found side by side
        for (int from = 0, column = first; from < m; from += n, column += STRIPES) {
            grow(value, from, Math.min(m, from + n), sums.high, column, before, after);
        }
        // sum + v = next + error exactly
        for (int i = 0; i < m; i++) {
            double part = after[i] - before[i];
            after[i] = (before[i] - (after[i] - part)) + (value[i] - part) + low[i];
        }
        for (int from = 0, column = first; from < m; from += n, column += STRIPES) {
            add(after, from, Math.min(m, from + n), sums.low, column);
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

    @Override
    public void sumOfRows(double[] high, double[] low, int rows, int n, int stride, Pairs sums, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            for (int done = 0; done < n; done += BLOCK) {
                int m = Math.min(BLOCK, n - done);
                System.arraycopy(high, row * stride + done, scratch.value, 0, m);
                System.arraycopy(low, row * stride + done, scratch.low, 0, m);
                sumOfStripes(m, m, sums, row * STRIPES, scratch);
            }
        }
    }

    @Override
    public void sumOfTile(double[] high, double[] low, int n, int width, int stripes, Pairs sums, Scratch scratch) {
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(high, done, scratch.value, 0, m);
            System.arraycopy(low, done, scratch.low, 0, m);
            sumOfLines(m, stripes * width, stripes * width, sums, scratch);
        }
    }

    /** Lays the values of the columns of a tile out beside its first m elements. */
    static void spread(double[] values, int column, int m, int width, double[] into) {
        for (int i = 0; i < m; i += width) {
            System.arraycopy(values, column, into, i, width);
        }
    }

    @Override
    public void scaleRows(double[] e, int from, int stride, int rows, int n, Pairs factors,
            boolean[] skip, double[] out, int[] to, int shift, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            if (!skip[row]) {
                scaleRow(e, from + row * stride, n, factors.high[row], factors.low[row], out, to[row] + shift,
                        scratch.value);
            }
        }
    }

    @Override
    public void scaleRowsToFloats(double[] e, int from, int stride, int rows, int n, Pairs factors,
            boolean[] skip, float[] out, int[] to, int shift, Scratch scratch) {
        double[] v = scratch.value;
        for (int row = 0; row < rows; row++) {
            for (int done = 0; !skip[row] && done < n; done += BLOCK) {
                int m = Math.min(BLOCK, n - done);
                scaleRow(e, from + row * stride + done, m, factors.high[row], factors.low[row], v, 0, scratch.other);
                narrow(v, 0, out, to[row] + shift + done, m);
            }
        }
    }

    private static void scaleRow(double[] e, int from, int n, double high, double low, double[] out, int to,
            double[] v) {
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(e, from + done, v, 0, m);
            for (int i = 0; i < m; i++) {
                v[i] = Math.fma(v[i], high, v[i] * low);
            }
            System.arraycopy(v, 0, out, to + done, m);
        }
    }

    @Override
    public void scaleTile(double[] e, int from, int n, int width, Pairs factors, double[] out, Scratch scratch) {
        double[] v = scratch.value;
        double[] high = scratch.column;
        double[] low = scratch.columnLow;
        spread(factors.high, 0, Math.min(n, BLOCK), width, high);
        spread(factors.low, 0, Math.min(n, BLOCK), width, low);
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            System.arraycopy(e, from + done, v, 0, m);
            for (int i = 0; i < m; i++) {
                v[i] = Math.fma(v[i], high[i], v[i] * low[i]);
            }
            System.arraycopy(v, 0, out, done, m);
        }
    }

    @Override
    public void extremesOfRows(double[] x, int[] from, int shift, int rows, int n, double[] greatest,
            double[] magnitude, int first, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            int at = from[row] + shift;
            double max = greatestOfRow(x, at, at + n);
            greatest[first + row] = max;
            magnitude[first + row] = Math.max(Math.abs(max), -leastOfRow(x, at, at + n));
        }
    }

    /** Four maxima, so that none has to wait for the one before. */
    private static double greatestOfRow(double[] x, int from, int end) {
        double m0 = x[from];
        double m1 = m0;
        double m2 = m0;
        double m3 = m0;
        int i = from;
        for (; i < end - 3; i += 4) {
            m0 = Math.max(m0, x[i]);
            m1 = Math.max(m1, x[i + 1]);
            m2 = Math.max(m2, x[i + 2]);
            m3 = Math.max(m3, x[i + 3]);
        }
        for (; i < end; i++) {
            m0 = Math.max(m0, x[i]);
        }
        return Math.max(Math.max(m0, m1), Math.max(m2, m3));
    }

    private static double leastOfRow(double[] x, int from, int end) {
        double m0 = x[from];
        double m1 = m0;
        double m2 = m0;
        double m3 = m0;
        int i = from;
        for (; i < end - 3; i += 4) {
            m0 = Math.min(m0, x[i]);
            m1 = Math.min(m1, x[i + 1]);
            m2 = Math.min(m2, x[i + 2]);
            m3 = Math.min(m3, x[i + 3]);
        }
        for (; i < end; i++) {
            m0 = Math.min(m0, x[i]);
        }
        return Math.min(Math.min(m0, m1), Math.min(m2, m3));
    }

    @Override
    public void logs(int n, Pairs r, Pairs e, Pairs log, Scratch scratch) {
        double[] k = scratch.exponent;
        reduce(n, r, e, log, k, scratch);
        Elementwise.quotients(n, log.high, log.low, scratch.value, scratch.low, log);
        double[] logHigh = log.high;
        double[] logLow = log.low;
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

    /** With s = e + r, finds k with s / (e 2^k) near 1, n = 2 (s - e 2^k) and t = s + e 2^k = value + low. */
    private static void reduce(int m, Pairs r, Pairs e, Pairs n, double[] k, Scratch scratch) {
        double[] rHigh = r.high;
        double[] rLow = r.low;
        double[] eHigh = e.high;
        double[] eLow = e.low;
        double[] nHigh = n.high;
        double[] nLow = n.low;
        double[] tHigh = scratch.value;
        double[] tLow = scratch.low;
        double[] power = scratch.power;
        for (int i = 0; i < m; i++) {
            double eh = eHigh[i];
            double sh = eh + rHigh[i];
            double part = sh - eh;
            tLow[i] = (eh - (sh - part)) + (rHigh[i] - part) + (eLow[i] + rLow[i]);
            k[i] = sh / eh;
        }
        // power = 2^k with s / (e 2^k) in [sqrt(1/2), sqrt(2)]
        for (int i = 0; i < m; i++) {
            long above = Double.doubleToRawLongBits(k[i]) - SQRT_HALF_BITS;
            power[i] = Double.longBitsToDouble((above & EXPONENT_BITS) + ONE_BITS);
            k[i] = Double.longBitsToDouble(above + ONE_BITS >>> 52 | TWO_52_BITS) - (0x1p52 + BIAS);
        }
        for (int i = 0; i < m; i++) {
            double sh = eHigh[i] + rHigh[i];
            double dh = eHigh[i] * power[i];
            double th = sh + dh;
            double bit = th - sh;
            tLow[i] = (sh - (th - bit)) + (dh - bit) + Math.fma(eLow[i], power[i], tLow[i]);
            tHigh[i] = th;
        }
        // s - e 2^k = r - e (2^k - 1), which for k = 0 is r itself
        for (int i = 0; i < m; i++) {
            double f = power[i] - 1.0;
            double fl = (power[i] - f) - 1.0;
            double g = eHigh[i] * f;
            nLow[i] = Math.fma(eHigh[i], f, -g) + Math.fma(eLow[i], f, eHigh[i] * fl);
        }
        for (int i = 0; i < m; i++) {
            double g = eHigh[i] * (power[i] - 1.0);
            double nh = rHigh[i] - g;
            double piece = nh - rHigh[i];
            double nl = (rHigh[i] - (nh - piece)) - (g + piece) + (rLow[i] - nLow[i]);
            nHigh[i] = nh + nh;
            nLow[i] = nl + nl;
        }
    }
}
