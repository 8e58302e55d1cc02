package io.github.surprisal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One row of logits with its exponentials {@code e_j = exp(x_j - max)} and their sum S, to some 250 bits.
 *
 * <p>Everything a loss or a gradient needs is an exact expression in the e_j, so that what cancels mathematically
 * cancels here; see {@link BigFloat}.
 */
final class ExactRow {

    /** Exact logits; null stands for -Infinity. */
    private final List<BigFloat> logits;
    private final BigFloat max;
    private final BigFloat[] exponentials;
    private final BigFloat sum;

    /** log S = log1p(S - 1), which is 0 or more: the maximum contributes exactly 1 to S. */
    private final BigFloat logSum;

    private ExactRow(List<BigFloat> logits, BigFloat max, BigFloat[] exponentials, BigFloat sum, BigFloat logSum) {
        this.logits = logits;
        this.max = max;
        this.exponentials = exponentials;
        this.sum = sum;
        this.logSum = logSum;
    }

    private static ExactRow of(List<BigFloat> logits) {
        BigFloat largest = null;
        for (BigFloat x : logits) {
            if (x != null) {
                largest = largest == null ? x : BigFloat.max(largest, x);
            }
        }
        BigFloat max = largest;
        BigFloat[] exponentials = logits.stream().map(x -> x == null ? BigFloat.ZERO : x.subtract(max).exp())
                .toArray(BigFloat[]::new);
        BigFloat sum = BigFloat.sum(exponentials);
        return new ExactRow(logits, max, exponentials, sum, sum.subtract(BigFloat.ONE).log1p());
    }

    /** The row, or null where the contract says NaN: a NaN, a +Infinity or nothing but -Infinity. */
    static ExactRow of(double[] row) {
        boolean missing = Arrays.stream(row).anyMatch(x -> Double.isNaN(x) || x == Double.POSITIVE_INFINITY);
        return missing || Arrays.stream(row).noneMatch(Double::isFinite) ? null : of(exact(row));
    }

    /**
     * A row of log-probabilities as they are: what the negative log-likelihood sees. It has a surprisal for each class
     * and, as its gradient does not depend on the row, nothing else.
     */
    static ExactRow ofLogProbabilities(double[] row) {
        BigFloat[] zeros = new BigFloat[row.length];
        Arrays.fill(zeros, BigFloat.ZERO);
        return new ExactRow(exact(row), BigFloat.ZERO, zeros, BigFloat.ONE, BigFloat.ZERO);
    }

    private static List<BigFloat> exact(double[] row) {
        List<BigFloat> exact = new ArrayList<>();
        for (double x : row) {
            exact.add(x == Double.NEGATIVE_INFINITY ? null : BigFloat.of(x));
        }
        return exact;
    }

    /** The same row with one logit moved by {@code step}. */
    ExactRow shifted(int index, BigFloat step) {
        List<BigFloat> moved = new ArrayList<>(logits);
        moved.set(index, moved.get(index).add(step));
        return of(moved);
    }

    boolean isMinusInfinity(int index) {
        return logits.get(index) == null;
    }

    /** How many logits are above -Infinity. */
    int finiteClasses() {
        return (int) logits.stream().filter(x -> x != null).count();
    }

    BigFloat exponential(int index) {
        return exponentials[index];
    }

    BigFloat sum() {
        return sum;
    }

    double probability(int index) {
        return exponentials[index].divide(sum).toDouble();
    }

    /** -log p of a class whose logit is finite: two terms of the same sign. */
    BigFloat surprisal(int index) {
        return max.subtract(logits.get(index)).add(logSum);
    }

    double logProbability(int index) {
        return isMinusInfinity(index) ? Double.NEGATIVE_INFINITY : surprisal(index).negate().toDouble();
    }
}
