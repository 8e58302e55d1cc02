package io.github.surprisal.internal.likelihoods;

/**
 * The deviance of two shares: with p = alpha / (alpha + beta), q = 1 - p, against shares p', q' whose log odds
 * are higher by delta,
 * <pre>
 *     D = alpha log(p / p') + beta log(q / q') >= 0,
 *     log(p / p') = log1p(q (e^-delta - 1)),   log(q / q') = log1p(p (e^delta - 1)).
 * </pre>
 * It is in the losses of the binomial (alpha = y, beta = n - y), the negative binomial (y, shape) and, turned round, the
 * beta distribution. Near delta = 0 it is computed from terms of second order, so that nothing cancels (Loader, "Fast and
 * accurate computation of binomial probabilities", 2000, for the idea).
 */
final class Divergence {

    /** From here on a logarithm of a sum is that of its larger part and a correction. */
    private static final double LARGE = 28;

    private final Scaled alpha = new Scaled();
    private final Scaled beta = new Scaled();
    private final Scaled p = new Scaled();
    private final Scaled q = new Scaled();
    private final Scaled logP = new Scaled();
    private final Scaled logQ = new Scaled();
    private final Scaled delta = new Scaled();
    private final Scaled opposite = new Scaled();
    private final Scaled minus = new Scaled();
    private final Scaled plus = new Scaled();
    private final Scaled work = new Scaled();
    private final Scaled logRatioP = new Scaled();
    private final Scaled logRatioQ = new Scaled();

    /**
     * Takes alpha, beta > 0, the logarithm of beta / alpha, and delta.
     *
     * @param logOdds log beta - log alpha, which may be known where the numbers are out of range
     */
    void set(Scaled newAlpha, Scaled newBeta, Scaled logOdds, Scaled newDelta) {
        alpha.set(newAlpha);
        beta.set(newBeta);
        delta.set(newDelta);
        Elementary.softplus(logP.set(logOdds), work).negate();
        Elementary.softplus(logQ.set(logOdds).negate(), work).negate();
        p.set(beta).divide(alpha).add(1).invert();
        q.set(alpha).divide(beta).add(1).invert();
        Elementary.expm1(plus.set(delta));
        Elementary.expm1(minus.set(opposite.set(delta).negate()));
        logRatio(p, q, logQ, minus, opposite, logRatioP);
        logRatio(q, p, logP, plus, delta, logRatioQ);
    }

    /** log(c + d e^s), as log(1 + d (e^s - 1)), with c + d = 1 and change = e^s - 1. */
    private void logRatio(Scaled c, Scaled d, Scaled logD, Scaled change, Scaled s, Scaled result) {
        result.set(s).add(logD);
        if (result.isAbove(LARGE)) {
            // log d + s + log1p(c / (d e^s))
            work.set(result).negate();
            Elementary.log1p(Elementary.exp(work).multiply(c));
            result.add(work);
            return;
        }
        work.set(d).multiply(change);
        if (work.isSmallerThan(0.5)) {
            result.set(Elementary.log1p(work));
        } else {
            Elementary.log(Elementary.exp(result.set(s)).multiply(d).add(c));
        }
    }

    /** log(p / p'). */
    Scaled logRatioP() {
        return logRatioP;
    }

    /** log(q / q'). */
    Scaled logRatioQ() {
        return logRatioQ;
    }

    /** D. */
    void deviance(Scaled result) {
        boolean small = work.set(minus).multiply(q).isSmallerThan(0.5);
        small &= result.set(plus).multiply(p).isSmallerThan(0.5);
        if (!small) {
            result.set(logRatioQ).multiply(beta).add(work.set(logRatioP).multiply(alpha));
            return;
        }
        // alpha q (e^delta + e^-delta - 2) - alpha L(q (e^-delta - 1)) - beta L(p (e^delta - 1))
        Elementary.argumentMinusLog1p(work);
        Elementary.argumentMinusLog1p(result);
        result.multiply(beta).add(work.multiply(alpha)).negate();
        result.subtract(work.set(plus).multiply(minus).multiply(q).multiply(alpha));
    }

    /**
     * (alpha + beta) (p' - p) = -alpha q (e^-delta - 1) / (p + q e^-delta) = alpha q (e^delta - 1) / (q + p e^delta):
     * whichever has no large exponential.
     */
    void difference(Scaled result) {
        if (delta.isNegative()) {
            Elementary.exp(work.set(delta)).multiply(p).add(q);
            result.set(plus);
        } else {
            Elementary.exp(work.set(opposite)).multiply(q).add(p);
            result.set(minus).negate();
        }
        result.multiply(alpha).multiply(q).divide(work);
    }
}
