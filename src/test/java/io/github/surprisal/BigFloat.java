package io.github.surprisal;

import java.math.BigInteger;

/**
 * A binary floating-point number {@code mantissa * 2^exponent} without a size limit, for the {@link Oracle}.
 *
 * <p>Addition, subtraction and multiplication are exact, so that a difference that is mathematically 0 is 0 here too.
 * Rounding happens in three named places only: {@link #round}, {@link #divide} and {@link #toDouble}.
 */
final class BigFloat implements Comparable<BigFloat> {

    /** Significant bits kept by a rounding operation: five doubles' worth, so that rounding twice is harmless. */
    static final int PRECISION = 272;

    static final BigFloat ZERO = new BigFloat(BigInteger.ZERO, 0);
    static final BigFloat ONE = new BigFloat(BigInteger.ONE, 0);

    final BigInteger mantissa;
    final int exponent;

    BigFloat(BigInteger mantissa, int exponent) {
        this.mantissa = mantissa;
        this.exponent = exponent;
    }

    /** The exact value of a finite double. */
    static BigFloat of(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not finite: " + value);
        }
        if (value == 0) {
            return ZERO;
        }
        // A subnormal has the exponent of the smallest normal double: ulp = 2^(exponent - 52) for both.
        int exponent = Math.max(Math.getExponent(value), Double.MIN_EXPONENT) - 52;
        long mantissa = (long) Math.scalb(Math.abs(value), -exponent);
        int zeros = Long.numberOfTrailingZeros(mantissa);
        mantissa >>= zeros;
        return new BigFloat(BigInteger.valueOf(value < 0 ? -mantissa : mantissa), exponent + zeros);
    }

    static BigFloat powerOfTwo(int exponent) {
        return new BigFloat(BigInteger.ONE, exponent);
    }

    int signum() {
        return mantissa.signum();
    }

    BigFloat negate() {
        return new BigFloat(mantissa.negate(), exponent);
    }

    BigFloat abs() {
        return signum() < 0 ? negate() : this;
    }

    BigFloat add(BigFloat other) {
        if (signum() == 0) {
            return other;
        }
        if (other.signum() == 0) {
            return this;
        }
        if (exponent < other.exponent) {
            return other.add(this);
        }
        return new BigFloat(mantissa.shiftLeft(exponent - other.exponent).add(other.mantissa), other.exponent);
    }

    BigFloat subtract(BigFloat other) {
        return add(other.negate());
    }

    BigFloat multiply(BigFloat other) {
        if (signum() == 0 || other.signum() == 0) {
            return ZERO;
        }
        return new BigFloat(mantissa.multiply(other.mantissa), exponent + other.exponent);
    }

    BigFloat scaleByPowerOfTwo(int power) {
        return new BigFloat(mantissa, exponent + power);
    }

    /** The quotient, truncated to at least {@link #PRECISION} bits. */
    BigFloat divide(BigFloat divisor) {
        BigFloat by = divisor.round();
        int shift = Math.max(0, PRECISION + 2 + by.mantissa.bitLength() - mantissa.bitLength());
        return new BigFloat(mantissa.shiftLeft(shift).divide(by.mantissa), exponent - shift - by.exponent);
    }

    /** The same number with at most {@link #PRECISION} bits, truncated. */
    BigFloat round() {
        int excess = mantissa.bitLength() - PRECISION;
        return excess <= 0 ? this : new BigFloat(mantissa.shiftRight(excess), exponent + excess);
    }

    /** The number as fixed point: {@code floor(value * 2^fractionBits)}. */
    BigInteger toFixedPoint(int fractionBits) {
        return mantissa.shiftLeft(exponent + fractionBits);
    }

    /** The position of the leading bit: {@code 2^e <= |value| < 2^(e+1)}. */
    int magnitude() {
        return mantissa.abs().bitLength() - 1 + exponent;
    }

    @Override
    public int compareTo(BigFloat other) {
        return subtract(other).signum();
    }

    static BigFloat max(BigFloat a, BigFloat b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** The nearest double, ties to even, subnormal results and overflow to infinity included. */
    double toDouble() {
        if (signum() == 0) {
            return 0.0;
        }
        if (magnitude() > Double.MAX_EXPONENT) {
            return signum() * Double.POSITIVE_INFINITY;
        }
        // The weight of the last bit of the result: 53 bits below the top, but never below the smallest subnormal.
        int lastBit = Math.max(magnitude() - 52, -1074);
        int dropped = lastBit - exponent;
        BigInteger absolute = mantissa.abs();
        long kept = absolute.shiftRight(dropped).longValueExact();
        if (dropped > 0 && absolute.testBit(dropped - 1)) {
            boolean tie = absolute.getLowestSetBit() == dropped - 1;
            if (!tie || (kept & 1) == 1) {
                kept++;
            }
        }
        return signum() * Math.scalb((double) kept, lastBit);
    }

    @Override
    public String toString() {
        return toDouble() + " (" + mantissa + " * 2^" + exponent + ")";
    }
}
