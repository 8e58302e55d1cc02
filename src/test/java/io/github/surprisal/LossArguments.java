package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arguments of a loss, valid until a test changes one, and the entry points they can be handed to. */
final class LossArguments {

    /** The public methods of a loss. The short ones exist for class indices alone. */
    enum Entry {
        SHORT_FORWARD, SHORT_BACKWARD, SHORT_FORWARD_BACKWARD,
        FORWARD, BACKWARD, FORWARD_BACKWARD, FORWARD_PER_SAMPLE, BACKWARD_PER_SAMPLE, DENOMINATOR;

        boolean isShort() {
            return ordinal() <= SHORT_FORWARD_BACKWARD.ordinal();
        }

        boolean readsInput() {
            return this != DENOMINATOR;
        }

        boolean takesGradient() {
            return this == SHORT_FORWARD_BACKWARD || this == BACKWARD || this == FORWARD_BACKWARD
                    || this == BACKWARD_PER_SAMPLE;
        }

        boolean returnsReducedLoss() {
            return this == SHORT_FORWARD || this == SHORT_FORWARD_BACKWARD || this == FORWARD
                    || this == FORWARD_BACKWARD;
        }

        static List<Entry> of(Targets targets) {
            return Arrays.stream(values()).filter(entry -> targets == Targets.INDICES || !entry.isShort()).toList();
        }
    }

    enum Targets { INDICES, PROBABILITIES }

    final Targets form;
    Layout layout = Layout.of(3, 5);
    double[] input = {
        -1.5, -2, -0.5, -3, -1, -0.25, -4, -2.5, -1.25, -3.5, -2, -1, -0.75, -5, -1.75};
    int[] indices = {1, 0, 4};
    double[] probabilities = {
        0.5, 0.5, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0.125, 0.125, 0.25, 0.25, 0.25};
    double[] upstreams = {1, 2, 0.5};
    double[] gradient = Bits.untouched(15);
    double[] losses = Bits.untouched(3);

    LossArguments(Targets form) {
        this.form = form;
    }

    /** Calls an entry point; what it returns, or 0. */
    double call(AnyLoss loss, Entry entry) {
        return form == Targets.INDICES ? callWithIndices(loss, entry) : callWithProbabilities(loss, entry);
    }

    private double callWithIndices(AnyLoss loss, Entry entry) {
        switch (entry) {
            case SHORT_FORWARD:
                return loss.forward(input, indices);
            case SHORT_BACKWARD:
                return loss.backward(input, indices).length;
            case SHORT_FORWARD_BACKWARD:
                return loss.forwardBackward(input, indices, gradient);
            case FORWARD:
                return loss.forward(input, layout, indices);
            case BACKWARD:
                loss.backward(input, layout, indices, 1.0, gradient);
                return 0;
            case FORWARD_BACKWARD:
                return loss.forwardBackward(input, layout, indices, 1.0, gradient);
            case FORWARD_PER_SAMPLE:
                loss.forwardPerSample(input, layout, indices, losses);
                return 0;
            case BACKWARD_PER_SAMPLE:
                loss.backwardPerSample(input, layout, indices, upstreams, gradient);
                return 0;
            default:
                return loss.denominator(layout, indices);
        }
    }

    private double callWithProbabilities(AnyLoss loss, Entry entry) {
        switch (entry) {
            case FORWARD:
                return loss.forward(input, layout, probabilities);
            case BACKWARD:
                loss.backward(input, layout, probabilities, 1.0, gradient);
                return 0;
            case FORWARD_BACKWARD:
                return loss.forwardBackward(input, layout, probabilities, 1.0, gradient);
            case FORWARD_PER_SAMPLE:
                loss.forwardPerSample(input, layout, probabilities, losses);
                return 0;
            case BACKWARD_PER_SAMPLE:
                loss.backwardPerSample(input, layout, probabilities, upstreams, gradient);
                return 0;
            case DENOMINATOR:
                return loss.denominator(layout, probabilities);
            default:
                throw new IllegalArgumentException(entry + " takes class indices");
        }
    }

    /** Asserts that a call is refused with this very message, and that every array is as it was, to the bit. */
    void assertRefused(AnyLoss loss, Entry entry, String message) {
        assertThrows(loss, entry, IllegalArgumentException.class, message);
    }

    /** Asserts that null is refused by the name of the argument, and that every array is as it was. */
    void assertNullRefused(AnyLoss loss, Entry entry, String name) {
        assertThrows(loss, entry, NullPointerException.class, name);
    }

    private void assertThrows(AnyLoss loss, Entry entry, Class<? extends Exception> type, String message) {
        List<long[]> before = contents();
        assertThat(catchThrowable(() -> call(loss, entry))).as("%s with %s", entry, form)
                .isExactlyInstanceOf(type).hasMessage(message);
        List<long[]> after = contents();
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).as("array %d after the refusal by %s", i, entry).isEqualTo(before.get(i));
        }
    }

    private List<long[]> contents() {
        List<long[]> contents = new ArrayList<>();
        for (double[] array : Arrays.asList(input, probabilities, upstreams, gradient, losses)) {
            contents.add(array == null ? new long[0] : Arrays.stream(array).mapToLong(Double::doubleToRawLongBits)
                    .toArray());
        }
        contents.add(indices == null ? new long[0] : Arrays.stream(indices).asLongStream().toArray());
        return contents;
    }
}
