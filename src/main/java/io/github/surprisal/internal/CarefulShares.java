package io.github.surprisal.internal;

/** The twin of {@link SharesCrossEntropy} for single samples that are not ordinary: with infinities and NaN. */
final class CarefulShares {

    private CarefulShares() {
    }

    /** Finds sum m (max - x), infinite where scaled it does not fit, and sum m of a sample. */
    static void expectations(LossCall call, Block b, int slot) {
        Geometry g = b.geometry;
        int possible = possible(call, b, slot);
        double sum = 0;
        double low = 0;
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner) {
            double share = share(call, b, slot, c, call.input[p], possible);
            low += Sums.error(sum, share) + shareLow(call, b, slot, c, call.input[p], possible);
            sum += share;
        }
        b.secondHigh[slot] = sum + low;
        b.secondLow[slot] = (sum - b.secondHigh[slot]) + low;
        expectation(call, b, slot, possible, 1.0);
    }

    /** Finds the unscaled sum m (max - x). */
    static void unscaledExpectation(LossCall call, Block b, int slot) {
        expectation(call, b, slot, possible(call, b, slot), 1.0 / LossSettings.SHARE_SCALE);
    }

    private static void expectation(LossCall call, Block b, int slot, int possible, double scale) {
        Geometry g = b.geometry;
        double max = b.exponentials.max[slot];
        double sum = 0;
        double low = 0;
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner) {
            double x = call.input[p];
            double share = share(call, b, slot, c, x, possible) * scale;
            double shareLow = shareLow(call, b, slot, c, x, possible) * scale;
            double d = max - x;
            double h = share * d;
            if (Math.abs(h) <= Double.MAX_VALUE) {
                low += Sums.error(sum, h)
                        + (Math.fma(share, d, -h) + (share * Sums.error(max, -x) + shareLow * d));
                sum += h;
            } else if (share != 0.0) { // 0 times an infinite loss is 0
                sum += h;
            }
        }
        boolean finite = Math.abs(sum) <= Double.MAX_VALUE;
        b.firstHigh[slot] = finite ? sum + low : sum;
        b.firstLow[slot] = finite ? (sum - b.firstHigh[slot]) + low : 0.0;
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
                if (c == b.apart[slot]) {
                    b.apartShareHigh[slot] = share;
                    b.apartShareLow[slot] = shareLow;
                }
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

    /** The share of a class, as {@link SharesCrossEntropy} finds it. */
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
