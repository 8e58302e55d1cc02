package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Targets, and whatever else has one entry for each sample, that begin elsewhere in their arrays. */
class TargetsAtTest {

    private static final int FROM = 7;
    private static final int BEHIND = 3;
    private static final int CLASSES = 10;
    /** Refused, if anybody should read it. */
    private static final int NO_TARGET = -77;

    private static List<ClassLoss> losses() {
        double[] weights = new Random(4).doubles(CLASSES, 0.5, 2).toArray();
        return List.of(
                CrossEntropyLoss.create(),
                CrossEntropyLoss.builder().ignoreIndex(1).classWeights(weights).build(),
                CrossEntropyLoss.builder().ignoreIndex(1).classWeights(weights).labelSmoothing(0.1).build(),
                CrossEntropyLoss.builder().reduction(Reduction.SUM).parallel().build(),
                CrossEntropyLoss.builder().labelSmoothing(0.1).parallel().build(),
                NllLoss.create(),
                NllLoss.builder().ignoreIndex(1).classWeights(weights).parallel().build());
    }

    private static List<Layout> layouts() {
        return List.of(Layout.of(33, CLASSES), Layout.of(33, CLASSES).at(4).withRowStride(CLASSES + 1),
                Layout.of(5, CLASSES, 9), Layout.of(5, CLASSES, 9).at(1).withRowStride(CLASSES * 9 + 2),
                Layout.alongAxis(0, CLASSES, 40),
                Layout.of(20_011, CLASSES)); // enough for threads to share
    }

    private static double[] numbers(Layout layout) {
        return new Random(5).doubles(layout.offset() + (long) layout.batch() * layout.rowStride(), -9, -1).toArray();
    }

    private static int[] moved(int[] values) {
        int[] moved = new int[FROM + values.length + BEHIND];
        Arrays.fill(moved, NO_TARGET);
        System.arraycopy(values, 0, moved, FROM, values.length);
        return moved;
    }

    /** Values of which each sample has so many, with NaN before and behind. */
    private static double[] moved(double[] values, int each) {
        double[] moved = new double[FROM * each + values.length + BEHIND];
        Arrays.fill(moved, Double.NaN);
        System.arraycopy(values, 0, moved, FROM * each, values.length);
        return moved;
    }

    /** Where losses go to, and what is expected there: nothing but the losses is written. */
    private static double[] expectedLosses(double[] losses) {
        double[] expected = Bits.untouched(FROM + losses.length + BEHIND);
        System.arraycopy(losses, 0, expected, FROM, losses.length);
        return expected;
    }

    @ParameterizedTest
    @MethodSource("losses")
    void classIndices(ClassLoss loss) {
        for (Layout layout : layouts()) {
            Layout elsewhere = layout.targetsAt(FROM);
            int n = layout.samples();
            double[] input = numbers(layout);
            int[] targets = new Random(6).ints(n, 0, CLASSES).toArray();
            int[] moved = moved(targets);
            double[] upstream = new Random(7).doubles(n, -2, 2).toArray();

            double[] expected = Bits.untouched(input.length);
            double value = loss.forwardBackward(input, layout, targets, 0.5, expected);
            Bits.assertSame(loss.forward(input, elsewhere, moved), value, "forward of %s", elsewhere);
            double[] gradient = Bits.untouched(input.length);
            Bits.assertSame(loss.forwardBackward(input, elsewhere, moved, 0.5, gradient), value, "loss of %s",
                    elsewhere);
            Bits.assertSame(gradient, expected, "gradient of %s", elsewhere);
            gradient = Bits.untouched(input.length);
            loss.backward(input, elsewhere, moved, 0.5, gradient);
            Bits.assertSame(gradient, expected, "backward of %s", elsewhere);
            Bits.assertSame(loss.denominator(elsewhere, moved), loss.denominator(layout, targets), "denominator");

            double[] losses = new double[n];
            loss.forwardPerSample(input, layout, targets, losses);
            double[] actual = Bits.untouched(moved.length);
            loss.forwardPerSample(input, elsewhere, moved, actual);
            Bits.assertSame(actual, expectedLosses(losses), "losses of %s", elsewhere);

            double[] inPlace = input.clone();
            loss.backwardPerSample(input, layout, targets, upstream, expected = input.clone());
            loss.backwardPerSample(inPlace, elsewhere, moved, moved(upstream, 1), inPlace);
            Bits.assertSame(inPlace, expected, "backward per sample of %s", elsewhere);
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void classProbabilities(ClassLoss loss) {
        for (Layout layout : layouts()) {
            Layout elsewhere = layout.targetsAt(FROM);
            int n = layout.samples();
            double[] input = numbers(layout);
            double[] targets = new Random(6).doubles((long) n * CLASSES).toArray();
            double[] moved = moved(targets, CLASSES);
            double[] upstream = new Random(7).doubles(n, -2, 2).toArray();

            double[] expected = Bits.untouched(input.length);
            double value = loss.forwardBackward(input, layout, targets, 0.5, expected);
            Bits.assertSame(loss.forward(input, elsewhere, moved), value, "forward of %s", elsewhere);
            double[] gradient = Bits.untouched(input.length);
            Bits.assertSame(loss.forwardBackward(input, elsewhere, moved, 0.5, gradient), value, "loss of %s",
                    elsewhere);
            Bits.assertSame(gradient, expected, "gradient of %s", elsewhere);
            Bits.assertSame(loss.denominator(elsewhere, moved), loss.denominator(layout, targets), "denominator");

            double[] losses = new double[n];
            loss.forwardPerSample(input, layout, targets, losses);
            double[] actual = Bits.untouched(FROM + n + BEHIND);
            loss.forwardPerSample(input, elsewhere, moved, actual);
            Bits.assertSame(actual, expectedLosses(losses), "losses of %s", elsewhere);

            double[] inPlace = input.clone();
            loss.backwardPerSample(input, layout, targets, upstream, expected = input.clone());
            loss.backwardPerSample(inPlace, elsewhere, moved, moved(upstream, 1), inPlace);
            Bits.assertSame(inPlace, expected, "backward per sample of %s", elsewhere);
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void floats(ClassLoss ofClasses) {
        FloatLoss loss = new FloatLoss(ofClasses);
        for (Layout layout : layouts()) {
            Layout elsewhere = layout.targetsAt(FROM);
            int n = layout.samples();
            double[] input = numbers(layout);
            int[] targets = new Random(6).ints(n, 0, CLASSES).toArray();
            double[] expected = new double[input.length];
            double[] gradient = new double[input.length];
            double value = loss.forwardBackward(input, layout, targets, 0.5, expected);
            Bits.assertSame(loss.forwardBackward(input, elsewhere, moved(targets), 0.5, gradient), value,
                    "loss of %s", elsewhere);
            Bits.assertSame(gradient, expected, "gradient of %s", elsewhere);

            double[] probabilities = new Random(6).doubles((long) n * CLASSES).toArray();
            value = loss.forwardBackward(input, layout, probabilities, 0.5, expected);
            Bits.assertSame(loss.forwardBackward(input, elsewhere, moved(probabilities, CLASSES), 0.5, gradient),
                    value, "loss of probabilities of %s", elsewhere);
            Bits.assertSame(gradient, expected, "gradient of probabilities of %s", elsewhere);
        }
    }

    @Test
    void predictions() {
        List<Softmax> operators = List.of(Softmax.create(), Softmax.builder().parallel().build());
        for (Softmax softmax : operators) {
            for (Layout layout : layouts()) {
                double[] logits = numbers(layout);
                int[] predicted = new int[layout.samples()];
                softmax.predict(logits, layout, predicted);
                int[] actual = moved(new int[layout.samples()]);
                softmax.predict(logits, layout.targetsAt(FROM), actual);
                assertThat(actual).as("%s", layout).isEqualTo(moved(predicted));
            }
        }
    }

    /** What lies in the layout is where {@code at} says, whatever is said of the targets. */
    @Test
    void probabilitiesAndTheirGradientsStayInTheLayout() {
        for (Layout layout : layouts()) {
            double[] logits = numbers(layout);
            double[] expected = Bits.untouched(logits.length);
            double[] actual = Bits.untouched(logits.length);
            Softmax.create().forward(logits, layout, expected);
            Softmax.create().forward(logits, layout.targetsAt(FROM), actual);
            Bits.assertSame(actual, expected, "softmax of %s", layout);
            LogSoftmax.create().backward(logits, expected, layout, expected);
            LogSoftmax.create().backward(logits, actual, layout.targetsAt(FROM), actual);
            Bits.assertSame(actual, expected, "gradient of log-softmax of %s", layout);
        }
    }

    /** A batch taken in parts, in place, in the arrays of the whole: the gradients are the bits of the whole batch's. */
    @Test
    void microBatchesWithoutCopies() {
        Layout whole = Layout.of(100, CLASSES);
        double[] logits = numbers(whole);
        int[] targets = new Random(6).ints(100, 0, CLASSES).toArray();
        double[] probabilities = new Random(6).doubles(100 * CLASSES).toArray();
        ClassLoss loss = CrossEntropyLoss.builder().reduction(Reduction.SUM).build();
        List<double[]> gradients = new ArrayList<>(List.of(new double[logits.length], new double[logits.length]));
        loss.backward(logits, whole, targets, 0.01, gradients.get(0));
        loss.backward(logits, whole, probabilities, 0.01, gradients.get(1));
        double[] inPlace = logits.clone();
        double[] inPlaceOfProbabilities = logits.clone();
        for (int from = 0; from < 100; from += 32) {
            Layout part = Layout.of(Math.min(32, 100 - from), CLASSES).at(from * CLASSES).targetsAt(from);
            loss.backward(inPlace, part, targets, 0.01, inPlace);
            loss.backward(inPlaceOfProbabilities, part, probabilities, 0.01, inPlaceOfProbabilities);
        }
        Bits.assertSame(inPlace, gradients.get(0), "gradient of class indices");
        Bits.assertSame(inPlaceOfProbabilities, gradients.get(1), "gradient of class probabilities");
    }

    @Test
    void whatIsRefusedIsNamedWhereItLies() {
        Layout layout = Layout.of(3, 5).at(2).targetsAt(7);
        double[] input = new double[17];
        double[] gradient = Bits.untouched(17);
        ClassLoss loss = CrossEntropyLoss.create();
        int[] targets = new int[10];
        double[] probabilities = new double[50];
        String rest = " for layout [3, 5] at 2, targets at 7";
        refuses("targets.length (9) must be at least 10" + rest, () -> loss.forward(input, layout, new int[9]));
        refuses("targets.length (49) must be at least 50" + rest, () -> loss.forward(input, layout, new double[49]));
        refuses("targets.length (9) must be at least 10" + rest, () -> loss.denominator(layout, new int[9]));
        refuses("losses.length (9) must be at least 10" + rest,
                () -> loss.forwardPerSample(input, layout, targets, new double[9]));
        refuses("upstream.length (9) must be at least 10" + rest,
                () -> loss.backwardPerSample(input, layout, probabilities, new double[9], gradient));
        refuses("predicted.length (9) must be at least 10" + rest,
                () -> Softmax.create().predict(input, layout, new int[9]));
        refuses("targets.length (50) must be at least 10737418235 for layout [3, 5], targets at 2147483644",
                () -> loss.forward(input, Layout.of(3, 5).targetsAt(Integer.MAX_VALUE - 3), probabilities));
        targets[8] = 5;
        refuses("targets[8] is 5, but must be in [0, 5); classes are numbered from 0",
                () -> loss.forward(input, layout, targets));
        probabilities[36] = -1;
        refuses("targets[36] is -1.0, but must be finite and at least 0",
                () -> loss.backward(input, layout, probabilities, 1.0, gradient));
        refuses("targets[36] is -1.0, but must be finite and at least 0",
                () -> loss.denominator(layout, FloatArrays.narrow(probabilities)));
        Bits.assertSame(gradient, Bits.untouched(17), "gradient");
        // without samples no array is needed
        assertThat(loss.forward(input, Layout.of(0, 5).targetsAt(7), new int[0])).isNaN();
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
