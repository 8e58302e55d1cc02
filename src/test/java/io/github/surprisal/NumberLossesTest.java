package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What binary cross-entropy and the losses of distributions promise beside their numbers: places, bits, messages. */
class NumberLossesTest {

    private static final long SEED = 20261121;

    /** A loss, its samples and what may be a target of it. */
    enum Kind {
        BINARY(1, "[0, 1]", 1.5) {
            @Override
            Loss build(Consumer<ReductionBuilder<?>> options) {
                BinaryCrossEntropyLoss.Builder builder = BinaryCrossEntropyLoss.builder().positiveWeights(2.5);
                options.accept(builder);
                return builder.build();
            }

            @Override
            double target(Random random) {
                return random.nextBoolean() ? random.nextInt(2) : random.nextDouble();
            }
        },
        GAUSSIAN(2, "(-Infinity, Infinity)", Double.POSITIVE_INFINITY) {
            @Override
            Loss build(Consumer<ReductionBuilder<?>> options) {
                return distribution(Distribution.gaussian(), options);
            }

            @Override
            double target(Random random) {
                return random.nextGaussian();
            }
        },
        POISSON(1, "[0, Infinity)", -1) {
            @Override
            Loss build(Consumer<ReductionBuilder<?>> options) {
                return distribution(Distribution.poisson(), options);
            }

            @Override
            double target(Random random) {
                return random.nextInt(9);
            }
        },
        STUDENT_T(3, "(-Infinity, Infinity)", Double.NEGATIVE_INFINITY) {
            @Override
            Loss build(Consumer<ReductionBuilder<?>> options) {
                return distribution(Distribution.studentT(), options);
            }

            @Override
            double target(Random random) {
                return random.nextGaussian();
            }
        };

        final int parameters;
        final String support;
        final double impossible;

        Kind(int parameters, String support, double impossible) {
            this.parameters = parameters;
            this.support = support;
            this.impossible = impossible;
        }

        abstract Loss build(Consumer<ReductionBuilder<?>> options);

        abstract double target(Random random);

        private static Loss distribution(Distribution distribution, Consumer<ReductionBuilder<?>> options) {
            DistributionLoss.Builder builder = DistributionLoss.builder(distribution);
            options.accept(builder);
            return builder.build();
        }

        Loss create() {
            return build(builder -> { });
        }

        /** The axis of the labels of the binary loss has any length. */
        Layout layout(int batch, int... inner) {
            return Layout.of(batch, this == BINARY ? 3 : parameters, inner);
        }

        int samples(Layout layout) {
            return layout.samples() * (this == BINARY ? layout.classes() : 1);
        }

        double[] targets(Random random, int n) {
            return array(n, i -> target(random));
        }
    }

    private interface Element {
        double at(int i);
    }

    private static double[] array(int n, Element element) {
        double[] array = new double[n];
        Arrays.setAll(array, element::at);
        return array;
    }

    /** Ordinary outputs, and a few that are not. */
    private static double[] outputs(Random random, int n) {
        return array(n, i -> switch (random.nextInt(40)) {
            case 0 -> 450 * random.nextGaussian();
            case 1 -> 1e5 * random.nextGaussian();
            default -> 2 * random.nextGaussian();
        });
    }

    private static double[] ignoringMissing(double[] targets) {
        double[] some = targets.clone();
        some[1] = Double.NaN;
        some[some.length - 1] = Double.NaN;
        return some;
    }

    @ParameterizedTest
    @EnumSource
    void samplesHaveTheSameBitsWhereverTheyLie(Kind kind) {
        Random random = new Random(SEED);
        Loss loss = kind.create();
        for (Layout layout : new Layout[] {kind.layout(700), kind.layout(5, 7), kind.layout(2, 3, 150),
            kind.layout(9).at(3), kind.layout(9).withRowStride(8), kind.layout(3, 4).at(2).withRowStride(20)}) {
            int n = kind.samples(layout);
            double[] outputs = outputs(random, layout.offset() + layout.batch() * layout.rowStride() + 2);
            double[] targets = kind.targets(random, n);
            double[] losses = new double[n];
            double[] gradient = Bits.untouched(outputs.length);
            double[] second = Bits.untouched(outputs.length);
            double[] upstream = array(n, i -> random.nextGaussian());
            loss.forwardPerSample(outputs, layout, targets, losses);
            loss.backwardPerSample(outputs, layout, targets, upstream, gradient);
            double[] unweighted = Bits.untouched(outputs.length);
            loss.curvature(outputs, layout, targets, Curvature.FISHER, unweighted, second);

            double[] expected = Bits.untouched(outputs.length);
            double[] expectedSecond = Bits.untouched(outputs.length);
            Layout single = Layout.of(1, kind.parameters);
            for (int s = 0; s < n; s++) {
                int[] at = positions(kind, layout, s);
                double[] x = array(at.length, p -> outputs[at[p]]);
                double[] target = {targets[s]};
                double[] value = new double[1];
                loss.forwardPerSample(x, single, target, value);
                Bits.assertSame(losses[s], value[0], "loss %d of %s", s, layout);
                double[] g = new double[x.length];
                double[] h = new double[x.length];
                loss.curvature(x, single, target, Curvature.FISHER, g, h);
                loss.backwardPerSample(x, single, target, new double[] {upstream[s]}, g);
                for (int p = 0; p < at.length; p++) {
                    expected[at[p]] = g[p];
                    expectedSecond[at[p]] = h[p];
                }
            }
            Bits.assertSame(gradient, expected, "gradient, and what lies around it, %s", layout);
            Bits.assertSame(second, expectedSecond, "second derivatives, %s", layout);

            double[] inPlace = outputs.clone();
            loss.backwardPerSample(inPlace, layout, targets, upstream, inPlace);
            for (int s = 0; s < n; s++) {
                for (int at : positions(kind, layout, s)) {
                    Bits.assertSame(inPlace[at], gradient[at], "in place, %s", layout);
                }
            }
            double[] secondInPlace = outputs.clone();
            double[] other = Bits.untouched(outputs.length);
            loss.curvature(secondInPlace, layout, targets, Curvature.FISHER, other, secondInPlace);
            Bits.assertSame(other, unweighted, "gradient beside second derivatives in place, %s", layout);
            for (int s = 0; s < n; s++) {
                for (int at : positions(kind, layout, s)) {
                    Bits.assertSame(secondInPlace[at], second[at], "second derivatives in place, %s", layout);
                }
            }
        }
    }

    private static int[] positions(Kind kind, Layout layout, int sample) {
        int inner = kind == Kind.BINARY ? layout.inner() * layout.classes() : layout.inner();
        int[] positions = new int[kind.parameters];
        Arrays.setAll(positions, p -> layout.offset() + sample / inner * layout.rowStride() + p * inner
                + sample % inner);
        return positions;
    }

    @ParameterizedTest
    @EnumSource
    void formsAgree(Kind kind) {
        Random random = new Random(SEED);
        Loss mean = kind.build(NumberLossesTest::ignoresMissing);
        Loss sum = kind.build(builder -> {
            ignoresMissing(builder);
            builder.reduction(Reduction.SUM);
        });
        Layout layout = kind.layout(60);
        double[] outputs = array(layout.samples() * layout.classes(), i -> 2 * random.nextGaussian());
        double[] targets = ignoringMissing(kind.targets(random, kind.samples(layout)));
        double denominator = mean.denominator(layout, targets);
        assertThat(denominator).isEqualTo(targets.length - 2);

        double[] gradient = new double[outputs.length];
        double[] other = new double[outputs.length];
        double value = mean.forwardBackward(outputs, layout, targets, 0.75, gradient);
        mean.backward(outputs, layout, targets, 0.75, other);
        Bits.assertSame(other, gradient, "backward");
        Bits.assertSame(mean.forward(outputs, layout, targets), value, "forward");
        // correctly rounded twice instead of once
        Bits.assertClose(sum.forward(outputs, layout, targets) / denominator, value, 1, "sum over denominator");
        sum.backward(outputs, layout, targets, 0.75 / denominator, other);
        Bits.assertClose(other, gradient, 1, "gradient of micro-batches");
        assertThat(gradient[kind.parameters]).isZero();
        assertThat(gradient[gradient.length - 1]).isZero();
    }

    private static void ignoresMissing(ReductionBuilder<?> builder) {
        ((NumberLossBuilder<?>) builder).ignoreMissing();
    }

    @ParameterizedTest
    @EnumSource
    void missingTargetsLeaveTheirOutputsUnread(Kind kind) {
        Loss loss = kind.build(NumberLossesTest::ignoresMissing);
        Layout layout = Layout.of(3, kind.parameters);
        double[] outputs = new double[3 * kind.parameters];
        Arrays.fill(outputs, kind.parameters, 2 * kind.parameters, Double.NaN);
        double[] targets = {1, Double.NaN, 1};
        double[] losses = Bits.untouched(3);
        double[] gradient = Bits.untouched(outputs.length);
        double[] second = Bits.untouched(outputs.length);
        loss.forwardPerSample(outputs, layout, targets, losses);
        assertThat(losses[1]).isZero();
        assertThat(losses[0]).isFinite();
        loss.curvature(outputs, layout, targets, Curvature.HESSIAN, gradient, second);
        for (int p = 0; p < kind.parameters; p++) {
            assertThat(gradient[kind.parameters + p]).isZero();
            assertThat(second[kind.parameters + p]).isZero();
            assertThat(gradient[p]).isFinite();
        }
        assertThat(loss.forward(outputs, layout, targets)).isFinite();
        double[] none = {Double.NaN, Double.NaN, Double.NaN};
        assertThat(loss.forwardBackward(outputs, layout, none, 1, gradient)).isNaN();
        assertThat(gradient).containsOnly(0);
        Loss zero = kind.build(builder -> {
            ignoresMissing(builder);
            builder.emptyMean(EmptyMean.ZERO);
        });
        assertThat(zero.forward(outputs, layout, none)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void threadsChangeNoBit(Kind kind) {
        Random random = new Random(SEED);
        ForkJoinPool pool = new ForkJoinPool(3);
        try {
            Loss loss = kind.create();
            Loss parallel = kind.build(builder -> builder.parallel(pool));
            // more than the 2^17 logits from which on work is split, and groups that do not come out even
            Layout layout = Layout.of(140_001 / kind.parameters, kind.parameters);
            double[] outputs = outputs(random, layout.batch() * kind.parameters);
            double[] targets = kind.targets(random, layout.batch());
            double[] gradient = new double[outputs.length];
            double[] other = new double[outputs.length];
            double value = loss.forwardBackward(outputs, layout, targets, 1, gradient);
            Bits.assertSame(parallel.forwardBackward(outputs, layout, targets, 1, other), value, "loss");
            Bits.assertSame(other, gradient, "gradient");
            double[] second = new double[outputs.length];
            double[] otherSecond = new double[outputs.length];
            loss.curvature(outputs, layout, targets, Curvature.HESSIAN, gradient, second);
            parallel.curvature(outputs, layout, targets, Curvature.HESSIAN, other, otherSecond);
            Bits.assertSame(other, gradient, "gradient");
            Bits.assertSame(otherSecond, second, "second derivatives");
        } finally {
            pool.shutdown();
        }
    }

    /** A gradient beyond the range times an upstream that brings it back, and the other way round. */
    @ParameterizedTest
    @EnumSource
    void noPartOfAProductLeavesTheRange(Kind kind) {
        Loss loss = kind.create();
        Layout layout = Layout.of(1, kind.parameters);
        double[] outputs = new double[kind.parameters];
        double[] target = {kind == Kind.BINARY || kind == Kind.POISSON ? 0 : 2};
        double[] plain = new double[kind.parameters];
        double[] tiny = new double[kind.parameters];
        loss.backwardPerSample(outputs, layout, target, new double[] {1}, plain);
        loss.backwardPerSample(outputs, layout, target, new double[] {0x1p-1060}, tiny);
        loss.backwardPerSample(outputs, layout, target, new double[] {0x1p1023}, outputs);
        for (int p = 0; p < kind.parameters; p++) {
            assertThat(tiny[p]).isEqualTo(Math.scalb(plain[p], -1060));
            assertThat(outputs[p]).isEqualTo(Math.scalb(plain[p], 1023));
        }
    }

    @Test
    void outOfRangeGradientsComeBack() {
        DistributionLoss poisson = DistributionLoss.of(Distribution.poisson());
        Layout layout = Layout.of(1, 1);
        double[] gradient = new double[1];
        poisson.backwardPerSample(new double[] {1000}, layout, new double[] {0}, new double[] {0x1p-1000}, gradient);
        double exact = BigFloat.of(1000).exp().multiply(BigFloat.powerOfTwo(-1000)).toDouble();
        assertThat(gradient[0]).isEqualTo(exact);
        poisson.backwardPerSample(new double[] {-1000}, layout, new double[] {0}, new double[] {0x1p1000}, gradient);
        assertThat(gradient[0]).isEqualTo(BigFloat.of(-1000).exp().multiply(BigFloat.powerOfTwo(1000)).toDouble());
        // e^710 is beyond the largest double, half of it is not
        assertThat(poisson.forward(new double[] {710, -5}, new double[] {0, 0}))
                .isEqualTo(BigFloat.of(710).exp().multiply(BigFloat.powerOfTwo(-1)).toDouble());
        poisson.backwardPerSample(new double[] {1e300}, layout, new double[] {0}, new double[] {0}, gradient);
        assertThat(gradient[0]).isZero();
        assertThat(poisson.forward(new double[] {2900, -5}, new double[] {0, 0})).isInfinite();
    }

    @ParameterizedTest
    @EnumSource
    void impossibleTargetsAreRefusedBeforeAnythingIsWritten(Kind kind) {
        Loss loss = kind.create();
        Layout layout = Layout.of(4, kind.parameters);
        double[] outputs = new double[4 * kind.parameters];
        double[] targets = {1, 1, 1, kind.impossible};
        double[] gradient = Bits.untouched(outputs.length);
        String message = "targets[3] is " + kind.impossible + ", but must be in " + kind.support;
        refuses(message, () -> loss.forward(outputs, layout, targets));
        refuses(message, () -> loss.backward(outputs, layout, targets, 1, gradient));
        refuses(message, () -> loss.denominator(layout, targets));
        refuses(message, () -> loss.curvature(outputs, layout, targets, Curvature.HESSIAN, gradient,
                new double[outputs.length]));
        targets[3] = Double.NaN;
        refuses("targets[3] is NaN, but must be in " + kind.support + "; ignoreMissing() skips such samples",
                () -> loss.forwardBackward(outputs, layout, targets, 1, gradient));
        assertThat(gradient).containsOnly(Bits.UNTOUCHED);
    }

    @ParameterizedTest
    @EnumSource
    void argumentsAreChecked(Kind kind) {
        Loss loss = kind.create();
        Layout layout = Layout.of(2, kind.parameters);
        int n = 2 * kind.parameters;
        double[] x = new double[n];
        double[] y = {1, 1};
        double[] g = new double[n];
        double[] h = new double[n];
        refuses("gradient must not be the same array as curvature",
                () -> loss.curvature(x, layout, y, Curvature.HESSIAN, g, g));
        refuses("curvature.length (1) must be at least " + n + " for layout " + layout,
                () -> loss.curvature(x, layout, y, Curvature.HESSIAN, g, new double[1]));
        refuses("targets.length (1) must be at least 2 for layout " + layout,
                () -> loss.curvature(x, layout, new double[1], Curvature.HESSIAN, g, h));
        if (n == y.length) {
            refuses("curvature must not be the same array as targets",
                    () -> loss.curvature(x, layout, y, Curvature.HESSIAN, g, y));
        }
        refusesNull("kind", () -> loss.curvature(x, layout, y, null, g, h));
        refusesNull("curvature", () -> loss.curvature(x, layout, y, Curvature.HESSIAN, g, null));
        refusesNull("gradient", () -> loss.curvature(x, layout, y, Curvature.HESSIAN, null, h));
        refusesNull("layout", () -> loss.forward(x, null, y));
        refusesNull("targets", () -> loss.forward(x, layout, null));
        refuses("the mean over layout [0, " + kind.parameters
                + "] is empty: its samples must not all be ignored or weigh 0",
                () -> kind.build(b -> b.emptyMean(EmptyMean.THROW)).forward(x, Layout.of(0, kind.parameters), y));
    }

    @Test
    void shapesAreChecked() {
        DistributionLoss gaussian = DistributionLoss.of(Distribution.gaussian());
        refuses("outputs.length (5) must be 2 times targets.length (2)",
                () -> gaussian.forward(new double[5], new double[2]));
        refuses("layout.classes() is 3, but must be 2, the parameters of gaussian()",
                () -> gaussian.forward(new double[6], Layout.of(2, 3), new double[2]));
        DistributionLoss learnt = DistributionLoss.of(Distribution.negativeBinomial());
        refuses("kind is FISHER, but the Fisher information of negativeBinomial() has no closed form: HESSIAN, or a"
                + " known shape", () -> learnt.curvature(new double[2], Layout.of(1, 2), new double[1],
                Curvature.FISHER, new double[2], new double[2]));
        BinaryCrossEntropyLoss perLabel = BinaryCrossEntropyLoss.builder().positiveWeights(1, 2).build();
        refuses("logits.length (3) must be a multiple of positiveWeights.length (2)",
                () -> perLabel.forward(new double[3], new double[3]));
        refuses("logits.length (3) must be targets.length (2)",
                () -> perLabel.forward(new double[3], new double[2]));
        refuses("positiveWeights.length (2) must be 1 or 3, the number of classes of layout [2, 3]",
                () -> perLabel.forward(new double[6], Layout.of(2, 3), new double[6]));
        refuses("weights[1] is -1.0, but must be finite and at least 0",
                () -> BinaryCrossEntropyLoss.builder().positiveWeights(1, -1));
        refuses("labelSmoothing is NaN, but must be in [0, 1]",
                () -> BinaryCrossEntropyLoss.builder().labelSmoothing(Double.NaN));
        refuses("variance is 0.0, but must be positive and finite", () -> Distribution.gaussian(0));
    }

    @Test
    void shortFormsAreTheLongOnes() {
        Random random = new Random(SEED);
        double[] outputs = outputs(random, 60);
        double[] targets = array(30, i -> random.nextGaussian());
        double[] gradient = new double[60];
        double[] expected = new double[60];
        DistributionLoss gaussian = DistributionLoss.of(Distribution.gaussian());
        double value = gaussian.forwardBackward(outputs, Layout.of(30, 2), targets, 1, expected);
        Bits.assertSame(gaussian.forward(outputs, targets), value, "loss");
        Bits.assertSame(gaussian.backward(outputs, targets), expected, "gradient");
        Bits.assertSame(gaussian.forwardBackward(outputs, targets, gradient), value, "both");
        Bits.assertSame(gradient, expected, "gradient of both");

        BinaryCrossEntropyLoss binary = BinaryCrossEntropyLoss.builder().positiveWeights(1, 2, 3).build();
        double[] labels = array(60, i -> random.nextInt(2));
        value = binary.forwardBackward(outputs, Layout.of(20, 3), labels, 1, expected);
        Bits.assertSame(binary.forward(outputs, labels), value, "loss");
        Bits.assertSame(binary.backward(outputs, labels), expected, "gradient");
        Bits.assertSame(binary.forwardBackward(outputs, labels, gradient), value, "both");
        Bits.assertSame(gradient, expected, "gradient of both");
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private static void refusesNull(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }
}
