package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The Poisson distribution with log mean m: mu = e^m, delta = m - log y,
 * <pre>
 *     loss      mu at y = 0, else G1(y) + y (e^delta - 1 - delta), G1(y) = lgamma(y + 1) - y log y + y
 *     gradient  mu - y = y (e^delta - 1)
 *     Hessian   mu
 *     Fisher    mu
 * </pre>
 */
final class Poisson extends Likelihood {

    private static final int DELTA = 0;

    Poisson() {
        super(List.of("log mean"), "[0, Infinity)");
    }

    @Override
    public boolean accepts(double target) {
        return target >= 0 && target <= Double.MAX_VALUE;
    }

    @Override
    void prepare(Sample s) {
        if (s.target > 0) {
            Elementary.subtractLog(s.prepared[DELTA].set(s.parameter(0)), s.target);
        }
    }

    @Override
    void evaluateLoss(Sample s) {
        if (s.target == 0) {
            mean(s, s.loss);
        } else {
            s.gamma.logFactorialExcess(s.a.set(s.target), s.loss);
            s.loss.add(Elementary.expm1MinusArgument(s.a.set(s.prepared[DELTA])).multiply(s.target));
        }
    }

    private static void mean(Sample s, Scaled result) {
        Elementary.exp(result.set(s.parameter(0)));
    }

    @Override
    void evaluateGradient(Sample s) {
        if (s.target == 0) {
            mean(s, s.gradient(0));
        } else {
            Elementary.expm1(s.gradient(0).set(s.prepared[DELTA])).multiply(s.target);
        }
    }

    @Override
    void evaluateHessian(Sample s) {
        mean(s, s.curvature(0));
    }

    @Override
    void evaluateFisher(Sample s) {
        mean(s, s.curvature(0));
    }
}
