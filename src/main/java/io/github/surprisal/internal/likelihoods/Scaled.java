package io.github.surprisal.internal.likelihoods;

/**
 * A number {@code (high + low) 2^exponent} that is worked on in place: two doubles, some 104 bits, and a range that no
 * product, quotient or exponential of doubles leaves. Register of the arithmetic and form of the results alike.
 *
 * <p>While computing, |high| is kept in [2^-256, 2^256) and the exponent is a multiple of 512, 0 in ordinary cases; so
 * the operations are those of two-double arithmetic (Joldes, Muller and Popescu, "Tight and rigorous error bounds for
 * basic building blocks of double-word arithmetic", 2017) and one comparison. {@code high} is the sum rounded to
 * double, {@code low} what is left. Only {@link #settle()} leaves that form. Relative errors: addition and subtraction
 * 3, product 5, quotient 10 times 2^-106. Arguments are finite numbers; NaN and infinities exist in settled results
 * only.
 *
 * <p>Every operation is made of + - * / and fma: the same bits everywhere. Nothing is allocated.
 */
public final class Scaled {

    private static final double BIG = 0x1p256;
    private static final double SMALL = 0x1p-256;
    private static final double STEP = 512;
    private static final double UP = 0x1p512;
    private static final double DOWN = 0x1p-512;

    /** Beyond 2^+-4096 no upstream factor and no mean brings a result back into the range of double. */
    private static final double HOPELESS = 4096;

    /** The exponent of what stands for an infinite output. */
    private static final double BEYOND = 512 * 1024;

    double high;
    double low;
    /** A whole number; a double, because exponentials of 1e300 have such exponents. */
    double exponent;

    Scaled() {
    }

    /**
     * The leading part: the value rounded to double but for the exponent.
     *
     * @return NaN or an infinity where that is the value
     */
    public double high() {
        return high;
    }

    /**
     * What the leading part leaves.
     *
     * @return at most half an ulp of {@link #high()}
     */
    public double low() {
        return low;
    }

    /**
     * The power of two that both parts are multiplied by.
     *
     * @return 0 unless the value lies outside the range of normal doubles; within +-4096 + 768
     */
    public int exponent() {
        return (int) exponent;
    }

    Scaled set(double value) {
        high = value;
        low = 0;
        exponent = 0;
        return normalise();
    }

    Scaled set(Scaled other) {
        high = other.high;
        low = other.low;
        exponent = other.exponent;
        return this;
    }

    /** high + low, with |low| at most half an ulp of high, both of ordinary size. */
    Scaled set(double newHigh, double newLow) {
        high = newHigh;
        low = newLow;
        exponent = 0;
        return this;
    }

    Scaled negate() {
        high = -high;
        low = -low;
        return this;
    }

    Scaled absolute() {
        return high < 0 ? negate() : this;
    }

    Scaled add(Scaled other) {
        return add(other.high, other.low, other.exponent);
    }

    Scaled subtract(Scaled other) {
        return add(-other.high, -other.low, other.exponent);
    }

    Scaled add(double value) {
        double size = Math.abs(value);
        if (size < BIG && size >= SMALL) {
            return add(value, 0, 0);
        }
        double h = value;
        double e = 0;
        while (Math.abs(h) >= BIG && Math.abs(h) <= Double.MAX_VALUE) {
            h *= DOWN;
            e += STEP;
        }
        while (Math.abs(h) < SMALL && h != 0) {
            h *= UP;
            e -= STEP;
        }
        return add(h, 0, e);
    }

    /** Adds h + l, with |l| at most half an ulp of h; h is 0 or between 2^-512 and 2^256. */
    Scaled add(double h, double l) {
        return add(h, l, 0);
    }

    private Scaled add(double h, double l, double e) {
        double otherHigh = h;
        double otherLow = l;
        if (e != exponent) {
            if (h == 0) {
                return this;
            }
            // One step apart: the smaller one is brought to the exponent of the larger. More: beyond the last bit.
            double apart = e - exponent;
            if (high == 0 || apart > STEP) {
                high = h;
                low = l;
                exponent = e;
                return this;
            }
            if (apart < -STEP) {
                return this;
            }
            if (apart > 0) {
                high *= DOWN;
                low *= DOWN;
                exponent = e;
            } else {
                otherHigh *= DOWN;
                otherLow *= DOWN;
            }
        }
        // AccurateDWPlusDW
        double sum = high + otherHigh;
        double part = sum - high;
        double sumError = (high - (sum - part)) + (otherHigh - part);
        double lows = low + otherLow;
        part = lows - low;
        double lowsError = (low - (lows - part)) + (otherLow - part);
        double carry = sumError + lows;
        double middle = sum + carry;
        double rest = lowsError + (carry - (middle - sum));
        high = middle + rest;
        low = rest - (high - middle);
        return normalise();
    }

    Scaled multiply(Scaled other) {
        double h = other.high;
        double l = other.low;
        exponent += other.exponent;
        double product = high * h;
        double error = Math.fma(high, h, -product) + Math.fma(high, l, low * h);
        high = product + error;
        low = error - (high - product);
        return normalise();
    }

    Scaled multiply(double value) {
        double size = Math.abs(value);
        if (size < BIG && size >= SMALL) {
            double product = high * value;
            double error = Math.fma(high, value, -product) + low * value;
            high = product + error;
            low = error - (high - product);
            return normalise();
        }
        if (value == 0) {
            return set(0, 0);
        }
        return size >= BIG ? shift(STEP).multiply(value * DOWN) : shift(-STEP).multiply(value * UP);
    }

    private Scaled shift(double steps) {
        exponent += steps;
        return normalise();
    }

    Scaled square() {
        return multiply(this);
    }

    /** Halves the value, exactly. */
    Scaled half() {
        return times(0.5);
    }

    /** Doubles the value, exactly. */
    Scaled twice() {
        return times(2);
    }

    /** Multiplies by a power of two between 1/4 and 4, exactly. */
    Scaled times(double power) {
        high *= power;
        low *= power;
        return normalise();
    }

    Scaled divide(Scaled divisor) {
        double h = divisor.high;
        double l = divisor.low;
        exponent -= divisor.exponent;
        double quotient = high / h;
        // The remainder of the leading quotient is exact; the second quotient makes up for it and the low parts.
        double correction = (Math.fma(-quotient, h, high) + Math.fma(-quotient, l, low)) / h;
        high = quotient + correction;
        low = correction - (high - quotient);
        return normalise();
    }

    Scaled divide(double divisor) {
        double size = Math.abs(divisor);
        if (size < BIG && size >= SMALL) {
            double quotient = high / divisor;
            double correction = (Math.fma(-quotient, divisor, high) + low) / divisor;
            high = quotient + correction;
            low = correction - (high - quotient);
            return normalise();
        }
        return size >= BIG ? shift(-STEP).divide(divisor * DOWN) : shift(STEP).divide(divisor * UP);
    }

    /** Replaces this by its reciprocal. */
    Scaled invert() {
        double h = high;
        double l = low;
        double quotient = 1 / h;
        double correction = Math.fma(-quotient, l, Math.fma(-quotient, h, 1)) / h;
        high = quotient + correction;
        low = correction - (high - quotient);
        exponent = -exponent;
        return normalise();
    }

    boolean isZero() {
        return high == 0;
    }

    boolean isNegative() {
        return high < 0;
    }

    boolean isPositive() {
        return high > 0;
    }

    /** Whether |this| < bound, for an ordinary bound above 2^-256 and below 2^256. */
    boolean isSmallerThan(double bound) {
        return exponent < 0 || exponent == 0 && Math.abs(high) < bound || high == 0;
    }

    /** Whether this > bound, for an ordinary bound. */
    boolean isAbove(double bound) {
        if (exponent == 0) {
            return high > bound || high == bound && low > 0;
        }
        return exponent > 0 ? high > 0 : 0 > bound;
    }

    Scaled normalise() {
        double size = Math.abs(high);
        return size < BIG && size >= SMALL ? this : normaliseSlowly();
    }

    private Scaled normaliseSlowly() {
        if (high == 0) {
            return set(0, 0);
        }
        // An infinity would never become smaller; it is no argument, but must not hang either.
        while (Math.abs(high) >= BIG && Math.abs(high) <= Double.MAX_VALUE) {
            high *= DOWN;
            low *= DOWN;
            exponent += STEP;
        }
        while (Math.abs(high) < SMALL) {
            high *= UP;
            low *= UP;
            exponent -= STEP;
        }
        return this;
    }

    /** A power of two with the sign of an infinity, farther out than any double: the limit is that of this number. */
    Scaled setBeyond(double infinity) {
        high = Math.copySign(1, infinity);
        low = 0;
        exponent = BEYOND;
        return this;
    }

    /** Replaces this by NaN. */
    void undefine() {
        high = Double.NaN;
        low = 0;
        exponent = 0;
    }

    /**
     * Brings a result into its final form: exponent 0 where the value is a normal double and so far from the smallest
     * that its low part is one too, 0 or an infinity where no factor of double brings it back, else as it is.
     */
    void settle() {
        if (exponent == 0) {
            return;
        }
        if (Math.abs(exponent) > HOPELESS) {
            set(exponent > 0 ? high * Double.POSITIVE_INFINITY : high * 0.0, 0);
            return;
        }
        if (Math.abs(exponent) > 2 * STEP) {
            return;
        }
        double factor = exponent > 0 ? UP : DOWN;
        double h = high * factor;
        double l = low * factor;
        if (Math.abs(exponent) > STEP) {
            h *= factor;
            l *= factor;
        }
        if (Math.abs(h) >= 0x1p-900 && Math.abs(h) <= Double.MAX_VALUE) {
            set(h, l);
        }
    }

    /**
     * The value as a double, rounded once: an infinity beyond the largest, subnormals included.
     *
     * @return the nearest double of a settled or working number
     */
    public double doubleValue() {
        if (exponent == 0 || high == 0) {
            return high;
        }
        if (exponent > 0) {
            double value = high * UP;
            for (double e = STEP; e < exponent && Double.isFinite(value); e += STEP) {
                value *= UP;
            }
            return value;
        }
        if (exponent == -STEP) {
            return high * DOWN;
        }
        if (exponent < -3 * STEP) {
            return high * 0.0;
        }
        // The high part with its exponent brought to -1024; what a third step loses only tiny values lose.
        double h = exponent < -2 * STEP ? high * DOWN : high;
        double l = exponent < -2 * STEP ? low * DOWN : low;
        double value = h * DOWN * DOWN;
        double lost = h - value * UP * UP;
        // high was rounded already: where it lies half-way between two subnormals, low decides.
        if (lost == 0x1p-51 && l > 0) {
            return value + Double.MIN_VALUE;
        }
        return lost == -0x1p-51 && l < 0 ? value - Double.MIN_VALUE : value;
    }

    @Override
    public String toString() {
        return "(" + high + " + " + low + ") 2^" + (long) exponent;
    }
}
