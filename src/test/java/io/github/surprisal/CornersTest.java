package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where a factor, a product or a part of a sum leaves the range of double although the result does not; and what weight
 * 0 makes of NaN. Every expectation is the oracle's for the very doubles given, never a rounded decimal.
 */
class CornersTest {

    private static final long SEED = 20_261_121;
    private static final double MAX = Double.MAX_VALUE;
    private static final double NAN = Double.NaN;

    /** The contract's 2 ulp, of the exact value itself and not of the double nearest to it. */
    private static final double BOUND = ErrorBudget.LOSS.bound();

    private final Random random = new Random(SEED);
    /** A test runs to its end, so that it can tell how often and how far, and then fails. */
    private final List<String> violations = new ArrayList<>();
    private int judged;

    @AfterEach
    void report() {
        assertThat(violations.stream().limit(10)).as("the first of %d violations in %d values, seed %d",
                violations.size(), judged, SEED).isEmpty();
    }

    // ---- means and sums whose parts leave the range, class indices

    @Test
    void weightedMeanOfAWeightedLossBeyondTheRange() {
        judge(LossKind.CROSS_ENTROPY, new double[][] {{0, -1e300}}, new int[] {1}, 1, 1e10);
        judge(LossKind.NLL, new double[][] {{0, -1e308}}, new int[] {1}, 1, 4);
        judge(LossKind.NLL, new double[][] {{-3, -1e308}, {-2e307, -1}}, new int[] {1, 0}, 1e200, 3e205);
    }

    @Test
    void weightedMeanOfAWeightedLossBelowTheRange() {
        judge(LossKind.CROSS_ENTROPY, new double[][] {{575, 0}}, new int[] {0}, 1e-100, 1e-100);
        judge(LossKind.CROSS_ENTROPY, new double[][] {{575, 0}, {0, 600}}, new int[] {0, 1}, 1e-100, 3e-99);
        judge(LossKind.NLL, new double[][] {{-1e-250, -1}, {-1, -3e-249}}, new int[] {0, 1}, 1e-100, 7e-101);
    }

    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void unweightedMeansOfLossesNearTheLargest(LossKind kind) {
        for (int samples : new int[] {1, 2, 3, 7, 8, 9, 17, 64, 300}) {
            for (double loss : new double[] {MAX, 1.7e308, 0.51 * MAX, 1e308}) {
                double[][] rows = new double[samples][];
                Arrays.setAll(rows, n -> new double[] {-loss, 0});
                judge(kind, rows, new int[samples]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void unweightedMeansAtRandom(LossKind kind) {
        for (int i = 0; i < 400; i++) {
            double[][] rows = new double[1 + random.nextInt(i % 20 == 0 ? 3_000 : 40)][];
            int binades = 1 + random.nextInt(60);
            Arrays.setAll(rows, n -> new double[] {
                    -Math.scalb(1 + random.nextDouble(), 1023 - random.nextInt(binades)), 0});
            judgeLosses(kind + " batch " + i, kind, rows, new int[rows.length], null);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void sumsThatJustFit(LossKind kind) {
        for (int samples : new int[] {2, 4, 8, 16, 32, 1024}) {
            double[][] rows = new double[samples][];
            Arrays.setAll(rows, n -> new double[] {-MAX / samples, 0});
            judge(kind, rows, new int[samples]);
            rows[samples - 1][0] = -MAX / samples * (1 + 0x1p-40);
            judge(kind, rows, new int[samples]);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void oneHugeLossAmongSmallOnes(LossKind kind) {
        for (int at : new int[] {0, 1, 9, 36, 37}) {
            double[][] rows = new double[38][];
            Arrays.setAll(rows, n -> new double[] {-random.nextDouble(), 0, -5});
            rows[at][0] = -MAX;
            judge(kind, rows, new int[38]);
            judge(kind, rows, new int[38], 1.5, 1, 1e-300);
        }
    }

    /** More samples than a group has, so that the sums of groups are added too; sequential and parallel. */
    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void meansOfManySamplesNearTheLargest(LossKind kind) {
        double[][] rows = new double[40_011][];
        Arrays.setAll(rows, n -> new double[] {0, 0, -(0.5 + 0.5 * random.nextDouble()) * MAX, 0});
        int[] targets = new int[rows.length];
        Arrays.fill(targets, 2);
        double[] input = flat(rows);
        BigFloat exact = oracle(kind, rows, targets, null).exactMean();
        judge("mean", kind.create().forward(input, targets), exact);
        judge("mean in parallel", kind.build(options -> options.parallel()).forward(input, targets), exact);
    }

    // ---- weighted means at random

    /**
     * The logarithm's low part counts until the last rounding, whatever weight comes between. Roundings weigh most
     * where a loss and its product with the weight are just above a power of two and the mean just below one.
     */
    @Test
    void weightedMeansOfFarTargets() {
        for (int i = 0; i < 40_000; i++) {
            double power = Math.scalb(1, 4 + random.nextInt(8));
            double[][] rows = {
                    {0, -power * (1 + random.nextDouble() / 64), -power * random.nextInt(40), -random.nextDouble()},
                    {0, -power * random.nextInt(40), -power * (0.5 + random.nextDouble() / 2), -random.nextDouble()}};
            double[] weights = {1, Math.scalb(1 + random.nextDouble() / 64, random.nextInt(5)),
                    random.nextDouble() / 16, 1};
            int[] targets = {1, 2};
            CrossEntropyLoss loss = CrossEntropyLoss.builder().classWeights(weights).build();
            judge("mean " + i, loss.forward(flat(rows), targets), oracle(LossKind.CROSS_ENTROPY, rows, targets,
                    weights).exactMean());
        }
    }

    /** Weights over the whole range, those of a batch near each other or not: losses from 0 to beyond the largest. */
    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void lossesWithWeightsOfAllMagnitudes(LossKind kind) {
        for (int i = 0; i < 4_000; i++) {
            int classes = 1 + random.nextInt(5);
            double[][] rows = new double[1 + random.nextInt(4)][];
            Arrays.setAll(rows, n -> kind == LossKind.NLL ? logProbabilities(classes) : logits(classes));
            int[] targets = random.ints(rows.length, 0, classes).toArray();
            double[] weights = weights(classes);
            judgeLosses("batch " + i + " of " + Arrays.deepToString(rows), kind, rows, targets, weights);
        }
    }

    /** The same for gradients: upstream times weight over denominator, whichever of them is far out. */
    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void gradientsWithWeightsOfAllMagnitudes(LossKind kind) {
        for (int i = 0; i < 2_000; i++) {
            int classes = 1 + random.nextInt(5);
            double[][] rows = new double[1 + random.nextInt(3)][];
            Arrays.setAll(rows, n -> kind == LossKind.NLL ? logProbabilities(classes) : logits(classes));
            int[] targets = random.ints(rows.length, 0, classes).toArray();
            double[] weights = weights(classes);
            judgeGradients("batch " + i, kind, rows, targets, weights, (random.nextBoolean() ? -1 : 1) * magnitude());
        }
    }

    private double magnitude() {
        return Math.pow(10, 600 * random.nextDouble() - 300);
    }

    private double[] weights(int classes) {
        double common = magnitude();
        boolean near = random.nextBoolean();
        return random.doubles(classes, 0.1, 4).map(w -> near ? Math.min(w * common, 1e300) : magnitude()).toArray();
    }

    /** Losses from e^-700 over 1 to 1e300. */
    private double[] logits(int classes) {
        double[] row = random.doubles(classes, -2, 2).toArray();
        int place = random.nextInt(classes);
        switch (random.nextInt(4)) {
            case 0 -> row[place] += 690 * random.nextDouble();
            case 1 -> row[place] = -magnitude();
            default -> { }
        }
        return row;
    }

    private double[] logProbabilities(int classes) {
        return random.doubles(classes).map(u -> -magnitude()).toArray();
    }

    // ---- softmax backward near the subnormals

    @Test
    void softmaxBackwardWhereProductsUnderflowBeforeTheyAreSummed() {
        double[] logits = new double[5_000];
        Arrays.fill(logits, -744.4);
        logits[0] = 0;
        double[] upstream = new double[logits.length];
        Arrays.fill(upstream, 0.4);
        upstream[0] = 0;
        judgeSoftmaxBackward("tail of smallest doubles", logits, upstream);
    }

    @Test
    void softmaxBackwardNearTheSubnormals() {
        for (int i = 0; i < 1_500; i++) {
            int classes = 2 + random.nextInt(i % 100 == 0 ? 600 : 60);
            double lowest = -690 - random.nextInt(56);
            double[] logits = random.doubles(classes, lowest, lowest + 2).toArray();
            logits[random.nextInt(classes)] = 0;
            double scale = Math.pow(10, random.nextInt(7) - 3);
            boolean signs = random.nextBoolean();
            double[] upstream = random.doubles(classes).map(u -> (signs ? u - 0.5 : u) * scale).toArray();
            if (i % 3 == 0) {
                for (int c = 0; c < classes; c++) {
                    upstream[c] = logits[c] == 0 ? 0 : upstream[c];
                }
            }
            judgeSoftmaxBackward("row " + i, logits, upstream);
        }
    }

    private void judgeSoftmaxBackward(String what, double[] logits, double[] upstream) {
        Layout layout = Layout.of(1, logits.length);
        double[] p = Softmax.create().forward(logits, logits.length);
        double[] gradient = new double[logits.length];
        Softmax.create().backward(p, upstream, layout, gradient);
        Oracle.Derivative exact = Oracle.softmaxBackwardOfProbabilities(p, upstream);
        judge(what, gradient, exact, ErrorBudget.SOFTMAX_BACKWARD);
    }

    // ---- class probabilities

    @Test
    void largeWeightsTimesLargeProbabilities() {
        judgeProbabilities(LossKind.CROSS_ENTROPY, new double[][] {{-200, -200}}, new double[][] {{1e100, 0}}, 1e50,
                1e100, 1e100);
        judgeProbabilities(LossKind.CROSS_ENTROPY, new double[][] {{-200, 200, 0}}, new double[][] {{1e100, 1, 1e-100}},
                1e100, 1e100, 1e100, 1e100);
    }

    /** A gradient beyond the range is -Infinity; the product of the factors in any order must not turn its sign. */
    @Test
    void nllGradientsBeyondTheRange() {
        double[][] rows = {{-1, -2}, {-1, -2}, {-1, -2}};
        double[][] first = {{1e15, 0}, {1e15, 1}, {0, 1}};
        judgeProbabilities(LossKind.NLL, rows, first, MAX, 1e100, 1);
        double[][] second = {{1e20 / 7, 0}, {0, 1e20 / 7}, {1e20 / 7, 1e20 / 7}};
        judgeProbabilities(LossKind.NLL, rows, second, 1e304, 1e100, 1);
        judgeProbabilities(LossKind.NLL, rows, second, -1e304, 1e100, 1);
    }

    /** Many terms below 2^-960: their products have low parts that no double holds. */
    @Test
    void nllOfTinyLosses() {
        for (int i = 0; i < 60; i++) {
            int classes = 1_000;
            double[][] rows = {random.doubles(classes).map(u -> -1e-300 * u).toArray()};
            double[][] targets = {random.doubles(classes).toArray()};
            judgeProbabilityLosses("row " + i, LossKind.NLL, rows, targets, null);
            double[] weights = random.doubles(classes, 0.1, 3).toArray();
            judgeProbabilityLosses("weighted row " + i, LossKind.NLL, rows, targets, weights);
            double[][] lower = {random.doubles(classes).map(u -> -1e-318 * u).toArray()};
            judgeProbabilityLosses("subnormal row " + i, LossKind.NLL, lower, targets, null);
        }
    }

    @Test
    void nllOfProbabilitiesNearTheLargest() {
        judgeProbabilities(LossKind.NLL, new double[][] {{-MAX, -MAX, -MAX}}, new double[][] {{0.25, 0.5, 0.25}}, 1);
        judgeProbabilities(LossKind.NLL, new double[][] {{-MAX, -MAX}, {-MAX, -1}}, new double[][] {{0.5, 0.5}, {1, 0}},
                1);
        judgeProbabilities(LossKind.NLL, new double[][] {{-MAX, -MAX}}, new double[][] {{0.5, 0.75}}, 1);
        judgeProbabilities(LossKind.CROSS_ENTROPY, new double[][] {{0, -1.7e308}, {-1.7e308, 0}},
                new double[][] {{0, 1}, {1, 0}}, 1);
    }

    // ---- total weight 0

    /** Without smoothing the sum over samples of weight 0 is 0; the smoothing share has weights of its own. */
    @Test
    void sumOfTotalWeightZeroUnderSmoothing() {
        double[][] rows = {{1, 2, -1}, {0.5, 0, 3}};
        int[] targets = {1, 1};
        double[] weights = {1, 0, 2};
        CrossEntropyLoss loss = CrossEntropyLoss.builder().reduction(Reduction.SUM).classWeights(weights)
                .labelSmoothing(0.1).build();
        assertThat(loss.denominator(Layout.of(2, 3), targets)).isZero();
        BigFloat exact = Oracle.crossEntropy(rows, targets, weights, Set.of(), 0.1).exactSum();
        assertThat(exact.signum()).isPositive();
        judge("sum", loss.forward(flat(rows), targets), exact);
    }

    /**
     * A sample whose target has weight 0 has loss 0 and gradient 0 whatever its logits are: alone, where the batch's
     * total weight is 0, as well as beside others.
     */
    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // whose numbers are beyond all floats
    void aTargetOfWeightZeroInARowOfAnything(LossKind kind) {
        double inf = Double.POSITIVE_INFINITY;
        double[][] specials = {{NAN, -1, -2}, {-1, NAN, -2}, {-1, -2, NAN}, {NAN, NAN, NAN}, {-1, inf, -3},
                {inf, -1, -1}, {-inf, -inf, -inf}, {-1, -inf, -2}, {-MAX, MAX, 0}};
        double[] weights = {2, 0, 0.5};
        double[][] ordinary = {{-1, -2, -3}, {-0.5, -1, -2}, {-4, -0.1, -3}};
        for (double[] special : specials) {
            String name = Arrays.toString(special);
            assertNothing(kind, new double[][] {special}, weights, name + " alone");
            assertNothing(kind, new double[][] {special, special, special, special}, weights, name + " four times");
            for (int at = 0; at < 3; at++) {
                double[][] rows = ordinary.clone();
                rows[at] = special;
                int[] targets = {0, 2, 0};
                targets[at] = 1;
                judge(kind, rows, targets, weights);
            }
        }
    }

    private static void assertNothing(LossKind kind, double[][] rows, double[] weights, String what) {
        int classes = weights.length;
        int[] targets = new int[rows.length];
        Arrays.fill(targets, 1);
        Layout layout = Layout.of(rows.length, classes);
        double[] input = flat(rows);
        double[] upstream = new double[rows.length];
        Arrays.fill(upstream, 3);
        for (Reduction reduction : Reduction.values()) {
            AnyLoss loss = kind.build(options -> options.reduction(reduction).classWeights(weights)
                    .emptyMean(EmptyMean.ZERO));
            assertThat(loss.forward(input, layout, targets)).as("%s of %s", reduction, what).isZero();
            double[] gradient = Bits.untouched(input.length);
            loss.backward(input, layout, targets, 1.5, gradient);
            assertThat(gradient).as("gradient of the %s of %s", reduction, what).matches(CornersTest::isZero);
            assertThat(loss.forwardBackward(input, layout, targets, 1.5, gradient)).isZero();
            assertThat(gradient).as("gradient of the %s of %s", reduction, what).matches(CornersTest::isZero);
            double[] losses = Bits.untouched(rows.length);
            loss.forwardPerSample(input, layout, targets, losses);
            assertThat(losses).as("per sample, %s", what).containsOnly(0.0);
            loss.backwardPerSample(input, layout, targets, upstream, gradient);
            assertThat(gradient).as("gradient per sample, %s", what).matches(CornersTest::isZero);
        }
    }

    /** Zeros of either sign. */
    private static boolean isZero(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == 0);
    }

    // ---- the longest row

    /**
     * A row as long as an array can be is computed, or refused before the first write. Needs a heap of 18 GB: {@code
     * mvn -B test -Dtest=CornersTest -DargLine=-Xmx19g}.
     */
    @Test
    void aRowOfNearlyAllIndices() {
        long needed = 18L << 30;
        assumeThat(Runtime.getRuntime().maxMemory()).isGreaterThan(needed);
        int classes = Integer.MAX_VALUE - 8; // the longest array of this VM is a few elements short of 2^31
        double[] row = new double[classes];
        Layout layout = Layout.of(1, classes);
        row[classes - 1] = 700;
        DoubleSupplier loss = () -> CrossEntropyLoss.create().forward(row, layout, new int[] {classes - 1});
        try {
            // log1p((C - 1) e^-700), and the ratio is far below any rounding
            double exact = (classes - 1) * StrictMath.exp(-700);
            assertThat(loss.getAsDouble()).isBetween(exact * (1 - 1e-12), exact * (1 + 1e-12));
        } catch (IllegalArgumentException refused) {
            assertThatThrownBy(() -> Softmax.create().forward(row, layout, row))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(row[0]).as("untouched").isZero();
            return;
        }
        Softmax.create().forward(row, layout, row);
        assertThat(row[0]).isPositive().isLessThan(1e-300);
        assertThat(row[classes - 2]).isEqualTo(row[0]);
        assertThat(row[classes - 1]).isEqualTo(1);
    }

    // ---- judging

    private static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }

    private static Oracle.Losses oracle(LossKind kind, double[][] rows, int[] targets, double[] weights) {
        return kind == LossKind.NLL ? Oracle.nll(rows, targets, weights)
                : Oracle.crossEntropy(rows, targets, weights, Set.of(), 0);
    }

    private static Oracle.Losses oracle(LossKind kind, double[][] rows, double[][] targets, double[] weights) {
        return kind == LossKind.NLL ? Oracle.nll(rows, targets, weights)
                : Oracle.crossEntropy(rows, targets, weights, 0);
    }

    private static AnyLoss build(LossKind kind, Reduction reduction, double[] weights) {
        return kind.build(options -> {
            options.reduction(reduction);
            if (weights != null) {
                options.classWeights(weights);
            }
        });
    }

    /** Losses, mean and sum, and their gradients. */
    private void judge(LossKind kind, double[][] rows, int[] targets, double... weightsIfAny) {
        double[] weights = weightsIfAny.length == 0 ? null : weightsIfAny;
        String what = kind + " " + (rows.length > 4 ? rows.length + " rows" : Arrays.deepToString(rows));
        judgeLosses(what, kind, rows, targets, weights);
        judgeGradients(what, kind, rows, targets, weights, 1);
    }

    private void judgeLosses(String what, LossKind kind, double[][] rows, int[] targets, double[] weights) {
        Oracle.Losses exact = oracle(kind, rows, targets, weights);
        Layout layout = Layout.of(rows.length, rows[0].length);
        double[] input = flat(rows);
        double[] losses = new double[rows.length];
        AnyLoss mean = build(kind, Reduction.MEAN, weights);
        mean.forwardPerSample(input, layout, targets, losses);
        BigFloat[] each = exact.exactPerSample();
        for (int n = 0; n < losses.length; n++) {
            judge(what + ": loss " + n, losses[n], each[n]);
        }
        judge(what + ": mean", mean.forward(input, layout, targets), exact.exactMean());
        judge(what + ": sum", build(kind, Reduction.SUM, weights).forward(input, layout, targets), exact.exactSum());
    }

    private void judgeGradients(String what, LossKind kind, double[][] rows, int[] targets, double[] weights,
            double upstream) {
        Oracle.Losses exact = oracle(kind, rows, targets, weights);
        Layout layout = Layout.of(rows.length, rows[0].length);
        double[] input = flat(rows);
        for (Reduction reduction : Reduction.values()) {
            double[] gradient = new double[input.length];
            build(kind, reduction, weights).backward(input, layout, targets, upstream, gradient);
            Oracle.Derivative[] derivatives = reduction == Reduction.MEAN
                    ? exact.meanGradient(upstream) : exact.sumGradient(upstream);
            double[] expected = Batches.flat(layout, derivatives, Oracle.Derivative::value);
            for (int i = 0; i < expected.length; i++) {
                judge(what + ": gradient of the " + reduction + " [" + i + "]", Ulp.distance(gradient[i], expected[i]),
                        gradient[i], expected[i]);
            }
        }
    }

    private void judgeProbabilities(LossKind kind, double[][] rows, double[][] targets, double upstream,
            double... weightsIfAny) {
        double[] weights = weightsIfAny.length == 0 ? null : weightsIfAny;
        String what = kind + " " + Arrays.deepToString(rows) + ", " + Arrays.deepToString(targets);
        judgeProbabilityLosses(what, kind, rows, targets, weights);
        Oracle.Losses exact = oracle(kind, rows, targets, weights);
        Layout layout = Layout.of(rows.length, rows[0].length);
        double[] upstreams = new double[rows.length];
        Arrays.fill(upstreams, upstream);
        double[] gradient = new double[flat(rows).length];
        for (Reduction reduction : Reduction.values()) {
            AnyLoss loss = build(kind, reduction, weights);
            loss.backward(flat(rows), layout, flat(targets), upstream, gradient);
            judgeRows(what + ": gradient of the " + reduction, layout, gradient, reduction == Reduction.MEAN
                    ? exact.meanGradient(upstream) : exact.sumGradient(upstream));
            loss.backwardPerSample(flat(rows), layout, flat(targets), upstreams, gradient);
            judgeRows(what + ": gradient per sample", layout, gradient, exact.perSampleGradient(upstreams));
        }
    }

    private void judgeProbabilityLosses(String what, LossKind kind, double[][] rows, double[][] targets,
            double[] weights) {
        Oracle.Losses exact = oracle(kind, rows, targets, weights);
        Layout layout = Layout.of(rows.length, rows[0].length);
        double[] losses = new double[rows.length];
        AnyLoss mean = build(kind, Reduction.MEAN, weights);
        mean.forwardPerSample(flat(rows), layout, flat(targets), losses);
        BigFloat[] each = exact.exactPerSample();
        for (int n = 0; n < losses.length; n++) {
            judge(what + ": loss " + n, losses[n], each[n]);
        }
        judge(what + ": mean", mean.forward(flat(rows), layout, flat(targets)), exact.exactMean());
        judge(what + ": sum", build(kind, Reduction.SUM, weights).forward(flat(rows), layout, flat(targets)),
                exact.exactSum());
    }

    private void judgeRows(String what, Layout layout, double[] gradient, Oracle.Derivative[] exact) {
        judge(what, gradient, new Oracle.Derivative(Batches.flat(layout, exact, Oracle.Derivative::value),
                Batches.flat(layout, exact, Oracle.Derivative::magnitude)), ErrorBudget.CANCELLING_GRADIENT);
    }

    private void judge(String what, double[] actual, Oracle.Derivative exact, ErrorBudget budget) {
        assertThat(budget.bound()).isEqualTo((long) BOUND);
        for (int i = 0; i < actual.length; i++) {
            judge(what + " [" + i + "]", Ulp.ofMagnitude(actual[i], exact.value()[i], exact.magnitude()[i]), actual[i],
                    exact.value()[i]);
        }
    }

    private void judge(String what, double actual, BigFloat exact) {
        judge(what, Ulp.error(actual, exact), actual, exact.toDouble());
    }

    private void judge(String what, double ulps, double actual, double exact) {
        judged++;
        if (!(ulps <= BOUND)) {
            violations.add(String.format("%s is %s, exactly %s: %.2f ulp", what, actual, exact, ulps));
        }
    }
}
