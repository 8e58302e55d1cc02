package io.github.surprisal;

import java.util.Arrays;
import java.util.Set;

/**
 * What softmax, log-softmax, cross-entropy and their derivatives are for the very doubles given, rounded once to the
 * nearest double.
 *
 * <p>Written for being right and checked by {@link OracleTest} against the exact case files; it shares nothing with
 * the library. The arithmetic ({@link BigFloat}, {@link BigMath}) carries some 250 bits; what cancels by more than
 * about 190 of them is out of its reach, and no test needs it.
 *
 * <p>Rows are samples: {@code rows[n][c]}.
 */
final class Oracle {

    private Oracle() {
    }

    static double[] softmax(double[] logits) {
        ExactRow row = ExactRow.of(logits);
        double[] probabilities = new double[logits.length];
        Arrays.setAll(probabilities, c -> row == null ? Double.NaN : row.probability(c));
        return probabilities;
    }

    static double[] logSoftmax(double[] logits) {
        ExactRow row = ExactRow.of(logits);
        double[] logProbabilities = new double[logits.length];
        Arrays.setAll(logProbabilities, c -> row == null ? Double.NaN : row.logProbability(c));
        return logProbabilities;
    }

    /** A derivative, and for each entry the larger of the two terms whose difference it is. */
    record Derivative(double[] value, double[] magnitude) {
    }

    /**
     * p_i (u_i - sum_j p_j u_j) for p = softmax(logits). Written as the sum of p_i p_j (u_i - u_j) over the other
     * classes, each of these differences has a larger term; the magnitude is their sum.
     */
    static Derivative softmaxBackward(double[] logits, double[] upstream) {
        ExactRow row = ExactRow.of(logits);
        BigFloat squared = row.sum().multiply(row.sum());
        BigFloat weighted = BigFloat.ZERO;
        for (int j = 0; j < upstream.length; j++) {
            weighted = weighted.add(row.exponential(j).multiply(BigFloat.of(upstream[j])));
        }
        Derivative derivative = new Derivative(new double[upstream.length], new double[upstream.length]);
        for (int i = 0; i < upstream.length; i++) {
            BigFloat e = row.exponential(i);
            BigFloat difference = BigFloat.of(upstream[i]).multiply(row.sum()).subtract(weighted);
            BigFloat larger = BigFloat.ZERO;
            for (int j = 0; j < upstream.length; j++) {
                if (j != i) {
                    double u = Math.max(Math.abs(upstream[i]), Math.abs(upstream[j]));
                    larger = larger.add(row.exponential(j).multiply(BigFloat.of(u)));
                }
            }
            derivative.value[i] = e.multiply(difference).divide(squared).toDouble();
            derivative.magnitude[i] = e.multiply(larger).divide(squared).toDouble();
        }
        return derivative;
    }

    /** u_i - p_i sum(u) for p = softmax(logits); the magnitude of the sum is the sum of |u_j|. */
    static Derivative logSoftmaxBackward(double[] logits, double[] upstream) {
        ExactRow row = ExactRow.of(logits);
        BigFloat total = sum(upstream);
        BigFloat absolute = sum(Arrays.stream(upstream).map(Math::abs).toArray());
        Derivative derivative = new Derivative(new double[upstream.length], new double[upstream.length]);
        for (int i = 0; i < upstream.length; i++) {
            BigFloat first = BigFloat.of(upstream[i]).multiply(row.sum());
            BigFloat e = row.exponential(i);
            derivative.value[i] = first.subtract(e.multiply(total)).divide(row.sum()).toDouble();
            BigFloat larger = BigFloat.max(first.abs(), e.multiply(absolute));
            derivative.magnitude[i] = larger.divide(row.sum()).toDouble();
        }
        return derivative;
    }

    /**
     * u_i - exp(l_i) sum(u) for the log-probabilities as given: what an operator that sees only rounded
     * log-probabilities can be asked for.
     */
    static Derivative logSoftmaxBackwardOfLogProbabilities(double[] logProbabilities, double[] upstream) {
        BigFloat total = sum(upstream);
        BigFloat absolute = sum(Arrays.stream(upstream).map(Math::abs).toArray());
        Derivative derivative = new Derivative(new double[upstream.length], new double[upstream.length]);
        for (int i = 0; i < upstream.length; i++) {
            BigFloat u = BigFloat.of(upstream[i]);
            BigFloat p = logProbabilities[i] == Double.NEGATIVE_INFINITY
                    ? BigFloat.ZERO : BigMath.exp(BigFloat.of(logProbabilities[i]));
            derivative.value[i] = u.subtract(p.multiply(total)).toDouble();
            derivative.magnitude[i] = BigFloat.max(u.abs(), p.multiply(absolute)).toDouble();
        }
        return derivative;
    }

    private static BigFloat sum(double[] values) {
        BigFloat total = BigFloat.ZERO;
        for (double value : values) {
            total = total.add(BigFloat.of(value));
        }
        return total;
    }

    /** Cross-entropy against class indices; {@code weights} may be null. */
    static CrossEntropy crossEntropy(
            double[][] rows, int[] targets, double[] weights, Set<Integer> ignored, double smoothing) {
        ExactLoss[] losses = new ExactLoss[rows.length];
        BigFloat denominator = BigFloat.ZERO;
        for (int n = 0; n < rows.length; n++) {
            if (ignored.contains(targets[n])) {
                losses[n] = ExactLoss.nothing(rows[n].length);
            } else {
                double[] oneHot = new double[rows[n].length];
                oneHot[targets[n]] = 1;
                losses[n] = ExactLoss.of(ExactRow.of(rows[n]), oneHot, weights, smoothing);
                denominator = denominator.add(weights == null ? BigFloat.ONE : BigFloat.of(weights[targets[n]]));
            }
        }
        return new CrossEntropy(losses, denominator);
    }

    /** Cross-entropy against class probabilities {@code targets[n][c]}; {@code weights} may be null. */
    static CrossEntropy crossEntropy(double[][] rows, double[][] targets, double[] weights, double smoothing) {
        ExactLoss[] losses = new ExactLoss[rows.length];
        Arrays.setAll(losses, n -> ExactLoss.of(ExactRow.of(rows[n]), targets[n], weights, smoothing));
        return new CrossEntropy(losses, BigFloat.of(rows.length));
    }

    /** The losses of a batch and what their mean divides by. */
    static final class CrossEntropy {

        private final ExactLoss[] losses;
        private final BigFloat denominator;

        private CrossEntropy(ExactLoss[] losses, BigFloat denominator) {
            this.losses = losses;
            this.denominator = denominator;
        }

        double denominator() {
            return denominator.toDouble();
        }

        double[] perSample() {
            return Arrays.stream(losses).mapToDouble(ExactLoss::toDouble).toArray();
        }

        double sum() {
            return reduce(BigFloat.ONE);
        }

        /** NaN where there is nothing to take a mean of. */
        double mean() {
            return denominator.signum() == 0 ? Double.NaN : reduce(denominator);
        }

        private double reduce(BigFloat divisor) {
            BigFloat sum = BigFloat.ZERO;
            // NaN + Infinity is NaN, as in double arithmetic.
            double special = 0;
            for (ExactLoss loss : losses) {
                if (loss.isNaN() || loss.isInfinite()) {
                    special += loss.toDouble();
                } else {
                    sum = sum.add(loss.value());
                }
            }
            return special == 0 ? sum.divide(divisor).toDouble() : special;
        }

        /** The gradient of upstream * sum: one derivative a row. */
        Derivative[] sumGradient(double upstream) {
            return gradient(constant(upstream), BigFloat.ONE);
        }

        /** The gradient of upstream * mean; 0 where there is nothing to take a mean of. */
        Derivative[] meanGradient(double upstream) {
            return denominator.signum() == 0
                    ? gradient(constant(0), BigFloat.ONE)
                    : gradient(constant(upstream), denominator);
        }

        /** The gradient of sum_n upstream[n] * loss[n]. */
        Derivative[] perSampleGradient(double[] upstream) {
            return gradient(upstream, BigFloat.ONE);
        }

        private double[] constant(double value) {
            double[] values = new double[losses.length];
            Arrays.fill(values, value);
            return values;
        }

        private Derivative[] gradient(double[] upstream, BigFloat divisor) {
            Derivative[] gradient = new Derivative[losses.length];
            for (int n = 0; n < losses.length; n++) {
                gradient[n] = derivative(losses[n], BigFloat.of(upstream[n]), divisor);
            }
            return gradient;
        }

        private static Derivative derivative(ExactLoss loss, BigFloat factor, BigFloat divisor) {
            int classes = loss.classes();
            Derivative derivative = new Derivative(new double[classes], new double[classes]);
            for (int c = 0; c < classes; c++) {
                derivative.value[c] = loss.derivative(c, factor, divisor);
                derivative.magnitude[c] = loss.derivativeMagnitude(c, factor, divisor);
            }
            return derivative;
        }
    }
}
