package io.github.surprisal;

import java.math.BigInteger;

/**
 * exp and log1p with about 250 correct bits, in fixed-point {@link BigInteger} arithmetic.
 *
 * <p>exp splits its argument into {@code k ln2 + i/2^8 + j/2^16 + l/2^24 + r}: three table look-ups leave
 * {@code r in [0, 2^-24)}, for which eleven terms of the Taylor series suffice. log1p is Halley's iteration on exp.
 */
final class BigMath {

    /** Fraction bits of the fixed-point arithmetic; the last twenty absorb the truncations. */
    private static final int BITS = 272;

    private static final BigInteger LN2 = ln2(BITS);

    private static final BigInteger ONE = BigInteger.ONE.shiftLeft(BITS);

    /**
     * Below 2^-4200 no product of two doubles brings a probability back into the range of double. Such an exponential
     * is replaced by 2^-4200 and not by 0: it keeps its sign, so that it still decides a rounding tie.
     */
    private static final int SMALLEST = -4200;
    private static final double LOWEST_ARGUMENT = SMALLEST * StrictMath.log(2);

    private static final BigInteger[] COARSE = exponentials(8);
    private static final BigInteger[] MIDDLE = exponentials(16);
    private static final BigInteger[] FINE = exponentials(24);

    private BigMath() {
    }

    /** e^x for x up to some thousands; below -4200 ln2 the result is 2^-4200. */
    static BigFloat exp(BigFloat x) {
        if (x.signum() < 0 && (x.magnitude() > 12 || x.toDouble() < LOWEST_ARGUMENT)) {
            return BigFloat.powerOfTwo(SMALLEST);
        }
        BigInteger fixed = x.toFixedPoint(BITS);
        BigInteger[] parts = fixed.divideAndRemainder(LN2);
        int k = parts[0].intValueExact();
        BigInteger r = parts[1];
        if (r.signum() < 0) {
            k--;
            r = r.add(LN2);
        }
        int top = r.shiftRight(BITS - 24).intValueExact();
        BigInteger result = taylor(r.subtract(BigInteger.valueOf(top).shiftLeft(BITS - 24)));
        result = times(result, COARSE[top >> 16]);
        result = times(result, MIDDLE[(top >> 8) & 0xff]);
        result = times(result, FINE[top & 0xff]);
        return new BigFloat(result, k - BITS);
    }

    /** log(1 + x) for x >= 0, with a small relative error for small x too. */
    static BigFloat log1p(BigFloat x) {
        if (x.signum() == 0) {
            return BigFloat.ZERO;
        }
        if (x.magnitude() < -16) {
            return log1pSeries(x.round());
        }
        BigFloat z = BigFloat.ONE.add(x).round();
        BigFloat y = BigFloat.of(StrictMath.log(z.toDouble()));
        // Halley: each step triples the number of correct bits, from 50 to 150 to more than BITS.
        for (int step = 0; step < 2; step++) {
            BigFloat e = exp(y);
            y = y.add(z.subtract(e).divide(z.add(e)).scaleByPowerOfTwo(1)).round();
        }
        return y;
    }

    /** x - x^2/2 + x^3/3 - ... for x < 2^-16, until a term no longer counts. */
    private static BigFloat log1pSeries(BigFloat x) {
        BigFloat sum = x;
        BigFloat power = x;
        for (int n = 2; ; n++) {
            power = power.multiply(x).negate().round();
            if (power.magnitude() < x.magnitude() - BITS) {
                // Two terms that far below still decide ties; one is enough to keep the sum below x.
                return sum.add(power.scaleByPowerOfTwo(-8));
            }
            sum = sum.add(power.divide(BigFloat.of(n)));
        }
    }

    private static BigInteger times(BigInteger a, BigInteger b) {
        return a.multiply(b).shiftRight(BITS);
    }

    /** e^r for fixed-point r in [0, 1), summed until the terms vanish. */
    private static BigInteger taylor(BigInteger r) {
        BigInteger sum = ONE;
        BigInteger term = ONE;
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
            table[i] = taylor(BigInteger.valueOf(i).shiftLeft(BITS - bits));
        }
        return table;
    }

    /** ln 2 = sum over n of 1 / (n 2^n). */
    private static BigInteger ln2(int bits) {
        int spare = 16;
        BigInteger sum = BigInteger.ZERO;
        for (int n = 1; n <= bits + spare; n++) {
            sum = sum.add(BigInteger.ONE.shiftLeft(bits + spare - n).divide(BigInteger.valueOf(n)));
        }
        return sum.shiftRight(spare);
    }
}
