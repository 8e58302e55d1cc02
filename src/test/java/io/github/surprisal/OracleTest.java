package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.surprisal.CaseFile.Case;
import io.github.surprisal.CaseFile.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle that judges the random tests is itself judged by the exact case files: it must be correctly rounded. */
class OracleTest {

    static List<Case> truth() {
        return CaseFile.read("truth.cases", 179);
    }

    static List<Case> truthBatch() {
        return CaseFile.read("truth-batch.cases", 61);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truth")
    void rowsAreCorrectlyRounded(Case exact) {
        double[] scores = exact.values("scores");
        int[] target = {exact.integer("target")};
        Oracle.Losses loss =
                Oracle.crossEntropy(new double[][] {scores}, target, null, Set.of(), 0);
        assertExact("softmax", Oracle.softmax(scores), exact.values("softmax"));
        assertExact("log-softmax", Oracle.logSoftmax(scores), exact.values("log_softmax"));
        assertExact("loss", loss.perSample(), new double[] {exact.number("loss")});
        assertExact("mean", new double[] {loss.mean()}, new double[] {exact.number("loss")});
        assertExact("gradient", loss.sumGradient(1)[0].value(), exact.values("gradient"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truthBatch")
    void batchesAreCorrectlyRounded(Case exact) {
        Tensor scores = exact.tensor("inputs.scores");
        double[] upstream = exact.values("inputs.grad_output");
        switch (exact.text("op")) {
            case "cross_entropy" -> {
                LossCase.Exact oracle = LossCase.ofPyTorch(exact, "scores").exact();
                assertExact("loss", oracle.loss(), exact.values("outputs.loss"));
                assertExact("gradient", oracle.gradient(), exact.values("outputs.grad_scores"));
                assertExact("magnitude", oracle.magnitude(), exact.values("outputs.grad_magnitude"));
            }
            case "softmax_backward" -> assertExact(Oracle.softmaxBackward(scores.values(), upstream), exact);
            case "log_softmax_backward" -> assertExact(Oracle.logSoftmaxBackward(scores.values(), upstream), exact);
            default -> throw new AssertionError(exact.text("op"));
        }
    }

    private static void assertExact(Oracle.Derivative oracle, Case exact) {
        assertExact("gradient", oracle.value(), exact.values("outputs.grad_scores"));
        assertExact("magnitude", oracle.magnitude(), exact.values("outputs.grad_magnitude"));
    }

    private static void assertExact(String what, double[] actual, double[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Ulp.distance(actual[i], expected[i]))
                    .as("%s[%d]: %s, exactly %s", what, i, actual[i], expected[i]).isZero();
        }
    }

    /** BigDecimal knows how to round to the nearest double; a second way to the same bits. */
    @Test
    void roundsToDoubleAsBigDecimalDoes() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            // Two doubles far apart, halfway points among them, over the whole range down to the subnormal numbers.
            double high = Math.scalb(random.nextDouble() - 0.5, random.nextInt(2098) - 1074);
            double low = random.nextBoolean() ? Math.ulp(high) / 2 : Math.ulp(high) * random.nextDouble();
            BigFloat sum = BigFloat.of(high, low).scaleByPowerOfTwo(-1);
            BigDecimal decimal = new BigDecimal(high).add(new BigDecimal(low)).divide(BigDecimal.valueOf(2));
            assertThat(sum.toDouble()).as("(%s + %s) / 2", high, low).isEqualTo(decimal.doubleValue());
        }
    }

    @Test
    void convertsEveryDoubleExactly() {
        double[] values = {0.0, 1, -3.5, 1e300, -1e-300, Double.MAX_VALUE, Double.MIN_VALUE, -Double.MIN_NORMAL};
        for (double value : values) {
            assertThat(BigFloat.of(value).toDouble()).isEqualTo(value);
        }
        assertThat(BigFloat.of(Double.MAX_VALUE).scaleByPowerOfTwo(1).toDouble()).isInfinite();
        assertThat(BigFloat.of(Double.MIN_VALUE).scaleByPowerOfTwo(-1).toDouble()).as("a tie goes to even").isZero();
    }

    /** exp against its Taylor series in 120-digit BigDecimal arithmetic, and log1p as its inverse. */
    @Test
    void expAndLog1pAreAccurateTo70Digits() {
        MathContext digits = new MathContext(120);
        BigDecimal bound = new BigDecimal("1e-70");
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            double x = (random.nextDouble() - 0.9) * Math.scalb(1.0, random.nextInt(60) - 50);
            BigDecimal expected = taylorExp(new BigDecimal(x), digits);
            BigDecimal exp = decimal(BigFloat.of(x).exp());
            assertThat(relativeError(exp, expected, digits)).as("exp(%s)", x).isLessThan(bound);

            double y = Math.abs(x) + Double.MIN_VALUE;
            BigDecimal log1p = decimal(BigFloat.of(y).log1p());
            BigDecimal back = taylorExp(log1p, digits).subtract(BigDecimal.ONE);
            assertThat(relativeError(back, new BigDecimal(y), digits)).as("log1p(%s)", y).isLessThan(bound);
        }
    }

    private static BigDecimal taylorExp(BigDecimal x, MathContext digits) {
        // exp(x) = exp(x / 2^20)^(2^20) keeps the series short; the squarings cost six of the 120 digits.
        BigDecimal small = x.divide(BigDecimal.valueOf(1 << 20), digits);
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int n = 1; n < 60; n++) {
            term = term.multiply(small, digits).divide(BigDecimal.valueOf(n), digits);
            sum = sum.add(term, digits);
        }
        for (int i = 0; i < 20; i++) {
            sum = sum.multiply(sum, digits);
        }
        return sum;
    }

    private static BigDecimal relativeError(BigDecimal actual, BigDecimal expected, MathContext digits) {
        return actual.subtract(expected).abs().divide(expected, digits);
    }

    private static BigDecimal decimal(BigFloat value) {
        BigDecimal mantissa = new BigDecimal(value.mantissa);
        BigDecimal power = BigDecimal.valueOf(2).pow(Math.abs(value.exponent));
        return value.exponent < 0 ? mantissa.divide(power, new MathContext(120)) : mantissa.multiply(power);
    }

    @Test
    void countsUlpsByBitPattern() {
        assertThat(Ulp.distance(1, Math.nextUp(1.0))).isEqualTo(1);
        assertThat(Ulp.distance(Double.MIN_VALUE, -Double.MIN_VALUE)).isEqualTo(2);
        assertThat(Ulp.distance(0.0, -0.0)).isZero();
        assertThat(Ulp.distance(Double.NaN, Double.NaN)).isZero();
        assertThat(Ulp.distance(Double.NaN, 0)).isEqualTo(Long.MAX_VALUE);
        assertThat(Ulp.distance(Double.MAX_VALUE, Double.POSITIVE_INFINITY)).isEqualTo(Long.MAX_VALUE);
        assertThat(Ulp.distance(Double.MAX_VALUE, -Double.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(Ulp.ofMagnitude(0, Math.ulp(1.0), 1)).isEqualTo(1);
        assertThat(Ulp.ofMagnitude(0, Math.ulp(1.0) / 8, 1)).as("rounded up").isEqualTo(1);
        assertThat(Ulp.ofMagnitude(Double.NaN, 0, 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(Ulp.ofMagnitude(1, Double.POSITIVE_INFINITY, 1)).isEqualTo(Long.MAX_VALUE);
    }
}
