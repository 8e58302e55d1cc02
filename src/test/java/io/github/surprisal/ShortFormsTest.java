package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forms without a layout: with a class count, and for one row. */
class ShortFormsTest {

    private static List<ClassLoss> losses() {
        return List.of(
                CrossEntropyLoss.create(),
                CrossEntropyLoss.builder().ignoreIndex(1).reduction(Reduction.SUM).build(),
                CrossEntropyLoss.builder().labelSmoothing(0.1).parallel().build(),
                CrossEntropyLoss.builder().classWeights(weights()).emptyMean(EmptyMean.ZERO).build(),
                NllLoss.create(),
                NllLoss.builder().classWeights(weights()).ignoreIndex(-1).build());
    }

    /** A weight for each of ten classes, one of them 0. */
    private static double[] weights() {
        double[] weights = new Random(4).doubles(10, 0.5, 2).toArray();
        weights[3] = 0.0;
        return weights;
    }

    private static double[] logits(int batch) {
        return new Random(5).doubles(10L * batch, -9, -1).toArray();
    }

    @ParameterizedTest
    @MethodSource("losses")
    void withTheClassCountItIsTheFullForm(ClassLoss loss) {
        double[] logits = logits(33);
        int[] targets = new Random(6).ints(33, 0, 10).toArray();
        double[] expected = new double[logits.length];
        double value = loss.forwardBackward(logits, Layout.of(33, 10), targets, 1.0, expected);
        double[] gradient = new double[logits.length];
        Bits.assertSame(loss.forwardBackward(logits, 10, targets, gradient), value, "loss of forwardBackward");
        Bits.assertSame(gradient, expected, "gradient of forwardBackward");
        Bits.assertSame(loss.forward(logits, 10, targets), value, "forward");
        Bits.assertSame(loss.backward(logits, 10, targets), expected, "backward");
    }

    @ParameterizedTest
    @MethodSource("losses")
    void oneRowIsABatchOfOne(ClassLoss loss) {
        double[] row = logits(1);
        for (int target = 0; target < 10; target++) {
            double[] expected = new double[10];
            double value = loss.forwardBackward(row, Layout.of(1, 10), new int[] {target}, 1.0, expected);
            Bits.assertSame(loss.forward(row, target), value, "forward of target %d", target);
            double[] inPlace = row.clone();
            Bits.assertSame(loss.forwardBackward(inPlace, target, inPlace), value, "loss of target %d", target);
            Bits.assertSame(inPlace, expected, "gradient of target %d", target);
        }
    }

    /** What threads share of a row must not be given to anybody else before they are done with it. */
    @Test
    void oneLongRowInParallel() {
        double[] row = new Random(7).doubles(300_001, -9, 9).toArray();
        CrossEntropyLoss parallel = CrossEntropyLoss.builder().parallel().build();
        for (int target : new int[] {0, 150_000, 300_000}) {
            double[] expected = new double[row.length];
            double value = CrossEntropyLoss.create()
                    .forwardBackward(row, Layout.of(1, row.length), new int[] {target}, 1.0, expected);
            double[] gradient = new double[row.length];
            Bits.assertSame(parallel.forwardBackward(row, target, gradient), value, "loss of target %d", target);
            Bits.assertSame(gradient, expected, "gradient of target %d", target);
        }
    }

    @Test
    void anEmptyBatchOfToldClasses() {
        ClassLoss loss = CrossEntropyLoss.builder().emptyMean(EmptyMean.ZERO).build();
        assertThat(loss.forward(new double[0], 10, new int[0])).isZero();
        assertThat(loss.backward(new double[0], 10, new int[0])).isEmpty();
    }

    @Test
    void lengthsThatDoNotFitAreRefused() {
        ClassLoss loss = CrossEntropyLoss.create();
        double[] logits = new double[320];
        double[] gradient = Bits.untouched(320);
        int[] targets = new int[20];
        // what the form without a class count takes for 20 rows of 16 classes
        assertThat(loss.forward(logits, targets)).isFinite();
        String message = "logits.length (320) must be targets.length (20) * classes (10)";
        refuses(message, () -> loss.forward(logits, 10, targets));
        refuses(message, () -> loss.backward(logits, 10, targets));
        refuses(message, () -> loss.forwardBackward(logits, 10, targets, gradient));
        refuses("logProbabilities.length (320) must be targets.length (0) * classes (10)",
                () -> NllLoss.create().forward(logits, 10, new int[0]));
        refuses("logits.length (0) must be targets.length (65536) * classes (65536)", // 2^32: 0 as an int
                () -> loss.forward(new double[0], 65536, new int[65536]));
        refuses("classes is 0, but must be at least 1", () -> loss.forward(logits, 0, targets));
        refuses("gradient.length (319) must be at least 320 for layout [32, 10]",
                () -> loss.forwardBackward(logits, 10, new int[32], new double[319]));
        refuses("targets[31] is 10, but must be in [0, 10); classes are numbered from 0", () -> {
            int[] wrong = new int[32];
            wrong[31] = 10;
            loss.forwardBackward(logits, 10, wrong, gradient);
        });
        Bits.assertSame(gradient, Bits.untouched(320), "gradient");
    }

    @Test
    void aRowThatDoesNotFitIsRefused() {
        ClassLoss loss = CrossEntropyLoss.builder().ignoreIndex(-1).build();
        double[] row = logits(1);
        double[] gradient = Bits.untouched(10);
        refuses("target is 10, but must be in [0, 10); classes are numbered from 0", () -> loss.forward(row, 10));
        refuses("target is 11, but must be in [0, 10)", () -> loss.forwardBackward(row, 11, gradient));
        refuses("target is -100, but must be in [0, 10); ignoreIndex(-100) skips such rows",
                () -> loss.forwardBackward(row, -100, gradient));
        refuses("logits.length is 0, but must be at least 1", () -> loss.forward(new double[0], 0));
        refuses("gradient.length (9) must be at least 10 for layout [1, 10]",
                () -> loss.forwardBackward(row, 0, new double[9]));
        refuses("classWeights.length (3) must be 10, the number of classes of layout [1, 10]",
                () -> CrossEntropyLoss.builder().classWeights(1, 2, 3).build().forward(row, 0));
        Bits.assertSame(gradient, Bits.untouched(10), "gradient");
        assertThat(loss.forwardBackward(row, -1, gradient)).isNaN();
        assertThat(gradient).as("gradient of an ignored row").containsOnly(0.0);
    }

    @Test
    void nullIsRefusedByName() {
        ClassLoss loss = NllLoss.create();
        double[] row = logits(1);
        refusesNull("logProbabilities", () -> loss.forward(null, 10, new int[1]));
        refusesNull("targets", () -> loss.backward(row, 10, null));
        refusesNull("gradient", () -> loss.forwardBackward(row, 10, new int[1], null));
        refusesNull("logProbabilities", () -> loss.forward(null, 0));
        refusesNull("gradient", () -> loss.forwardBackward(row, 0, null));
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private static void refusesNull(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }

    /** A negative loss is how logits passed to {@link NllLoss} are told; see its description. */
    @Test
    void logitsPassedToNllLossGiveANegativeLoss() {
        double[] logits = {5, 1, 0, 1, 4, 0};
        double[] losses = new double[2];
        NllLoss.create().forwardPerSample(logits, Layout.of(2, 3), new int[] {0, 1}, losses);
        assertThat(losses).containsExactly(-5, -4);
        NllLoss.create().forwardPerSample(Softmax.create().forward(logits, 3), Layout.of(2, 3), new int[] {0, 1},
                losses);
        assertThat(Arrays.stream(losses).allMatch(loss -> loss >= -1 && loss <= 0)).isTrue();
    }

    /** The loss of probabilities passed to {@link CrossEntropyLoss} has the least value its description says. */
    @Test
    void probabilitiesPassedToCrossEntropyLossKeepItsLossUp() {
        for (int classes : new int[] {2, 10}) {
            double[] certain = new double[classes];
            certain[0] = 1.0;
            // 2 ulp of the loss, 1 of log1p and as much of its argument
            Bits.assertClose(new double[] {CrossEntropyLoss.create().forward(certain, 0)},
                    new double[] {Math.log1p((classes - 1) / Math.E)}, 4, "least loss");
        }
    }
}
