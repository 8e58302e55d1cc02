package io.github.surprisal.internal;

/**
 * Negative log-likelihood with class probabilities: loss sum w t (-logp), gradient -w u t. The sum runs over the
 * classes in their order, with its low part.
 */
final class ProbabilityNll extends Criterion {

    @Override
    void finish(LossCall call, Block b) {
        for (int i = 0; i < b.count; i++) {
            loss(call, b, i);
        }
        if (call.gradient != null) {
            b.factors.set(call, null);
            for (int i = 0; i < b.count; i++) {
                gradient(call, b, i);
            }
            b.factors.finish(call.gradient);
        }
    }

    private static void loss(LossCall call, Block b, int slot) {
        Geometry g = call.geometry;
        double sum = 0;
        double low = 0;
        int q = g.denseAddress(b.sample[slot]);
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner, q += g.inner) {
            double w = call.settings.weight(c);
            double t = call.probabilities[q];
            double share = w * t;
            double shareLow = Math.fma(w, t, -share);
            double surprisal = 0.0 - call.input[p];
            double h = share * surprisal;
            if (Math.abs(h) <= Double.MAX_VALUE) {
                low += Sums.error(sum, h) + (Math.fma(share, surprisal, -h) + shareLow * surprisal);
                sum += h;
            } else if (share != 0.0 || surprisal != surprisal) { // 0 times an infinite loss is 0
                sum += h;
            }
        }
        record(call, b, slot, 1.0, sum, low == low ? low : 0.0);
    }

    private static void gradient(LossCall call, Block b, int slot) {
        Geometry g = call.geometry;
        double f = b.factorHigh[slot];
        double fl = b.factorLow[slot];
        int q = g.denseAddress(b.sample[slot]);
        for (int c = 0, p = b.base[slot]; c < g.classes; c++, p += g.inner, q += g.inner) {
            double w = call.settings.weight(c);
            double t = call.probabilities[q];
            double share = w * t;
            double shareLow = Math.fma(w, t, -share);
            call.gradient[p] = 0.0 - Math.fma(share, f, share * fl + shareLow * f);
        }
    }
}
