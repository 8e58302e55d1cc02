package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.surprisal.LossArguments.Entry;
import io.github.surprisal.LossArguments.Targets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, with which words, and that a refused call leaves every array as it was. */
class ApiContractTest {

    // ---- null

    @ParameterizedTest
    @EnumSource
    void nullIsRefusedByName(LossKind kind) {
        AnyLoss loss = kind.create();
        for (Targets form : Targets.values()) {
            for (Entry entry : Entry.of(form)) {
                if (entry.readsInput()) {
                    with(form, a -> a.input = null).assertNullRefused(loss, entry, kind.input);
                }
                if (!entry.isShort()) {
                    with(form, a -> a.layout = null).assertNullRefused(loss, entry, "layout");
                }
                with(form, a -> a.indices = form == Targets.INDICES ? null : a.indices,
                        a -> a.probabilities = form == Targets.PROBABILITIES ? null : a.probabilities)
                        .assertNullRefused(loss, entry, "targets");
                if (entry.takesGradient()) {
                    with(form, a -> a.gradient = null).assertNullRefused(loss, entry, "gradient");
                }
            }
            with(form, a -> a.losses = null).assertNullRefused(loss, Entry.FORWARD_PER_SAMPLE, "losses");
            with(form, a -> a.upstreams = null).assertNullRefused(loss, Entry.BACKWARD_PER_SAMPLE, "upstream");
        }
    }

    @Test
    void softmaxRefusesNullByName() {
        Layout layout = Layout.of(1, 3);
        double[] array = {1, 2, 3};
        Softmax softmax = Softmax.create();
        LogSoftmax logSoftmax = LogSoftmax.create();
        refusesNull("logits", () -> softmax.forward((double[]) null, 3));
        refusesNull("logits", () -> softmax.forward(null, layout, array));
        refusesNull("layout", () -> softmax.forward(array, null, array));
        refusesNull("probabilities", () -> softmax.forward(array, layout, null));
        refusesNull("probabilities", () -> softmax.backward(null, array, layout, array));
        refusesNull("upstream", () -> softmax.backward(array, null, layout, array));
        refusesNull("layout", () -> softmax.backward(array, array, null, array));
        refusesNull("gradient", () -> softmax.backward(array, array, layout, null));
        refusesNull("logits", () -> softmax.predict((double[]) null, 3));
        refusesNull("logits", () -> softmax.predict((double[]) null, layout, new int[1]));
        refusesNull("layout", () -> softmax.predict(array, null, new int[1]));
        refusesNull("predicted", () -> softmax.predict(array, layout, null));
        refusesNull("logits", () -> logSoftmax.forward((double[]) null, 3));
        refusesNull("logits", () -> logSoftmax.forward(null, layout, array));
        refusesNull("layout", () -> logSoftmax.forward(array, null, array));
        refusesNull("logProbabilities", () -> logSoftmax.forward(array, layout, null));
        refusesNull("logProbabilities", () -> logSoftmax.backward(null, array, layout, array));
        refusesNull("upstream", () -> logSoftmax.backward(array, null, layout, array));
        refusesNull("layout", () -> logSoftmax.backward(array, array, null, array));
        refusesNull("gradient", () -> logSoftmax.backward(array, array, layout, null));
        assertThat(array).containsExactly(1, 2, 3);
    }

    private static void refusesNull(String name, ThrowingCallable call) {
        assertThat(catchThrowable(call)).as(name).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }

    // ---- lengths

    @ParameterizedTest
    @EnumSource
    void shortArraysAreRefused(LossKind kind) {
        AnyLoss loss = kind.create();
        for (Targets form : Targets.values()) {
            for (Entry entry : Entry.of(form)) {
                if (entry.readsInput() && !entry.isShort()) {
                    with(form, a -> a.input = Arrays.copyOf(a.input, 14))
                            .assertRefused(loss, entry,
                                    kind.input + ".length (14) must be at least 15 for layout [3, 5]");
                }
                if (!entry.isShort()) {
                    int needed = form == Targets.INDICES ? 3 : 15;
                    with(form, a -> a.indices = Arrays.copyOf(a.indices, 2),
                            a -> a.probabilities = Arrays.copyOf(a.probabilities, 14))
                            .assertRefused(loss, entry, "targets.length (" + (needed - 1)
                                    + ") must be at least " + needed + " for layout [3, 5]");
                }
                if (entry.takesGradient()) {
                    with(form, a -> a.gradient = Bits.untouched(12))
                            .assertRefused(loss, entry, "gradient.length (12) must be at least 15 for layout [3, 5]");
                }
            }
            with(form, a -> a.losses = Bits.untouched(2)).assertRefused(loss, Entry.FORWARD_PER_SAMPLE,
                    "losses.length (2) must be at least 3 for layout [3, 5]");
            with(form, a -> a.upstreams = new double[2]).assertRefused(loss, Entry.BACKWARD_PER_SAMPLE,
                    "upstream.length (2) must be at least 3 for layout [3, 5]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void offsetAndStrideCountInLengths(LossKind kind) {
        AnyLoss loss = kind.create();
        Layout layout = Layout.of(3, 5).at(2).withRowStride(8);
        for (Targets form : Targets.values()) {
            with(form, a -> a.layout = layout, a -> a.input = new double[22]).assertRefused(loss, Entry.FORWARD,
                    kind.input + ".length (22) must be at least 23 for layout [3, 5] at 2 with row stride 8");
            with(form, a -> a.layout = layout, a -> a.input = new double[23], a -> a.gradient = Bits.untouched(22))
                    .assertRefused(loss, Entry.BACKWARD,
                            "gradient.length (22) must be at least 23 for layout [3, 5] at 2 with row stride 8");
            LossArguments enough = with(form, a -> a.layout = layout, a -> a.input = new double[23],
                    a -> a.gradient = Bits.untouched(23));
            assertThatCode(() -> enough.call(loss, Entry.FORWARD_BACKWARD))
                    .as("padding behind the last row is not needed")
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shortFormNeedsWholeRows(LossKind kind) {
        AnyLoss loss = kind.create();
        for (Entry entry : new Entry[] {Entry.SHORT_FORWARD, Entry.SHORT_BACKWARD, Entry.SHORT_FORWARD_BACKWARD}) {
            for (int length : new int[] {0, 1, 14, 16}) {
                with(Targets.INDICES, a -> a.input = new double[length]).assertRefused(loss, entry,
                        kind.input + ".length (" + length + ") must be a positive multiple of targets.length (3)");
            }
            with(Targets.INDICES, a -> a.indices = new int[0]).assertRefused(loss, entry,
                    kind.input + ".length (15) must be 0 where targets is empty");
        }
    }

    @Test
    void softmaxRefusesShortArrays() {
        Layout layout = Layout.of(3, 5);
        double[] enough = new double[15];
        double[] tooShort = Bits.untouched(14);
        Softmax softmax = Softmax.create();
        LogSoftmax logSoftmax = LogSoftmax.create();
        String rule = ".length (14) must be at least 15 for layout [3, 5]";
        refuses("logits" + rule, () -> softmax.forward(tooShort, layout, enough));
        refuses("probabilities" + rule, () -> softmax.forward(enough, layout, tooShort));
        refuses("probabilities" + rule, () -> softmax.backward(tooShort, enough, layout, enough));
        refuses("upstream" + rule, () -> softmax.backward(enough, tooShort, layout, enough));
        refuses("gradient" + rule, () -> softmax.backward(enough, enough, layout, tooShort));
        refuses("logits" + rule, () -> softmax.predict(tooShort, layout, new int[3]));
        refuses("logits" + rule, () -> logSoftmax.forward(tooShort, layout, enough));
        refuses("logProbabilities" + rule, () -> logSoftmax.forward(enough, layout, tooShort));
        refuses("logProbabilities" + rule, () -> logSoftmax.backward(tooShort, enough, layout, enough));
        refuses("upstream" + rule, () -> logSoftmax.backward(enough, tooShort, layout, enough));
        refuses("gradient" + rule, () -> logSoftmax.backward(enough, enough, layout, tooShort));
        int[] predicted = {7, 7};
        refuses("predicted.length (2) must be at least 3 for layout [3, 5]",
                () -> softmax.predict(enough, layout, predicted));
        assertThat(predicted).containsExactly(7, 7);
        Bits.assertSame(enough, new double[15], "outputs of refused calls");
        Bits.assertSame(tooShort, Bits.untouched(14), "outputs of refused calls");
    }

    @Test
    void softmaxRefusesImpossibleClassCounts() {
        for (int classes : new int[] {0, -1, Integer.MIN_VALUE}) {
            String message = "classes is " + classes + ", but must be at least 1";
            refuses(message, () -> Softmax.create().forward(new double[6], classes));
            refuses(message, () -> Softmax.create().predict(new double[6], classes));
            refuses(message, () -> LogSoftmax.create().forward(new double[6], classes));
        }
        String message = "logits.length (7) must be a multiple of classes (3)";
        refuses(message, () -> Softmax.create().forward(new double[7], 3));
        refuses(message, () -> Softmax.create().predict(new double[7], 3));
        refuses(message, () -> LogSoftmax.create().forward(new double[7], 3));
        assertThat(Softmax.create().forward(new double[0], 3)).isEmpty();
        assertThat(Softmax.create().predict(new double[0], 3)).isEmpty();
        assertThat(LogSoftmax.create().forward(new double[0], 3)).isEmpty();
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void longerArraysAreWelcome() {
        for (LossKind kind : LossKind.values()) {
            for (Targets form : Targets.values()) {
                for (Entry entry : Entry.of(form)) {
                    if (!entry.isShort()) {
                        LossArguments exact = new LossArguments(form);
                        LossArguments longer = with(form, a -> a.input = extended(a.input),
                                a -> a.probabilities = extended(a.probabilities),
                                a -> a.indices = Arrays.copyOf(a.indices, 9),
                                a -> a.upstreams = extended(a.upstreams), a -> a.gradient = Bits.untouched(22),
                                a -> a.losses = Bits.untouched(10));
                        longer.indices[5] = 99;
                        AnyLoss loss = kind.create();
                        Bits.assertSame(longer.call(loss, entry), exact.call(loss, entry), "%s with buffers to spare",
                                entry);
                        Bits.assertSame(longer.gradient, Arrays.copyOf(concat(exact.gradient, Bits.untouched(7)), 22),
                                "gradient of %s", entry);
                        Bits.assertSame(longer.losses, concat(exact.losses, Bits.untouched(7)), "losses of %s", entry);
                    }
                }
            }
        }
    }

    /** Seven elements longer; what is there must not matter. */
    private static double[] extended(double[] array) {
        double[] rest = new double[7];
        Arrays.fill(rest, Double.NaN);
        return concat(array, rest);
    }

    private static double[] concat(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    // ---- targets

    @ParameterizedTest
    @EnumSource
    void targetsOutsideTheClassesAreRefused(LossKind kind) {
        AnyLoss loss = kind.create();
        for (Entry entry : Entry.of(Targets.INDICES)) {
            for (int target : new int[] {6, 7, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                for (int place = 0; place < 3; place++) {
                    int at = place;
                    with(Targets.INDICES, a -> a.indices[at] = target).assertRefused(loss, entry,
                            "targets[" + at + "] is " + target + ", but must be in [0, 5)");
                }
            }
            with(Targets.INDICES, a -> a.indices[2] = 5).assertRefused(loss, entry,
                    "targets[2] is 5, but must be in [0, 5); classes are numbered from 0");
            with(Targets.INDICES, a -> a.indices[2] = -100).assertRefused(loss, entry,
                    "targets[2] is -100, but must be in [0, 5); ignoreIndex(-100) skips such rows");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ignoringOneIndexAllowsNoOther(LossKind kind) {
        AnyLoss loss = kind.build(options -> options.ignoreIndex(-1, 255));
        for (Entry entry : Entry.of(Targets.INDICES)) {
            LossArguments ignored = with(Targets.INDICES, a -> a.indices[0] = -1, a -> a.indices[1] = 255);
            assertThatCode(() -> ignored.call(loss, entry)).as("%s", entry).doesNotThrowAnyException();
            with(Targets.INDICES, a -> a.indices[1] = -2).assertRefused(loss, entry,
                    "targets[1] is -2, but must be in [0, 5)");
            with(Targets.INDICES, a -> a.indices[1] = -100).assertRefused(loss, entry,
                    "targets[1] is -100, but must be in [0, 5); ignoreIndex(-100) skips such rows");
        }
    }

    @ParameterizedTest
    @EnumSource
    void targetsOfInnerLayoutsAreNamedBySample(LossKind kind) {
        LossArguments inner = with(Targets.INDICES, a -> a.layout = Layout.of(1, 5, 3), a -> a.indices[1] = 5);
        inner.assertRefused(kind.create(), Entry.FORWARD,
                "targets[1] is 5, but must be in [0, 5); classes are numbered from 0");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.5, -Float.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void impossibleProbabilitiesAreRefused(double target) {
        for (LossKind kind : LossKind.values()) {
            AnyLoss loss = kind.create();
            for (Entry entry : Entry.of(Targets.PROBABILITIES)) {
                for (int place : new int[] {0, 7, 14}) {
                    with(Targets.PROBABILITIES, a -> a.probabilities[place] = target).assertRefused(loss, entry,
                            "targets[" + place + "] is " + kind.text(target) + ", but must be finite and at least 0");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void probabilitiesNeedNotSumToOne(LossKind kind) {
        double[] twice = {1, 1, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.0, 0.25, 0.25, 0.5, 0.5, 0.5};
        double[] once = new LossArguments(Targets.PROBABILITIES).probabilities;
        double loss = new LossArguments(Targets.PROBABILITIES).call(kind.create(), Entry.FORWARD);
        assertThat(once).hasSameSizeAs(twice);
        Bits.assertSame(with(Targets.PROBABILITIES, a -> a.probabilities = twice).call(kind.create(), Entry.FORWARD),
                2 * loss, "loss of targets that sum to 2, one of them -0.0");
    }

    @ParameterizedTest
    @EnumSource
    void oneWeightForEachClass(LossKind kind) {
        for (int count : new int[] {1, 4, 6}) {
            double[] weights = new double[count];
            Arrays.fill(weights, 1.0);
            AnyLoss loss = kind.build(options -> options.classWeights(weights));
            for (Targets form : Targets.values()) {
                for (Entry entry : Entry.of(form)) {
                    new LossArguments(form).assertRefused(loss, entry, "classWeights.length (" + count
                            + ") must be 5, the number of classes of layout [3, 5]");
                }
            }
        }
    }

    // ---- everything else

    @ParameterizedTest
    @EnumSource
    void meanOverNothingThrowsWhereAsked(LossKind kind) {
        AnyLoss loss = kind.build(options -> options.emptyMean(EmptyMean.THROW).ignoreIndex(-1)
                .classWeights(1, 0, 1, 1, 1));
        String message = "the mean over layout [3, 5] is empty: its samples must not all be ignored or weigh 0";
        for (Entry entry : Entry.of(Targets.INDICES)) {
            if (entry.returnsReducedLoss()) {
                with(Targets.INDICES, a -> a.indices = new int[] {-1, -1, -1}).assertRefused(loss, entry, message);
                with(Targets.INDICES, a -> a.indices = new int[] {1, 1, -1}).assertRefused(loss, entry, message);
            }
        }
        for (Targets form : Targets.values()) {
            LossArguments empty = with(form, a -> a.layout = Layout.of(0, 5));
            empty.assertRefused(loss, Entry.FORWARD, message.replace("[3, 5]", "[0, 5]"));
            empty.assertRefused(loss, Entry.FORWARD_BACKWARD, message.replace("[3, 5]", "[0, 5]"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void inputsAreOnlyRead(LossKind kind) {
        AnyLoss loss = kind.create();
        for (Targets form : Targets.values()) {
            for (Entry entry : Entry.of(form)) {
                LossArguments used = new LossArguments(form);
                used.call(loss, entry);
                LossArguments fresh = new LossArguments(form);
                Bits.assertSame(used.input, fresh.input, "input of %s", entry);
                Bits.assertSame(used.probabilities, fresh.probabilities, "targets of %s", entry);
                Bits.assertSame(used.upstreams, fresh.upstreams, "upstream of %s", entry);
                assertThat(used.indices).containsExactly(fresh.indices);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void entryPointsAgreeToTheBit(LossKind kind) {
        for (Targets form : Targets.values()) {
            AnyLoss loss = kind.create();
            LossArguments forward = new LossArguments(form);
            LossArguments backward = new LossArguments(form);
            LossArguments both = new LossArguments(form);
            double value = forward.call(loss, Entry.FORWARD);
            backward.call(loss, Entry.BACKWARD);
            Bits.assertSame(both.call(loss, Entry.FORWARD_BACKWARD), value, "loss of forwardBackward");
            Bits.assertSame(both.gradient, backward.gradient, "gradient of forwardBackward");
            if (form == Targets.INDICES) {
                LossArguments shorter = new LossArguments(form);
                Bits.assertSame(loss.forward(shorter.input, shorter.indices), value, "short forward");
                Bits.assertSame(loss.backward(shorter.input, shorter.indices), backward.gradient, "short backward");
                Bits.assertSame(loss.forwardBackward(shorter.input, shorter.indices, shorter.gradient), value,
                        "loss of short forwardBackward");
                Bits.assertSame(shorter.gradient, backward.gradient, "gradient of short forwardBackward");
            }
        }
    }

    /** A message is meant for logs and tests: its numbers are written in ASCII digits whatever the user's language. */
    @Test
    void messagesDoNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            refuses("rowStride is 4, but must be at least 5 for layout [3, 5]", () -> Layout.of(3, 5).withRowStride(4));
            refuses("axis is 2, but must be in [-2, 2)", () -> Layout.alongAxis(2, 3, 5));
            refuses("classes is 0, but must be at least 1", () -> Softmax.create().forward(new double[6], 0));
            refuses("classWeights[1] is -2.0, but must be finite and at least 0",
                    () -> CrossEntropyLoss.builder().classWeights(1, -2));
            with(Targets.INDICES, a -> a.indices[1] = 7).assertRefused(LossKind.CROSS_ENTROPY.create(), Entry.FORWARD,
                    "targets[1] is 7, but must be in [0, 5)");
        } finally {
            Locale.setDefault(before);
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static LossArguments with(Targets form, Consumer<LossArguments>... changes) {
        LossArguments arguments = new LossArguments(form);
        for (Consumer<LossArguments> change : changes) {
            change.accept(arguments);
        }
        return arguments;
    }
}
