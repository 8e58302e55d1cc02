package io.github.surprisal.internal;

import java.math.BigInteger;

/**
 * Numbers near 1 as integers times 2^-{@value #BITS}: the arithmetic that kernels and constants are compared with.
 *
 * <p>Every operation truncates, an error of 2^-{@value #BITS}; the functions are right to better than 2^-230. What lies
 * far from 1 is brought there first by a power of two, see {@link #of(double, int)}.
 */
final class FixedPoint {

    static final int BITS = 256;
    static final BigInteger ONE = BigInteger.ONE.shiftLeft(BITS);
    static final BigInteger LN2 = ln2();

    private FixedPoint() {
    }

    /** The exact value, unless bits below 2^-{@value #BITS} are lost. */
    static BigInteger of(double value) {
        return of(value, 0);
    }

    /** value 2^scale, exact unless bits below 2^-{@value #BITS} are lost. */
    static BigInteger of(double value, int scale) {
        if (value == 0.0) {
            return BigInteger.ZERO;
        }
        int exponent = Math.max(Math.getExponent(value), Double.MIN_EXPONENT) - 52;
        long mantissa = (long) Math.scalb(value, -exponent);
        return BigInteger.valueOf(mantissa).shiftLeft(exponent + scale + BITS);
    }

    static BigInteger times(BigInteger a, BigInteger b) {
        return a.multiply(b).shiftRight(BITS);
    }

    static BigInteger divide(BigInteger a, BigInteger b) {
        return a.shiftLeft(BITS).divide(b);
    }

    /** |a - b| / |b|, or 0 where both are 0. */
    static double relativeError(BigInteger a, BigInteger b) {
        return a.equals(b) ? 0.0 : toDouble(divide(a.subtract(b), b).abs());
    }

    /** Of a number that is 0 or far above the smallest double. */
    static double toDouble(BigInteger a) {
        int excess = Math.max(0, a.bitLength() - 64);
        return Math.scalb(a.shiftRight(excess).doubleValue(), excess - BITS);
    }

    /** e^r for |r| below 1: the Taylor series of r / 2^16, squared sixteen times. */
    static BigInteger exp(BigInteger r) {
        BigInteger small = r.shiftRight(16);
        BigInteger sum = ONE;
        BigInteger term = ONE;
        for (int n = 1; term.bitLength() > 1; n++) {
            term = times(term, small).divide(BigInteger.valueOf(n));
            sum = sum.add(term);
        }
        for (int i = 0; i < 16; i++) {
            sum = times(sum, sum);
        }
        return sum;
    }

    /** The power of two nearest to e^x, as an exponent. */
    static int binaryExponent(BigInteger x) {
        return x.shiftLeft(1).divide(LN2).add(BigInteger.ONE).shiftRight(1).intValueExact();
    }

    /** log(m) for m in [1/2, 2]: y + log(m e^-y) with y from StrictMath, so that three terms of the series do. */
    static BigInteger log(BigInteger m) {
        BigInteger y = of(StrictMath.log(toDouble(m)));
        return y.add(log1pOfTiny(times(m, exp(y.negate())).subtract(ONE)));
    }

    /** log(1 + d) for |d| below 2^-20. */
    static BigInteger log1pOfTiny(BigInteger d) {
        return times(d, log1pOverTiny(d));
    }

    /** log(1 + d) / d = 1 - d/2 + d^2/3 - ... for |d| below 2^-20. */
    static BigInteger log1pOverTiny(BigInteger d) {
        BigInteger sum = ONE;
        BigInteger power = ONE;
        for (int n = 2; power.bitLength() > 1; n++) {
            power = times(power, d).negate();
            sum = sum.add(power.divide(BigInteger.valueOf(n)));
        }
        return sum;
    }

    /** ln 2 = sum over n of 1 / (n 2^n). */
    private static BigInteger ln2() {
        BigInteger sum = BigInteger.ZERO;
        for (int n = 1; n <= BITS; n++) {
            sum = sum.add(ONE.shiftRight(n).divide(BigInteger.valueOf(n)));
        }
        return sum;
    }
}
