package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What mathematics says of the results, whatever they are. */
class IdentitiesTest {

    private static final int SAMPLES = 20;
    /** Two results of which each is within its budget of the same exact value. */
    private static final long TWICE = 2 * ErrorBudget.LOSS.bound();
    private static final Softmax SOFTMAX = Softmax.create();
    private static final LogSoftmax LOG_SOFTMAX = LogSoftmax.create();
    private static final CrossEntropyLoss MEAN = CrossEntropyLoss.create();
    private static final CrossEntropyLoss SUM = CrossEntropyLoss.builder().reduction(Reduction.SUM).build();

    private int classes;
    private Layout layout;
    private double[] logits;
    private int[] targets;
    private double[] probabilities;

    /** Logits that are multiples of 2^-20 below 2^5; their sums with small integers are exact. */
    private void batch(int classCount) {
        classes = classCount;
        layout = Layout.of(SAMPLES, classes);
        Random random = new Random(classes);
        logits = IntStream.range(0, SAMPLES * classes).mapToDouble(i -> random.nextInt(1 << 26) * 0x1p-20 - 32)
                .toArray();
        targets = random.ints(SAMPLES, 0, classes).toArray();
        probabilities = SOFTMAX.forward(random.doubles(SAMPLES * classes, -2, 2).toArray(), classes);
    }

    private double[] losses(CrossEntropyLoss loss, double[] ofLogits) {
        double[] losses = new double[SAMPLES];
        loss.forwardPerSample(ofLogits, layout, targets, losses);
        return losses;
    }

    private double[] gradient(CrossEntropyLoss loss, double upstream) {
        double[] gradient = new double[logits.length];
        loss.backward(logits, layout, targets, upstream, gradient);
        return gradient;
    }

    private double[] gradientOfProbabilities(CrossEntropyLoss loss, double upstream) {
        double[] gradient = new double[logits.length];
        loss.backward(logits, layout, probabilities, upstream, gradient);
        return gradient;
    }

    // ---- logits

    /** By 1024 and 2^24 the logits leave the range in which no maximum is subtracted. */
    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 65, 300, 2100})
    void onlyDifferencesOfLogitsCount(int classCount) {
        batch(classCount);
        for (double shift : new double[] {-7, 150, 1024, -1024, 0x1p24, -0x1p24}) {
            double[] shifted = Arrays.stream(logits).map(x -> x + shift).toArray();
            assertThat(shifted[0] - shift).as("the shift is exact").isEqualTo(logits[0]);
            Bits.assertClose(SOFTMAX.forward(shifted, classes), SOFTMAX.forward(logits, classes), TWICE, "softmax");
            Bits.assertClose(LOG_SOFTMAX.forward(shifted, classes), LOG_SOFTMAX.forward(logits, classes), TWICE,
                    "log-softmax");
            Bits.assertClose(losses(SUM, shifted), losses(SUM, logits), TWICE, "losses");
            Bits.assertClose(SUM.backward(shifted, targets), SUM.backward(logits, targets), TWICE, "gradient");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 65, 300, 2100})
    void theOrderOfClassesDoesNotCount(int classCount) {
        batch(classCount);
        int[] order = IntStream.range(0, classes).toArray();
        Random random = new Random(5);
        for (int i = classes - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        double[] permuted = permute(logits, order);
        Bits.assertClose(SOFTMAX.forward(permuted, classes), permute(SOFTMAX.forward(logits, classes), order), TWICE,
                "softmax");
        Bits.assertClose(LOG_SOFTMAX.forward(permuted, classes), permute(LOG_SOFTMAX.forward(logits, classes), order),
                TWICE,
                "log-softmax");
        int[] place = new int[classes];
        for (int c = 0; c < classes; c++) {
            place[order[c]] = c;
        }
        int[] permutedTargets = Arrays.stream(targets).map(t -> place[t]).toArray();
        Bits.assertClose(SUM.backward(permuted, permutedTargets), permute(SUM.backward(logits, targets), order), TWICE,
                "gradient");
        Bits.assertClose(SUM.forward(permuted, permutedTargets), SUM.forward(logits, targets), TWICE, "loss");
    }

    private double[] permute(double[] rows, int[] order) {
        double[] permuted = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            permuted[i] = rows[i / classes * classes + order[i % classes]];
        }
        return permuted;
    }

    // ---- gradients

    /** Exactly they sum to 0; each element is within its budget of that, and the sum here is exact. */
    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 65, 300, 2100})
    void gradientRowsSumToZero(int classCount) {
        batch(classCount);
        double[] index = gradient(SUM, 1.0);
        double[] smooth = gradient(smoothed(0.25), 1.0);
        double[] ofProbabilities = gradientOfProbabilities(SUM, 1.0);
        double[] p = SOFTMAX.forward(logits, classes);
        double[] upstream = new Random(6).doubles(logits.length, -1, 1).toArray();
        double[] throughLogs = new double[logits.length];
        LOG_SOFTMAX.backward(LOG_SOFTMAX.forward(logits, classes), upstream, layout, throughLogs);
        for (int n = 0; n < SAMPLES; n++) {
            double indexTolerance = 0;
            double cancelling = 0;
            double sumOfSizes = 0;
            for (int c = 0; c < classes; c++) {
                sumOfSizes += Math.abs(upstream[n * classes + c]);
            }
            double logTolerance = 0;
            for (int c = 0; c < classes; c++) {
                int i = n * classes + c;
                indexTolerance += 2 * Math.ulp(index[i]);
                // 2 ulp of the larger term; a target's sum is 1 but for a few roundings, which 1.5 makes room for
                double target = Math.max(probabilities[i], c == targets[n] ? 1 : 0.25 / classes);
                cancelling += 2 * Math.ulp(1.5 * Math.max(p[i], target));
                logTolerance += 2 * Math.ulp(Math.max(Math.abs(upstream[i]), p[i] * sumOfSizes));
                // a log-probability is rounded by up to 1 ulp, and so p by that much relatively
                logTolerance += p[i] * Math.ulp(Math.log(p[i])) * sumOfSizes;
            }
            assertThat(sum(index, n)).as("class indices, tolerance %s", indexTolerance)
                    .isBetween(-indexTolerance, indexTolerance);
            assertThat(sum(smooth, n)).as("smoothing, tolerance %s", cancelling).isBetween(-cancelling, cancelling);
            assertThat(sum(ofProbabilities, n)).as("class probabilities, tolerance %s", cancelling)
                    .isBetween(-cancelling, cancelling);
            assertThat(sum(throughLogs, n)).as("log-softmax backward").isBetween(-logTolerance, logTolerance);
        }
    }

    private double sum(double[] rows, int n) {
        return Arrays.stream(rows, n * classes, (n + 1) * classes).mapToObj(BigDecimal::new)
                .reduce(BigDecimal.ZERO, BigDecimal::add).doubleValue();
    }

    private static CrossEntropyLoss smoothed(double epsilon) {
        return CrossEntropyLoss.builder().reduction(Reduction.SUM).labelSmoothing(epsilon).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 65, 300, 2100})
    void gradientsScaleWithTheUpstream(int classCount) {
        batch(classCount);
        for (CrossEntropyLoss loss : new CrossEntropyLoss[] {MEAN, SUM, smoothed(0.1)}) {
            double[] plain = gradient(loss, 1.0);
            double[] ofProbabilities = gradientOfProbabilities(loss, 1.0);
            for (double upstream : new double[] {-1, 4, -0x1p-30, 0x1p60}) {
                Bits.assertSame(positiveZero(gradient(loss, upstream)), times(plain, upstream), "indices, %s",
                        upstream);
                Bits.assertSame(positiveZero(gradientOfProbabilities(loss, upstream)), times(ofProbabilities, upstream),
                        "probabilities, %s", upstream);
            }
        }
        // any other factor is one more rounding
        Bits.assertClose(gradient(SUM, 1 / 3.0), times(gradient(SUM, 1.0), 1 / 3.0), TWICE + 1, "a third");
    }

    private static double[] times(double[] values, double factor) {
        return positiveZero(Arrays.stream(values).map(v -> v * factor).toArray());
    }

    private static double[] positiveZero(double[] values) {
        return Arrays.stream(values).map(v -> v + 0.0).toArray();
    }

    // ---- one operator in terms of another

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 65, 300, 2100})
    void crossEntropyIsTheNllOfLogSoftmax(int classCount) {
        batch(classCount);
        double[] logP = LOG_SOFTMAX.forward(logits, classes);
        double[] nll = new double[SAMPLES];
        NllLoss.create().forwardPerSample(logP, layout, targets, nll);
        Bits.assertClose(losses(MEAN, logits), nll, TWICE, "losses");
        Bits.assertClose(MEAN.forward(logits, targets), NllLoss.create().forward(logP, targets), TWICE, "mean");
        // of -logp, each within 2 ulp; the sum of positive terms adds 2 on either side
        Bits.assertClose(MEAN.forward(logits, layout, probabilities),
                NllLoss.create().forward(logP, layout, probabilities),
                2 * TWICE, "mean with class probabilities");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 65, 300, 2100})
    void oneHotProbabilitiesAreIndices(int classCount) {
        batch(classCount);
        double[] weights = new Random(3).doubles(classes, 0.5, 2).toArray();
        double[] oneHot = new double[logits.length];
        for (int n = 0; n < SAMPLES; n++) {
            oneHot[n * classes + targets[n]] = 1;
        }
        for (double epsilon : new double[] {0, 0.25}) {
            for (double[] w : new double[][] {null, weights}) {
                CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().reduction(Reduction.SUM)
                        .labelSmoothing(epsilon);
                CrossEntropyLoss loss = w == null ? builder.build() : builder.classWeights(w).build();
                double[] ofProbabilities = new double[SAMPLES];
                loss.forwardPerSample(logits, layout, oneHot, ofProbabilities);
                Bits.assertClose(ofProbabilities, losses(loss, logits), TWICE, "losses");
                double[] byIndex = gradient(loss, 1.0);
                double[] byProbability = new double[logits.length];
                loss.backward(logits, layout, oneHot, 1.0, byProbability);
                double[] p = SOFTMAX.forward(logits, classes);
                for (int i = 0; i < p.length; i++) {
                    // 2 ulp of the larger of p sum m and m on either side; weights are below 2
                    double larger = 2 * Math.max(p[i], Math.max(oneHot[i], epsilon / classes));
                    assertThat(Math.abs(byIndex[i] - byProbability[i])).as("gradient [%d] = %s", i, byIndex[i])
                            .isLessThanOrEqualTo(4 * Math.ulp(larger));
                }
            }
        }
    }

    // ---- options that change nothing

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 64, 65, 300, 2100})
    void weightsOfOneAndNoSmoothingChangeNoBit(int classCount) {
        batch(classCount);
        double[] ones = new double[classes];
        Arrays.fill(ones, 1.0);
        for (CrossEntropyLoss same : new CrossEntropyLoss[] {CrossEntropyLoss.builder().classWeights(ones).build(),
            CrossEntropyLoss.builder().labelSmoothing(0).build(),
            CrossEntropyLoss.builder().labelSmoothing(-0.0).build(),
            CrossEntropyLoss.builder().ignoreIndex(-100).build()}) {
            Bits.assertSame(same.forward(logits, targets), MEAN.forward(logits, targets), "loss");
            Bits.assertSame(gradient(same, 1.0), gradient(MEAN, 1.0), "gradient");
            Bits.assertSame(same.forward(logits, layout, probabilities), MEAN.forward(logits, layout, probabilities),
                    "loss");
            Bits.assertSame(gradientOfProbabilities(same, 1.0), gradientOfProbabilities(MEAN, 1.0), "gradient");
        }
        CrossEntropyLoss weighted = CrossEntropyLoss.builder().classWeights(ones).labelSmoothing(0.1).build();
        CrossEntropyLoss plain = CrossEntropyLoss.builder().labelSmoothing(0.1).build();
        Bits.assertSame(weighted.forward(logits, targets), plain.forward(logits, targets), "smoothed loss");
        Bits.assertSame(gradient(weighted, 1.0), gradient(plain, 1.0), "smoothed gradient");
    }

    // ---- reductions

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 65})
    void meanIsTheSumOverTheDenominator(int classCount) {
        batch(classCount);
        double[] weights = new Random(4).doubles(classes, 0.5, 2).toArray();
        CrossEntropyLoss mean = CrossEntropyLoss.builder().classWeights(weights).ignoreIndex(1).build();
        CrossEntropyLoss sum = CrossEntropyLoss.builder().classWeights(weights).ignoreIndex(1).reduction(Reduction.SUM)
                .build();
        double denominator = mean.denominator(layout, targets);
        assertThat(sum.denominator(layout, targets)).isEqualTo(denominator);
        double quotient = sum.forward(logits, targets) / denominator;
        Bits.assertClose(mean.forward(logits, targets), quotient, 2, "three roundings of at most half an ulp");
        Bits.assertClose(gradient(mean, 1.0), gradient(sum, 1 / denominator), TWICE + 2, "upstream 1 / denominator");

        assertThat(MEAN.denominator(layout, probabilities)).isEqualTo(SAMPLES);
        Bits.assertClose(MEAN.forward(logits, layout, probabilities),
                SUM.forward(logits, layout, probabilities) / SAMPLES, 1,
                "class probabilities");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 65, 300})
    void sumIsTheSumOfTheSamples(int classCount) {
        batch(classCount);
        double exact = Arrays.stream(losses(SUM, logits)).mapToObj(BigDecimal::new)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .doubleValue();
        Bits.assertSame(SUM.forward(logits, targets), exact, "a sum that carries its low part is rounded once");
        double[] ones = new double[SAMPLES];
        Arrays.fill(ones, 1.0);
        double[] perSample = new double[logits.length];
        SUM.backwardPerSample(logits, layout, targets, ones, perSample);
        Bits.assertSame(perSample, gradient(SUM, 1.0), "gradient with an upstream of 1 for each sample");
        MEAN.backwardPerSample(logits, layout, probabilities, ones, perSample);
        Bits.assertSame(perSample, gradientOfProbabilities(SUM, 1.0),
                "class probabilities; the reduction does not count");
    }

    /** 16 samples in one batch, and in four of four samples with upstream 1/16. */
    @Test
    void microBatchesAddUp() {
        batch(10);
        double[] whole = new double[160];
        double loss = MEAN.forwardBackward(logits, Layout.of(16, 10), targets, 1.0, whole);
        double[] parts = new double[160];
        double sum = 0;
        for (int part = 0; part < 4; part++) {
            int[] own = Arrays.copyOfRange(targets, 4 * part, 4 * part + 4);
            sum += SUM.forwardBackward(logits, Layout.of(4, 10).at(40 * part), own, 1 / 16.0, parts);
        }
        Bits.assertSame(parts, whole, "gradient");
        Bits.assertClose(sum / 16, loss, 4, "loss, after a rounding for each part");
    }
}
