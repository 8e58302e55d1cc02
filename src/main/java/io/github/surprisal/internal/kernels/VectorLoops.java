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

    private VectorLoops() {
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
        int whole = n & -STRIPES;
        for (int row = 0; row < rows; row++) {
            Arrays.fill(scratch.magic, 0, STRIPES, magic[row]);
            for (int c = 0; c < STRIPES; c += LANES) {
                expSum(x, from[row] + shift + c, whole - c, STRIPES, scratch.magic, c,
                        e, to + row * stride + c, sums.high, sums.low, row * STRIPES + c, scratch.greatest, c);
            }
        }
        if (whole < n) {
            expSumOfTails(x, from, shift + whole, rows, n - whole, magic, e, to + whole, stride, sums, scratch);
        }
        return greatest(scratch.greatest, STRIPES);
    }

    private static double greatest(double[] of, int n) {
        double greatest = of[0];
        for (int i = 1; i < n; i++) {
            greatest = Math.max(greatest, of[i]);
        }
        return greatest;
    }

    /** What whole stripes leave of the rows, m elements each: side by side, as many as there is room for. */
    private static void expSumOfTails(double[] x, int[] from, int shift, int rows, int m, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        int together = KernelSet.BLOCK / STRIPES;
        for (int row = 0; row < rows; row += together) {
            expSumOfSomeTails(x, from, shift, row, Math.min(together, rows - row), m, magic, e, to, stride, sums,
                    scratch);
        }
    }

    private static void expSumOfSomeTails(double[] x, int[] from, int shift, int row, int lines, int m, double[] magic,
            double[] e, int to, int stride, Pairs sums, Scratch scratch) {
        double[] value = scratch.value;
        int n = lines * STRIPES;
        for (int j = 0; j < lines; j++) {
            int at = j * STRIPES;
            int source = from[row + j] + shift;
            for (int i = 0; i < STRIPES; i++) {
                value[at + i] = i < m ? x[source + i] : 0.0;
            }
            Arrays.fill(scratch.magic, at, at + STRIPES, magic[row + j]);
        }
        growGreatest(value, n, scratch.greatest);
        pairs(value, scratch.magic, n, scratch.other, scratch.otherLow);
        for (int j = 0; j < lines; j++) {
            int at = j * STRIPES;
            int target = to + (row + j) * stride;
            for (int i = 0; i < STRIPES; i++) {
                if (i < m) {
                    e[target + i] = scratch.other[at + i];
                } else {
                    scratch.other[at + i] = 0.0;
                    scratch.otherLow[at + i] = 0.0;
                }
            }
            for (int c = 0; c < STRIPES; c += LANES) {
                addPairs(scratch.other, scratch.otherLow, at + c, at + STRIPES, STRIPES, sums.high, sums.low,
                        (row + j) * STRIPES + c);
            }
        }
    }

    private static void growGreatest(double[] x, int n, double[] greatest) {
        for (int i = 0; i < n; i++) {
            greatest[i % STRIPES] = Math.max(greatest[i % STRIPES], Math.abs(x[i]));
        }
    }

    static double expSumOfTile(double[] x, int n, int width, int stripes, double[] magic,
            double[] e, int to, Pairs sums, Scratch scratch) {
        Arrays.fill(scratch.greatest, 0, LANES, 0.0);
        int columns = stripes * width;
        for (int c = 0; c < columns; c += LANES) {
            expSum(x, c, n - c, columns, magic, c & width - 1, e, to + c, sums.high, sums.low, c,
                    scratch.greatest, 0);
        }
        return greatest(scratch.greatest, LANES);
    }

    /**
     * Every {@code step}-th vector of n elements from x[at] on: exp(x) 2^b, its high part to e, both parts added to a
     * vector of sums; {@code greatest} grows to |x|.
     */
    private static void expSum(double[] x, int at, int n, int step, double[] magic, int m, double[] e, int to,
            double[] sumHigh, double[] sumLow, int column, double[] greatest, int g) {
        DoubleVector sum = DoubleVector.fromArray(S, sumHigh, column);
        DoubleVector rest = DoubleVector.fromArray(S, sumLow, column);
        LongVector max = DoubleVector.fromArray(S, greatest, g).reinterpretAsLongs();
        DoubleVector round = DoubleVector.fromArray(S, magic, m);
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
        for (int i = 0; i < n; i += step) {
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
            DoubleVector power = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
            DoubleVector low = h.sub(p).add(t).mul(power);
            DoubleVector high = p.mul(power);
            high.intoArray(e, to + i);
            // sum + high = next + error exactly
            DoubleVector next = sum.add(high);
            DoubleVector part = next.sub(sum);
            rest = rest.add(sum.sub(next.sub(part)).add(high.sub(part)).add(low));
            sum = next;
        }
        sum.intoArray(sumHigh, column);
        rest.intoArray(sumLow, column);
        max.reinterpretAsDoubles().intoArray(greatest, g);
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
            Arrays.fill(scratch.low, 0, STRIPES, x[at]);
            for (int c = 0; c < STRIPES; c += LANES) {
                extremes(x, at + c, at + whole, scratch.greatest, scratch.low, c);
            }
            double max = scratch.greatest[0];
            double min = scratch.low[0];
            for (int i = 1; i < STRIPES; i++) {
                max = Math.max(max, scratch.greatest[i]);
                min = Math.min(min, scratch.low[i]);
            }
            for (int i = whole; i < n; i++) {
                max = Math.max(max, x[at + i]);
                min = Math.min(min, x[at + i]);
            }
            greatest[first + row] = max;
            magnitude[first + row] = Math.max(Math.abs(max), -min);
        }
    }

    private static void extremes(double[] x, int from, int end, double[] greatest, double[] least, int c) {
        DoubleVector max = DoubleVector.fromArray(S, greatest, c);
        DoubleVector min = DoubleVector.fromArray(S, least, c);
        for (int i = from; i < end; i += STRIPES) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            max = max.max(v);
            min = min.min(v);
        }
        max.intoArray(greatest, c);
        min.intoArray(least, c);
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
