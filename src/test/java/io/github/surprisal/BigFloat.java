package io.github.surprisal;

import java.math.BigInteger;

/**
 * A binary floating-point number {@code mantissa * 2^exponent} without a size limit: the arithmetic that everything
 * here is judged by, kernels and constants as well as whole operators.
 *
 * <p>Addition, subtraction and multiplication are exact, so that a difference that is mathematically 0 is 0 here too.
 * Rounding happens in named places only: {@link #round}, {@link #divide}, {@link #toDouble}, and the functions, which
 * have some 250 correct bits.
 */
public final class BigFloat implements Comparable<BigFloat> {

    /** Significant bits kept by a rounding operation: five doubles' worth, so that rounding twice is harmless. */
    private static final int PRECISION = 272;

    public static final BigFloat ZERO = new BigFloat(BigInteger.ZERO, 0);
    public static final BigFloat ONE = powerOfTwo(0);

    /** The functions compute with integers times 2^-272; the last twenty bits absorb what is truncated. */
    private static final BigInteger FIXED_ONE = BigInteger.ONE.shiftLeft(PRECISION);
    private static final BigInteger FIXED_LN2 = ln2();

    public static final BigFloat LN2 = new BigFloat(FIXED_LN2, -PRECISION);

    /**
     * Below 2^-4200 no product of two doubles brings a probability back into the range of double. Such an exponential
     * is replaced by 2^-4200 and not by 0: it keeps its sign, so that it still decides a rounding tie.
     */
    private static final int SMALLEST = -4200;
    private static final double LOWEST_ARGUMENT = SMALLEST * StrictMath.log(2);

    private static final BigInteger[] COARSE = exponentials(8);
    private static final BigInteger[] MIDDLE = exponentials(16);
    private static final BigInteger[] FINE = exponentials(24);

    final BigInteger mantissa;
    final int exponent;

    BigFloat(BigInteger mantissa, int exponent) {
        this.mantissa = mantissa;
        this.exponent = exponent;
    }

    /** The exact value of a finite double. */
    public static BigFloat of(double value) {
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

    /** The exact sum of two doubles, as kernels hold a number. */
    public static BigFloat of(double high, double low) {
        return of(high).add(of(low));
    }

    public static BigFloat powerOfTwo(int exponent) {
        return new BigFloat(BigInteger.ONE, exponent);
    }

    public int signum() {
        return mantissa.signum();
    }

    public BigFloat negate() {
        return new BigFloat(mantissa.negate(), exponent);
    }

    public BigFloat abs() {
        return signum() < 0 ? negate() : this;
    }

    public BigFloat add(BigFloat other) {
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

    public BigFloat subtract(BigFloat other) {
        return add(other.negate());
    }

    public BigFloat multiply(BigFloat other) {
        return signum() == 0 ? ZERO : new BigFloat(mantissa.multiply(other.mantissa), exponent + other.exponent);
    }

    public BigFloat scaleByPowerOfTwo(int power) {
        return new BigFloat(mantissa, exponent + power);
    }

    /** The quotient, truncated to at least 272 bits. */
    public BigFloat divide(BigFloat divisor) {
        BigFloat by = divisor.round();
        int shift = Math.max(0, PRECISION + 2 + by.mantissa.bitLength() - mantissa.bitLength());
        return new BigFloat(mantissa.shiftLeft(shift).divide(by.mantissa), exponent - shift - by.exponent);
    }

    /** The same number with at most 272 bits, truncated. */
    public BigFloat round() {
        int excess = mantissa.bitLength() - PRECISION;
        return excess <= 0 ? this : new BigFloat(mantissa.shiftRight(excess), exponent + excess);
    }

    /** The position of the leading bit: {@code 2^e <= |value| < 2^(e+1)}. */
    int magnitude() {
        return mantissa.abs().bitLength() - 1 + exponent;
    }

    @Override
    public int compareTo(BigFloat other) {
        return subtract(other).signum();
    }

    static BigFloat sum(BigFloat... terms) {
        BigFloat sum = ZERO;
        for (BigFloat term : terms) {
            sum = sum.add(term);
        }
        return sum;
    }

    static BigFloat max(BigFloat a, BigFloat b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** |this - exact| / |exact|, or 0 where both are 0. */
    public double relativeError(BigFloat exact) {
        BigFloat error = subtract(exact).abs();
        return error.signum() == 0 ? 0.0 : error.divide(exact.abs()).toDouble();
    }

    /** The nearest double, ties to even, subnormal results and overflow to infinity included. */
    public double toDouble() {
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

    /**
     * e^this, for a number up to some thousands; below -4200 ln2 the result is 2^-4200.
     *
     * <p>The number is split into {@code k ln2 + i/2^8 + j/2^16 + l/2^24 + r}: three table look-ups leave {@code r in
     * [0, 2^-24)}, for which eleven terms of the Taylor series suffice.
     */
    public BigFloat exp() {
        if (signum() < 0 && (magnitude() > 12 || toDouble() < LOWEST_ARGUMENT)) {
            return powerOfTwo(SMALLEST);
        }
        BigInteger[] parts = mantissa.shiftLeft(exponent + PRECISION).divideAndRemainder(FIXED_LN2);
        int k = parts[0].intValueExact();
        BigInteger r = parts[1];
        if (r.signum() < 0) {
            k--;
            r = r.add(FIXED_LN2);
        }
        int top = r.shiftRight(PRECISION - 24).intValueExact();
        BigInteger result = taylor(r.subtract(BigInteger.valueOf(top).shiftLeft(PRECISION - 24)));
        result = times(result, COARSE[top >> 16]);
        result = times(result, MIDDLE[(top >> 8) & 0xff]);
        result = times(result, FINE[top & 0xff]);
        return new BigFloat(result, k - PRECISION);
    }

    /**
     * log(1 + this) for a number of at least 0, with a small relative error for small ones too: the series, or Halley's
     * iteration on the exponential.
     */
    public BigFloat log1p() {
        if (signum() == 0) {
            return ZERO;
        }
        if (magnitude() < -16) {
            return round().log1pSeries();
        }
        BigFloat z = ONE.add(this).round();
        BigFloat y = of(StrictMath.log(z.toDouble()));
        // Halley: each step triples the number of correct bits, from 50 to 150 to more than there are.
        for (int step = 0; step < 2; step++) {
            BigFloat e = y.exp();
            y = y.add(z.subtract(e).divide(z.add(e)).scaleByPowerOfTwo(1)).round();
        }
        return y;
    }

    /** x - x^2/2 + x^3/3 - ... for x < 2^-16, until a term no longer counts. */
    private BigFloat log1pSeries() {
        BigFloat sum = this;
        BigFloat power = this;
        for (int n = 2; ; n++) {
            power = power.multiply(this).negate().round();
            if (power.magnitude() < magnitude() - PRECISION) {
                // Two terms that far below still decide ties; one is enough to keep the sum below x.
                return sum.add(power.scaleByPowerOfTwo(-8));
            }
            sum = sum.add(power.divide(of(n)));
        }
    }

    private static BigInteger times(BigInteger a, BigInteger b) {
        return a.multiply(b).shiftRight(PRECISION);
    }

    /** e^r for fixed-point r in [0, 1), summed until the terms vanish. */
    private static BigInteger taylor(BigInteger r) {
        BigInteger sum = FIXED_ONE;
        BigInteger term = FIXED_ONE;
        for (int n = 1; term.signum() != 0; n++) {
            term = times(term, r).divide(BigInteger.valueOf(n));
            sum = sum.add(term);
        }
        return sum;
    }

    /** e^(i / 2^bits) for i in [0, 256). */
    private static BigInteger[] exponentials(int bits) {
        BigInteger[] table = new BigInteger[256];
        for (int i = 0; i < table.length; i++) {
            table[i] = taylor(BigInteger.valueOf(i).shiftLeft(PRECISION - bits));
        }
        return table;
    }

    /** ln 2 = sum over n of 1 / (n 2^n). */
    private static BigInteger ln2() {
        int spare = 16;
        BigInteger sum = BigInteger.ZERO;
        for (int n = 1; n <= PRECISION + spare; n++) {
            sum = sum.add(FIXED_ONE.shiftLeft(spare).shiftRight(n).divide(BigInteger.valueOf(n)));
        }
        return sum.shiftRight(spare);
    }

    @Override
    public String toString() {
        return toDouble() + " (" + mantissa + " * 2^" + exponent + ")";
    }
}
