package io.github.surprisal.internal;

import static io.github.surprisal.internal.Constants.*;

import java.util.Arrays;

/**
 * The way of the samples that are not ordinary: logits beyond 200 in magnitude, infinite or NaN. One sample at a time,
 * in rows of its own whatever the layout, with the same kernels on shifted and clamped logits.
 *
 * <p>The shift is in the exponent: x is reduced as it is and the result scaled by 2^(512 - K) with K = rint(max log2
 * e), so no rounded x - max enters. Where |max| is beyond 2200 the maximum is subtracted first, which is exact for
 * every term that does not vanish (Sterbenz), as those lie within a factor of 2 of it.
 */
final class CarefulSample {

    /** Up to here x itself is reduced. Beyond, terms that count are at least half the maximum: 1533 ln 2 is 1063. */
    private static final double LARGE = 2200.0;
    /**
     * Terms are scaled by 2^HEADROOM, the greatest to about 2^512, so that terms down to 2^-1533 of the greatest stay
     * normal: subnormal results round once, in the last product. Lower terms count as 0.
     */
    private static final int HEADROOM = 512;
    private static final int DEPTH = HEADROOM + BIAS - 2;
    /** Ratios of the sum to the target's exponential from here on are split, see {@link #farLog}. */
    private static final double FAR = 0x1p900;
    /** Ratios below this are kept scaled, so that a subnormal loss is rounded once, after its weight. */
    private static final double TINY = 0x1p-900;
    private static final int TINY_EXPONENT = -600;
    static final int CHUNK = 512;

    private final KernelSet kernels;
    private final double[][] memory;
    private final double[] shift = new double[Geometry.SLOTS];
    private final double[] exponent = new double[Geometry.SLOTS];
    private final double[] y = new double[CHUNK];
    private final double[] e = new double[CHUNK];
    private final double[] eLow = new double[CHUNK];
    private final double[] dropped = new double[KernelSet.STRIPES];
    private final double[] high = new double[KernelSet.STRIPES];
    private final double[] low = new double[KernelSet.STRIPES];
    private final double[][] eight = new double[6][KernelSet.STRIPES];

    CarefulSample(KernelSet kernels, double[][] memory) {
        this.kernels = kernels;
        this.memory = memory;
    }

    /** Finds R and E of the sample in a slot. */
    void sum(Block b, int slot, double[] logits) {
        Geometry g = b.geometry;
        Exponentials of = b.exponentials;
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner) {
            max = logits[p] > max ? logits[p] : max;
        }
        shift[slot] = Math.abs(max) > LARGE ? max : 0.0;
        exponent[slot] = Math.rint((max - shift[slot]) * LOG2E);
        double bottom = lowest(slot);
        double restHigh = 0;
        double restLow = 0;
        for (int from = 0; from < g.classes; from += CHUNK) {
            int n = load(b, slot, logits, from, b.apart[slot]);
            Arrays.fill(high, 0.0);
            Arrays.fill(low, 0.0);
            kernels.exponentials(y, e, eLow, n, magic(slot), memory);
            for (int i = 0; i < n; i++) {
                if (y[i] == bottom) {
                    e[i] = 0.0;
                    eLow[i] = 0.0;
                }
            }
            kernels.sums(e, 0, n, KernelSet.STRIPES, high, low, memory);
            kernels.sums(eLow, 0, n, KernelSet.STRIPES, low, dropped, memory);
            Sums.tree(high, low, 0, 1);
            restLow += low[0] + Sums.error(restHigh, high[0]);
            restHigh += high[0];
        }
        of.restHigh[slot] = restHigh + restLow;
        of.restLow[slot] = (restHigh - of.restHigh[slot]) + restLow;
        of.apartHigh[slot] = 0;
        of.apartLow[slot] = 0;
        if (b.apart[slot] >= 0) {
            Arrays.fill(y, 0, KernelSet.STRIPES, clamped(slot, logits[b.base[slot] + b.apart[slot] * g.inner]));
            kernels.exponentials(y, high, low, KernelSet.STRIPES, magic(slot), memory);
            of.apartHigh[slot] = high[0];
            of.apartLow[slot] = low[0];
        }
    }

    private double magic(int slot) {
        return MAGIC + BIAS + HEADROOM - exponent[slot];
    }

    /** The reduced logit: shifted, and no lower than what counts. NaN stays NaN. */
    private double clamped(int slot, double logit) {
        double bottom = lowest(slot);
        double shifted = logit - shift[slot];
        return shifted < bottom ? bottom : shifted;
    }

    private double lowest(int slot) {
        return (exponent[slot] - DEPTH) * LN2_HIGH;
    }

    /**
     * Loads the reduced logits of a chunk of classes, those apart and of the padding at the lowest; returns how many.
     */
    private int load(Block b, int slot, double[] logits, int from, int apart) {
        Geometry g = b.geometry;
        int m = Math.min(CHUNK, g.classes - from);
        int n = m + KernelSet.STRIPES - 1 & -KernelSet.STRIPES;
        double bottom = lowest(slot);
        for (int c = 0, p = b.base[slot] + from * g.inner; c < m; c++, p += g.inner) {
            y[c] = clamped(slot, logits[p]);
        }
        Arrays.fill(y, m, n, bottom);
        if (apart >= from && apart < from + m) {
            y[apart - from] = bottom;
        }
        return n;
    }

    /** Writes the exponentials of the sample times its factor. */
    void scale(Block b, int slot, double[] logits, double[] out) {
        Geometry g = b.geometry;
        for (int from = 0; from < g.classes; from += CHUNK) {
            scaled(b, slot, logits, from);
            int m = Math.min(CHUNK, g.classes - from);
            for (int c = 0, p = b.base[slot] + from * g.inner; c < m; c++, p += g.inner) {
                out[p] = y[c];
            }
        }
    }

    /** The exponentials of the classes [from, from + CHUNK) of the sample times its factor. */
    double[] scaled(Block b, int slot, double[] logits, int from) {
        int n = load(b, slot, logits, from, -1);
        kernels.exponentials(y, y, eLow, n, magic(slot), memory);
        kernels.expSums(y, eLow, true, 1, n, KernelSet.STRIPES, high, low, memory); // for the signs
        Arrays.fill(high, b.factorHigh[slot]);
        Arrays.fill(low, b.factorLow[slot]);
        kernels.scaleTile(y, n, KernelSet.STRIPES, high, low, memory);
        Geometry g = b.geometry;
        double bottom = lowest(slot);
        int m = Math.min(CHUNK, g.classes - from);
        for (int c = 0, p = b.base[slot] + from * g.inner; c < m; c++, p += g.inner) {
            if (clamped(slot, logits[p]) == bottom && y[c] == y[c]) {
                y[c] = 0.0; // a large factor would bring the raised term back to light
            }
        }
        return y;
    }

    /** Whether log1p(R / E) is so small that it is R / E, and may be subnormal. */
    boolean isTiny(Block b, int slot) {
        Exponentials of = b.exponentials;
        return of.restHigh[slot] < TINY * of.apartHigh[slot];
    }

    /** Leaves log1p(R / E) = R / E of a tiny ratio, times 2^-TINY_EXPONENT, as the sum of two doubles. */
    void tinyLog(Block b, int slot) {
        Exponentials of = b.exponentials;
        double e = of.apartHigh[slot] * Math.scalb(1.0, TINY_EXPONENT);
        double log = of.restHigh[slot] / e;
        of.logHigh[slot] = log;
        of.logLow[slot] = (Math.fma(-log, e, of.restHigh[slot])
                + (of.restLow[slot] - log * (of.apartLow[slot] * Math.scalb(1.0, TINY_EXPONENT)))) / e;
        of.logExponent[slot] = TINY_EXPONENT;
    }

    /** Whether the class apart lies so far below the maximum that log(1 + rest / apart) has to be split. */
    boolean isFar(Block b, int slot) {
        return b.exponentials.sumHigh[slot] >= FAR * b.exponentials.apartHigh[slot];
    }

    /**
     * log1p(R / E) of a far class: (K ln2 + shift - x) + log((R + E) 2^-K). The first term is above 600 and the second
     * at least -1/2, so nothing cancels.
     */
    double farLog(Block b, int slot, double[] logits) {
        Exponentials of = b.exponentials;
        double one = Math.scalb(1.0, HEADROOM);
        Arrays.fill(eight[0], of.sumHigh[slot] - one);
        Arrays.fill(eight[1], of.sumLow[slot]);
        Arrays.fill(eight[2], one);
        Arrays.fill(eight[3], 0.0);
        kernels.logs(KernelSet.STRIPES, eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], memory);
        double x = logits[b.base[slot] + b.apart[slot] * b.geometry.inner];
        double k = exponent[slot];
        double log = eight[4][0];
        double gap = (shift[slot] + k * LN2_HIGH) - x; // one of shift and k is 0
        if (!(Math.abs(gap) <= Double.MAX_VALUE)) {
            return gap + log; // -Infinity at the target, or too far for a double
        }
        double gapLow = Sums.error(shift[slot] + k * LN2_HIGH, -x)
                + (Math.fma(k, LN2_HIGH, -(k * LN2_HIGH)) + k * LN2_LOW) + eight[5][0];
        return gap + log + (Sums.error(gap, log) + gapLow);
    }

    /** Writes the logarithms of the probabilities; the most probable class is the one apart. */
    void logProbabilities(Block b, int slot, double[] logits, double[] out) {
        Geometry g = b.geometry;
        double max = b.exponentials.max[slot];
        double logHigh = b.exponentials.logHigh[slot];
        double logLow = b.exponentials.logLow[slot];
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner) {
            double d = logits[p] - max;
            double s = d - logHigh;
            double low = Sums.error(d, -logHigh) + (Sums.error(logits[p], -max) - logLow);
            out[p] = low == low ? s + low : s; // NaN where a difference is infinite, or s is NaN itself
        }
    }
}
