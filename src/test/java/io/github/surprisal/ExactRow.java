package io.github.surprisal;

import java.util.ArrayList;
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

    private ExactRow(List<BigFloat> logits) {
        this.logits = logits;
        BigFloat largest = null;
        for (BigFloat x : logits) {
            if (x != null) {
                largest = largest == null ? x : BigFloat.max(largest, x);
            }
        }
        max = largest;
        exponentials = new BigFloat[logits.size()];
        BigFloat total = BigFloat.ZERO;
        for (int j = 0; j < exponentials.length; j++) {
            exponentials[j] = logits.get(j) == null ? BigFloat.ZERO : BigMath.exp(logits.get(j).subtract(max));
            total = total.add(exponentials[j]);
        }
        sum = total;
        logSum = BigMath.log1p(sum.subtract(BigFloat.ONE));
    }

    /** The row, or null where the contract says NaN: a NaN, a +Infinity or nothing but -Infinity. */
    static ExactRow of(double[] row) {
        List<BigFloat> logits = new ArrayList<>();
        boolean anyFinite = false;
        for (double x : row) {
            if (Double.isNaN(x) || x == Double.POSITIVE_INFINITY) {
                return null;
            }
            anyFinite |= Double.isFinite(x);
            logits.add(Double.isFinite(x) ? BigFloat.of(x) : null);
        }
        return anyFinite ? new ExactRow(logits) : null;
    }

    /** The same row with one logit moved by {@code step}. */
    ExactRow shifted(int index, BigFloat step) {
        List<BigFloat> moved = new ArrayList<>(logits);
        moved.set(index, moved.get(index).add(step));
        return new ExactRow(moved);
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
