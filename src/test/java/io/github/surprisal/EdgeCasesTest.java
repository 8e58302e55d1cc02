package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The values at the edges: ignored samples, means over nothing, infinities and NaN. What is refused: ApiContractTest.
 */
class EdgeCasesTest {

    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final double LN2 = 0x1.62e42fefa39efp-1; // 0.6931471805599453, log 2 to the nearest double
    /** For expected values that are themselves rounded a few times. */
    private static final long FEW = 4;

    // ---- ignored samples

    @ParameterizedTest
    @ValueSource(ints = {-100, -1, 255, 2})
    void ignoredSampleIsAsIfItWereNotThere(int ignored) {
        for (LossKind kind : LossKind.values()) {
            for (double poison : new double[] {NAN, INF, -INF, 1e308}) {
                double[] with = {-1, -2, -3, poison, poison, poison, -0.5, -1, -4};
                double[] without = {-1, -2, -3, -0.5, -1, -4};
                for (Consumer<LossBuilder<?>> more : options()) {
                    AnyLoss loss = kind.build(b -> more.accept(b.ignoreIndex(-7, ignored).classWeights(1, 2, 3)));
                    double[] gradient = Bits.untouched(9);
                    double[] expected = new double[6];
                    Bits.assertSame(loss.forwardBackward(with, new int[] {1, ignored, 0}, gradient),
                            loss.forwardBackward(without, new int[] {1, 0}, expected), "loss");
                    Bits.assertSame(Arrays.copyOfRange(gradient, 3, 6), new double[3],
                            "gradient of the ignored sample");
                    Bits.assertSame(Arrays.copyOf(gradient, 3), Arrays.copyOf(expected, 3), "gradient before it");
                    Bits.assertSame(Arrays.copyOfRange(gradient, 6, 9), Arrays.copyOfRange(expected, 3, 6),
                            "gradient behind it");

                    double[] losses = Bits.untouched(3);
                    Layout layout = Layout.of(3, 3);
                    loss.forwardPerSample(with, layout, new int[] {1, ignored, 0}, losses);
                    assertThat(losses).doesNotContain(NAN);
                    Bits.assertSame(losses[1], 0.0, "loss of the ignored sample");
                    loss.backwardPerSample(with, layout, new int[] {1, ignored, 0}, new double[] {1, NAN, 1}, gradient);
                    Bits.assertSame(Arrays.copyOfRange(gradient, 3, 6), new double[3],
                            "gradient of the ignored sample");
                    assertThat(loss.denominator(layout, new int[] {1, ignored, 0})).isEqualTo(3);
                }
            }
        }
    }

    private static Iterable<Consumer<LossBuilder<?>>> options() {
        return List.of(
                b -> { },
                b -> b.reduction(Reduction.SUM),
                b -> {
                    if (b instanceof CrossEntropyLoss.Builder) {
                        ((CrossEntropyLoss.Builder) b).labelSmoothing(0.25);
                    }
                });
    }

    @Test
    void ignoredSamplesOfAnInnerLayout() {
        // [batch 1, classes 2, inner 3]: the middle column is NaN and ignored
        double[] logits = {1, NAN, 3, 2, NAN, 5};
        double[] gradient = Bits.untouched(6);
        CrossEntropyLoss loss = CrossEntropyLoss.builder().ignoreIndex(-1).build();
        double value = loss.forwardBackward(logits, Layout.of(1, 2, 3), new int[] {0, -1, 1}, 1.0, gradient);
        double[] expected = new double[4];
        Bits.assertSame(value, loss.forwardBackward(new double[] {1, 2, 3, 5}, new int[] {0, 1}, expected), "loss");
        Bits.assertSame(gradient, new double[] {expected[0], 0, expected[2], expected[1], 0, expected[3]}, "gradient");
    }

    // ---- nothing to take a mean of

    @ParameterizedTest
    @EnumSource
    void meanOverNothingIsWhatThePolicySays(LossKind kind) {
        for (Consumer<LossBuilder<?>> nothing : emptyBatches()) {
            assertEmpty(kind.build(nothing), NAN);
            assertEmpty(kind.build(b -> nothing.accept(b.emptyMean(EmptyMean.NAN))), NAN);
            assertEmpty(kind.build(b -> nothing.accept(b.emptyMean(EmptyMean.ZERO))), 0.0);
            for (EmptyMean policy : EmptyMean.values()) {
                assertEmpty(kind.build(b -> nothing.accept(b.emptyMean(policy).reduction(Reduction.SUM))), 0.0);
            }
        }
    }

    /** Two samples with target 1: ignored, of weight 0, or one of each kind. */
    private static Iterable<Consumer<LossBuilder<?>>> emptyBatches() {
        return List.of(b -> b.ignoreIndex(1), b -> b.classWeights(1, 0, 1));
    }

    private static void assertEmpty(AnyLoss loss, double expected) {
        int[] targets = {1, 1};
        for (double[] logits : new double[][] {{-1, -2, -3, -4, -5, -6}, {NAN, NAN, NAN, -1, -INF, INF}}) {
            double[] gradient = Bits.untouched(6);
            Bits.assertSame(loss.forward(logits, targets), expected, "loss of nothing");
            Bits.assertSame(loss.forwardBackward(logits, targets, gradient), expected, "loss of nothing");
            Bits.assertSame(gradient, new double[6], "gradient of nothing");
            Bits.assertSame(loss.backward(logits, targets), new double[6], "gradient of nothing");
            loss.backward(logits, Layout.of(2, 3), targets, NAN, gradient);
            Bits.assertSame(gradient, new double[6], "gradient of nothing, with a NaN upstream");
            assertThat(loss.denominator(Layout.of(2, 3), targets)).isZero();
        }
        Bits.assertSame(loss.forward(new double[0], new int[0]), expected, "short form of an empty batch");
        Bits.assertSame(loss.forward(new double[4], Layout.of(0, 3), new int[0]), expected, "empty batch");
        Bits.assertSame(loss.forward(new double[4], Layout.of(0, 3), new double[0]), expected, "empty batch");
        double[] untouched = Bits.untouched(4);
        Bits.assertSame(loss.forwardBackward(new double[4], Layout.of(0, 3).at(2), new int[0], 1.0, untouched),
                expected,
                "empty batch");
        Bits.assertSame(untouched, Bits.untouched(4), "gradient buffer of an empty batch");
    }

    @ParameterizedTest
    @EnumSource
    void gradientOfAnEmptyMeanIsZeroEvenWhereTheMeanThrows(LossKind kind) {
        AnyLoss loss = kind.build(b -> b.ignoreIndex(1).emptyMean(EmptyMean.THROW));
        Bits.assertSame(loss.backward(new double[] {NAN, -1, -2}, new int[] {1}), new double[3], "gradient");
        double[] losses = Bits.untouched(1);
        loss.forwardPerSample(new double[] {NAN, -1, -2}, Layout.of(1, 3), new int[] {1}, losses);
        Bits.assertSame(losses, new double[1], "losses");
        AnyLoss sum = kind.build(b -> b.ignoreIndex(1).emptyMean(EmptyMean.THROW).reduction(Reduction.SUM));
        Bits.assertSame(sum.forward(new double[] {NAN, -1, -2}, new int[] {1}), 0.0, "a sum is never empty");
    }

    /** With class probabilities the mean divides by the number of samples, which is not 0 then. */
    @ParameterizedTest
    @EnumSource
    void probabilitiesWithoutAnyWeight(LossKind kind) {
        AnyLoss loss = kind.build(b -> b.classWeights(0, 0, 0).emptyMean(EmptyMean.THROW));
        double[] gradient = Bits.untouched(3);
        double value = loss.forwardBackward(new double[] {-1, -2, -3}, Layout.of(1, 3), new double[] {0.5, 0.5, 0}, 1.0,
                gradient);
        assertThat(value).isZero();
        assertThat(gradient).containsExactly(new double[3], within0());
        assertThat(loss.denominator(Layout.of(1, 3), new double[] {0.5, 0.5, 0})).isEqualTo(1);
    }

    private static Offset<Double> within0() {
        return Offset.offset(0.0);
    }

    /** The smoothing term weighs all classes: it is there even where no target has a weight. */
    @Test
    void sumWithSmoothingIsTheSumOfTheLossesWhereTheTargetsWeighNothing() {
        CrossEntropyLoss loss = CrossEntropyLoss.builder().reduction(Reduction.SUM).labelSmoothing(0.25)
                .classWeights(0, 1).build();
        double[] logits = {0, 0};
        double[] losses = new double[1];
        loss.forwardPerSample(logits, Layout.of(1, 2), new int[] {0}, losses);
        Bits.assertClose(losses[0], 0.125 * LN2, 1, "loss of the sample: 0.25 / 2 of class 1");
        double[] perSample = new double[2];
        loss.backwardPerSample(logits, Layout.of(1, 2), new int[] {0}, new double[] {1}, perSample);
        Bits.assertClose(perSample, new double[] {0.0625, -0.0625}, 1, "gradient of the sample");

        double[] gradient = new double[2];
        Bits.assertSame(loss.forwardBackward(logits, new int[] {0}, gradient), losses[0], "the sum over one sample");
        Bits.assertSame(gradient, perSample, "the gradient of the sum over one sample");
    }

    // ---- NaN and infinities

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void nanAndInfinityStayInTheirRow(double bad) {
        double[] good = {1, 2, 3, 0, -1, 1, 2, 2, 0};
        int[] targets = {0, 1, 2};
        double[] t = {0.5, 0.25, 0.25, 0, 1, 0, 0.75, 0.25, 0};
        Layout layout = Layout.of(3, 3);
        for (CrossEntropyLoss loss : new CrossEntropyLoss[] {CrossEntropyLoss.create(),
            CrossEntropyLoss.builder().labelSmoothing(0.1).classWeights(1, 2, 3).build()}) {
            for (int place = 3; place < 6; place++) {
                double[] logits = good.clone();
                logits[place] = bad;
                double[] expected = new double[9];
                double[] gradient = new double[9];
                loss.backward(good, layout, targets, 1.0, expected);
                assertThat(loss.forwardBackward(logits, layout, targets, 1.0, gradient)).isNaN();
                Arrays.fill(expected, 3, 6, NAN);
                Bits.assertSame(gradient, expected, "gradient, %s at %d", bad, place);

                loss.backward(good, layout, t, 1.0, expected);
                assertThat(loss.forwardBackward(logits, layout, t, 1.0, gradient)).isNaN();
                Arrays.fill(expected, 3, 6, NAN);
                Bits.assertSame(gradient, expected, "gradient of probabilities, %s at %d", bad, place);

                double[] expectedLosses = new double[3];
                double[] losses = new double[3];
                loss.forwardPerSample(good, layout, targets, expectedLosses);
                loss.forwardPerSample(logits, layout, targets, losses);
                expectedLosses[1] = NAN;
                Bits.assertSame(losses, expectedLosses, "losses, %s at %d", bad, place);

                double[] p = Softmax.create().forward(good, 3);
                Arrays.fill(p, 3, 6, NAN);
                Bits.assertSame(Softmax.create().forward(logits, 3), p, "softmax, %s at %d", bad, place);
                double[] logP = LogSoftmax.create().forward(good, 3);
                Arrays.fill(logP, 3, 6, NAN);
                Bits.assertSame(LogSoftmax.create().forward(logits, 3), logP, "log-softmax, %s at %d", bad, place);
            }
        }
    }

    @Test
    void classOfProbabilityZeroThatIsNotTheTarget() {
        double[] gradient = new double[3];
        double loss = CrossEntropyLoss.create().forwardBackward(new double[] {0, -INF, 0}, new int[] {2}, gradient);
        Bits.assertClose(loss, LN2, 1, "loss");
        assertThat(gradient).containsExactly(0.5, 0, -0.5);
        assertThat(Softmax.create().forward(new double[] {0, -INF, 0}, 3)).containsExactly(0.5, 0, 0.5);
        Bits.assertClose(LogSoftmax.create().forward(new double[] {0, -INF, 0}, 3), new double[] {-LN2, -INF, -LN2}, 1,
                "log-softmax");
    }

    @Test
    void targetOfProbabilityZero() {
        CrossEntropyLoss loss = CrossEntropyLoss.builder().reduction(Reduction.SUM).classWeights(2.5, 1, 1).build();
        double[] gradient = new double[3];
        double[] logits = {-INF, 0, 0};
        assertThat(loss.forwardBackward(logits, new int[] {0}, gradient)).isEqualTo(INF);
        assertThat(gradient).as("-weight at the target").containsExactly(-2.5, 1.25, 1.25);
        loss.backward(logits, Layout.of(1, 3), new int[] {0}, -4, gradient);
        assertThat(gradient).as("times the upstream").containsExactly(10, -5, -5);
        assertThat(loss.forwardBackward(logits, Layout.of(1, 3), new double[] {1, 0, 0}, 1.0, gradient)).isEqualTo(INF);
        assertThat(gradient).as("class probabilities").containsExactly(-2.5, 1.25, 1.25);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, 65, 300})
    void nothingIsPossible(int classes) {
        double[] logits = new double[classes];
        Arrays.fill(logits, -INF);
        double[] nan = new double[classes];
        Arrays.fill(nan, NAN);
        Bits.assertSame(Softmax.create().forward(logits, classes), nan, "softmax");
        Bits.assertSame(LogSoftmax.create().forward(logits, classes), nan, "log-softmax");
        double[] gradient = new double[classes];
        double[] t = new double[classes];
        t[0] = 1;
        for (double smoothing : new double[] {0, 0.1, 1}) {
            CrossEntropyLoss loss = CrossEntropyLoss.builder().labelSmoothing(smoothing).build();
            assertThat(loss.forwardBackward(logits, new int[] {0}, gradient)).as("smoothing %s", smoothing).isNaN();
            Bits.assertSame(gradient, nan, "gradient, smoothing %s", smoothing);
            assertThat(loss.forwardBackward(logits, Layout.of(1, classes), t, 1.0, gradient)).isNaN();
            Bits.assertSame(gradient, nan, "gradient of probabilities, smoothing %s", smoothing);
        }
    }

    // ---- 0 times an infinite loss

    @Test
    void targetProbabilityZeroTimesAnInfiniteLoss() {
        double[] gradient = new double[3];
        double[] t = {0, 0.5, 0.5};
        double loss = CrossEntropyLoss.create()
                .forwardBackward(new double[] {-INF, 0, 0}, Layout.of(1, 3), t, 1.0, gradient);
        Bits.assertClose(loss, LN2, 1, "cross-entropy");
        assertThat(gradient).containsExactly(new double[3], within0());
        double nll = NllLoss.create().forwardBackward(new double[] {-INF, -2, -3}, Layout.of(1, 3), t, 1.0, gradient);
        assertThat(nll).isEqualTo(2.5);
        assertThat(gradient).containsExactly(new double[] {0, -0.5, -0.5}, within0());
    }

    @ParameterizedTest
    @EnumSource
    void weightZeroTimesAnInfiniteLoss(LossKind kind) {
        double[] input = {-INF, -1, -2, -1, -2, -3};
        AnyLoss loss = kind.build(b -> b.classWeights(0, 1, 1));
        double[] gradient = new double[6];
        double value = loss.forwardBackward(input, new int[] {0, 1}, gradient);
        double[] expected = new double[3];
        Bits.assertSame(value, loss.forwardBackward(Arrays.copyOfRange(input, 3, 6), new int[] {1}, expected), "loss");
        assertThat(Arrays.copyOf(gradient, 3)).containsExactly(new double[3], within0());
        Bits.assertSame(Arrays.copyOfRange(gradient, 3, 6), expected, "gradient of the other sample");
        double[] losses = new double[2];
        loss.forwardPerSample(input, Layout.of(2, 3), new int[] {0, 1}, losses);
        Bits.assertSame(losses[0], 0.0, "loss of the sample");

        double[] t = {0.5, 0.25, 0.25};
        double ofProbabilities = loss.forward(Arrays.copyOf(input, 3), Layout.of(1, 3), t);
        assertThat(ofProbabilities).as("class 0 weighs nothing").isFinite().isPositive();
    }

    // ---- smoothing

    /** softmax of [-Inf, log 3, 0] is [0, 3/4, 1/4]; a mass of 0.2 makes 0.1 for each of the two possible classes. */
    @Test
    void smoothingIsSpreadOverThePossibleClasses() {
        double[] logits = {-INF, Math.log(3), 0};
        double loss1 = -Math.log(0.75);
        double loss2 = -Math.log(0.25);
        CrossEntropyLoss loss = CrossEntropyLoss.builder().labelSmoothing(0.2).build();
        double[] gradient = new double[3];
        double value = loss.forwardBackward(logits, new int[] {1}, gradient);
        Bits.assertClose(value, 0.9 * loss1 + 0.1 * loss2, FEW, "loss");
        assertThat(gradient).containsExactly(new double[] {0, 0.75 - 0.9, 0.25 - 0.1}, rounding());
        assertThat(gradient[0]).isZero();

        double ofProbabilities =
                loss.forwardBackward(logits, Layout.of(1, 3), new double[] {0, 0.5, 0.5}, 1.0, gradient);
        Bits.assertClose(ofProbabilities, 0.5 * loss1 + 0.5 * loss2, FEW, "loss of probabilities");
        assertThat(gradient).containsExactly(new double[] {0, 0.25, -0.25}, rounding());

        assertThat(loss.forwardBackward(logits, new int[] {0}, gradient)).as("the target is impossible").isEqualTo(INF);
        assertThat(gradient).containsExactly(new double[] {-0.8, 0.75 - 0.1, 0.25 - 0.1}, rounding());

        CrossEntropyLoss all = CrossEntropyLoss.builder().labelSmoothing(1).build();
        Bits.assertClose(all.forward(logits, new int[] {0}), 0.5 * loss1 + 0.5 * loss2, FEW,
                "nothing left for the target");
    }

    /** A few roundings of numbers below 1. */
    private static Offset<Double> rounding() {
        return Offset.offset(4 * Math.ulp(0.5));
    }

    @Test
    void weightsInTheSmoothingTerm() {
        // (1 - e) w[t] (-log p[t]) + e/C sum of w (-log p), with p = 1/2 each
        CrossEntropyLoss loss = CrossEntropyLoss.builder().labelSmoothing(0.5).classWeights(3, 1).build();
        Bits.assertClose(loss.forward(new double[] {0, 0}, new int[] {0}), (0.5 * 3 + 0.25 * 4) / 3 * LN2, 2, "mean");
    }

    // ---- negative log-likelihood

    @Test
    void nllOfProbabilityZero() {
        double[] gradient = new double[3];
        double loss = NllLoss.create().forwardBackward(new double[] {-INF, -1, -1}, new int[] {0}, gradient);
        assertThat(loss).isEqualTo(INF);
        Bits.assertSame(gradient, new double[] {-1, 0, 0}, "the gradient stays finite");
        double[] t = {0.5, 0.5, 0};
        assertThat(NllLoss.create().forwardBackward(new double[] {-INF, -1, -1}, Layout.of(1, 3), t, 1.0, gradient))
                .isEqualTo(INF);
        assertThat(gradient).containsExactly(new double[] {-0.5, -0.5, 0}, within0());
    }

    @Test
    void nllOfNan() {
        double[] gradient = new double[6];
        double[] losses = new double[2];
        double[] logP = {NAN, -1, -1, -1, NAN, -2};
        NllLoss loss = NllLoss.builder().reduction(Reduction.SUM).build();
        loss.forwardPerSample(logP, Layout.of(2, 3), new int[] {0, 2}, losses);
        Bits.assertSame(losses, new double[] {NAN, 2}, "a NaN counts at the target alone");
        assertThat(loss.forwardBackward(logP, new int[] {0, 2}, gradient)).isNaN();
        Bits.assertSame(gradient, new double[] {-1, 0, 0, 0, 0, -1},
                "the gradient does not depend on log-probabilities");
    }

    // ---- differences that overflow

    @Test
    void differenceOfLogitsBeyondTheDoubles() {
        for (double huge : new double[] {1e308, Double.MAX_VALUE}) {
            double[] logits = {huge, -huge};
            assertThat(Softmax.create().forward(logits, 2)).containsExactly(1, 0);
            double[] logP = LogSoftmax.create().forward(logits, 2);
            assertThat(logP[0]).isZero();
            assertThat(logP[1]).isEqualTo(-INF);
            double[] gradient = new double[2];
            assertThat(CrossEntropyLoss.create().forwardBackward(logits, new int[] {0}, gradient)).isZero();
            assertThat(gradient).containsExactly(new double[] {0, 0}, within0());
            assertThat(CrossEntropyLoss.create().forwardBackward(logits, new int[] {1}, gradient)).isEqualTo(INF);
            assertThat(gradient).containsExactly(1, -1);
            assertThat(CrossEntropyLoss.create().forward(logits, Layout.of(1, 2), new double[] {1, 0})).isZero();
            assertThat(CrossEntropyLoss.create().forward(logits, Layout.of(1, 2), new double[] {0, 1})).isEqualTo(INF);
        }
    }

    // ---- predictions

    @Test
    void predictions() {
        double[] logits = {
            1, 3, 3, 2,
            NAN, 9, 1, 0,
            0, 1, 2, NAN,
            -INF, -INF, -INF, -INF,
            0, INF, INF, 1,
            -0.0, 0.0, -1, -1,
            -5, -4, -INF, -3};
        assertThat(Softmax.create().predict(logits, 4)).containsExactly(1, -1, -1, 0, 1, 0, 3);
    }
}
