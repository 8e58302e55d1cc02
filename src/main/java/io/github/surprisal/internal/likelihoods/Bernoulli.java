package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The Bernoulli distribution with logit x and a soft target y, its positive term weighted by w. With label smoothing e
 * both terms have e/2 and (1 - e) of what they had; the Fisher information is that of targets not smoothed.
 * <pre>
 *     loss      w y softplus(-x) + (1 - y) softplus(x)
 *     gradient  (1 - y) s(x) - w y s(-x)
 *     Hessian   (w y + 1 - y) s(x) s(-x)
 *     Fisher    (w s(x) + s(-x)) s(x) s(-x), the Hessian's expectation
 * </pre>
 * Terms with factor 0 are left out: 0 times an infinite loss is 0.
 */
final class Bernoulli extends Likelihood {

    private static final int PROBABILITY = 0;
    private static final int COMPLEMENT = 1;
    /** w y and 1 - y. */
    private static final int POSITIVE = 2;
    private static final int NEGATIVE = 3;

    private final double weight;
    private final double smoothing;

    Bernoulli(double weight, double smoothing) {
        super(List.of("logit"), "[0, 1]");
        this.weight = weight;
        this.smoothing = smoothing;
    }

    @Override
    public boolean accepts(double target) {
        return target >= 0 && target <= 1;
    }

    @Override
    void prepare(Sample s) {
        Elementary.sigmoids(s.parameter(0), s.prepared[PROBABILITY], s.prepared[COMPLEMENT]);
        s.prepared[POSITIVE].set(s.target);
        s.prepared[NEGATIVE].set(1).add(-s.target);
        if (smoothing > 0) {
            s.a.set(1).add(-smoothing);
            s.prepared[POSITIVE].multiply(s.a).add(0.5 * smoothing);
            s.prepared[NEGATIVE].multiply(s.a).add(0.5 * smoothing);
        }
        s.prepared[POSITIVE].multiply(weight);
    }

    @Override
    void evaluateLoss(Sample s) {
        s.loss.set(0, 0);
        if (!s.prepared[POSITIVE].isZero()) {
            Elementary.softplus(s.a.set(s.parameter(0)).negate(), s.register);
            s.loss.add(s.a.multiply(s.prepared[POSITIVE]));
        }
        if (!s.prepared[NEGATIVE].isZero()) {
            Elementary.softplus(s.a.set(s.parameter(0)), s.register);
            s.loss.add(s.a.multiply(s.prepared[NEGATIVE]));
        }
    }

    @Override
    void evaluateGradient(Sample s) {
        s.a.set(s.prepared[COMPLEMENT]).multiply(s.prepared[POSITIVE]);
        s.gradient(0).set(s.prepared[PROBABILITY]).multiply(s.prepared[NEGATIVE]).subtract(s.a);
    }

    @Override
    void evaluateHessian(Sample s) {
        Scaled hessian = s.curvature(0).set(s.prepared[POSITIVE]).add(s.prepared[NEGATIVE]);
        hessian.multiply(s.prepared[PROBABILITY]).multiply(s.prepared[COMPLEMENT]);
    }

    @Override
    void evaluateFisher(Sample s) {
        Scaled fisher = s.curvature(0).set(s.prepared[PROBABILITY]).multiply(weight).add(s.prepared[COMPLEMENT]);
        fisher.multiply(s.prepared[PROBABILITY]).multiply(s.prepared[COMPLEMENT]);
    }
}
