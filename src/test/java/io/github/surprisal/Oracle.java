package io.github.surprisal;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;

/**
 * What softmax, log-softmax, cross-entropy, negative log-likelihood and their derivatives are for the very doubles
 * given, rounded once to the nearest double.
 *
 * <p>Written for being right and checked by {@link OracleTest} against the exact case files; it shares nothing with
 * the library. The arithmetic ({@link BigFloat}) carries some 250 bits; what cancels by more than about 190 of them is
 * out of its reach, and no test needs it.
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

        Derivative(int classes) {
            this(new double[classes], new double[classes]);
        }
    }

    /** p_i (u_i - sum_j p_j u_j) for p = softmax(logits). */
    static Derivative softmaxBackward(double[] logits, double[] upstream) {
        ExactRow row = ExactRow.of(logits);
        BigFloat[] exponentials = new BigFloat[logits.length];
        Arrays.setAll(exponentials, row::exponential);
        return softmaxBackward(exponentials, row.sum().multiply(row.sum()), upstream);
    }

    /**
     * p_i (u_i sum_j p_j - sum_j p_j u_j) for the probabilities as given: what an operator that sees only rounded
     * probabilities can be asked for.
     */
    static Derivative softmaxBackwardOfProbabilities(double[] probabilities, double[] upstream) {
        return softmaxBackward(exact(probabilities), BigFloat.ONE, upstream);
    }

    /**
     * Written as the sum of p_i p_j (u_i - u_j) over the other classes, each of these differences has a larger term;
     * the magnitude is their sum. The p are given but for a divisor of their products.
     */
    private static Derivative softmaxBackward(BigFloat[] p, BigFloat divisor, double[] upstream) {
        int classes = p.length;
        BigFloat[] u = exact(upstream);
        BigFloat[] products = new BigFloat[classes];
        Arrays.setAll(products, j -> p[j].multiply(u[j]));
        BigFloat sum = BigFloat.sum(p);
        BigFloat weighted = BigFloat.sum(products);
        Derivative derivative = new Derivative(classes);
        for (int i = 0; i < classes; i++) {
            BigFloat difference = u[i].multiply(sum).subtract(weighted);
            BigFloat larger = BigFloat.ZERO;
            for (int j = 0; j < classes; j++) {
                if (j != i) {
                    double greater = Math.max(Math.abs(upstream[i]), Math.abs(upstream[j]));
                    larger = larger.add(p[j].multiply(BigFloat.of(greater)));
                }
            }
            derivative.value[i] = p[i].multiply(difference).divide(divisor).toDouble();
            derivative.magnitude[i] = p[i].multiply(larger).divide(divisor).toDouble();
        }
        return derivative;
    }

    /** u_i - p_i sum(u) for p = softmax(logits). */
    static Derivative logSoftmaxBackward(double[] logits, double[] upstream) {
        ExactRow row = ExactRow.of(logits);
        BigFloat[] exponentials = new BigFloat[logits.length];
        Arrays.setAll(exponentials, row::exponential);
        return logSoftmaxBackward(exponentials, row.sum(), upstream);
    }

    /**
     * u_i - exp(l_i) sum(u) for the log-probabilities as given: what an operator that sees only rounded
     * log-probabilities can be asked for.
     */
    static Derivative logSoftmaxBackwardOfLogProbabilities(double[] logProbabilities, double[] upstream) {
        BigFloat[] p = new BigFloat[logProbabilities.length];
        Arrays.setAll(p, i -> logProbabilities[i] == Double.NEGATIVE_INFINITY
                ? BigFloat.ZERO : BigFloat.of(logProbabilities[i]).exp());
        return logSoftmaxBackward(p, BigFloat.ONE, upstream);
    }

    /** The p are given but for a divisor; the magnitude of the sum is the sum of |u_j|. */
    private static Derivative logSoftmaxBackward(BigFloat[] p, BigFloat divisor, double[] upstream) {
        BigFloat[] u = exact(upstream);
        BigFloat total = BigFloat.sum(u);
        BigFloat absolute = BigFloat.sum(Arrays.stream(u).map(BigFloat::abs).toArray(BigFloat[]::new));
        Derivative derivative = new Derivative(upstream.length);
        for (int i = 0; i < upstream.length; i++) {
            BigFloat first = u[i].multiply(divisor);
            derivative.value[i] = first.subtract(p[i].multiply(total)).divide(divisor).toDouble();
            BigFloat larger = BigFloat.max(first.abs(), p[i].multiply(absolute));
            derivative.magnitude[i] = larger.divide(divisor).toDouble();
        }
        return derivative;
    }

    private static BigFloat[] exact(double[] values) {
        return Arrays.stream(values).mapToObj(BigFloat::of).toArray(BigFloat[]::new);
    }

    /** Cross-entropy against class indices; {@code weights} may be null. */
    static Losses crossEntropy(
            double[][] rows, int[] targets, double[] weights, Set<Integer> ignored, double smoothing) {
        return losses(rows, ExactRow::of, targets, weights, ignored, smoothing);
    }

    /** Cross-entropy against class probabilities {@code targets[n][c]}; {@code weights} may be null. */
    static Losses crossEntropy(double[][] rows, double[][] targets, double[] weights, double smoothing) {
        return losses(rows, ExactRow::of, targets, weights, smoothing);
    }

    /** Negative log-likelihood of class indices under log-probabilities; {@code weights} may be null. */
    static Losses nll(double[][] rows, int[] targets, double[] weights) {
        return losses(rows, ExactRow::ofLogProbabilities, targets, weights, Set.of(), 0);
    }

    /** Negative log-likelihood of class probabilities {@code targets[n][c]}; {@code weights} may be null. */
    static Losses nll(double[][] rows, double[][] targets, double[] weights) {
        return losses(rows, ExactRow::ofLogProbabilities, targets, weights, 0);
    }

    private static Losses losses(double[][] rows, Function<double[], ExactRow> exactRow, int[] targets,
            double[] weights, Set<Integer> ignored, double smoothing) {
        ExactLoss[] losses = new ExactLoss[rows.length];
        BigFloat denominator = BigFloat.ZERO;
        for (int n = 0; n < rows.length; n++) {
            double weight = ignored.contains(targets[n]) ? 0 : weights == null ? 1 : weights[targets[n]];
            // a sample of weight 0 without smoothing is like an ignored one, whatever its logits are
            if (ignored.contains(targets[n]) || weight == 0 && smoothing == 0) {
                losses[n] = ExactLoss.nothing(rows[n].length);
            } else {
                double[] oneHot = new double[rows[n].length];
                oneHot[targets[n]] = 1;
                losses[n] = ExactLoss.of(exactRow.apply(rows[n]), oneHot, weights, smoothing);
                denominator = denominator.add(BigFloat.of(weight));
            }
        }
        return new Losses(losses, denominator);
    }

    private static Losses losses(double[][] rows, Function<double[], ExactRow> exactRow, double[][] targets,
            double[] weights, double smoothing) {
        ExactLoss[] losses = new ExactLoss[rows.length];
        Arrays.setAll(losses, n -> ExactLoss.of(exactRow.apply(rows[n]), targets[n], weights, smoothing));
        return new Losses(losses, BigFloat.of(rows.length));
    }

    /** The losses of a batch and what their mean divides by. */
    static final class Losses {

        private final ExactLoss[] losses;
        private final BigFloat denominator;

        private Losses(ExactLoss[] losses, BigFloat denominator) {
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
            // NaN + Infinity is NaN, as in double arithmetic.
            double special = 0;
            for (ExactLoss loss : losses) {
                special += loss.isNaN() || loss.isInfinite() ? loss.toDouble() : 0;
            }
            return special == 0 ? exactSum().divide(divisor).toDouble() : special;
        }

        /** The losses, where all are finite. */
        BigFloat[] exactPerSample() {
            return Arrays.stream(losses).map(ExactLoss::value).toArray(BigFloat[]::new);
        }

        /** Their sum, where all are finite. */
        BigFloat exactSum() {
            return BigFloat.sum(exactPerSample());
        }

        /** Their mean, where all are finite and there is something to take a mean of. */
        BigFloat exactMean() {
            return exactSum().divide(denominator);
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
            Arrays.setAll(gradient, n -> derivative(losses[n], BigFloat.of(upstream[n]), divisor));
            return gradient;
        }

        private static Derivative derivative(ExactLoss loss, BigFloat factor, BigFloat divisor) {
            Derivative derivative = new Derivative(loss.classes());
            Arrays.setAll(derivative.value, c -> loss.derivative(c, factor, divisor));
            Arrays.setAll(derivative.magnitude, c -> loss.derivativeMagnitude(c, factor, divisor));
            return derivative;
        }
    }
}
