package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The exponential distribution with log mean m: q = y e^-m, delta = log y - m,
 * <pre>
 *     loss      m + q
 *     gradient  1 - q = -(e^delta - 1)
 *     Hessian   q
 *     Fisher    1
 * </pre>
 */
final class Exponential extends Likelihood {

    private static final int RATIO = 0;

    Exponential() {
        super(List.of("log mean"), "[0, Infinity)");
    }

    @Override
    public boolean accepts(double target) {
        return target >= 0 && target <= Double.MAX_VALUE;
    }

    @Override
    void prepare(Sample s) {
        Elementary.exp(s.prepared[RATIO].set(s.parameter(0)).negate()).multiply(s.target);
    }

    @Override
    void evaluateLoss(Sample s) {
        s.loss.set(s.parameter(0)).add(s.prepared[RATIO]);
    }

    @Override
    void evaluateGradient(Sample s) {
        if (s.target == 0) {
            s.gradient(0).set(1);
        } else {
            Elementary.subtractLog(s.gradient(0).set(s.parameter(0)), s.target).negate();
            Elementary.expm1(s.gradient(0)).negate();
        }
    }

    @Override
    void evaluateHessian(Sample s) {
        s.curvature(0).set(s.prepared[RATIO]);
    }

    @Override
    void evaluateFisher(Sample s) {
        s.curvature(0).set(1);
    }
}
