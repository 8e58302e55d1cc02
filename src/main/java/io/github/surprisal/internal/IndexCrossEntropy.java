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
        of.replaceExtremeLogs(call.input);
        for (int i = 0; i < b.count; i++) {
            b.slotWeight[i] = call.settings.weight(b.target[i]);
            record(call, b, i, b.slotWeight[i], of.logHigh[i], of.logLow[i], of.logExponent[i]);
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
        for (int i = 0; i < b.count; i++) {
            double h = of.restHigh[i] * b.factorHigh[i];
            double l = Math.fma(of.restHigh[i], b.factorHigh[i], -h)
                    + (of.restHigh[i] * b.factorLow[i] + of.restLow[i] * b.factorHigh[i]);
            call.gradient[b.base[i] + b.apart[i] * call.geometry.inner] = -(h + l);
        }
        b.factors.finish(call.gradient);
    }
}
