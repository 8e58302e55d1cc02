package io.github.surprisal.internal;

/** Negative log-likelihood with class indices: loss -w logp[t], gradient -w u at the target and 0 elsewhere. */
final class IndexNll extends Criterion {

    @Override
    void finish(LossCall call, Block b) {
        int step = call.geometry.inner;
        for (int i = 0; i < b.count; i++) {
            b.slotWeight[i] = call.settings.weight(b.target[i]);
            record(call, b, i, b.slotWeight[i], 0.0 - call.input[b.base[i] + b.target[i] * step], 0.0);
        }
        if (call.gradient != null) {
            b.factors.set(call, call.settings.classWeights == null ? null : b.slotWeight);
            for (int i = 0; i < b.count; i++) {
                clear(call, b.base[i]);
                call.gradient[b.base[i] + b.target[i] * step] = -(b.factorHigh[i] + b.factorLow[i]);
            }
            b.factors.finish(call.gradient);
        }
    }
}
