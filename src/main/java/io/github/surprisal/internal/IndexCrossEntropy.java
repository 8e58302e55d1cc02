package io.github.surprisal.internal;

/**
 * Cross-entropy with class indices: loss w log(sum exp(x) / exp(x[t])) = w log1p(R / E) with the target apart, gradient
 * w u p for the other classes and -w u R / (R + E) for the target.
 */
final class IndexCrossEntropy extends Criterion {

    @Override
    void finish(LossCall call, Block b) {
        Exponentials of = b.exponentials;
        of.sum(call.input, call.gradient);
        of.log();
        if (call.settings.classWeights == null && !b.anyCareful) {
            recordOrdinary(call, b, of.logHigh);
        } else {
            of.replaceExtremeLogs(call.input);
            for (int i = 0; i < b.count; i++) {
                b.slotWeight[i] = call.settings.weight(b.target[i]);
                record(call, b, i, b.slotWeight[i], of.logHigh[i], of.logLow[i], of.logExponent[i]);
            }
        }
        if (call.gradient != null) {
            gradient(call, b);
        }
    }

    private static void gradient(LossCall call, Block b) {
        Exponentials of = b.exponentials;
        b.factors.set(call, call.settings.classWeights == null ? null : b.slotWeight);
        of.divideFactors();
        of.scale(call.input, call.gradient);
        minusProducts(b.count, of.restHigh, of.restLow, b.factorHigh, b.factorLow, b.firstHigh);
        for (int i = 0; i < b.count; i++) {
            call.gradient[b.base[i] + b.apart[i] * call.geometry.inner] = b.firstHigh[i];
        }
        b.factors.finish(call.gradient);
    }

    /** -a b of sums of two doubles: a loop for C2 to vectorise. */
    private static void minusProducts(int n, double[] aHigh, double[] aLow, double[] bHigh, double[] bLow,
            double[] products) {
        for (int i = 0; i < n; i++) {
            double h = aHigh[i] * bHigh[i];
            double l = Math.fma(aHigh[i], bHigh[i], -h) + (aHigh[i] * bLow[i] + aLow[i] * bHigh[i]);
            products[i] = -(h + l);
        }
    }
}
