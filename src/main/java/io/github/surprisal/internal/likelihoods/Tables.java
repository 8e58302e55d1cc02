package io.github.surprisal.internal.likelihoods;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The tables of {@link Elementary}, computed in whole numbers (200 fraction bits) when the class is loaded: some
 * hundred powers and logarithms, the same bits everywhere, and nothing to mistype.
 */
final class Tables {

    /** 2^(j/64), j in [0, 64), in two doubles. */
    static final double[] POWER = new double[64];
    static final double[] POWER_LOW = new double[64];

    /** The logarithm's f in [0.70, 1.42) falls into cell round(128 f) - FIRST. */
    static final int FIRST = 90;
    private static final int LAST = 182;

    /** For each cell a c near 1/f, a multiple of 1/256, so that |c f - 1| < 2^-7; 1 for the cell of 1. */
    static final double[] RECIPROCAL = new double[LAST - FIRST + 1];
    /** log(1/c): a multiple of 2^-32, and the rest in two doubles. So sums of heads are exact. */
    static final double[] LOG_HEAD = new double[LAST - FIRST + 1];
    static final double[] LOG_TAIL = new double[LAST - FIRST + 1];
    static final double[] LOG_TAIL_LOW = new double[LAST - FIRST + 1];

    /** ln 2 likewise. */
    static final double LN2_HEAD;
    static final double LN2_TAIL;
    static final double LN2_TAIL_LOW;

    private static final int BITS = 200;
    private static final int HEAD_BITS = 32;
    private static final BigInteger ONE = BigInteger.ONE.shiftLeft(BITS);

    static {
        BigInteger root = ONE.shiftLeft(1);
        for (int i = 0; i < 6; i++) {
            root = root.shiftLeft(BITS).sqrt();
        }
        BigInteger power = ONE;
        for (int j = 0; j < POWER.length; j++) {
            POWER[j] = toDouble(power);
            POWER_LOW[j] = toDouble(power.subtract(fixed(POWER[j])));
            power = power.multiply(root).shiftRight(BITS);
        }
        for (int i = 0; i < RECIPROCAL.length; i++) {
            int c = Math.round(256 * 128 / (float) (FIRST + i));
            RECIPROCAL[i] = c / 256.0;
            BigInteger log = log(256, c);
            LOG_HEAD[i] = head(log);
            BigInteger tail = log.subtract(fixed(LOG_HEAD[i]));
            LOG_TAIL[i] = toDouble(tail);
            LOG_TAIL_LOW[i] = toDouble(tail.subtract(fixed(LOG_TAIL[i])));
        }
        BigInteger ln2 = log(2, 1);
        LN2_HEAD = head(ln2);
        BigInteger tail = ln2.subtract(fixed(LN2_HEAD));
        LN2_TAIL = toDouble(tail);
        LN2_TAIL_LOW = toDouble(tail.subtract(fixed(LN2_TAIL)));
    }

    private Tables() {
    }

    /** log(a / b) = 2 atanh((a - b) / (a + b)). */
    private static BigInteger log(int a, int b) {
        BigInteger numerator = BigInteger.valueOf((long) (a - b) * (a - b));
        BigInteger denominator = BigInteger.valueOf((long) (a + b) * (a + b));
        BigInteger term = BigInteger.valueOf(2L * (a - b)).shiftLeft(BITS).divide(BigInteger.valueOf(a + b));
        BigInteger sum = term;
        for (int n = 3; term.signum() != 0; n += 2) {
            term = term.multiply(numerator).divide(denominator);
            sum = sum.add(term.divide(BigInteger.valueOf(n)));
        }
        return sum;
    }

    private static double head(BigInteger value) {
        return value.shiftRight(BITS - HEAD_BITS).longValueExact() * 0x1p-32;
    }

    private static double toDouble(BigInteger value) {
        return value.doubleValue() * 0x1p-200;
    }

    private static BigInteger fixed(double value) {
        return new BigDecimal(value).multiply(new BigDecimal(ONE)).toBigInteger();
    }
}
