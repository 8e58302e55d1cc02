package io.github.surprisal.internal.likelihoods;

import java.util.List;

/**
 * The beta distribution with log alpha a and log beta b: A = e^a, B = e^b, n = A + B; D the {@link Divergence} of A and
 * B against y and 1 - y:
 * <pre>
 *     loss      log y + log1p(-y) + D + log(2 pi n/(A B))/2 + S(A) + S(B) - S(n)
 *     gradient  A log(A/(n y)) - A (eta(A) - eta(n));  likewise B with 1 - y
 *     Hessian   the gradient, + A B/n + A^2 (zeta(A) - zeta(n));  likewise B
 *     Fisher    A B/n + A^2 (zeta(A) - zeta(n));  likewise B
 * </pre>
 */
final class Beta extends Likelihood {

    private static final int ALPHA = 0;
    private static final int BETA = 1;
    private static final int TOTAL = 2;
    /** log B - log A. */
    private static final int LOG_ODDS = 3;
    /** A B / n. */
    private static final int HARMONIC = 4;

    Beta() {
        super(List.of("log alpha", "log beta"), "(0, 1)");
    }

    @Override
    public boolean accepts(double target) {
        return target > 0 && target < 1;
    }

    @Override
    void prepare(Sample s) {
        Scaled a = s.parameter(0);
        Scaled b = s.parameter(1);
        Scaled logOdds = s.prepared[LOG_ODDS].set(b).subtract(a);
        Elementary.exp(s.prepared[ALPHA].set(a));
        Elementary.exp(s.prepared[BETA].set(b));
        if (Elementary.isBeyond(a) && Elementary.isBeyond(b) && a.isNegative() == b.isNegative()) {
            // Their exponentials keep no digits, but their quotient does.
            Elementary.exp(s.prepared[BETA].set(logOdds)).multiply(s.prepared[ALPHA]);
        }
        s.prepared[TOTAL].set(s.prepared[ALPHA]).add(s.prepared[BETA]);
        // The smaller by 1 + its quotient by the larger.
        Elementary.exp(s.a.set(logOdds).absolute().negate()).add(1);
        s.prepared[HARMONIC].set(s.prepared[logOdds.isNegative() ? BETA : ALPHA]).divide(s.a);
        // delta = log(y/(1 - y)) - log(A/B)
        Scaled rest = s.b.set(1).add(-s.target);
        Elementary.subtractLogRatio(s.a.set(logOdds).negate(), s.target, rest).negate();
        Elementary.subtractLogRatio(s.c.set(0, 0), s.target, rest);
        s.divergence.set(s.prepared[ALPHA], s.prepared[BETA], logOdds, s.c, s.a);
    }

    @Override
    void evaluateLoss(Sample s) {
        Scaled a = s.parameter(0);
        Scaled b = s.parameter(1);
        Scaled logOdds = s.prepared[LOG_ODDS];
        // log(n/(A B))/2 = (softplus(-|b - a|) - min(a, b))/2
        s.loss.set(logOdds).absolute().negate();
        Elementary.softplus(s.loss, s.register).subtract(logOdds.isNegative() ? b : a).half();
        s.gamma.stirling(s.prepared[ALPHA], a, s.a);
        s.loss.add(s.a);
        s.gamma.stirling(s.prepared[BETA], b, s.a);
        s.loss.add(s.a);
        // log n = max(a, b) + softplus(-|b - a|)
        s.b.set(logOdds).absolute().negate();
        Elementary.softplus(s.b, s.register).add(logOdds.isNegative() ? a : b);
        s.gamma.stirling(s.prepared[TOTAL], s.b, s.a);
        GammaFunctions.addHalfLog2Pi(s.loss.subtract(s.a));
        s.divergence.deviance(s.a);
        s.loss.add(s.a).negate();
        Elementary.subtractLog(s.loss, s.target);
        Elementary.subtractLog(s.loss, s.b.set(1).add(-s.target)).negate();
    }

    @Override
    void evaluateGradient(Sample s) {
        gradient(s, s.divergence.logRatioP(), s.prepared[ALPHA], s.prepared[BETA], s.gradient(0));
        gradient(s, s.divergence.logRatioQ(), s.prepared[BETA], s.prepared[ALPHA], s.gradient(1));
    }

    private static void gradient(Sample s, Scaled logRatio, Scaled own, Scaled other, Scaled result) {
        s.gamma.etaDifference(own, other, s.a);
        result.set(logRatio).multiply(own).subtract(s.a.multiply(own));
    }

    @Override
    void evaluateHessian(Sample s) {
        evaluateFisher(s);
        s.curvature(0).add(s.gradient(0));
        s.curvature(1).add(s.gradient(1));
    }

    @Override
    void evaluateFisher(Sample s) {
        information(s, s.prepared[ALPHA], s.prepared[BETA], s.curvature(0));
        information(s, s.prepared[BETA], s.prepared[ALPHA], s.curvature(1));
    }

    private static void information(Sample s, Scaled own, Scaled other, Scaled result) {
        s.gamma.zetaDifference(own, other, result);
        result.multiply(own).multiply(own).add(s.prepared[HARMONIC]);
    }
}
