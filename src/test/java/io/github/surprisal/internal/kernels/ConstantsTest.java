package io.github.surprisal.internal.kernels;

import static io.github.surprisal.internal.kernels.Constants.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.surprisal.BigFloat;
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
        assertNearest(LOG2E, BigFloat.ONE.divide(BigFloat.LN2));
    }

    @Test
    void ln2IsTwoParts() {
        // a multiple of 2^-42, the last one below ln 2
        assertThat(LN2_HIGH * 0x1p42).isEqualTo(Math.rint(LN2_HIGH * 0x1p42));
        BigFloat rest = BigFloat.LN2.subtract(BigFloat.of(LN2_HIGH));
        assertThat(rest).isBetween(BigFloat.ZERO, BigFloat.powerOfTwo(-42));
        assertNearest(LN2_LOW, rest);
        assertThat(rest.subtract(BigFloat.of(LN2_LOW)).abs()).isLessThan(BigFloat.powerOfTwo(-98));
    }

    @Test
    void kLn2HighTakesAnyMultipleOfItExactlyFromX() {
        // the greatest |k| and x in use, see Exponentials: a remainder of 42 bits and an x of 11 need no rounding
        for (int k = -4096; k <= 4096; k++) {
            double x = k * Math.log(2.0);
            double a = Math.fma(k, -LN2_HIGH, x);
            BigFloat exact = BigFloat.of(x).subtract(BigFloat.of(LN2_HIGH).multiply(BigFloat.of(k)));
            assertThat(BigFloat.of(a)).as("k = %d", k).isEqualByComparingTo(exact);
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
    }

    /** exp(r) = 1 + r + r^2 (1/2 + E3 r + ...) to 2^-57.2. */
    @Test
    void polynomialOfExp() {
        Worst worst = new Worst("exp polynomial");
        double end = 0.5 * Math.log(2.0) * WIDER;
        for (int i = -GRID; i <= GRID; i++) {
            double x = i * end / GRID;
            BigFloat r = BigFloat.of(x);
            BigFloat value = BigFloat.ONE.add(r).add(r.multiply(r).multiply(horner(EXP, r)));
            worst.add(value.relativeError(r.exp()), x);
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
            BigFloat s = BigFloat.of(x);
            BigFloat s2 = s.multiply(s);
            BigFloat twice = s.scaleByPowerOfTwo(1);
            BigFloat value = twice.add(s.multiply(s2).multiply(horner(ATANH, s2)));
            // 2 atanh(s) = log((1 + s) / (1 - s)), and that quotient is 1 + 2 s / (1 - s)
            BigFloat exact = twice.divide(BigFloat.ONE.subtract(s)).log1p();
            worst.add(value.relativeError(exact), x);
        }
        assertStated(worst, -61.6);
    }

    /** The error is what the comment on the constants says, to the one digit after the point that it gives. */
    private static void assertStated(Worst worst, double exponent) {
        assertThat(worst.bits()).as(worst.toString()).isCloseTo(exponent, within(0.05));
    }

    private static BigFloat horner(double[] coefficients, BigFloat x) {
        BigFloat sum = BigFloat.ZERO;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            sum = sum.multiply(x).round().add(BigFloat.of(coefficients[i]));
        }
        return sum;
    }

    private static void assertNearest(double actual, BigFloat exact) {
        assertThat(exact.toDouble()).isEqualTo(actual);
    }
}
