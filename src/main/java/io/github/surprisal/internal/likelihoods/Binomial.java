package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The binomial distribution of n trials with logit x of success, y successes; D is the {@link Divergence} of y and n -
 * y:
 * <pre>
 *     loss      n softplus(x) at y = 0, n softplus(-x) at y = n,
 *               else D + S(y) + S(n - y) - S(n) + log(2 pi y (n - y) / n)/2
 *     gradient  (n - y) s(x) - y s(-x)
 *     Hessian   n s(x) s(-x)
 *     Fisher    the same
 * </pre>
 * The second sum is symmetric; with y the smaller of the two counts and m the larger, it is
 * {@code G1(y) - log1p(y/m) + the integral of eta from m to m + y}, which keeps its digits down to the smallest y.
 */
final class Binomial extends Likelihood {

    private static final int FAILURES = 0;

    private final double trials;

    Binomial(double trials) {
        super(List.of("logit"), "[0, " + trials + "]");
        this.trials = trials;
    }

    @Override
    public boolean accepts(double target) {
        return target >= 0 && target <= trials;
    }

    @Override
    void prepare(Sample s) {
        Scaled failures = s.prepared[FAILURES].set(trials).add(-s.target);
        if (s.target > 0 && s.target < trials) {
            // delta = x - log(y / (n - y)); log odds = log(n - y) - log y
            Elementary.subtractLogRatio(s.a.set(0, 0), s.target, failures);
            Elementary.subtractLogRatio(s.b.set(s.parameter(0)), s.target, failures);
            s.divergence.set(s.c.set(s.target), failures, s.a, s.register.set(s.parameter(0)).negate(), s.b);
        }
    }

    @Override
    void evaluateLoss(Sample s) {
        if (s.target == 0) {
            Elementary.softplus(s.loss.set(s.parameter(0)), s.register).multiply(trials);
        } else if (s.target == trials) {
            Elementary.softplus(s.loss.set(s.parameter(0)).negate(), s.register).multiply(trials);
        } else {
            s.divergence.deviance(s.loss);
            Scaled fewer = s.a.set(s.target);
            Scaled more = s.b.set(s.prepared[FAILURES]);
            if (s.target > trials / 2) {
                fewer.set(s.prepared[FAILURES]);
                more.set(s.target);
            }
            s.gamma.logFactorialExcess(fewer, s.c);
            s.loss.add(s.c);
            s.loss.subtract(Elementary.log1p(s.c.set(fewer).divide(more)));
            Elementary.log(s.register.set(more));
            s.gamma.etaIntegral(more, s.register, fewer, s.c);
            s.loss.add(s.c);
        }
    }

    @Override
    void evaluateGradient(Sample s) {
        Scaled gradient = s.gradient(0);
        if (s.target == 0) {
            Elementary.sigmoid(gradient.set(s.parameter(0)), s.register).multiply(trials);
        } else if (s.target == trials) {
            Elementary.sigmoid(gradient.set(s.parameter(0)).negate(), s.register).multiply(trials).negate();
        } else {
            s.divergence.difference(gradient);
        }
    }

    @Override
    void evaluateHessian(Sample s) {
        Elementary.sigmoids(s.parameter(0), s.a, s.b);
        s.curvature(0).set(s.a).multiply(s.b).multiply(trials);
    }

    @Override
    void evaluateFisher(Sample s) {
        evaluateHessian(s);
    }
}
