package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.KernelSet;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Scratch;
import io.github.surprisal.internal.kernels.Sums;
import java.util.Arrays;

/**
 * A sum of numbers (high + low) 2^exponent that neither overflows nor loses small numbers, in two doubles. Ordinary
 * numbers are added in eight stripes; those far from 1 are added on scales of their own, so that the mean of numbers
 * that are out of a double's range can be exact; those that are not finite by themselves. The order is that of the
 * calls; sums of parts can be merged.
 */
public final class LossSum {

    /** Doubles that a sum is made of. */
    static final int PARTS = 7;

    private static final int ORDINARY = 0;
    private static final int HUGE = 2;
    private static final int TINY = 4;
    private static final int NOT_FINITE = 6;

    /** Exponents of ordinary numbers: 2^31 of them, and their low parts, stay in the range. */
    static final int LEAST_EXPONENT = -700;
    static final int GREATEST_EXPONENT = 900;
    static final double LEAST = 0x1p-700;
    static final double GREATEST = 0x1p900;
    /** What huge and tiny numbers are scaled by: products of any two doubles become ordinary. */
    private static final int HUGE_SCALE = -1600;
    private static final int TINY_SCALE = 1400;

    private final Pairs stripes = new Pairs(KernelSet.STRIPES);
    private final double[] parts = new double[PARTS];

    /** The sum over nothing. */
    void clear() {
        stripes.fill(0, KernelSet.STRIPES, 0.0, 0.0);
        Arrays.fill(parts, 0.0);
    }

    /** Adds (high + low) 2^exponent; {@code stripe} is what the number belongs to if it is ordinary. */
    void add(int stripe, double high, double low, int exponent) {
        if (!(Math.abs(high) <= Double.MAX_VALUE)) {
            parts[NOT_FINITE] += high;
            return;
        }
        int e = Math.getExponent(high) + exponent;
        if (high == 0.0 || e >= LEAST_EXPONENT && e < GREATEST_EXPONENT) {
            add(stripe, Math.scalb(high, exponent), Math.scalb(low, exponent));
        } else if (e >= GREATEST_EXPONENT) {
            addPair(HUGE, Math.scalb(high, exponent + HUGE_SCALE), Math.scalb(low, exponent + HUGE_SCALE));
        } else {
            addPair(TINY, Math.scalb(high, exponent + TINY_SCALE), Math.scalb(low, exponent + TINY_SCALE));
        }
    }

    /** Adds an ordinary number. */
    void add(int stripe, double high, double low) {
        double sum = stripes.high[stripe];
        stripes.low[stripe] += Sums.error(sum, high) + low;
        stripes.high[stripe] = sum + high;
    }

    /** Adds n ordinary numbers, a multiple of STRIPES, the first to stripe 0. */
    void addOrdinary(KernelSet kernels, Pairs numbers, int n, Scratch scratch) {
        kernels.sumOfRows(numbers.high, numbers.low, 1, n, 0, stripes, scratch);
    }

    /** Sets this sum to a whole number. */
    void setCount(int count) {
        clear();
        parts[ORDINARY] = count;
    }

    /** Adds up the stripes. */
    void close() {
        Sums.tree(stripes, 0, 1);
        addPair(ORDINARY, stripes.high[0], stripes.low[0]);
        stripes.fill(0, KernelSet.STRIPES, 0.0, 0.0);
    }

    /** Copies a sum that is closed. */
    void copyTo(double[] sums, int at) {
        System.arraycopy(parts, 0, sums, at, PARTS);
    }

    /** Adds such a copy. */
    void merge(double[] sums, int at) {
        addPair(ORDINARY, sums[at + ORDINARY], sums[at + ORDINARY + 1]);
        addPair(HUGE, sums[at + HUGE], sums[at + HUGE + 1]);
        addPair(TINY, sums[at + TINY], sums[at + TINY + 1]);
        parts[NOT_FINITE] += sums[at + NOT_FINITE];
    }

    private void addPair(int at, double high, double low) {
        double sum = parts[at];
        parts[at + 1] += low + Sums.error(sum, high);
        parts[at] = sum + high;
    }

    /** The sum, rounded once. */
    public double value() {
        if (parts[NOT_FINITE] != 0.0) {
            return parts[NOT_FINITE];
        }
        return Sums.scale(high(), low(), exponent());
    }

    /** Whether nothing infinite or NaN was added. */
    boolean isFinite() {
        return parts[NOT_FINITE] == 0.0;
    }

    /** Whether nothing but zeros was added. */
    public boolean isZero() {
        return parts[ORDINARY] == 0.0 && parts[HUGE] == 0.0 && parts[TINY] == 0.0 && parts[NOT_FINITE] == 0.0;
    }

    /** The sum divided by another that is finite and not 0, rounded once. */
    public double dividedBy(LossSum divisor) {
        if (parts[NOT_FINITE] != 0.0) {
            return parts[NOT_FINITE];
        }
        double h = high();
        double d = divisor.high();
        int power = exponent() - divisor.exponent();
        if (power == 0 && isModerate(h) && isModerate(d)) {
            return quotient(h, low(), d, divisor.low());
        }
        // both near 1, so that no quotient leaves the range
        int e = Math.getExponent(h);
        int f = Math.getExponent(d);
        double quotient = quotient(Math.scalb(h, -e), Math.scalb(low(), -e),
                Math.scalb(d, -f), Math.scalb(divisor.low(), -f));
        return Math.scalb(quotient, e - f + power);
    }

    private static double quotient(double a, double aLow, double b, double bLow) {
        double q = a / b;
        return q + (Math.fma(-q, b, a) + (aLow - q * bLow)) / b;
    }

    /** Whether quotients and products of such numbers, and their low parts, stay in the range. */
    static boolean isModerate(double x) {
        return Math.abs(x) >= 0x1p-400 && Math.abs(x) <= 0x1p400;
    }

    // ---- the sum as (high + low) 2^exponent: the greatest of the three parts, and what the next one adds to it

    int exponent() {
        return parts[HUGE] != 0.0 ? -HUGE_SCALE : parts[ORDINARY] != 0.0 ? 0 : parts[TINY] != 0.0 ? -TINY_SCALE : 0;
    }

    double high() {
        return greatest() + lower();
    }

    double low() {
        double h = greatest();
        double l = lower();
        return Sums.error(h, l);
    }

    private double greatest() {
        return parts[HUGE] != 0.0 ? parts[HUGE] : parts[ORDINARY] != 0.0 ? parts[ORDINARY] : parts[TINY];
    }

    private double lower() {
        if (parts[HUGE] != 0.0) {
            return parts[HUGE + 1] + Math.scalb(parts[ORDINARY], HUGE_SCALE);
        }
        return parts[ORDINARY] != 0.0 ? parts[ORDINARY + 1] + Math.scalb(parts[TINY], -TINY_SCALE) : parts[TINY + 1];
    }
}
