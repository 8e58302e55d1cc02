package io.github.surprisal.internal.kernels;

import static io.github.surprisal.internal.kernels.Constants.*;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorKernels} on {@code jdk.incubator.vector}, the twin of {@link ScalarKernels}: the same steps
 * under the same comments.
 *
 * <p>Shaped for C2, which turns a vector into a register only where it inlines everything: small methods, one call of
 * each routine per loop, the methods of the API without helpers in between (C2 always inlines the former only), static
 * final constants, and no vector that crosses a call or comes from two places (state goes through the column arrays).
 */
final class VectorLoops {

    private static final VectorSpecies<Double> S = species();
    private static final VectorSpecies<Long> LONGS = S.withLanes(long.class);
    private static final int LANES = S.length();
    private static final int STRIPES = KernelSet.STRIPES;

    /** Where the columns of a tile begin, eight at a time. */
    static final int[] EIGHTS = eights();
    /** From 8 r on, for vectors of which the last r elements count: all bits of those. */
    private static final long[] KEPT = kept();

    private VectorLoops() {
    }

    private static int[] eights() {
        int[] eights = new int[KernelSet.BLOCK / STRIPES];
        Arrays.setAll(eights, j -> j * STRIPES);
        return eights;
    }

    private static long[] kept() {
        long[] kept = new long[STRIPES * STRIPES];
        Arrays.setAll(kept, i -> i % STRIPES >= STRIPES - i / STRIPES ? -1 : 0);
        return kept;
    }

    /** The widest vectors of at most 512 bits: no wider than a run's columns are counted in. */
    static VectorSpecies<Double> species() {
        VectorSpecies<Double> preferred = DoubleVector.SPECIES_PREFERRED;
        return preferred.length() <= STRIPES ? preferred : DoubleVector.SPECIES_512;
    }

    /** The width of the vectors in bits. */
    static int bits() {
        return S.vectorBitSize();
    }

    static void exponentials(double[] x, double[] magic, int n, Pairs e, Scratch scratch) {
        pairs(x, magic, n, e.high, e.low);
    }

    /** exp(x) 2^b = e + low. */
    private static void pairs(double[] x, double[] magic, int n, double[] e, double[] low) {
        DoubleVector minusLn2High = DoubleVector.broadcast(S, -LN2_HIGH);
        DoubleVector minusLn2Low = DoubleVector.broadcast(S, -LN2_LOW);
        DoubleVector log2e = DoubleVector.broadcast(S, LOG2E);
        DoubleVector one = DoubleVector.broadcast(S, 1.0);
        for (int i = 0; i < n; i += LANES) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            // k = rint(x log2(e)); k + BIAS + b then stands in the low bits of k + magic
            DoubleVector round = DoubleVector.fromArray(S, magic, i);
            DoubleVector shifted = v.fma(log2e, round);
            DoubleVector k = shifted.sub(round);
            // r = x - k ln2 in [-ln2/2, ln2/2]; a is exact, r rounded
            DoubleVector a = k.fma(minusLn2High, v);
            DoubleVector r = k.fma(minusLn2Low, a);
            // 1 + r = h + tail, which also takes up the rounding of r
            DoubleVector h = r.add(one);
            DoubleVector tail = k.fma(minusLn2Low, one.sub(h).add(a));
            // (exp(r) - 1 - r) / r^2 by Horner's rule in r^2
            DoubleVector r2 = r.mul(r);
            DoubleVector q = r.fma(E11, E10).fma(r2, r.fma(E9, E8)).fma(r2, r.fma(E7, E6)).fma(r2, r.fma(E5, E4))
                    .fma(r2, r.fma(E3, 0.5));
            // exp(r) = h + t = p + (h - p + t), p nearest; then times 2^(k + b)
            DoubleVector t = r2.fma(q, tail);
            DoubleVector p = h.add(t);
            DoubleVector power = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
            h.sub(p).add(t).mul(power).intoArray(low, i);
            p.mul(power).intoArray(e, i);
        }
    }

    static double expSumOfRows(double[] x, int[] from, int shift, int rows, int n, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        Arrays.fill(scratch.greatest, 0, STRIPES, 0.0);
        for (int row = 0; row < rows; row++) {
            Arrays.fill(scratch.magic, row * STRIPES, (row + 1) * STRIPES, magic[row]);
        }
        int rest = n % STRIPES;
        expSum(x, from, shift, rows, n - rest, 0, STRIPES, scratch.magic, e, to, stride, sums.high, sums.low, 0,
                scratch.greatest);
        if (rest > 0 && n > STRIPES) {
            expSumOfTails(x, from, shift + n - STRIPES, rows, rest * STRIPES, e, to + n - STRIPES, stride, sums,
                    scratch);
        } else if (rest > 0) {
            // less than a vector: the end of a long row
            Arrays.fill(scratch.column, 0, STRIPES - n, 0.0);
            System.arraycopy(x, from[0] + shift, scratch.column, STRIPES - n, n);
            expSumOfTails(scratch.column, EIGHTS, 0, 1, rest * STRIPES, scratch.columnLow, 0, STRIPES, sums, scratch);
            System.arraycopy(scratch.columnLow, STRIPES - n, e, to, n);
        }
        return greatest(scratch.greatest);
    }

    static double greatest(double[] of) {
        double greatest = of[0];
        for (int i = 1; i < STRIPES; i++) {
            greatest = Math.max(greatest, of[i]);
        }
        return greatest;
    }

    static double expSumOfTile(double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch) {
        Arrays.fill(scratch.greatest, 0, STRIPES, 0.0);
        int columns = stripes * width;
        for (int c = 0; c < columns; c += width) {
            System.arraycopy(magic, 0, scratch.magic, c, width);
        }
        int rest = n % columns;
        expSum(x, EIGHTS, 0, columns / STRIPES, n - rest, STRIPES, columns, scratch.magic, e, to, STRIPES,
                sums.high, sums.low, 0, scratch.greatest);
        expSum(x, EIGHTS, n - rest, rest / STRIPES, rest, STRIPES, columns, scratch.magic, e, to + n - rest, STRIPES,
                sums.high, sums.low, columns - rest, scratch.greatest);
        return greatest(scratch.greatest);
    }

    /**
     * Sums of {@code count} times eight columns, those of number j being every {@code step}-th eight elements from
     * x[starts[j] + shift] on, n - j shrink elements away from the end: exp(x) 2^b, its high part to e, both parts
     * added; {@code greatest} grows to |x|.
     */
    private static void expSum(double[] x, int[] starts, int shift, int count, int n, int shrink, int step,
            double[] magic, double[] e, int to, int toStride, double[] sumHigh, double[] sumLow, int firstSum,
            double[] greatest) {
        DoubleVector log2e = DoubleVector.broadcast(S, LOG2E);
        DoubleVector minusLn2High = DoubleVector.broadcast(S, -LN2_HIGH);
        DoubleVector minusLn2Low = DoubleVector.broadcast(S, -LN2_LOW);
        DoubleVector one = DoubleVector.broadcast(S, 1.0);
        DoubleVector half = DoubleVector.broadcast(S, 0.5);
        DoubleVector e3 = DoubleVector.broadcast(S, E3);
        DoubleVector e4 = DoubleVector.broadcast(S, E4);
        DoubleVector e5 = DoubleVector.broadcast(S, E5);
        DoubleVector e6 = DoubleVector.broadcast(S, E6);
        DoubleVector e7 = DoubleVector.broadcast(S, E7);
        DoubleVector e8 = DoubleVector.broadcast(S, E8);
        DoubleVector e9 = DoubleVector.broadcast(S, E9);
        DoubleVector e10 = DoubleVector.broadcast(S, E10);
        DoubleVector e11 = DoubleVector.broadcast(S, E11);
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
                    DoubleVector shifted = v.fma(log2e, round);
                    DoubleVector k = shifted.sub(round);
                    // r = x - k ln2 in [-ln2/2, ln2/2]; a is exact, r rounded
                    DoubleVector a = k.fma(minusLn2High, v);
                    DoubleVector r = k.fma(minusLn2Low, a);
                    // 1 + r = h + tail, which also takes up the rounding of r
                    DoubleVector h = r.add(one);
                    DoubleVector tail = k.fma(minusLn2Low, one.sub(h).add(a));
                    // (exp(r) - 1 - r) / r^2 by Horner's rule in r^2
                    DoubleVector r2 = r.mul(r);
                    DoubleVector q = r.fma(e11, e10).fma(r2, r.fma(e9, e8)).fma(r2, r.fma(e7, e6)).fma(r2, r.fma(e5, e4))
                            .fma(r2, r.fma(e3, half));
                    // exp(r) = h + t = p + (h - p + t), p nearest; then times 2^(k + b)
                    DoubleVector t = r2.fma(q, tail);
                    DoubleVector p = h.add(t);
                    DoubleVector power =
                            shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
                    DoubleVector low = h.sub(p).add(t).mul(power);
                    DoubleVector high = p.mul(power);
                    high.intoArray(e, target + i);
                    // sum + high = next + error exactly
                    DoubleVector next = sum.add(high);
                    DoubleVector part = next.sub(sum);
                    rest = rest.add(sum.sub(next.sub(part)).add(high.sub(part)).add(low));
                    sum = next;
                }
                sum.intoArray(sumHigh, column);
                rest.intoArray(sumLow, column);
                max.reinterpretAsDoubles().intoArray(greatest, c);
            }
        }
    }

    /**
     * The same for what whole stripes leave of rows: the last eight elements of each, of which only those count that
     * have not been added before. (In three loops: as one, C2 boxes its vectors.)
     */
    private static void expSumOfTails(double[] x, int[] starts, int shift, int count, int kept, double[] e, int to,
            int toStride, Pairs sums, Scratch scratch) {
        for (int j = 0; j < count; j++) {
            System.arraycopy(x, starts[j] + shift, scratch.value, j * STRIPES, STRIPES);
        }
        for (int c = 0; c < STRIPES; c += LANES) {
            growGreatest(scratch.value, c, count * STRIPES, scratch.greatest);
        }
        pairs(scratch.value, scratch.magic, count * STRIPES, scratch.other, scratch.otherLow);
        for (int j = 0; j < count; j++) {
            System.arraycopy(scratch.other, j * STRIPES, e, to + j * toStride, STRIPES);
        }
        addKept(scratch.other, scratch.otherLow, count * STRIPES, kept, sums.high, sums.low);
    }

    static void growGreatest(double[] x, int c, int n, double[] greatest) {
        LongVector max = DoubleVector.fromArray(S, greatest, c).reinterpretAsLongs();
        for (int i = c; i < n; i += STRIPES) {
            max = max.max(DoubleVector.fromArray(S, x, i).reinterpretAsLongs().and(MAGNITUDE_BITS));
        }
        max.reinterpretAsDoubles().intoArray(greatest, c);
    }

    /** Adds the last elements of each eight of p + q, those that are to be kept, to sums of their own. */
    static void addKept(double[] p, double[] q, int n, int kept, double[] sumHigh, double[] sumLow) {
        for (int i = 0; i < n; i += LANES) {
            LongVector counts = LongVector.fromArray(LONGS, KEPT, kept + (i & STRIPES - 1));
            DoubleVector v = DoubleVector.fromArray(S, p, i).reinterpretAsLongs().and(counts).reinterpretAsDoubles();
            DoubleVector w = DoubleVector.fromArray(S, q, i).reinterpretAsLongs().and(counts).reinterpretAsDoubles();
            // sum + v = next + error exactly
            DoubleVector sum = DoubleVector.fromArray(S, sumHigh, i);
            DoubleVector next = sum.add(v);
            DoubleVector part = next.sub(sum);
            DoubleVector rest = DoubleVector.fromArray(S, sumLow, i);
            rest.add(sum.sub(next.sub(part)).add(v.sub(part)).add(w)).intoArray(sumLow, i);
            next.intoArray(sumHigh, i);
        }
    }

    static void sumOfRows(double[] high, double[] low, int rows, int n, int stride, Pairs sums, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < STRIPES; c += LANES) {
                addPairs(high, low, row * stride + c, row * stride + n, STRIPES, sums.high, sums.low,
                        row * STRIPES + c);
            }
        }
    }

    static void sumOfTile(double[] high, double[] low, int n, int width, int stripes, Pairs sums, Scratch scratch) {
        int columns = stripes * width;
        for (int c = 0; c < columns; c += LANES) {
            addPairs(high, low, c, n, columns, sums.high, sums.low, c);
        }
    }

    /** Adds p + q to a vector of sums. */
    private static void addPairs(double[] p, double[] q, int from, int end, int step, double[] high, double[] low,
            int c) {
        DoubleVector sum = DoubleVector.fromArray(S, high, c);
        DoubleVector rest = DoubleVector.fromArray(S, low, c);
        for (int i = from; i < end; i += step) {
            // sum + v = next + error exactly
            DoubleVector v = DoubleVector.fromArray(S, p, i);
            DoubleVector next = sum.add(v);
            DoubleVector part = next.sub(sum);
            rest = rest.add(sum.sub(next.sub(part)).add(v.sub(part)).add(DoubleVector.fromArray(S, q, i)));
            sum = next;
        }
        sum.intoArray(high, c);
        rest.intoArray(low, c);
    }

    static void scaleRows(double[] e, int from, int stride, int rows, int n, Pairs factors,
            boolean[] skip, double[] out, int[] to, int shift, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            if (!skip[row]) {
                scaleRow(e, from + row * stride, n, factors.high[row], factors.low[row], out, to[row] + shift);
            }
        }
    }

    private static void scaleRow(double[] e, int from, int n, double high, double low, double[] out, int to) {
        DoubleVector fh = DoubleVector.broadcast(S, high);
        DoubleVector fl = DoubleVector.broadcast(S, low);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            DoubleVector v = DoubleVector.fromArray(S, e, from + i);
            v.fma(fh, v.mul(fl)).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            double v = e[from + i];
            out[to + i] = Math.fma(v, high, v * low);
        }
    }

    static void scaleTile(double[] e, int from, int n, int width, Pairs factors, double[] out, Scratch scratch) {
        for (int c = 0; c < width; c += LANES) {
            scaleColumns(e, from, c, n, width, factors.high, factors.low, out);
        }
    }

    private static void scaleColumns(double[] e, int from, int c, int n, int step, double[] high, double[] low,
            double[] out) {
        DoubleVector fh = DoubleVector.fromArray(S, high, c);
        DoubleVector fl = DoubleVector.fromArray(S, low, c);
        for (int i = c; i < n; i += step) {
            DoubleVector v = DoubleVector.fromArray(S, e, from + i);
            v.fma(fh, v.mul(fl)).intoArray(out, i);
        }
    }

    static void extremesOfRows(double[] x, int[] from, int shift, int rows, int n, double[] greatest,
            double[] magnitude, int first, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            int at = from[row] + shift;
            int whole = n & -STRIPES;
            Arrays.fill(scratch.greatest, 0, STRIPES, x[at]);
            Arrays.fill(scratch.low, 0, STRIPES, 0.0);
            for (int c = 0; c < STRIPES; c += LANES) {
                extremes(x, at + c, at + whole, scratch.greatest, scratch.low, c);
            }
            double max = scratch.greatest[0];
            double size = scratch.low[0];
            for (int i = 1; i < STRIPES; i++) {
                max = Math.max(max, scratch.greatest[i]);
                size = Math.max(size, scratch.low[i]);
            }
            for (int i = at + whole; i < at + n; i++) {
                max = Math.max(max, x[i]);
                size = Math.max(size, Math.abs(x[i]));
            }
            greatest[first + row] = size == size ? max : size; // NaN is not greater than anything
            magnitude[first + row] = size;
        }
    }

    private static void extremes(double[] x, int from, int end, double[] greatest, double[] magnitude, int c) {
        DoubleVector max = DoubleVector.fromArray(S, greatest, c);
        LongVector size = DoubleVector.fromArray(S, magnitude, c).reinterpretAsLongs();
        for (int i = from; i < end; i += STRIPES) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            max = max.blend(v, v.compare(VectorOperators.GT, max));
            // as integers, so that NaN counts as the greatest
            size = size.max(v.reinterpretAsLongs().and(MAGNITUDE_BITS));
        }
        max.intoArray(greatest, c);
        size.reinterpretAsDoubles().intoArray(magnitude, c);
    }

    /**
     * The values of a tile's columns, or of a row a vector of copies. (As arrays: C2 boxes vectors that come from two
     * places.)
     */
    private static double[] columns(double[] values, int sample, int width, double[] copies) {
        if (width > 1) {
            return values;
        }
        Arrays.fill(copies, 0, LANES, values[sample]);
        return copies;
    }

    static void logProbabilities(double[] x, double[] logs, int at, int n, int width, double[] top, Pairs log,
            int sample, Scratch scratch) {
        double[] tops = columns(top, sample, width, scratch.column);
        double[] high = columns(log.high, sample, width, scratch.columnLow);
        double[] low = columns(log.low, sample, width, scratch.other);
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            logProbabilitiesOfColumns(x, logs, at + c, at + n, step, tops, high, low, c);
        }
    }

    private static void logProbabilitiesOfColumns(double[] x, double[] logs, int from, int end, int step,
            double[] top, double[] logHigh, double[] logLow, int c) {
        DoubleVector m = DoubleVector.fromArray(S, top, c);
        DoubleVector lh = DoubleVector.fromArray(S, logHigh, c);
        DoubleVector ll = DoubleVector.fromArray(S, logLow, c);
        for (int i = from; i < end; i += step) {
            // d + dl = x - top exactly
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector d = v.sub(m);
            DoubleVector part = d.sub(v);
            DoubleVector dl = v.sub(d.sub(part)).sub(m.add(part));
            // s + sl = d - lh exactly; both terms are at most 0, so nothing cancels
            DoubleVector s = d.sub(lh);
            DoubleVector piece = s.sub(d);
            DoubleVector sl = d.sub(s.sub(piece)).sub(lh.add(piece));
            s.add(sl.add(dl.sub(ll))).intoArray(logs, i);
        }
    }

    static void weightedDifferences(double[] u, Pairs weight, int at, int n, int width, double[] top, int sample,
            Pairs product, Scratch scratch) {
        double[] tops = columns(top, sample, width, scratch.column);
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            weightedDifferencesOfColumns(u, weight.high, weight.low, at + c, at + n, step, tops, c, product.high,
                    product.low);
        }
    }

    private static void weightedDifferencesOfColumns(double[] u, double[] weight, double[] weightLow, int from, int end,
            int step, double[] top, int c, double[] high, double[] low) {
        DoubleVector m = DoubleVector.fromArray(S, top, c);
        for (int i = from; i < end; i += step) {
            // d + dl = u - top exactly
            DoubleVector v = DoubleVector.fromArray(S, u, i);
            DoubleVector d = v.sub(m);
            DoubleVector part = d.sub(v);
            DoubleVector dl = v.sub(d.sub(part)).sub(m.add(part));
            // h + l = w (d + dl)
            DoubleVector w = DoubleVector.fromArray(S, weight, i);
            DoubleVector h = w.mul(d);
            h.intoArray(high, i);
            w.fma(d, h.neg()).add(w.mul(dl).add(DoubleVector.fromArray(S, weightLow, i).mul(d))).intoArray(low, i);
        }
    }

    static void softmaxProducts(double[] p, double[] u, int at, int n, int width, double[] top, Pairs product,
            Pairs total, int sample, Scratch scratch) {
        double[] tops = columns(top, sample, width, scratch.column);
        double[] ph = columns(product.high, sample, width, scratch.columnLow);
        double[] pl = columns(product.low, sample, width, scratch.other);
        double[] th = columns(total.high, sample, width, scratch.otherLow);
        double[] tl = columns(total.low, sample, width, scratch.magic);
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            softmaxProductsOfColumns(p, u, at + c, at + n, step, tops, ph, pl, th, tl, c);
        }
    }

    private static void softmaxProductsOfColumns(double[] p, double[] u, int from, int end, int step, double[] top,
            double[] productHigh, double[] productLow, double[] totalHigh, double[] totalLow, int c) {
        DoubleVector m = DoubleVector.fromArray(S, top, c);
        DoubleVector ph = DoubleVector.fromArray(S, productHigh, c);
        DoubleVector pl = DoubleVector.fromArray(S, productLow, c);
        DoubleVector th = DoubleVector.fromArray(S, totalHigh, c);
        DoubleVector tl = DoubleVector.fromArray(S, totalLow, c);
        for (int i = from; i < end; i += step) {
            // d + dl = u - top exactly
            DoubleVector v = DoubleVector.fromArray(S, u, i);
            DoubleVector d = v.sub(m);
            DoubleVector part = d.sub(v);
            DoubleVector dl = v.sub(d.sub(part)).sub(m.add(part));
            // a + al = (d + dl) total
            DoubleVector a = d.mul(th);
            DoubleVector al = d.fma(th, a.neg()).add(d.mul(tl).add(dl.mul(th)));
            // b + bl = a + al - product
            DoubleVector b = a.sub(ph);
            DoubleVector piece = b.sub(a);
            DoubleVector bl = a.sub(b.sub(piece)).sub(ph.add(piece)).add(al.sub(pl));
            DoubleVector q = DoubleVector.fromArray(S, p, i);
            q.fma(b, q.mul(bl)).intoArray(p, i);
        }
    }

    static void scaleMinusShares(double[] e, int from, Pairs share, double[] x, int at, int n, int width,
            Pairs factor, Pairs shareFactor, int sample, Scratch scratch) {
        double[] fh = columns(factor.high, sample, width, scratch.column);
        double[] fl = columns(factor.low, sample, width, scratch.columnLow);
        double[] sh = columns(shareFactor.high, sample, width, scratch.magic);
        double[] sl = columns(shareFactor.low, sample, width, scratch.reduced);
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            scaleMinusSharesOfColumns(e, from - at, share.high, share.low, x, at + c, at + n, step, fh, fl, sh, sl, c);
        }
    }

    private static void scaleMinusSharesOfColumns(double[] e, int shift, double[] shareHigh, double[] shareLow,
            double[] x, int from, int end, int step, double[] factorHigh, double[] factorLow, double[] shareFactorHigh,
            double[] shareFactorLow, int c) {
        DoubleVector fh = DoubleVector.fromArray(S, factorHigh, c);
        DoubleVector fl = DoubleVector.fromArray(S, factorLow, c);
        DoubleVector sh = DoubleVector.fromArray(S, shareFactorHigh, c).neg();
        DoubleVector sl = DoubleVector.fromArray(S, shareFactorLow, c).neg();
        for (int i = from; i < end; i += step) {
            // e (fh + fl)
            DoubleVector v = DoubleVector.fromArray(S, e, i + shift);
            DoubleVector p = v.mul(fh);
            DoubleVector low = v.fma(fh, p.neg()).add(v.mul(fl));
            // minus the share, whose low part joins the other's
            DoubleVector w = DoubleVector.fromArray(S, shareHigh, i);
            DoubleVector wl = DoubleVector.fromArray(S, shareLow, i);
            w.fma(sh, p).add(low.add(w.fma(sl, wl.mul(sh)))).intoArray(x, i);
        }
    }

    static void logs(int n, Pairs r, Pairs e, Pairs log, Scratch scratch) {
        // in three loops: in one, C2 would run out of its inlining budget and box every vector
        double[] k = scratch.exponent;
        double[] logHigh = log.high;
        double[] logLow = log.low;
        reduce(n, r.high, r.low, e.high, e.low, logHigh, logLow, k, scratch.value, scratch.low);
        Elementwise.quotients(n, logHigh, logLow, scratch.value, scratch.low, log);
        DoubleVector ln2Low = DoubleVector.broadcast(S, LN2_LOW);
        for (int i = 0; i < n; i += LANES) {
            // log(s / (e 2^k)) = 2 atanh(z / 2), the polynomial being in u = z / 2
            DoubleVector z = DoubleVector.fromArray(S, logHigh, i);
            DoubleVector u = z.mul(0.5);
            DoubleVector u2 = u.mul(u);
            DoubleVector u4 = u2.mul(u2);
            DoubleVector p0 = u2.fma(A1, A0);
            DoubleVector p2 = u2.fma(A3, A2);
            DoubleVector p4 = u2.fma(A5, A4);
            DoubleVector p6 = u2.fma(A7, A6);
            DoubleVector p = p6.fma(u4, p4).fma(u4, p2).fma(u4, p0);
            DoubleVector zl = DoubleVector.fromArray(S, logLow, i);
            DoubleVector low = u2.mul(u).fma(p, u2.fma(zl, zl));
            // plus k ln2, whose high part is exact and, unless 0, above z
            DoubleVector j = DoubleVector.fromArray(S, k, i);
            DoubleVector kh = j.mul(LN2_HIGH);
            DoubleVector lh = kh.add(z);
            DoubleVector ll = kh.sub(lh).add(z).add(j.fma(ln2Low, low));
            DoubleVector h = lh.add(ll);
            lh.sub(h).add(ll).intoArray(logLow, i);
            h.intoArray(logHigh, i);
        }
    }

    /** With s = e + r, finds k with s / (e 2^k) near 1, n = 2 (s - e 2^k) and t = s + e 2^k. */
    private static void reduce(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow,
            double[] nHigh, double[] nLow, double[] k, double[] tHigh, double[] tLow) {
        for (int i = 0; i < n; i += LANES) {
            DoubleVector rh = DoubleVector.fromArray(S, rHigh, i);
            DoubleVector rl = DoubleVector.fromArray(S, rLow, i);
            DoubleVector eh = DoubleVector.fromArray(S, eHigh, i);
            DoubleVector el = DoubleVector.fromArray(S, eLow, i);
            DoubleVector sh = eh.add(rh);
            DoubleVector part = sh.sub(eh);
            DoubleVector sl = eh.sub(sh.sub(part)).add(rh.sub(part)).add(el.add(rl));
            // power = 2^k with s / (e 2^k) in [sqrt(1/2), sqrt(2)]
            LongVector above = sh.div(eh).reinterpretAsLongs().sub(SQRT_HALF_BITS);
            DoubleVector power = above.and(EXPONENT_BITS).add(ONE_BITS).reinterpretAsDoubles();
            DoubleVector j = above.add(ONE_BITS).lanewise(VectorOperators.LSHR, 52).or(TWO_52_BITS)
                    .reinterpretAsDoubles().sub(0x1p52 + BIAS);
            j.intoArray(k, i);
            DoubleVector dh = eh.mul(power);
            DoubleVector th = sh.add(dh);
            th.intoArray(tHigh, i);
            DoubleVector bit = th.sub(sh);
            sh.sub(th.sub(bit)).add(dh.sub(bit)).add(el.fma(power, sl)).intoArray(tLow, i);
            // s - e 2^k = r - e (2^k - 1), which for k = 0 is r itself
            DoubleVector f = power.sub(1.0);
            DoubleVector fl = power.sub(f).sub(1.0);
            DoubleVector g = eh.mul(f);
            DoubleVector gl = eh.fma(f, g.neg()).add(el.fma(f, eh.mul(fl)));
            DoubleVector nh = rh.sub(g);
            DoubleVector piece = nh.sub(rh);
            DoubleVector nl = rh.sub(nh.sub(piece)).sub(g.add(piece)).add(rl.sub(gl));
            nh.add(nh).intoArray(nHigh, i);
            nl.add(nl).intoArray(nLow, i);
        }
    }
}
