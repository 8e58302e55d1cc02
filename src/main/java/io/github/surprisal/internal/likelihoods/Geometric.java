package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The geometric distribution, y failures before the first success, with logit x of success:
 * <pre>
 *     loss      softplus(-x) + y softplus(x)
 *     gradient  y s(x) - s(-x) = s(-x) (e^delta - 1), delta = x + log y
 *     Hessian   (1 + y) s(x) s(-x)
 *     Fisher    s(-x)
 * </pre>
 */
final class Geometric extends Likelihood {

    private static final int SUCCESS = 0;
    private static final int FAILURE = 1;

    Geometric() {
        super(List.of("logit"), "[0, Infinity)");
    }

    @Override
    public boolean accepts(double target) {
        return target >= 0 && target <= Double.MAX_VALUE;
    }

    @Override
    void prepare(Sample s) {
        Elementary.sigmoids(s.parameter(0), s.prepared[SUCCESS], s.prepared[FAILURE]);
    }

    @Override
    void evaluateLoss(Sample s) {
        Elementary.softplus(s.loss.set(s.parameter(0)).negate(), s.register);
        if (s.target > 0) {
            s.loss.add(Elementary.softplus(s.a.set(s.parameter(0)), s.register).multiply(s.target));
        }
    }

    @Override
    void evaluateGradient(Sample s) {
        Scaled gradient = s.gradient(0);
        if (s.target == 0) {
            gradient.set(s.prepared[FAILURE]).negate();
            return;
        }
        // -delta
        Elementary.subtractLog(gradient.set(s.parameter(0)).negate(), s.target);
        if (gradient.isNegative()) {
            // y s(x) (1 - e^-delta)
            Elementary.expm1(gradient).negate().multiply(s.target).multiply(s.prepared[SUCCESS]);
        } else {
            Elementary.expm1(gradient.negate()).multiply(s.prepared[FAILURE]);
        }
    }

    @Override
    void evaluateHessian(Sample s) {
        Scaled hessian = s.curvature(0).set(1).add(s.target);
        hessian.multiply(s.prepared[SUCCESS]).multiply(s.prepared[FAILURE]);
    }

    @Override
    void evaluateFisher(Sample s) {
        s.curvature(0).set(s.prepared[FAILURE]);
    }
}
