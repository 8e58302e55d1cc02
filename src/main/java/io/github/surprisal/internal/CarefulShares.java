package io.github.surprisal.internal;

/** The twin of {@link SharesCrossEntropy} for single samples that are not ordinary: with infinities and NaN. */
final class CarefulShares {

    private CarefulShares() {
    }

    /** Finds sum m (max - x) and sum m of a sample; 0 times an infinite difference is 0. */
    static void expectations(LossCall call, Block b, int slot) {
        Geometry g = b.geometry;
        double max = b.exponentials.max[slot];
        int possible = possible(call, b, slot);
        double first = 0;
        double firstLow = 0;
        double second = 0;
        double secondLow = 0;
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner) {
            double x = call.input[p];
            double share = share(call, b, slot, c, x, possible);
            double shareLow = shareLow(call, b, slot, c, x, possible);
            secondLow += Sums.error(second, share) + shareLow;
            second += share;
            double d = max - x;
            double h = share * d;
            if (Math.abs(h) <= Double.MAX_VALUE) {
                double l = Math.fma(share, d, -h) + (share * Sums.error(max, -x) + shareLow * d);
                firstLow += Sums.error(first, h) + l;
                first += h;
            } else if (share != 0.0) {
                first += h;
            }
        }
        boolean finite = Math.abs(first) <= Double.MAX_VALUE;
        b.firstHigh[slot] = finite ? first + firstLow : first;
        b.firstLow[slot] = finite ? (first - b.firstHigh[slot]) + firstLow : 0.0;
        b.secondHigh[slot] = second + secondLow;
        b.secondLow[slot] = (second - b.secondHigh[slot]) + secondLow;
    }

    /** Writes the gradient; input and gradient may be the same array. */
    static void gradient(LossCall call, Block b, int slot) {
        Geometry g = b.geometry;
        int possible = possible(call, b, slot);
        double f = b.firstHigh[slot];
        double fl = b.firstLow[slot];
        for (int from = 0; from < g.classes; from += CarefulSample.CHUNK) {
            double[] scaled = b.exponentials.careful(slot, call.input, from);
            int end = Math.min(g.classes, from + CarefulSample.CHUNK);
            for (int c = from; c < end; c++) {
                int p = b.base[slot] + c * g.inner;
                double share = share(call, b, slot, c, call.input[p], possible);
                double shareLow = shareLow(call, b, slot, c, call.input[p], possible);
                call.gradient[p] = Math.fma(-share, f, scaled[c - from]) - (share * fl + shareLow * f);
            }
        }
    }

    /** How many classes the smoothing mass is spread over: those whose logit is above -Infinity. */
    private static int possible(LossCall call, Block b, int slot) {
        Geometry g = b.geometry;
        int possible = 0;
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner) {
            possible += call.input[p] == Double.NEGATIVE_INFINITY ? 0 : 1;
        }
        return Math.max(1, possible);
    }

    private static double target(LossCall call, Block b, int slot, int c) {
        if (call.probabilities == null) {
            return b.target[slot] == c ? 1.0 : 0.0;
        }
        return call.probabilities[b.geometry.denseAddress(b.sample[slot]) + c * b.geometry.inner];
    }

    /** The share of a class, as {@link KernelSet#shares} finds it. */
    private static double share(LossCall call, Block b, int slot, int c, double x, int possible) {
        LossSettings s = call.settings;
        double a = target(call, b, slot, c) * s.keepHigh;
        return s.weight(c) * (x == Double.NEGATIVE_INFINITY ? a : a + s.floorHigh(possible));
    }

    private static double shareLow(LossCall call, Block b, int slot, int c, double x, int possible) {
        LossSettings s = call.settings;
        double t = target(call, b, slot, c);
        double a = t * s.keepHigh;
        double sum = a;
        double low = Math.fma(t, s.keepHigh, -a) + t * s.keepLow;
        if (x != Double.NEGATIVE_INFINITY) {
            sum = a + s.floorHigh(possible);
            low += Sums.error(a, s.floorHigh(possible)) + s.floorLow(possible);
        }
        double w = s.weight(c);
        return Math.fma(w, sum, -(w * sum)) + w * low;
    }
}
