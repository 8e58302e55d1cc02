package io.github.surprisal.internal.kernels;

import static io.github.surprisal.internal.kernels.Constants.*;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorKernels} for results that become floats: {@link VectorLoops} with an exponential function
 * that has no low part, shaped by the same rules; and the casts, which C2 of JDK 17 does not vectorise.
 */
final class VectorSingleLoops {

    private static final VectorSpecies<Double> S = VectorLoops.species();
    private static final VectorSpecies<Long> LONGS = S.withLanes(long.class);
    private static final VectorSpecies<Float> FLOATS =
            VectorSpecies.of(float.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
    private static final int LANES = S.length();
    private static final int STRIPES = KernelSet.STRIPES;

    private VectorSingleLoops() {
    }

    static void exponentials(double[] x, double[] magic, int n, double[] e) {
        DoubleVector minusLn2 = DoubleVector.broadcast(S, -LN2);
        DoubleVector one = DoubleVector.broadcast(S, 1.0);
        for (int i = 0; i < n; i += LANES) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            // k = rint(x log2(e)); k + BIAS + b then stands in the low bits of k + magic; r = x - k ln2, rounded
            DoubleVector round = DoubleVector.fromArray(S, magic, i);
            DoubleVector shifted = v.fma(DoubleVector.broadcast(S, LOG2E), round);
            DoubleVector r = shifted.sub(round).fma(minusLn2, v);
            // exp(r) by Horner's rule; then times 2^(k + b)
            DoubleVector p = r.fma(F9, F8).fma(r, DoubleVector.broadcast(S, F7))
                    .fma(r, DoubleVector.broadcast(S, F6)).fma(r, DoubleVector.broadcast(S, F5))
                    .fma(r, DoubleVector.broadcast(S, F4)).fma(r, DoubleVector.broadcast(S, F3))
                    .fma(r, DoubleVector.broadcast(S, F2)).fma(r, one).fma(r, one);
            DoubleVector power = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
            p.mul(power).intoArray(e, i);
        }
    }

    static double expSumOfRows(float[] x, int[] from, int shift, int rows, int n, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        Arrays.fill(scratch.greatest, 0, STRIPES, 0.0);
        for (int row = 0; row < rows; row++) {
            Arrays.fill(scratch.magic, row * STRIPES, (row + 1) * STRIPES, magic[row]);
        }
        int rest = n % STRIPES;
        for (int row = 0; row < rows; row++) {
            expSum(x, from[row] + shift, n - rest, scratch.magic, e, to + row * stride, sums.high, sums.low,
                    row * STRIPES, scratch.greatest);
        }
        if (rest > 0 && n > STRIPES) {
            for (int row = 0; row < rows; row++) {
                copy(x, from[row] + shift + n - STRIPES, scratch.value, row * STRIPES, STRIPES);
            }
            expSumOfTails(rows, rest * STRIPES, sums, scratch);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(scratch.other, row * STRIPES, e, to + n - STRIPES + row * stride, STRIPES);
            }
        } else if (rest > 0) {
            // less than a vector: the end of a long row
            Arrays.fill(scratch.value, 0, STRIPES - n, 0.0);
            copy(x, from[0] + shift, scratch.value, STRIPES - n, n);
            expSumOfTails(1, rest * STRIPES, sums, scratch);
            System.arraycopy(scratch.other, STRIPES - n, e, to, n);
        }
        return VectorLoops.greatest(scratch.greatest);
    }

    static double expSumOfTile(double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch) {
        Arrays.fill(scratch.greatest, 0, STRIPES, 0.0);
        int columns = stripes * width;
        for (int c = 0; c < columns; c += width) {
            System.arraycopy(magic, 0, scratch.magic, c, width);
        }
        int rest = n % columns;
        expSum(x, VectorLoops.EIGHTS, 0, columns / STRIPES, n - rest, STRIPES, columns, scratch.magic, e, to, STRIPES,
                sums.high, sums.low, 0, scratch.greatest);
        expSum(x, VectorLoops.EIGHTS, n - rest, rest / STRIPES, rest, STRIPES, columns, scratch.magic, e, to + n - rest,
                STRIPES, sums.high, sums.low, columns - rest, scratch.greatest);
        return VectorLoops.greatest(scratch.greatest);
    }

    /** As the loop of the same name in {@link VectorLoops}, without low parts. */
    private static void expSum(double[] x, int[] starts, int shift, int count, int n, int shrink, int step,
            double[] magic, double[] e, int to, int toStride, double[] sumHigh, double[] sumLow, int firstSum,
            double[] greatest) {
        DoubleVector log2e = DoubleVector.broadcast(S, LOG2E);
        DoubleVector minusLn2 = DoubleVector.broadcast(S, -LN2);
        DoubleVector one = DoubleVector.broadcast(S, 1.0);
        DoubleVector f2 = DoubleVector.broadcast(S, F2);
        DoubleVector f3 = DoubleVector.broadcast(S, F3);
        DoubleVector f4 = DoubleVector.broadcast(S, F4);
        DoubleVector f5 = DoubleVector.broadcast(S, F5);
        DoubleVector f6 = DoubleVector.broadcast(S, F6);
        DoubleVector f7 = DoubleVector.broadcast(S, F7);
        DoubleVector f8 = DoubleVector.broadcast(S, F8);
        DoubleVector f9 = DoubleVector.broadcast(S, F9);
        LongVector magnitude = LongVector.broadcast(LONGS, MAGNITUDE_BITS);
        for (int j = 0; j < count; j++) {
            for (int c = 0; c < STRIPES; c += LANES) {
                int at = starts[j] + shift + c;
                int target = to + j * toStride + c;
                int column = firstSum + j * STRIPES + c;
                int end = n - j * shrink;
                DoubleVector sum = DoubleVector.fromArray(S, sumHigh, column);
                DoubleVector rest = DoubleVector.fromArray(S, sumLow, column);
                LongVector max = DoubleVector.fromArray(S, greatest, c).reinterpretAsLongs();
                DoubleVector round = DoubleVector.fromArray(S, magic, j * STRIPES + c);
                for (int i = 0; i < end; i += step) {
                    DoubleVector v = DoubleVector.fromArray(S, x, at + i);
                    // as integers, so that NaN counts as the greatest
                    max = max.max(v.reinterpretAsLongs().and(magnitude));
                    // k = rint(x log2(e)); k + BIAS + b then stands in the low bits of k + magic
                    // r = x - k ln2, rounded
                    DoubleVector shifted = v.fma(log2e, round);
                    DoubleVector r = shifted.sub(round).fma(minusLn2, v);
                    // exp(r) by Horner's rule; then times 2^(k + b)
                    DoubleVector p = r.fma(f9, f8).fma(r, f7).fma(r, f6).fma(r, f5).fma(r, f4).fma(r, f3).fma(r, f2)
                            .fma(r, one).fma(r, one);
                    DoubleVector power =
                            shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
                    DoubleVector high = p.mul(power);
                    high.intoArray(e, target + i);
                    // sum + high = next + error exactly
                    DoubleVector next = sum.add(high);
                    DoubleVector part = next.sub(sum);
                    rest = rest.add(sum.sub(next.sub(part)).add(high.sub(part)));
                    sum = next;
                }
                sum.intoArray(sumHigh, column);
                rest.intoArray(sumLow, column);
                max.reinterpretAsDoubles().intoArray(greatest, c);
            }
        }
    }

    /** The same for a row of floats, its eight sums being those from {@code firstSum} on. */
    private static void expSum(float[] x, int from, int n, double[] magic, double[] e, int to,
            double[] sumHigh, double[] sumLow, int firstSum, double[] greatest) {
        DoubleVector log2e = DoubleVector.broadcast(S, LOG2E);
        DoubleVector minusLn2 = DoubleVector.broadcast(S, -LN2);
        DoubleVector one = DoubleVector.broadcast(S, 1.0);
        DoubleVector f2 = DoubleVector.broadcast(S, F2);
        DoubleVector f3 = DoubleVector.broadcast(S, F3);
        DoubleVector f4 = DoubleVector.broadcast(S, F4);
        DoubleVector f5 = DoubleVector.broadcast(S, F5);
        DoubleVector f6 = DoubleVector.broadcast(S, F6);
        DoubleVector f7 = DoubleVector.broadcast(S, F7);
        DoubleVector f8 = DoubleVector.broadcast(S, F8);
        DoubleVector f9 = DoubleVector.broadcast(S, F9);
        LongVector magnitude = LongVector.broadcast(LONGS, MAGNITUDE_BITS);
        for (int c = 0; c < STRIPES; c += LANES) {
            DoubleVector sum = DoubleVector.fromArray(S, sumHigh, firstSum + c);
            DoubleVector rest = DoubleVector.fromArray(S, sumLow, firstSum + c);
            LongVector max = DoubleVector.fromArray(S, greatest, c).reinterpretAsLongs();
            DoubleVector round = DoubleVector.fromArray(S, magic, firstSum + c);
            for (int i = c; i < n; i += STRIPES) {
                DoubleVector v = (DoubleVector) FloatVector.fromArray(FLOATS, x, from + i)
                        .convertShape(VectorOperators.F2D, S, 0);
                // as integers, so that NaN counts as the greatest
                max = max.max(v.reinterpretAsLongs().and(magnitude));
                // k = rint(x log2(e)); k + BIAS + b then stands in the low bits of k + magic
                // r = x - k ln2, rounded
                DoubleVector shifted = v.fma(log2e, round);
                DoubleVector r = shifted.sub(round).fma(minusLn2, v);
                // exp(r) by Horner's rule; then times 2^(k + b)
                DoubleVector p = r.fma(f9, f8).fma(r, f7).fma(r, f6).fma(r, f5).fma(r, f4).fma(r, f3).fma(r, f2)
                        .fma(r, one).fma(r, one);
                DoubleVector power =
                        shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
                DoubleVector high = p.mul(power);
                high.intoArray(e, to + i);
                // sum + high = next + error exactly
                DoubleVector next = sum.add(high);
                DoubleVector part = next.sub(sum);
                rest = rest.add(sum.sub(next.sub(part)).add(high.sub(part)));
                sum = next;
            }
            sum.intoArray(sumHigh, firstSum + c);
            rest.intoArray(sumLow, firstSum + c);
            max.reinterpretAsDoubles().intoArray(greatest, c);
        }
    }

    private static void copy(float[] x, int from, double[] y, int to, int n) {
        for (int i = 0; i < n; i++) {
            y[to + i] = x[from + i];
        }
    }

    /** The same for what whole stripes leave of rows: of eight elements of each, those that have not been added. */
    private static void expSumOfTails(int count, int kept, Pairs sums, Scratch scratch) {
        for (int c = 0; c < STRIPES; c += LANES) {
            VectorLoops.growGreatest(scratch.value, c, count * STRIPES, scratch.greatest);
        }
        exponentials(scratch.value, scratch.magic, count * STRIPES, scratch.other);
        Arrays.fill(scratch.otherLow, 0, count * STRIPES, -0.0); // which adds nothing, not even to -0
        VectorLoops.addKept(scratch.other, scratch.otherLow, count * STRIPES, kept, sums.high, sums.low);
    }

    static void scaleRowsToFloats(double[] e, int from, int stride, int rows, int n, Pairs factors,
            boolean[] skip, float[] out, int[] to, int shift) {
        for (int row = 0; row < rows; row++) {
            if (!skip[row]) {
                scaleRow(e, from + row * stride, n, factors.high[row], factors.low[row], out, to[row] + shift);
            }
        }
    }

    private static void scaleRow(double[] e, int from, int n, double high, double low, float[] out, int to) {
        DoubleVector fh = DoubleVector.broadcast(S, high);
        DoubleVector fl = DoubleVector.broadcast(S, low);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            DoubleVector v = DoubleVector.fromArray(S, e, from + i);
            ((FloatVector) v.fma(fh, v.mul(fl)).convertShape(VectorOperators.D2F, FLOATS, 0)).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            double v = e[from + i];
            out[to + i] = (float) Math.fma(v, high, v * low);
        }
    }

    static void widen(float[] x, int from, double[] y, int to, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            ((DoubleVector) FloatVector.fromArray(FLOATS, x, from + i).convertShape(VectorOperators.F2D, S, 0))
                    .intoArray(y, to + i);
        }
        for (; i < n; i++) {
            y[to + i] = x[from + i];
        }
    }

    static void narrow(double[] x, int from, float[] y, int to, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            ((FloatVector) DoubleVector.fromArray(S, x, from + i).convertShape(VectorOperators.D2F, FLOATS, 0))
                    .intoArray(y, to + i);
        }
        for (; i < n; i++) {
            y[to + i] = (float) x[from + i];
        }
    }
}
