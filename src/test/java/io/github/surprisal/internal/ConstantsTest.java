package io.github.surprisal.internal;

import static io.github.surprisal.internal.Constants.*;
import static io.github.surprisal.internal.FixedPoint.ONE;
import static io.github.surprisal.internal.FixedPoint.divide;
import static io.github.surprisal.internal.FixedPoint.relativeError;
import static io.github.surprisal.internal.FixedPoint.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** Every constant against its definition, in exact arithmetic. */
class ConstantsTest {

    private static final int GRID = 20_000;
    /** What an interval was widened by for the rounding of the reduced argument. */
    private static final double WIDER = 1 + 0x1p-20;

    private static final double[] EXP = {0.5, E3, E4, E5, E6, E7, E8, E9, E10, E11};
    private static final double[] ATANH = {A0, A1, A2, A3, A4, A5, A6, A7};

    @Test
    void log2eIsTheNearestDouble() {
        assertNearest(LOG2E, divide(ONE, FixedPoint.LN2));
    }

    @Test
    void ln2IsTwoParts() {
        // a multiple of 2^-42, the last one below ln 2
        assertThat(LN2_HIGH * 0x1p42).isEqualTo(Math.rint(LN2_HIGH * 0x1p42));
        BigInteger rest = FixedPoint.LN2.subtract(FixedPoint.of(LN2_HIGH));
        assertThat(rest).isBetween(BigInteger.ZERO, ONE.shiftRight(42));
        assertNearest(LN2_LOW, rest);
        assertThat(rest.subtract(FixedPoint.of(LN2_LOW)).abs()).isLessThan(ONE.shiftRight(98));
    }

    @Test
    void kLn2HighTakesAnyMultipleOfItExactlyFromX() {
        // the greatest |k| and x in use, see CarefulSample: a remainder of 42 bits and an x of 11 need no rounding
        for (int k = -4096; k <= 4096; k++) {
            double x = k * Math.log(2.0);
            double a = Math.fma(k, -LN2_HIGH, x);
            BigInteger exact = FixedPoint.of(x)
                    .subtract(FixedPoint.of(LN2_HIGH).multiply(BigInteger.valueOf(k)));
            assertThat(FixedPoint.of(a)).as("k = %d", k).isEqualTo(exact);
        }
    }

    @Test
    void bitConstants() {
        assertThat(MAGIC).isEqualTo(1.5 * Math.pow(2.0, 52));
        assertThat(MAGIC + 1234.0 - MAGIC).isEqualTo(1234.0);
        assertThat(Double.doubleToRawLongBits(MAGIC + 1234.0) & 0xfff).isEqualTo(1234);
        assertThat(BIAS).isEqualTo(Double.MAX_EXPONENT);
        assertThat(ONE_BITS).isEqualTo(Double.doubleToRawLongBits(1.0));
        // near enough to sqrt(1/2): the polynomial's interval is 2^-20 wider
        double seam = Double.longBitsToDouble(SQRT_HALF_BITS);
        assertThat(seam * seam).isBetween(0.5 / WIDER, 0.5 * WIDER);
        assertThat(SIGN_BIT).isEqualTo(Double.doubleToRawLongBits(-0.0));
        assertThat(MAGNITUDE_BITS).isEqualTo(~SIGN_BIT);
        assertThat(EXPONENT_BITS).isEqualTo(SIGN_BIT | Double.doubleToRawLongBits(Double.POSITIVE_INFINITY));
        assertThat(STASH).isEqualTo(Math.pow(2.0, -54));
    }

    /** exp(r) = 1 + r + r^2 (1/2 + E3 r + ...) to 2^-57.2. */
    @Test
    void polynomialOfExp() {
        Worst worst = new Worst("exp polynomial");
        double end = 0.5 * Math.log(2.0) * WIDER;
        for (int i = -GRID; i <= GRID; i++) {
            double x = i * end / GRID;
            BigInteger r = FixedPoint.of(x);
            BigInteger value = ONE.add(r).add(times(times(r, r), horner(EXP, r)));
            worst.add(relativeError(value, FixedPoint.exp(r)), x);
        }
        assertStated(worst, -57.2);
    }

    /** 2 atanh(s) = 2 s + s^3 (A0 + A1 s^2 + ...) to 2^-61.6. */
    @Test
    void polynomialOfAtanh() {
        Worst worst = new Worst("atanh polynomial");
        double end = (Math.sqrt(2.0) - 1) / (Math.sqrt(2.0) + 1) * WIDER;
        for (int i = 1; i <= GRID; i++) {
            double x = i * end / GRID;
            BigInteger s = FixedPoint.of(x);
            BigInteger s2 = times(s, s);
            BigInteger value = s.shiftLeft(1).add(times(times(s, s2), horner(ATANH, s2)));
            BigInteger exact = FixedPoint.log(divide(ONE.add(s), ONE.subtract(s)));
            worst.add(relativeError(value, exact), x);
        }
        assertStated(worst, -61.6);
    }

    /** The error is what the comment on the constants says, to the one digit after the point that it gives. */
    private static void assertStated(Worst worst, double exponent) {
        assertThat(worst.bits()).as(worst.toString()).isCloseTo(exponent, within(0.05));
    }

    private static BigInteger horner(double[] coefficients, BigInteger x) {
        BigInteger sum = BigInteger.ZERO;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = times(sum, x).add(FixedPoint.of(coefficients[i]));
        }
        return sum;
    }

    private static void assertNearest(double actual, BigInteger exact) {
        BigInteger error = exact.subtract(FixedPoint.of(actual)).abs();
        assertThat(error).isLessThanOrEqualTo(FixedPoint.of(0.5 * Math.ulp(actual)));
    }
}
