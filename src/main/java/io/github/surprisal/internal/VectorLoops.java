package io.github.surprisal.internal;

import static io.github.surprisal.internal.Constants.*;

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

    private VectorLoops() {
    }

    /** The widest vectors of at most 512 bits: no wider than a run's columns are counted in. */
    static VectorSpecies<Double> species() {
        VectorSpecies<Double> preferred = DoubleVector.SPECIES_PREFERRED;
        return preferred.length() <= KernelSet.STRIPES ? preferred : DoubleVector.SPECIES_512;
    }

    /** The width of the vectors in bits. */
    static int bits() {
        return S.vectorBitSize();
    }

    /**
     * The values of the columns as an array that holds a vector of them at least: of a single column, a vector of
     * copies. (Not as vectors, one kind or the other: C2 boxes vectors that come from two places.)
     */
    private static double[] columns(double[] values, int column, int width, double[] copies) {
        if (width > 1) {
            return values;
        }
        DoubleVector.broadcast(S, values[column]).intoArray(copies, 0);
        return copies;
    }

    static void magnitudes(double[] x, int from, int n, int width, double[] magnitude, int column) {
        if (width == 1) {
            magnitude[column] = magnitudeOfRow(x, from, n);
        } else {
            for (int c = 0; c < width; c += LANES) {
                magnitudesOfColumns(x, from + c, from + n, width, magnitude, column + c);
            }
        }
    }

    private static double magnitudeOfRow(double[] x, int from, int n) {
        LongVector max = LongVector.zero(LONGS);
        for (int i = from; i < from + n; i += LANES) {
            // as integers, so that NaN counts as the greatest
            max = max.max(DoubleVector.fromArray(S, x, i).reinterpretAsLongs().and(MAGNITUDE_BITS));
        }
        return Double.longBitsToDouble(max.reduceLanes(VectorOperators.MAX));
    }

    private static void magnitudesOfColumns(double[] x, int from, int end, int step, double[] magnitude, int c) {
        LongVector max = LongVector.zero(LONGS);
        for (int i = from; i < end; i += step) {
            max = max.max(DoubleVector.fromArray(S, x, i).reinterpretAsLongs().and(MAGNITUDE_BITS));
        }
        max.reinterpretAsDoubles().intoArray(magnitude, c);
    }

    static double exponentials(double[] x, double[] e, double[] low, int n, double magic, double[][] memory) {
        return exponentialsOf(x, e, low, 0, n, magic);
    }

    static double exponentialsOfRows(double[] x, int[] from, int shift, int rows, int n, double[] e, double[] low,
            int stride, double magic, double[][] memory) {
        double max = 0.0;
        int most = 2 * KernelSet.BLOCK;
        int together = Math.max(1, most / stride);
        for (int row = 0; row < rows; row += together) {
            int lines = Math.min(together, rows - row);
            for (int at = 0; at < stride; at += most) {
                int width = Math.min(most, stride - at);
                lineUp(x, from, row, lines, shift + at, Math.min(n - at, width), memory[0], width);
                int to = row * stride + at;
                max = Math.max(max, exponentialsOf(memory[0], e, low, to, lines * width, magic));
            }
        }
        return max;
    }

    /**
     * Copies rows into memory of our own, and zeros between them. Read where they lie, their addresses would depend on
     * the start of the VM: where they agree with those of the outputs in the last twelve bits, loads wait for stores
     * (the loss of 8 x 128256 took 0.62 ns a logit in one start and 1.05 in another).
     */
    private static void lineUp(double[] x, int[] from, int row, int rows, int shift, int n, double[] into, int width) {
        for (int j = 0; j < rows; j++) {
            int at = j * width;
            System.arraycopy(x, from[row + j] + shift, into, at, n);
            for (int i = n; i < width; i++) {
                into[at + i] = 0.0;
            }
        }
    }

    private static double exponentialsOf(double[] x, double[] e, double[] low, int to, int n, double magic) {
        // in two loops: with the magnitudes in the same one, C2 of JDK 17 boxed them for good in some starts of the VM
        double max = magnitudeOfRow(x, 0, n);
        pairs(x, e, low, to, n, magic);
        return max;
    }

    /** exp(x) 2^b = e + low, these from an index on. */
    private static void pairs(double[] x, double[] e, double[] low, int to, int n, double magic) {
        DoubleVector minusLn2High = DoubleVector.broadcast(S, -LN2_HIGH);
        DoubleVector minusLn2Low = DoubleVector.broadcast(S, -LN2_LOW);
        DoubleVector one = DoubleVector.broadcast(S, 1.0);
        for (int i = 0; i < n; i += LANES) {
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            // k = rint(x log2(e)) and, in the low bits of shifted, k + BIAS + b
            DoubleVector shifted = v.fma(LOG2E, magic);
            DoubleVector k = shifted.sub(magic);
            // r = x - k ln2 in [-ln2/2, ln2/2]; a is exact, r rounded
            DoubleVector a = k.fma(minusLn2High, v);
            DoubleVector r = k.fma(minusLn2Low, a);
            // 1 + r = h + tail, which also takes up the rounding of r
            DoubleVector h = r.add(one);
            DoubleVector tail = k.fma(minusLn2Low, one.sub(h).add(a));
            // (exp(r) - 1 - r) / r^2, in Estrin's order: short chains keep the units busy
            DoubleVector r2 = r.mul(r);
            DoubleVector r4 = r2.mul(r2);
            DoubleVector q0 = r.fma(E5, E4).fma(r2, r.fma(E3, 0.5));
            DoubleVector q4 = r.fma(E9, E8).fma(r2, r.fma(E7, E6));
            DoubleVector q = r.fma(E11, E10).fma(r4, q4).fma(r4, q0);
            // exp(r) = h + t = p + (h - p + t), p nearest; then times 2^(k + b)
            DoubleVector t = r2.fma(q, tail);
            DoubleVector p = h.add(t);
            DoubleVector power = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
            h.sub(p).add(t).mul(power).intoArray(low, to + i);
            p.mul(power).intoArray(e, to + i);
        }
    }

    static void expSums(double[] e, double[] low, boolean signs, int runs, int n, int width, double[] sumHigh,
            double[] sumLow, double[][] memory) {
        for (int run = 0; run < runs; run++) {
            for (int c = 0; c < width; c += LANES) {
                int first = run * n + c;
                int end = run * n + n;
                if (signs) {
                    expSumsOfColumns(e, low, first, end, width, sumHigh, sumLow, run * width + c);
                } else {
                    addPairs(e, low, first, end, width, sumHigh, sumLow, run * width + c);
                }
            }
        }
    }

    private static void expSumsOfColumns(double[] e, double[] low, int from, int end, int step, double[] sumHigh,
            double[] sumLow, int c) {
        DoubleVector sum = DoubleVector.fromArray(S, sumHigh, c);
        DoubleVector rest = DoubleVector.fromArray(S, sumLow, c);
        for (int i = from; i < end; i += step) {
            // sum + v = next + error exactly
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector w = DoubleVector.fromArray(S, low, i);
            DoubleVector next = sum.add(v);
            DoubleVector part = next.sub(sum);
            DoubleVector error = sum.sub(next.sub(part)).add(v.sub(part));
            rest = rest.add(error.add(w));
            sum = next;
            // stored with the sign of the low part
            v.reinterpretAsLongs().or(w.reinterpretAsLongs().and(SIGN_BIT)).reinterpretAsDoubles().intoArray(e, i);
        }
        sum.intoArray(sumHigh, c);
        rest.intoArray(sumLow, c);
    }

    static void scaleTile(double[] e, int n, int width, double[] factorHigh, double[] factorLow, double[][] memory) {
        for (int c = 0; c < width; c += LANES) {
            scaleColumns(e, c, n, width, factorHigh, factorLow, c);
        }
    }

    private static void scaleColumns(double[] e, int from, int end, int step, double[] factorHigh, double[] factorLow,
            int c) {
        DoubleVector fh = DoubleVector.fromArray(S, factorHigh, c);
        DoubleVector fl = DoubleVector.fromArray(S, factorLow, c);
        DoubleVector stash = fh.mul(STASH);
        for (int i = from; i < end; i += step) {
            // |e| (1 +- 2^-54) (fh + fl)
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector m = v.reinterpretAsLongs().and(MAGNITUDE_BITS).reinterpretAsDoubles();
            m.fma(fh, v.fma(stash, m.mul(fl))).intoArray(e, i);
        }
    }

    static void scaleRows(double[] e, int from, int stride, int rows, int n, double[] factorHigh, double[] factorLow,
            boolean[] skip, double[] out, int[] to, int shift, double[][] memory) {
        for (int row = 0; row < rows; row++) {
            if (!skip[row]) {
                scaleRow(e, from + row * stride, n, factorHigh[row], factorLow[row], out, to[row] + shift);
            }
        }
    }

    private static void scaleRow(double[] e, int from, int n, double factorHigh, double factorLow, double[] out,
            int to) {
        DoubleVector fh = DoubleVector.broadcast(S, factorHigh);
        DoubleVector fl = DoubleVector.broadcast(S, factorLow);
        DoubleVector stash = DoubleVector.broadcast(S, factorHigh * STASH);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            // |e| (1 +- 2^-54) (fh + fl)
            DoubleVector v = DoubleVector.fromArray(S, e, from + i);
            DoubleVector m = v.reinterpretAsLongs().and(MAGNITUDE_BITS).reinterpretAsDoubles();
            m.fma(fh, v.fma(stash, m.mul(fl))).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            double v = e[from + i];
            double m = Math.abs(v);
            out[to + i] = Math.fma(m, factorHigh, Math.fma(v, factorHigh * STASH, m * factorLow));
        }
    }

    static void scaleMinus(double[] e, double[] shareHigh, double[] shareLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, double[] secondHigh, double[] secondLow, int column,
            double[][] memory) {
        double[] fh = columns(factorHigh, column, width, memory[0]);
        double[] fl = columns(factorLow, column, width, memory[1]);
        double[] sh = columns(secondHigh, column, width, memory[2]);
        double[] sl = columns(secondLow, column, width, memory[3]);
        int first = width == 1 ? 0 : column;
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            scaleColumnsMinus(e, shareHigh, shareLow, from + c, from + n, step, fh, fl, sh, sl, first + c);
        }
    }

    private static void scaleColumnsMinus(double[] e, double[] shareHigh, double[] shareLow, int from, int end,
            int step, double[] factorHigh, double[] factorLow, double[] secondHigh, double[] secondLow, int c) {
        DoubleVector fh = DoubleVector.fromArray(S, factorHigh, c);
        DoubleVector fl = DoubleVector.fromArray(S, factorLow, c);
        DoubleVector stash = fh.mul(STASH);
        DoubleVector sh = DoubleVector.fromArray(S, secondHigh, c).neg();
        DoubleVector sl = DoubleVector.fromArray(S, secondLow, c).neg();
        for (int i = from; i < end; i += step) {
            // |e| (1 +- 2^-54) (fh + fl)
            DoubleVector v = DoubleVector.fromArray(S, e, i);
            DoubleVector m = v.reinterpretAsLongs().and(MAGNITUDE_BITS).reinterpretAsDoubles();
            DoubleVector p = m.mul(fh);
            DoubleVector pl = m.fma(fh, p.neg()).add(v.fma(stash, m.mul(fl)));
            // minus the share, whose low part joins the other's
            DoubleVector w = DoubleVector.fromArray(S, shareHigh, i);
            DoubleVector wl = DoubleVector.fromArray(S, shareLow, i);
            w.fma(sh, p).add(pl.add(w.fma(sl, wl.mul(sh)))).intoArray(e, i);
        }
    }

    static void logProbabilities(double[] x, int from, int n, int width,
            double[] max, double[] logHigh, double[] logLow, int column, double[][] memory) {
        double[] top = columns(max, column, width, memory[0]);
        double[] lh = columns(logHigh, column, width, memory[1]);
        double[] ll = columns(logLow, column, width, memory[2]);
        int first = width == 1 ? 0 : column;
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            logProbabilitiesOfColumns(x, from + c, from + n, step, top, lh, ll, first + c);
        }
    }

    private static void logProbabilitiesOfColumns(double[] x, int from, int end, int step,
            double[] max, double[] logHigh, double[] logLow, int c) {
        DoubleVector m = DoubleVector.fromArray(S, max, c);
        DoubleVector lh = DoubleVector.fromArray(S, logHigh, c);
        DoubleVector ll = DoubleVector.fromArray(S, logLow, c);
        for (int i = from; i < end; i += step) {
            // d + dl = x - m exactly
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector d = v.sub(m);
            DoubleVector part = d.sub(v);
            DoubleVector dl = v.sub(d.sub(part)).sub(m.add(part));
            // s + sl = d - lh exactly; both terms are at most 0, so nothing cancels
            DoubleVector s = d.sub(lh);
            DoubleVector piece = s.sub(d);
            DoubleVector sl = d.sub(s.sub(piece)).sub(lh.add(piece));
            s.add(sl.add(dl.sub(ll))).intoArray(x, i);
        }
    }

    static void logs(int n, double[] rHigh, double[] rLow, double[] eHigh, double[] eLow,
            double[] logHigh, double[] logLow, double[][] memory) {
        // in three loops: in one, C2 would run out of its inlining budget and box every vector
        double[] k = memory[0];
        double[] th = memory[1];
        double[] tl = memory[2];
        reduce(n, rHigh, rLow, eHigh, eLow, logHigh, logLow, k, th, tl);
        quotients(n, logHigh, logLow, th, tl, logHigh, logLow);
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

    static void quotients(int n, double[] aHigh, double[] aLow, double[] bHigh, double[] bLow,
            double[] high, double[] low) {
        for (int i = 0; i < n; i += LANES) {
            DoubleVector ah = DoubleVector.fromArray(S, aHigh, i);
            DoubleVector al = DoubleVector.fromArray(S, aLow, i);
            DoubleVector bh = DoubleVector.fromArray(S, bHigh, i);
            DoubleVector bl = DoubleVector.fromArray(S, bLow, i);
            // q + rest / b, the rest being exact but for its last term
            DoubleVector q = ah.div(bh);
            DoubleVector rest = q.neg().fma(bh, ah).add(al.sub(q.mul(bl)));
            DoubleVector ql = rest.div(bh);
            DoubleVector h = q.add(ql);
            q.sub(h).add(ql).intoArray(low, i);
            h.intoArray(high, i);
        }
    }

    static void sums(double[] x, int from, int n, int width, double[] high, double[] low, double[][] memory) {
        for (int c = 0; c < width; c += LANES) {
            sumColumns(x, from + c, from + n, width, high, low, c);
        }
    }

    private static void sumColumns(double[] x, int from, int end, int step, double[] high, double[] low, int c) {
        DoubleVector sum = DoubleVector.fromArray(S, high, c);
        DoubleVector rest = DoubleVector.fromArray(S, low, c);
        for (int i = from; i < end; i += step) {
            // sum + v = next + error exactly
            DoubleVector v = DoubleVector.fromArray(S, x, i);
            DoubleVector next = sum.add(v);
            DoubleVector part = next.sub(sum);
            rest = rest.add(sum.sub(next.sub(part)).add(v.sub(part)));
            sum = next;
        }
        sum.intoArray(high, c);
        rest.intoArray(low, c);
    }

    static void surprisals(double[] x, double[] shareHigh, double[] shareLow, int from, int n, int width,
            double[] max, double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow,
            double[][] memory) {
        double[] p = memory[0];
        double[] q = memory[1];
        for (int done = 0; done < n; done += KernelSet.BLOCK) {
            int m = Math.min(KernelSet.BLOCK, n - done);
            int at = from + done;
            for (int c = 0; c < width; c += LANES) {
                surprisalsOfColumns(x, shareHigh, shareLow, at, m, width, max, p, q, c);
                addPairs(p, q, c, m, width, firstHigh, firstLow, c);
                addPairs(shareHigh, shareLow, at + c, at + m, width, secondHigh, secondLow, c);
            }
        }
    }

    private static void surprisalsOfColumns(double[] x, double[] shareHigh, double[] shareLow, int at, int m, int step,
            double[] max, double[] p, double[] q, int c) {
        DoubleVector top = DoubleVector.fromArray(S, max, c);
        for (int i = c; i < m; i += step) {
            // d + dl = m - x exactly
            DoubleVector v = DoubleVector.fromArray(S, x, at + i);
            DoubleVector d = top.sub(v);
            DoubleVector part = d.sub(top);
            DoubleVector dl = top.sub(d.sub(part)).sub(v.add(part));
            // h + l = share (d + dl)
            DoubleVector sh = DoubleVector.fromArray(S, shareHigh, at + i);
            DoubleVector h = sh.mul(d);
            h.intoArray(p, i);
            sh.fma(d, h.neg()).add(sh.mul(dl).add(DoubleVector.fromArray(S, shareLow, at + i).mul(d))).intoArray(q, i);
        }
    }

    /** Adds p + q to the sums of their columns. */
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

    static void softmaxSums(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, double[][] memory) {
        double[] h = memory[0];
        double[] l = memory[1];
        for (int done = 0; done < n; done += KernelSet.BLOCK) {
            int m = Math.min(KernelSet.BLOCK, n - done);
            int at = from + done;
            for (int c = 0; c < width; c += LANES) {
                softmaxTermsOfColumns(p, u, at, m, width, top, h, l, c);
                addPairs(h, l, c, m, width, firstHigh, firstLow, c);
                sumColumns(p, at + c, at + m, width, secondHigh, secondLow, c);
            }
        }
    }

    private static void softmaxTermsOfColumns(double[] p, double[] u, int at, int m, int step, double[] top, double[] h,
            double[] l, int c) {
        DoubleVector t = DoubleVector.fromArray(S, top, c);
        for (int i = c; i < m; i += step) {
            // d + dl = u - m exactly
            DoubleVector v = DoubleVector.fromArray(S, u, at + i);
            DoubleVector d = v.sub(t);
            DoubleVector part = d.sub(v);
            DoubleVector dl = v.sub(d.sub(part)).sub(t.add(part));
            // h + l = p (d + dl)
            DoubleVector w = DoubleVector.fromArray(S, p, at + i);
            DoubleVector product = w.mul(d);
            product.intoArray(h, i);
            w.fma(d, product.neg()).add(w.mul(dl)).intoArray(l, i);
        }
    }

    static void softmaxProduct(double[] p, double[] u, int from, int n, int width, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, int column,
            double[][] memory) {
        double[] t = columns(top, column, width, memory[0]);
        double[] fh = columns(firstHigh, column, width, memory[1]);
        double[] fl = columns(firstLow, column, width, memory[2]);
        double[] sh = columns(secondHigh, column, width, memory[3]);
        double[] sl = columns(secondLow, column, width, memory[4]);
        int first = width == 1 ? 0 : column;
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            softmaxProductOfColumns(p, u, from + c, from + n, step, t, fh, fl, sh, sl, first + c);
        }
    }

    private static void softmaxProductOfColumns(double[] p, double[] u, int from, int end, int step, double[] top,
            double[] firstHigh, double[] firstLow, double[] secondHigh, double[] secondLow, int c) {
        DoubleVector m = DoubleVector.fromArray(S, top, c);
        DoubleVector fh = DoubleVector.fromArray(S, firstHigh, c);
        DoubleVector fl = DoubleVector.fromArray(S, firstLow, c);
        DoubleVector sh = DoubleVector.fromArray(S, secondHigh, c);
        DoubleVector sl = DoubleVector.fromArray(S, secondLow, c);
        for (int i = from; i < end; i += step) {
            // d + dl = u - m exactly
            DoubleVector v = DoubleVector.fromArray(S, u, i);
            DoubleVector d = v.sub(m);
            DoubleVector part = d.sub(v);
            DoubleVector dl = v.sub(d.sub(part)).sub(m.add(part));
            // a + al = (d + dl) second
            DoubleVector a = d.mul(sh);
            DoubleVector al = d.fma(sh, a.neg()).add(d.mul(sl).add(dl.mul(sh)));
            // b + bl = a + al - first
            DoubleVector b = a.sub(fh);
            DoubleVector piece = b.sub(a);
            DoubleVector bl = a.sub(b.sub(piece)).sub(fh.add(piece)).add(al.sub(fl));
            DoubleVector q = DoubleVector.fromArray(S, p, i);
            q.fma(b, q.mul(bl)).intoArray(p, i);
        }
    }

    static void minusProduct(double[] u, double[] eHigh, double[] eLow, int from, int n, int width,
            double[] factorHigh, double[] factorLow, int column, double[][] memory) {
        double[] fh = columns(factorHigh, column, width, memory[0]);
        double[] fl = columns(factorLow, column, width, memory[1]);
        int first = width == 1 ? 0 : column;
        int step = Math.max(width, LANES);
        for (int c = 0; c < step; c += LANES) {
            minusProductOfColumns(u, eHigh, eLow, from + c, from + n, step, fh, fl, first + c);
        }
    }

    private static void minusProductOfColumns(double[] u, double[] eHigh, double[] eLow, int from, int end, int step,
            double[] factorHigh, double[] factorLow, int c) {
        DoubleVector fh = DoubleVector.fromArray(S, factorHigh, c).neg();
        DoubleVector fl = DoubleVector.fromArray(S, factorLow, c).neg();
        for (int i = from; i < end; i += step) {
            // u - e f, the low parts of the product first
            DoubleVector eh = DoubleVector.fromArray(S, eHigh, i);
            DoubleVector low = eh.fma(fl, DoubleVector.fromArray(S, eLow, i).mul(fh));
            eh.fma(fh, DoubleVector.fromArray(S, u, i)).add(low).intoArray(u, i);
        }
    }
}
