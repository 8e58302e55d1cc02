package io.github.surprisal.internal.likelihoods;

/**
 * The deviance of two shares: with p = alpha / (alpha + beta), q = 1 - p, against shares p', q' whose log odds
 * are higher by delta,
 * <pre>
 *     D = alpha log(p / p') + beta log(q / q') >= 0,
 *     log(p / p') = log1p(q (e^-delta - 1)),   log(q / q') = log1p(p (e^delta - 1)).
 * </pre>
 * It is in the losses of the binomial (alpha = y, beta = n - y), the negative binomial (y, shape) and, turned round,
 * the beta distribution. Near delta = 0 it is computed from terms of second order, so that nothing cancels (Loader,
 * "Fast and accurate computation of binomial probabilities", 2000, for the idea).
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
     * Takes alpha, beta > 0 and both log odds, log(q / p) and log(q' / p'), which are known where the shares are out of
     * range.
     *
     * @param newDelta their difference, computed so that it keeps its digits where it is small
     */
    void set(Scaled newAlpha, Scaled newBeta, Scaled logOdds, Scaled otherLogOdds, Scaled newDelta) {
        alpha.set(newAlpha);
        beta.set(newBeta);
        delta.set(newDelta);
        Elementary.softplus(logP.set(logOdds), work).negate();
        Elementary.softplus(logQ.set(logOdds).negate(), work).negate();
        p.set(beta).divide(alpha).add(1).invert();
        q.set(alpha).divide(beta).add(1).invert();
        Elementary.expm1(plus.set(delta));
        Elementary.expm1(minus.set(opposite.set(delta).negate()));
        // log p', log q' for a moment
        Elementary.softplus(logRatioP.set(otherLogOdds), work).negate();
        Elementary.softplus(logRatioQ.set(otherLogOdds).negate(), work).negate();
        logRatio(p, q, logP, logQ, minus, opposite, logRatioP);
        logRatio(q, p, logQ, logP, plus, delta, logRatioQ);
    }

    /**
     * log(c / c') = log(1 + d (e^s - 1)) = log(c + d e^s), with c + d = 1 and change = e^s - 1.
     *
     * @param result log c' before, log(c / c') after
     */
    private void logRatio(Scaled c, Scaled d, Scaled logC, Scaled logD, Scaled change, Scaled s, Scaled result) {
        work.set(d).multiply(change);
        if (work.isSmallerThan(0.5)) {
            result.set(Elementary.log1p(work));
        } else if (Elementary.isBeyond(s) && (s.isNegative() || Elementary.isBeyond(logD))) {
            // No exponential has digits left.
            result.negate().add(logC);
        } else if (result.set(s).add(logD).isAbove(LARGE)) {
            // log d + s + log1p(c / (d e^s))
            Elementary.log1p(Elementary.exp(work.set(result).negate()).multiply(c));
            result.add(work);
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
        boolean smallP = work.set(minus).multiply(q).isSmallerThan(0.5);
        boolean smallQ = work.set(plus).multiply(p).isSmallerThan(0.5);
        harmonic(result);
        if (smallP && smallQ) {
            // e^delta + e^-delta - 2 = -(e^delta - 1) (e^-delta - 1)
            result.multiply(plus).multiply(minus).negate();
            result.subtract(excess(minus, q, alpha)).subtract(excess(plus, p, beta));
        } else if (smallP) {
            result.multiply(minus).subtract(excess(minus, q, alpha));
            result.add(work.set(logRatioQ).multiply(beta));
        } else if (smallQ) {
            result.multiply(plus).subtract(excess(plus, p, beta));
            result.add(work.set(logRatioP).multiply(alpha));
        } else {
            result.set(logRatioQ).multiply(beta).add(work.set(logRatioP).multiply(alpha));
        }
    }

    /** alpha q = beta p = 1 / (1/alpha + 1/beta), from the share that is not small. */
    private void harmonic(Scaled result) {
        if (p.isAbove(0.5)) {
            result.set(beta).multiply(p);
        } else {
            result.set(alpha).multiply(q);
        }
    }

    /** count (v - log1p(v)) for v = share (e^s - 1). */
    private Scaled excess(Scaled change, Scaled share, Scaled count) {
        return Elementary.argumentMinusLog1p(work.set(change).multiply(share)).multiply(count);
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
        result.divide(work);
        harmonic(work);
        result.multiply(work);
    }
}
