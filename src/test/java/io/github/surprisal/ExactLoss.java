package io.github.surprisal;

import java.util.Arrays;

/**
 * The loss of one row, {@code sum_c q_c (-log p_c)}, and its derivatives, {@code p_c sum(q) - q_c}.
 *
 * <p>Class index and class probabilities, weights w and smoothing e all come down to the coefficients
 * {@code q_c = w_c ((1 - e) t_c + e / C)}, where C counts the classes above -Infinity. They are kept multiplied by C
 * ({@code scale}), which makes them exact, and one division at the end rounds.
 */
final class ExactLoss {

    private final ExactRow row;
    private final BigFloat[] coefficients;
    private final BigFloat total;
    private final BigFloat scale;

    private ExactLoss(ExactRow row, BigFloat[] coefficients, BigFloat scale) {
        this.row = row;
        this.coefficients = coefficients;
        this.scale = scale;
        this.total = BigFloat.sum(coefficients);
    }

    /**
     * The loss of a row against a distribution.
     *
     * @param row       null for a row whose loss is NaN
     * @param targets   class probabilities; a class index is the distribution with a single 1
     * @param weights   null for all ones
     */
    static ExactLoss of(ExactRow row, double[] targets, double[] weights, double smoothing) {
        if (row == null) {
            return new ExactLoss(null, zeros(targets.length), BigFloat.ONE);
        }
        BigFloat e = BigFloat.of(smoothing);
        BigFloat scale = e.signum() == 0 ? BigFloat.ONE : BigFloat.of(row.finiteClasses());
        BigFloat kept = BigFloat.ONE.subtract(e).multiply(scale);
        BigFloat[] coefficients = new BigFloat[targets.length];
        for (int c = 0; c < targets.length; c++) {
            BigFloat q = kept.multiply(BigFloat.of(targets[c]));
            if (!row.isMinusInfinity(c)) {
                q = q.add(e);
            }
            coefficients[c] = weights == null ? q : q.multiply(BigFloat.of(weights[c]));
        }
        return new ExactLoss(row, coefficients, scale);
    }

    /** An ignored row, whatever its logits: without coefficients its loss and its gradient are 0. */
    static ExactLoss nothing(int classes) {
        return new ExactLoss(ExactRow.of(new double[classes]), zeros(classes), BigFloat.ONE);
    }

    private static BigFloat[] zeros(int classes) {
        BigFloat[] zeros = new BigFloat[classes];
        Arrays.fill(zeros, BigFloat.ZERO);
        return zeros;
    }

    int classes() {
        return coefficients.length;
    }

    boolean isNaN() {
        return row == null;
    }

    /** Whether a class of probability 0 has a coefficient; 0 times an infinite surprisal is 0. */
    boolean isInfinite() {
        for (int c = 0; c < coefficients.length && row != null; c++) {
            if (row.isMinusInfinity(c) && coefficients[c].signum() != 0) {
                return true;
            }
        }
        return false;
    }

    /** The loss, where it is neither NaN nor infinite. */
    BigFloat value() {
        BigFloat sum = BigFloat.ZERO;
        for (int c = 0; c < coefficients.length; c++) {
            if (coefficients[c].signum() != 0) {
                sum = sum.add(coefficients[c].multiply(row.surprisal(c)));
            }
        }
        return sum.divide(scale);
    }

    double toDouble() {
        return isNaN() ? Double.NaN : isInfinite() ? Double.POSITIVE_INFINITY : value().toDouble();
    }

    /** factor / divisor times the derivative with respect to logit c. */
    double derivative(int c, BigFloat factor, BigFloat divisor) {
        if (isNaN()) {
            return Double.NaN;
        }
        return quotient(probabilityTerm(c).subtract(targetTerm(c)), factor, divisor);
    }

    /** The larger of the two terms whose difference {@link #derivative} is. */
    double derivativeMagnitude(int c, BigFloat factor, BigFloat divisor) {
        if (isNaN()) {
            return Double.NaN;
        }
        return quotient(BigFloat.max(probabilityTerm(c), targetTerm(c)), factor.abs(), divisor);
    }

    /** p (1 - p) sum(q), the second derivative with respect to logit c. */
    double secondDerivative(int c) {
        if (isNaN()) {
            return Double.NaN;
        }
        BigFloat others = row.sum().subtract(row.exponential(c));
        return probabilityTerm(c).multiply(others).divide(row.sum().multiply(row.sum()).multiply(scale)).toDouble();
    }

    private BigFloat probabilityTerm(int c) {
        return row.exponential(c).multiply(total);
    }

    private BigFloat targetTerm(int c) {
        return coefficients[c].multiply(row.sum());
    }

    private double quotient(BigFloat numerator, BigFloat factor, BigFloat divisor) {
        return numerator.multiply(factor).divide(row.sum().multiply(scale).multiply(divisor)).toDouble();
    }
}
