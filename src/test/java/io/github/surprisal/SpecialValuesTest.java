package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers at the ends of the range: factors, losses and logits that are huge or tiny, zeros of both signs, one class.
 */
class SpecialValuesTest {

    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final Offset<Double> NOTHING = Offset.offset(0.0);
    private static final CrossEntropyLoss SUM = CrossEntropyLoss.builder().reduction(Reduction.SUM).build();

    // ---- the upstream factor

    @ParameterizedTest
    @ValueSource(doubles = {1e300, -1e300, 0x1p1000, 1e-300, -1e-300, 0x1p-1000, Double.MIN_VALUE, 3e-320, 1e308, -7})
    void hugeAndTinyUpstream(double upstream) {
        double[][] rows = {{1, 2, 3}, {0, -40, 3}, {300, 0, -300}, {-5, -5, 700}};
        int[] targets = {2, 0, 0, 1};
        double[] logits = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        double[] weights = {0.5, 1e-3, 7};
        for (double[] w : new double[][] {null, weights}) {
            CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder();
            if (w != null) {
                builder.classWeights(w);
            }
            Layout layout = Layout.of(4, 3);
            Oracle.Losses exact = Oracle.crossEntropy(rows, targets, w, Set.of(), 0);
            double[] gradient = new double[12];
            builder.build().backward(logits, layout, targets, upstream, gradient);
            Bits.assertClose(gradient, Batches.flat(layout, exact.meanGradient(upstream), Oracle.Derivative::value),
                    ErrorBudget.GRADIENT.bound(), "gradient of the mean");
            builder.reduction(Reduction.SUM).build().backward(logits, layout, targets, upstream, gradient);
            Bits.assertClose(gradient, Batches.flat(layout, exact.sumGradient(upstream), Oracle.Derivative::value),
                    ErrorBudget.GRADIENT.bound(), "gradient of the sum");
            double[] upstreams = {upstream, 1, -upstream, upstream};
            builder.build().backwardPerSample(logits, layout, targets, upstreams, gradient);
            Bits.assertClose(gradient,
                    Batches.flat(layout, exact.perSampleGradient(upstreams), Oracle.Derivative::value),
                    ErrorBudget.GRADIENT.bound(), "gradient per sample");
        }
    }

    /** e^-1200 is no double, but e^-1200 times 1e300 is. */
    @Test
    void probabilityBelowTheDoublesTimesAHugeUpstream() {
        // as doubles, e^-730 has lost half its digits, and e^-750 and e^-1000 are 0
        for (double gap : new double[] {730, 750, 1000}) {
            double[] logits = {gap / 2, 0, -gap / 2};
            double[] gradient = new double[3];
            SUM.backward(logits, Layout.of(1, 3), new int[] {0}, 1e300, gradient);
            Oracle.Losses exact = Oracle.crossEntropy(new double[][] {logits}, new int[] {0}, null, Set.of(), 0);
            Bits.assertClose(gradient, exact.sumGradient(1e300)[0].value(), ErrorBudget.GRADIENT.bound(), "gradient");
        }
    }

    /** Sums of nothing but vanishing terms, terms just above them, and maxima where x - max is not exact. */
    @Test
    void deepTailsTimesAHugeUpstream() {
        double[][] rows = {{1030, 0}, {1401, 511.99999999999994}, {2199, 1450}, {-1450, -2400}};
        for (double[] logits : rows) {
            double[] gradient = new double[2];
            SUM.backward(logits, Layout.of(1, 2), new int[] {0}, 1e200, gradient);
            Oracle.Losses exact = Oracle.crossEntropy(new double[][] {logits}, new int[] {0}, null, Set.of(), 0);
            Bits.assertClose(gradient, exact.sumGradient(1e200)[0].value(), ErrorBudget.GRADIENT.bound(),
                    "gradient of " + Arrays.toString(logits));
        }
        for (double[] certain : new double[][] {{5}, {1000, -1000}, {0, -INF}}) {
            double[] gradient = new double[certain.length];
            SUM.backward(certain, Layout.of(1, certain.length), new int[] {0}, 1e308, gradient);
            assertThat(gradient).as(Arrays.toString(certain)).containsExactly(new double[certain.length], NOTHING);
        }
    }

    /** The weight is multiplied in before the loss is rounded as a subnormal. */
    @Test
    void weightLiftsASubnormalLoss() {
        double[] weights = {1e100, 1};
        CrossEntropyLoss loss = CrossEntropyLoss.builder().classWeights(weights).reduction(Reduction.SUM).build();
        for (double gap : new double[] {700, 720, 744, 750}) {
            double[][] rows = {{gap, 0}};
            double exact = Oracle.crossEntropy(rows, new int[] {0}, weights, Set.of(), 0).perSample()[0];
            Bits.assertClose(loss.forward(rows[0], new int[] {0}), exact, 2, "loss of a gap of " + gap);
        }
    }

    /** Neither upstream / denominator nor anything else on the way leaves the range. */
    @Test
    void upstreamThatTheDenominatorBringsBack() {
        double[] gradient = new double[2];
        for (double weight : new double[] {1e100, 1e-100}) {
            for (double upstream : new double[] {1e-300, 1e-250, 1, 1e250, 1e300}) {
                CrossEntropyLoss.builder().classWeights(weight, weight).build()
                        .backward(new double[] {1, 2}, Layout.of(1, 2), new int[] {0}, upstream, gradient);
                double exact = Oracle.crossEntropy(new double[][] {{1, 2}}, new int[] {0}, null, Set.of(), 0)
                        .sumGradient(upstream)[0].value()[1];
                Bits.assertClose(gradient, new double[] {-exact, exact}, 2, weight + ", " + upstream);
            }
        }
    }

    /** The documented end: below 1e-450 a probability is 0 whatever it is multiplied by. */
    @Test
    void probabilityFarBelowTheDoublesIsZero() {
        double[] gradient = new double[3];
        SUM.backward(new double[] {600, 0, -600}, Layout.of(1, 3), new int[] {0}, 1e300, gradient);
        assertThat(gradient[1]).isNotZero();
        assertThat(gradient[2]).isZero();
    }

    /** An upstream of 2^k moves the exponent of every element and nothing else, as long as they are normal. */
    @ParameterizedTest
    @ValueSource(ints = {1000, 500, 1, -1, -500, -900})
    void upstreamOfAPowerOfTwoKeepsEveryBit(int power) {
        double[] logits = {1, 2, 3, 0, -4, 3, 600, 599, 580};
        double[] t = {0.5, 0.5, 0, 0.1, 0.2, 0.7, 0.25, 0.5, 0.25};
        Layout layout = Layout.of(3, 3);
        for (AnyLoss loss : new AnyLoss[] {LossKind.CROSS_ENTROPY.create(), LossKind.NLL.create(),
            AnyLoss.of(CrossEntropyLoss.builder().labelSmoothing(0.1).build())}) {
            double[] plain = new double[9];
            double[] scaled = new double[9];
            loss.backward(logits, layout, new int[] {2, 0, 1}, 1.0, plain);
            loss.backward(logits, layout, new int[] {2, 0, 1}, Math.scalb(1.0, power), scaled);
            assertThat(scaled).as("class indices").containsExactly(
                    Arrays.stream(plain).map(g -> Math.scalb(g, power)).toArray(), NOTHING);
            loss.backward(logits, layout, t, 1.0, plain);
            loss.backward(logits, layout, t, Math.scalb(1.0, power), scaled);
            assertThat(scaled).as("class probabilities").containsExactly(
                    Arrays.stream(plain).map(g -> Math.scalb(g, power)).toArray(), NOTHING);
        }
    }

    @Test
    void upstreamThatIsNotFinite() {
        double[] logits = {0, 0, 0, 0, 0, 0};
        double[] gradient = new double[6];
        CrossEntropyLoss loss = CrossEntropyLoss.builder().ignoreIndex(-1).reduction(Reduction.SUM).build();
        loss.backward(logits, Layout.of(2, 3), new int[] {1, -1}, INF, gradient);
        Bits.assertSame(gradient, new double[] {INF, -INF, INF, 0, 0, 0}, "Infinity, beside an ignored sample");
        loss.backward(logits, Layout.of(2, 3), new int[] {1, -1}, -INF, gradient);
        Bits.assertSame(gradient, new double[] {-INF, INF, -INF, 0, 0, 0}, "-Infinity");
        loss.backward(logits, Layout.of(2, 3), new int[] {1, -1}, NAN, gradient);
        Bits.assertSame(gradient, new double[] {NAN, NAN, NAN, 0, 0, 0}, "NaN");
    }

    @ParameterizedTest
    @EnumSource
    void upstreamOfOneSampleStaysInIt(LossKind kind) {
        double[] input = {-1, -2, -3, -1, -1, -1, -2, -1, -2};
        int[] targets = {0, 1, 2};
        double[] t = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        Layout layout = Layout.of(3, 3);
        double[] plain = new double[9];
        kind.create().backwardPerSample(input, layout, targets, new double[] {1, 1, 1}, plain);
        for (double special : new double[] {NAN, INF, 1e308}) {
            double[] gradient = new double[9];
            kind.create().backwardPerSample(input, layout, targets, new double[] {1, special, 1}, gradient);
            Bits.assertSame(Arrays.copyOf(gradient, 3), Arrays.copyOf(plain, 3), "before %s", special);
            Bits.assertSame(Arrays.copyOfRange(gradient, 6, 9), Arrays.copyOfRange(plain, 6, 9), "behind %s", special);
            assertThat(Double.isNaN(gradient[4])).isEqualTo(Double.isNaN(special));

            double[] probabilities = new double[9];
            kind.create().backwardPerSample(input, layout, t, new double[] {1, special, 1}, probabilities);
            assertThat(probabilities[0]).as("class probabilities").isFinite();
            assertThat(probabilities[8]).as("class probabilities").isFinite();
        }
    }

    @ParameterizedTest
    @EnumSource
    void upstreamZeroMakesAGradientOfZeros(LossKind kind) {
        double[] input = {-1, -2, -3, -500, -0.5, Double.NEGATIVE_INFINITY};
        double[] gradient = Bits.untouched(6);
        for (double zero : new double[] {0.0, -0.0}) {
            kind.create().backward(input, Layout.of(2, 3), new int[] {0, 1}, zero, gradient);
            assertThat(gradient).as("class indices").containsExactly(new double[6], NOTHING);
            kind.create().backward(input, Layout.of(2, 3), new double[] {1, 0, 0, 0.5, 0.5, 0}, zero, gradient);
            assertThat(gradient).as("class probabilities").containsExactly(new double[6], NOTHING);
        }
    }

    // ---- reductions

    @Test
    void meanOfHugeLossesIsFinite() {
        double[] logP = {-1.7e308, -1.7e308, -1.7e308};
        assertThat(NllLoss.create().forward(Arrays.copyOf(logP, 2), new int[] {0, 0})).isEqualTo(1.7e308);
        assertThat(NllLoss.create().forward(logP, new int[] {0, 0, 0})).isEqualTo(1.7e308);
        assertThat(NllLoss.create().forward(logP, Layout.of(3, 1), new double[] {1, 1, 1})).isEqualTo(1.7e308);
        assertThat(NllLoss.builder().reduction(Reduction.SUM).build().forward(logP, new int[] {0, 0, 0}))
                .isEqualTo(INF);
        double[] logits = {1.7e308, 0, 1.7e308, 0};
        assertThat(CrossEntropyLoss.create().forward(logits, new int[] {1, 1})).isEqualTo(1.7e308);
        assertThat(SUM.forward(logits, new int[] {1, 1})).isEqualTo(INF);
        assertThat(SUM.forward(new double[] {1e308, 0, 1, 1}, new int[] {1, 0})).isEqualTo(1e308);
    }

    @Test
    void infiniteLossesInAMean() {
        double[] logP = {Double.NEGATIVE_INFINITY, -1, NAN};
        assertThat(NllLoss.create().forward(Arrays.copyOf(logP, 2), new int[] {0, 0})).isEqualTo(INF);
        assertThat(NllLoss.create().forward(logP, new int[] {0, 0, 0})).as("Infinity + NaN").isNaN();
    }

    /** Added one after the other, ten weights of 0.1 make 0.9999999999999999. */
    @Test
    void denominators() {
        Layout layout = Layout.of(10, 3);
        int[] targets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        for (Reduction reduction : Reduction.values()) {
            CrossEntropyLoss loss = CrossEntropyLoss.builder().reduction(reduction).classWeights(0.1, 2, 40)
                    .ignoreIndex(-1)
                    .build();
            assertThat(loss.denominator(layout, targets)).isEqualTo(1.0);
            assertThat(loss.denominator(Layout.of(4, 3), new int[] {1, 2, -1, 2})).isEqualTo(82);
            assertThat(loss.denominator(Layout.of(4, 3), new double[12])).as("class probabilities").isEqualTo(4);
            assertThat(loss.denominator(Layout.of(2, 3, 2), new double[12])).as("inner samples count").isEqualTo(4);
            assertThat(loss.denominator(Layout.of(0, 3), new int[0])).isZero();
        }
        assertThat(CrossEntropyLoss.create().denominator(layout, targets)).isEqualTo(10);
        assertThat(NllLoss.create().denominator(layout, targets)).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // log 2 is a double
    void hugeWeights(LossKind kind) {
        AnyLoss loss = kind.build(b -> b.classWeights(1e270, 1e270));
        double ln2 = -LogSoftmax.create().forward(new double[] {0, 0}, 2)[0];
        double[] input = {-ln2, -ln2, -ln2, -ln2};
        assertThat(loss.denominator(Layout.of(2, 2), new int[] {0, 1})).isEqualTo(2e270);
        assertThat(kind.build(b -> b.classWeights(1e308, 1e308)).denominator(Layout.of(2, 2), new int[] {0, 1}))
                .isEqualTo(INF);
        Bits.assertClose(loss.forward(input, new int[] {0, 1}), ln2, 2, "mean");
        double[] gradient = loss.backward(input, new int[] {0, 1});
        Bits.assertClose(gradient, kind.create().backward(input, new int[] {0, 1}), 2, "gradient of the mean");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-900, 0x1p-1022})
    void tinyWeights(double tiny) {
        double ln2 = -LogSoftmax.create().forward(new double[] {0, 0}, 2)[0];
        double[] input = {-ln2, -ln2, -ln2, -ln2};
        for (LossKind kind : LossKind.values()) {
            AnyLoss loss = kind.build(b -> b.classWeights(tiny, tiny));
            Bits.assertClose(loss.backward(input, new int[] {0, 1}), kind.create().backward(input, new int[] {0, 1}), 2,
                    "gradient of the mean, where the weights cancel out");
        }
    }

    /** Not distributions, but allowed; the loss is linear in the targets. */
    @ParameterizedTest
    @ValueSource(doubles = {1e270, 1e-300, 1e15})
    void hugeAndTinyTargets(double t) {
        double[] gradient = new double[2];
        double ln2 = -LogSoftmax.create().forward(new double[] {0, 0}, 2)[0];
        double loss = SUM.forwardBackward(new double[] {0, 0}, Layout.of(1, 2), new double[] {t, 0}, 1.0, gradient);
        Bits.assertClose(loss, t * ln2, 2, "loss");
        Bits.assertClose(gradient, new double[] {-t / 2, t / 2}, 2, "gradient");
        double nll = NllLoss.create()
                .forwardBackward(new double[] {-ln2, -ln2}, Layout.of(1, 2), new double[] {t, 0}, 1.0,
                gradient);
        Bits.assertClose(nll, t * ln2, 2, "negative log-likelihood");
        assertThat(gradient).containsExactly(new double[] {-t, 0}, NOTHING);
    }

    // ---- zeros

    @Test
    void zerosOfBothSignsAreTheSameLogit() {
        double[] mixed = {-0.0, 0.0, -0.0, 1};
        double[] plain = {0, 0, 0, 1};
        Bits.assertSame(Softmax.create().forward(mixed, 4), Softmax.create().forward(plain, 4), "softmax");
        Bits.assertSame(LogSoftmax.create().forward(mixed, 4), LogSoftmax.create().forward(plain, 4), "log-softmax");
        assertThat(Softmax.create().predict(new double[] {-0.0, 0.0}, 2)).containsExactly(0);
        for (int target = 0; target < 4; target++) {
            double[] a = new double[4];
            double[] b = new double[4];
            Bits.assertSame(SUM.forwardBackward(mixed, new int[] {target}, a),
                    SUM.forwardBackward(plain, new int[] {target}, b),
                    "loss");
            Bits.assertSame(a, b, "gradient");
        }
    }

    /** A report should not say that a loss is -0.0. */
    @Test
    void aLossOfNothingIsPositiveZero() {
        double[] certain = {0, Double.NEGATIVE_INFINITY};
        Layout layout = Layout.of(1, 2);
        double[] t = {1, 0};
        Bits.assertSame(SUM.forward(certain, new int[] {0}), 0.0, "cross-entropy");
        Bits.assertSame(SUM.forward(certain, layout, t), 0.0, "cross-entropy with probabilities");
        for (double zero : new double[] {0.0, -0.0}) {
            double[] logP = {zero, Double.NEGATIVE_INFINITY};
            Bits.assertSame(NllLoss.create().forward(logP, new int[] {0}), 0.0, "nll");
            Bits.assertSame(NllLoss.create().forward(logP, layout, t), 0.0, "nll with probabilities");
        }
    }

    // ---- one class

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.0, 5, -199, 201, 1e5, 1e308, -1e308, Double.MIN_VALUE})
    void oneClassIsCertain(double logit) {
        double[] logits = {logit, logit};
        Layout[] layouts = {Layout.of(2, 1), Layout.of(1, 1, 2), Layout.alongAxis(0, 1, 2)};
        for (Layout layout : layouts) {
            double[] out = new double[2];
            Softmax.create().forward(logits, layout, out);
            assertThat(out).containsExactly(1, 1);
            Softmax.create().backward(new double[] {1, 1}, new double[] {3, -1e300}, layout, out);
            assertThat(out).as("softmax backward").containsExactly(new double[2], NOTHING);
            LogSoftmax.create().forward(logits, layout, out);
            assertThat(out).as("log-softmax").containsExactly(new double[2], NOTHING);
            LogSoftmax.create().backward(new double[2], new double[] {3, -1e300}, layout, out);
            assertThat(out).as("log-softmax backward").containsExactly(new double[2], NOTHING);
            int[] predicted = {7, 7};
            Softmax.create().predict(logits, layout, predicted);
            assertThat(predicted).containsExactly(0, 0);
            for (double smoothing : new double[] {0, 0.1, 1}) {
                CrossEntropyLoss loss = CrossEntropyLoss.builder().labelSmoothing(smoothing).classWeights(3).build();
                assertThat(loss.forwardBackward(logits, layout, new int[2], 2.0, out)).isZero();
                assertThat(out).as("gradient").containsExactly(new double[2], NOTHING);
                assertThat(loss.forwardBackward(logits, layout, new double[] {1, 0.25}, 2.0, out)).isZero();
                assertThat(out).as("gradient of probabilities").containsExactly(new double[2], NOTHING);
            }
        }
        double[] gradient = new double[2];
        assertThat(NllLoss.create().forwardBackward(new double[] {-2, -4}, new int[2], gradient)).isEqualTo(3);
        assertThat(gradient).containsExactly(-0.5, -0.5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void oneClassThatIsNoNumber(double logit) {
        double[] logits = {logit};
        double[] gradient = new double[1];
        assertThat(Softmax.create().forward(logits, 1)[0]).isNaN();
        assertThat(LogSoftmax.create().forward(logits, 1)[0]).isNaN();
        assertThat(SUM.forwardBackward(logits, new int[1], gradient)).isNaN();
        assertThat(gradient[0]).isNaN();
        assertThat(SUM.forwardBackward(logits, Layout.of(1, 1), new double[] {1}, 1.0, gradient)).isNaN();
        assertThat(gradient[0]).isNaN();
        assertThat(Softmax.create().predict(logits, 1)).containsExactly(Double.isNaN(logit) ? -1 : 0);
    }

    // ---- logits

    @ParameterizedTest
    @ValueSource(ints = {2, 9, 64, 65, 600})
    void equalHugeLogitsAreUniform(int classes) {
        for (double huge : new double[] {1e308, -1e308, Double.MAX_VALUE, 1e5, -1401, Double.MIN_VALUE}) {
            double[] logits = new double[classes];
            Arrays.fill(logits, huge);
            double[] uniform = new double[classes];
            Arrays.fill(uniform, 1.0 / classes);
            Bits.assertClose(Softmax.create().forward(logits, classes), uniform, ErrorBudget.SOFTMAX.bound(),
                    "softmax");
            Bits.assertClose(SUM.forward(logits, new int[] {classes - 1}), StrictMath.log(classes),
                    ErrorBudget.LOSS.bound() + 1, "loss, log C being within 1 ulp itself");
        }
    }

    @ParameterizedTest
    @EnumSource
    void backwardProductsWithInfiniteOrNanUpstream(Product product) {
        double[] output = {product.even, product.even, product.even, product.even};
        for (double special : new double[] {NAN, INF, -INF}) {
            double[] gradient = new double[4];
            product.backward(output, new double[] {1, special, 2, 3}, Layout.of(2, 2), gradient);
            assertThat(gradient[1]).as("the sample with %s", special).isNotEqualTo(0.0);
            double[] other = new double[4];
            product.backward(output, new double[] {1, 1, 2, 3}, Layout.of(2, 2), other);
            Bits.assertSame(Arrays.copyOfRange(gradient, 2, 4), Arrays.copyOfRange(other, 2, 4), "the other sample");
        }
    }

    /** The two backward products, and the output of each for two equal logits. */
    enum Product {
        SOFTMAX(0.5), LOG_SOFTMAX(-0x1.62e42fefa39efp-1); // 0.5 and -log 2

        private final double even;

        Product(double even) {
            this.even = even;
        }

        void backward(double[] output, double[] upstream, Layout layout, double[] gradient) {
            if (this == SOFTMAX) {
                Softmax.create().backward(output, upstream, layout, gradient);
            } else {
                LogSoftmax.create().backward(output, upstream, layout, gradient);
            }
        }
    }
}
