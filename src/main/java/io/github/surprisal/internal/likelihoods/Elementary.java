package io.github.surprisal.internal.likelihoods;

/**
 * Exponentials and logarithms of two-double numbers, in place: an argument becomes the result.
 *
 * <p>The exponential: {@code e^x = 2^q 2^(j/64) e^r}, r in [-ln2/128, ln2/128]. The logarithm:
 * {@code log(2^k f) = k ln2 + log(1/c) + log1p(c f - 1)} with c a multiple of 1/256 near 1/f, |c f - 1| < 2^-7. Both
 * end in a Taylor series whose first terms are summed in two doubles; what is truncated is below 2^-110. Tables:
 * {@link Tables}.
 *
 * <p>Relative errors at most, for arguments of every size up to the largest double (exponentials: up to 2900, beyond
 * which the error grows with the argument, and from 2^40 on only the exponent is right): exp 2^-102, expm1 2^-96, expm1
 * - x 2^-88, log 2^-104, log1p 2^-102, L 2^-94, softplus 2^-97, sigmoid 2^-101. Held by SpecialFunctionsTest.
 */
final class Elementary {

    /** log2(e) 64, nearest. */
    private static final double LOG2E_64 = 0x1.71547652b82fep+6;
    /** log2(e) / 512, nearest. */
    private static final double LOG2E_512 = 0x1.71547652b82fep-9;
    /** ln2 / 64 in three doubles. */
    private static final double LN2_64_HIGH = 0x1.62e42fefa39efp-7;
    private static final double LN2_64_MIDDLE = 0x1.abc9e3b39803fp-62;
    private static final double LN2_64_LOW = 0x1.7b57a079a1934p-117;
    /** 1.5 * 2^52: adding and subtracting it rounds to a whole number. */
    private static final double MAGIC = 0x1.8p52;

    /** Up to here an exponential has all its digits; beyond, only its exponent matters to any result. */
    private static final double LARGE = 0x1p40;
    /**
     * Exponents of exponentials stay below 2^1020, so that sums of some of them stay finite: 512 times this for
     * doubles, more for what only registers hold, as e^(e^1e308) beside (e^1e308)^2.
     */
    private static final double LARGEST_POWER = 0x1p1000;
    private static final double POWER_BEYOND = 0x1p1010;

    /** The series serve up to here, half of ln2/64 and a little. */
    private static final double EXP_SERIES = 0x1.63p-8;
    private static final double LOG_SERIES = 0x1p-7;

    /** Fractions above go with the next power of two; 1.414... is not needed exactly. */
    private static final double UPPER_FRACTION = 0x1.6ap0;
    /** Powers of two whose multiples of the head of ln 2 are exact, with room for a sum. */
    private static final double EXACT_HEADS = 0x1p18;

    /** 1/3! 1/4! 1/5! in two doubles each; 1/2 is exact. */
    private static final double E3 = 0x1.5555555555555p-3;
    private static final double E3_LOW = 0x1.5555555555555p-57;
    private static final double E4 = 0x1.5555555555555p-5;
    private static final double E4_LOW = 0x1.5555555555555p-59;
    private static final double E5 = 0x1.1111111111111p-7;
    private static final double E5_LOW = 0x1.1111111111111p-63;

    /** 1/3 and 1/5 in two doubles each. */
    private static final double A3 = 0x1.5555555555555p-2;
    private static final double A3_LOW = 0x1.5555555555555p-56;
    private static final double A5 = 0x1.999999999999ap-3;
    private static final double A5_LOW = -0x1.999999999999ap-57;

    private Elementary() {
    }

    /** e^x. */
    static Scaled exp(Scaled x) {
        if (x.exponent < 0 || x.high == 0) {
            return x.set(1, 0);
        }
        if (isBeyond(x)) {
            return beyond(x);
        }
        double k = (x.high * LOG2E_64 + MAGIC) - MAGIC;
        reduce(x, k);
        double r = x.high;
        double rLow = x.low;
        series(r, rLow, x);
        double s = r + x.high;
        double sLow = (r - s) + x.high + (rLow + x.low);
        long whole = (long) k;
        int j = (int) (whole & 63);
        long q = whole >> 6;
        double t = Tables.POWER[j];
        double product = t * s;
        double error = Math.fma(t, s, -product) + (t * sLow + Tables.POWER_LOW[j] * s);
        double sum = t + product;
        double sumLow = (t - sum) + product + (error + Tables.POWER_LOW[j]);
        long steps = (q + 256) >> 9;
        double factor = Double.longBitsToDouble((q - (steps << 9) + 1023) << 52);
        x.high = (sum + sumLow) * factor;
        x.low = (sumLow - ((sum + sumLow) - sum)) * factor;
        x.exponent = steps << 9;
        return x.normalise();
    }

    /** Whether e^x keeps no digits, only an exponent. */
    static boolean isBeyond(Scaled x) {
        return x.exponent > 0 || x.exponent == 0 && Math.abs(x.high) > LARGE;
    }

    /** e^x where only the exponent counts. */
    private static Scaled beyond(Scaled x) {
        double sign = Math.signum(x.high);
        double power = POWER_BEYOND;
        if (x.exponent == 0) {
            power = Math.abs(x.high) * LOG2E_512;
        } else if (x.exponent <= 1024) {
            power = Math.min(Math.abs(x.doubleValue()) * LOG2E_512, LARGEST_POWER);
        }
        // From 2^52 on a double is whole.
        double whole = power < 0x1p51 ? (power + MAGIC) - MAGIC : power;
        x.set(1, 0);
        x.exponent = sign * whole * 512;
        return x;
    }

    /** x - k ln2/64: the product with the leading part is exact and near x. */
    private static void reduce(Scaled x, double k) {
        if (k == 0) {
            return;
        }
        double p = k * LN2_64_HIGH;
        double pLow = Math.fma(k, LN2_64_HIGH, -p);
        double q = k * LN2_64_MIDDLE;
        double qLow = Math.fma(k, LN2_64_MIDDLE, -q) + k * LN2_64_LOW;
        double a = x.high - p;
        // a - pLow - q + low, each sum with its error
        double b = a - pLow;
        double part = b - a;
        double errors = (a - (b - part)) + (-pLow - part);
        double c = b - q;
        part = c - b;
        errors += (b - (c - part)) + (-q - part);
        double d = c + x.low;
        part = d - c;
        errors += (c - (d - part)) + (x.low - part) - qLow;
        x.set(d + errors, errors - ((d + errors) - d));
    }

    /** e^r - 1 - r for |r| <= EXP_SERIES, of normal size or 0. */
    private static void series(double r, double rLow, Scaled result) {
        double tail = r * Math.fma(r, Math.fma(r, Math.fma(r, Math.fma(r, Math.fma(r, Math.fma(r,
                1.0 / 479001600, 1.0 / 39916800), 1.0 / 3628800), 1.0 / 362880), 1.0 / 40320), 1.0 / 5040), 1.0 / 720);
        double q = E5 + tail;
        double qLow = (E5 - q) + tail + E5_LOW;
        double p = r * q;
        double pLow = Math.fma(r, q, -p) + Math.fma(r, qLow, rLow * q);
        q = E4 + p;
        qLow = (E4 - q) + p + (pLow + E4_LOW);
        p = r * q;
        pLow = Math.fma(r, q, -p) + Math.fma(r, qLow, rLow * q);
        q = E3 + p;
        qLow = (E3 - q) + p + (pLow + E3_LOW);
        p = r * q;
        pLow = Math.fma(r, q, -p) + Math.fma(r, qLow, rLow * q);
        q = 0.5 + p;
        qLow = (0.5 - q) + p + pLow;
        double square = r * r;
        double squareLow = Math.fma(r, r, -square) + 2 * r * rLow;
        p = square * q;
        pLow = Math.fma(square, q, -p) + Math.fma(square, qLow, squareLow * q);
        result.set(p + pLow, pLow - ((p + pLow) - p));
    }

    /** e^x - 1. */
    static Scaled expm1(Scaled x) {
        if (x.exponent < 0 || x.high == 0) {
            return x;
        }
        if (x.exponent == 0 && Math.abs(x.high) <= EXP_SERIES) {
            double r = x.high;
            double rLow = x.low;
            series(r, rLow, x);
            double s = r + x.high;
            double sLow = (r - s) + x.high + (rLow + x.low);
            x.high = s + sLow;
            x.low = sLow - (x.high - s);
            return x.normalise();
        }
        return exp(x).add(-1);
    }

    /** e^x - 1 - x. */
    static Scaled expm1MinusArgument(Scaled x) {
        if (x.exponent < 0 || x.high == 0) {
            return x.square().half();
        }
        double h = x.high;
        double l = x.low;
        double e = x.exponent;
        if (e == 0 && Math.abs(h) <= EXP_SERIES) {
            series(h, l, x);
            return x.normalise();
        }
        exp(x);
        if (x.exponent > 512) {
            return x;
        }
        x.add(-1);
        if (e == 0) {
            return x.add(-h).add(-l);
        }
        // |argument| >= 2^256: it alone counts, or the exponential alone.
        if (h < 0) {
            x.set(-h, -l);
            x.exponent = e;
        }
        return x;
    }

    /** m - log y, for y > 0; the leading parts of the two cancel exactly, so that the error is 2^-110 where they do. */
    static Scaled subtractLog(Scaled m, Scaled y) {
        return subtractLog(m, y.high, y.low, y.exponent);
    }

    /** m - log y for a double y > 0. */
    static Scaled subtractLog(Scaled m, double y) {
        return isTiny(y) ? subtractLog(m, y * 0x1p512, 0, -512) : subtractLog(m, y, 0, 0);
    }

    /** m - log y + log z, for a double y > 0 and 0 < z < 2^1024; the leading parts of all three cancel exactly. */
    static Scaled subtractLogRatio(Scaled m, double y, Scaled z) {
        double high = isTiny(y) ? y * 0x1p512 : y;
        double exponent = isTiny(y) ? -512 : 0;
        if (power(high) + exponent == power(z.high) + z.exponent && fraction(high) == fraction(z.high) && z.low == 0) {
            // log 1 leaves m as it is, however small.
            return m;
        }
        m.add(head(z.high, z.exponent) - head(high, exponent));
        addTail(m.negate(), high, 0, exponent);
        return addTail(m.negate(), z.high, z.low, z.exponent);
    }

    /** Subnormal, or nearly. */
    private static boolean isTiny(double y) {
        return y < 0x1p-1000;
    }

    private static Scaled subtractLog(Scaled m, double high, double low, double exponent) {
        double power = power(high) + exponent;
        if (Math.abs(power) <= EXACT_HEADS) {
            m.add(-head(high, exponent));
        } else {
            double head = power * Tables.LN2_HEAD;
            m.add(-head).add(-Math.fma(power, Tables.LN2_HEAD, -head)).add(-Tables.LOG_HEAD[cell(high)]);
        }
        return addTail(m.negate(), high, low, exponent).negate();
    }

    /** The fraction of a normal number, in [0.70, 1.42). */
    private static double fraction(double high) {
        long bits = Double.doubleToRawLongBits(high) & 0x000fffffffffffffL;
        double f = Double.longBitsToDouble(bits | 0x3ff0000000000000L);
        return f > UPPER_FRACTION ? f * 0.5 : f;
    }

    /** The power of two that goes with the fraction. */
    private static int power(double high) {
        long bits = Double.doubleToRawLongBits(high);
        double f = Double.longBitsToDouble(bits & 0x000fffffffffffffL | 0x3ff0000000000000L);
        return (int) (bits >> 52) - (f > UPPER_FRACTION ? 1022 : 1023);
    }

    private static int cell(double high) {
        return (int) (fraction(high) * 128 + 0.5) - Tables.FIRST;
    }

    /** The leading part of a logarithm: a multiple of 2^-32, exact for powers up to EXACT_HEADS. */
    private static double head(double high, double exponent) {
        return (power(high) + exponent) * Tables.LN2_HEAD + Tables.LOG_HEAD[cell(high)];
    }

    /** Adds what the head of a logarithm leaves. */
    private static Scaled addTail(Scaled m, double high, double low, double exponent) {
        int k = power(high);
        double f = fraction(high);
        // A register has |k| <= 257; a double of any size has no low part.
        double fLow = low == 0 ? 0 : low * Double.longBitsToDouble((1023L - k) << 52);
        int i = cell(high);
        double c = Tables.RECIPROCAL[i];
        double p = f * c;
        double r = p - 1;
        double rest = Math.fma(f, c, -p) + fLow * c;
        double power = k + exponent;
        double tail = power * Tables.LN2_TAIL;
        m.add(tail).add(Math.fma(power, Tables.LN2_TAIL, -tail) + power * Tables.LN2_TAIL_LOW);
        m.add(Tables.LOG_TAIL[i], Tables.LOG_TAIL_LOW[i]);
        double v = r + rest;
        double vLow = rest - (v - r);
        // log1p(v) = v - L(v)
        addExcess(m.add(v, vLow).negate(), v, vLow);
        return m.negate();
    }

    /**
     * Adds L(v) = v - log1p(v) for |v| < 2^-7: s (v - 2 T) with s = v / (2 + v), T = s^2/3 + s^4/5 + ..., near v^2/12.
     */
    private static void addExcess(Scaled m, double v, double vLow) {
        double d = 2 + v;
        double dLow = (2 - d) + v + vLow;
        double quotient = v / d;
        double correction = (Math.fma(-quotient, d, v) + Math.fma(-quotient, dLow, vLow)) / d;
        double s = quotient + correction;
        double sLow = correction - (s - quotient);
        double square = s * s;
        double squareLow = Math.fma(s, s, -square) + 2 * s * sLow;
        double tail = square * Math.fma(square, Math.fma(square, Math.fma(square, Math.fma(square,
                1.0 / 15, 1.0 / 13), 1.0 / 11), 1.0 / 9), 1.0 / 7);
        double q = A5 + tail;
        double qLow = (A5 - q) + tail + A5_LOW;
        double p = square * q;
        double pLow = Math.fma(square, q, -p) + Math.fma(square, qLow, squareLow * q);
        q = A3 + p;
        qLow = (A3 - q) + p + (pLow + A3_LOW);
        p = square * q;
        pLow = Math.fma(square, q, -p) + Math.fma(square, qLow, squareLow * q);
        double w = v - 2 * p;
        double wLow = (v - w) - 2 * p + (vLow - 2 * pLow);
        double product = s * w;
        double error = Math.fma(s, w, -product) + Math.fma(s, wLow, sLow * w);
        double sum = product + error;
        m.add(sum, error - (sum - product));
    }

    /** log x, for x > 0. */
    static Scaled log(Scaled x) {
        double h = x.high;
        double l = x.low;
        double e = x.exponent;
        return subtractLog(x.set(0, 0), h, l, e).negate();
    }

    /** log(1 + v), for v > -1. */
    static Scaled log1p(Scaled v) {
        if (v.exponent < 0 || v.high == 0) {
            return v;
        }
        if (v.exponent == 0 && Math.abs(v.high) < LOG_SERIES) {
            double h = v.high;
            double l = v.low;
            addExcess(v.negate(), h, l);
            return v.negate();
        }
        return log(v.add(1));
    }

    /** L(v) = v - log1p(v) >= 0, for v > -1. */
    static Scaled argumentMinusLog1p(Scaled v) {
        if (v.exponent < 0 || v.high == 0) {
            return v.square().half();
        }
        double h = v.high;
        double l = v.low;
        double e = v.exponent;
        if (e == 0 && Math.abs(h) < LOG_SERIES) {
            addExcess(v.set(0, 0), h, l);
            return v;
        }
        log1p(v).negate();
        if (e != 0) {
            v.set(h, l);
            v.exponent = e;
            return v;
        }
        return v.add(h).add(l);
    }

    /** softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|); a register for the exponential is lent. */
    static Scaled softplus(Scaled x, Scaled register) {
        register.set(x);
        log1p(exp(register.absolute().negate()));
        if (!x.isPositive()) {
            return x.set(register);
        }
        return x.add(register);
    }

    /** s(x) = 1 / (1 + e^-x), as e^x / (1 + e^x) for negative x; a register is lent. */
    static Scaled sigmoid(Scaled x, Scaled register) {
        boolean negative = x.isNegative();
        exp(x.absolute().negate());
        register.set(x).add(1);
        return negative ? x.divide(register) : x.set(register).invert();
    }

    /** s(x) and s(-x) from one exponential. */
    static void sigmoids(Scaled x, Scaled sigmoid, Scaled complement) {
        Scaled larger = x.isNegative() ? complement : sigmoid;
        Scaled smaller = x.isNegative() ? sigmoid : complement;
        exp(smaller.set(x).absolute().negate());
        larger.set(smaller).add(1).invert();
        smaller.multiply(larger);
    }
}
