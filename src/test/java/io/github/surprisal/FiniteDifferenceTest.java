package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every gradient against central differences of the loss: what a gradient is, without the formula for it.
 *
 * <p>The loss is the oracle's, to some 250 bits, so that the step can be 2^-70: its curvature then changes the
 * difference quotient by a factor of about 1 + 2^-140, rounding by some 2^-170 of the loss, and it can be compared in
 * ulp. In double arithmetic the best step leaves ten correct digits.
 */
class FiniteDifferenceTest {

    private static final int STEP_EXPONENT = -70;
    private static final BigFloat STEP = BigFloat.powerOfTwo(STEP_EXPONENT);
    private static final int CLASSES = 7;
    private static final double[] WEIGHTS = {0.5, 1, 2, 0, 0.25, 3, 1.5};

    static Stream<Arguments> rows() {
        Random random = new Random(7);
        return Stream.of(0.01, 1.0, 10.0).flatMap(scale -> Stream.of(
                Arguments.of("ordinary, scale " + scale, random.doubles(CLASSES, -scale, scale).toArray()),
                Arguments.of("confident, gap " + 6 * scale, new double[] {0, 0, 6 * scale, 0, 1, 2, -scale}),
                Arguments.of("masked, scale " + scale,
                        new double[] {scale, Double.NEGATIVE_INFINITY, 1, 0, Double.NEGATIVE_INFINITY, 2, 3})));
    }

    /**
     * The loss of a confident row is as small as its gradient, and so the quotient stays accurate to the last gap.
     * (Next to a loss of 100 its changes are too small for 250 bits: hence the moderate rows of the other tests.)
     */
    @ParameterizedTest
    @ValueSource(doubles = {38, 100, 300, 600, 700})
    void confidentRow(double gap) {
        double[] row = {0, 0.5, gap, 0, 1, 2, -3};
        double[] gradient = CrossEntropyLoss.builder().reduction(Reduction.SUM).classWeights(WEIGHTS).build()
                .backward(row, new int[] {2});
        for (int c = 0; c < CLASSES; c++) {
            double slope = slope(row, c, oneHot(2), 0);
            assertThat(slope).isNotZero();
            assertThat(Ulp.distance(gradient[c], slope)).as("class %d: %s, slope %s", c, gradient[c], slope)
                    .isLessThanOrEqualTo(ErrorBudget.GRADIENT.bound());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void classIndex(String name, double[] row) {
        for (int target = 0; target < CLASSES; target++) {
            if (Double.isFinite(row[target])) {
                double[] gradient = CrossEntropyLoss.builder().reduction(Reduction.SUM).classWeights(WEIGHTS).build()
                        .backward(row, new int[] {target});
                for (int c = 0; c < CLASSES; c++) {
                    double slope = slope(row, c, oneHot(target), 0);
                    assertThat(Ulp.distance(gradient[c], slope))
                            .as("target %d, class %d: %s, slope %s", target, c, gradient[c], slope)
                            .isLessThanOrEqualTo(ErrorBudget.GRADIENT.bound());
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void classProbabilities(String name, double[] row) {
        double[] targets = {0.1, 0, 0.4, 0.1, 0, 0.3, 0.1};
        CrossEntropyLoss operator =
                CrossEntropyLoss.builder().reduction(Reduction.SUM).classWeights(WEIGHTS).build();
        double[] gradient = new double[CLASSES];
        operator.backward(row, Layout.of(1, CLASSES), targets, 1, gradient);
        assertSlopes(row, targets, 0, gradient);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void labelSmoothing(String name, double[] row) {
        double smoothing = 0.125;
        CrossEntropyLoss operator = CrossEntropyLoss.builder().reduction(Reduction.SUM).classWeights(WEIGHTS)
                .labelSmoothing(smoothing).build();
        assertSlopes(row, oneHot(2), smoothing, operator.backward(row, new int[] {2}));
    }

    /** p sum(q) - q cancels: its error is counted in ulp of the larger term. */
    private static void assertSlopes(double[] row, double[] targets, double smoothing, double[] gradient) {
        ExactLoss loss = ExactLoss.of(ExactRow.of(row), targets, WEIGHTS, smoothing);
        for (int c = 0; c < CLASSES; c++) {
            double slope = slope(row, c, targets, smoothing);
            double magnitude = loss.derivativeMagnitude(c, BigFloat.ONE, BigFloat.ONE);
            assertThat(Ulp.ofMagnitude(gradient[c], slope, magnitude))
                    .as("class %d: %s, slope %s", c, gradient[c], slope)
                    .isLessThanOrEqualTo(ErrorBudget.CANCELLING_GRADIENT.bound());
        }
    }

    private static double[] oneHot(int target) {
        double[] distribution = new double[CLASSES];
        distribution[target] = 1;
        return distribution;
    }

    /** (loss(x + h) - loss(x - h)) / 2h in logit c; a logit of -Infinity has nowhere to go. */
    private static double slope(double[] logits, int c, double[] targets, double smoothing) {
        if (logits[c] == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        ExactRow row = ExactRow.of(logits);
        BigFloat above = ExactLoss.of(row.shifted(c, STEP), targets, WEIGHTS, smoothing).value();
        BigFloat below = ExactLoss.of(row.shifted(c, STEP.negate()), targets, WEIGHTS, smoothing).value();
        return above.subtract(below).scaleByPowerOfTwo(-STEP_EXPONENT - 1).toDouble();
    }

    /** The two backward products against the exact Jacobian applied by differences of the exact forward. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void vectorJacobianProducts(String name, double[] row) {
        double[] upstream = {0.3, -1, 0.5, 2, 1, -0.25, 0.1};
        Layout layout = Layout.of(1, CLASSES);
        double[] gradient = new double[CLASSES];

        double[] probabilities = Softmax.create().forward(row, CLASSES);
        Softmax.create().backward(probabilities, upstream, layout, gradient);
        assertProductSlopes(row, upstream, gradient, FiniteDifferenceTest::probabilities);

        double[] logProbabilities = LogSoftmax.create().forward(row, CLASSES);
        // A class of log-probability -Infinity carries no gradient; its upstream would be multiplied by -Infinity.
        double[] masked = upstream.clone();
        for (int c = 0; c < CLASSES; c++) {
            masked[c] = Double.isFinite(row[c]) ? upstream[c] : 0;
        }
        LogSoftmax.create().backward(logProbabilities, masked, layout, gradient);
        assertProductSlopes(row, masked, gradient, FiniteDifferenceTest::logProbabilities);
    }

    private interface Forward {
        BigFloat of(ExactRow row, int c);
    }

    private static BigFloat probabilities(ExactRow row, int c) {
        return row.exponential(c).divide(row.sum());
    }

    private static BigFloat logProbabilities(ExactRow row, int c) {
        return row.isMinusInfinity(c) ? BigFloat.ZERO : row.surprisal(c).negate();
    }

    private static void assertProductSlopes(double[] logits, double[] upstream, double[] gradient, Forward forward) {
        // The products see rounded results of the forward pass, hence an absolute bound. For upstreams of at most 2 a
        // handful of roundings add up; those of a log-probability -x enter as x e^-x, which is largest at x = 1.
        double bound = 16 * Math.ulp(1.0);
        for (int c = 0; c < CLASSES; c++) {
            double slope = 0;
            if (Double.isFinite(logits[c])) {
                ExactRow row = ExactRow.of(logits);
                slope = dot(upstream, row.shifted(c, STEP), forward)
                        .subtract(dot(upstream, row.shifted(c, STEP.negate()), forward))
                        .scaleByPowerOfTwo(-STEP_EXPONENT - 1).toDouble();
            }
            assertThat(Math.abs(gradient[c] - slope)).as("class %d: %s, slope %s", c, gradient[c], slope)
                    .isLessThanOrEqualTo(bound);
        }
    }

    private static BigFloat dot(double[] upstream, ExactRow row, Forward forward) {
        BigFloat sum = BigFloat.ZERO;
        for (int c = 0; c < upstream.length; c++) {
            sum = sum.add(BigFloat.of(upstream[c]).multiply(forward.of(row, c)));
        }
        return sum;
    }
}
