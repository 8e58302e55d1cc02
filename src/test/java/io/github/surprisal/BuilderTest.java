package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options: what is refused, what is copied, and what the defaults are. */
class BuilderTest {

    private static final double[] LOGITS = {0.5, -1, 2, 1, 0, -0.5};
    private static final int[] TARGETS = {2, 0};

    private static List<LossBuilder<?>> losses() {
        return List.of(CrossEntropyLoss.builder(), NllLoss.builder());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, -Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void impossibleWeightsAreRefused(double weight) {
        for (LossBuilder<?> builder : losses()) {
            refuses("classWeights[0] is " + weight + ", but must be finite and at least 0",
                    () -> builder.classWeights(weight, 1));
            refuses("classWeights[2] is " + weight + ", but must be finite and at least 0",
                    () -> builder.classWeights(1, 0, weight));
        }
    }

    @Test
    void noWeightsAreRefused() {
        for (LossBuilder<?> builder : losses()) {
            refuses("classWeights.length is 0, but must be the number of classes", builder::classWeights);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, -Double.MIN_VALUE, 1.0000000000000002, 2, Double.NaN, Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY})
    void smoothingOutsideItsRangeIsRefused(double epsilon) {
        refuses("labelSmoothing is " + epsilon + ", but must be in [0, 1]",
                () -> CrossEntropyLoss.builder().labelSmoothing(epsilon));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.0, Double.MIN_VALUE, 0.5, 1})
    void smoothingInItsRangeIsAccepted(double epsilon) {
        assertThatCode(() -> CrossEntropyLoss.builder().labelSmoothing(epsilon).build().forward(LOGITS, TARGETS))
                .doesNotThrowAnyException();
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void nullIsRefusedByName() {
        for (LossBuilder<?> builder : losses()) {
            refusesNull("reduction", () -> builder.reduction(null));
            refusesNull("classWeights", () -> builder.classWeights((double[]) null));
            refusesNull("indices", () -> builder.ignoreIndex((int[]) null));
            refusesNull("policy", () -> builder.emptyMean(null));
            refusesNull("pool", () -> builder.parallel(null));
        }
        refusesNull("pool", () -> Softmax.builder().parallel(null));
        refusesNull("pool", () -> LogSoftmax.builder().parallel(null));
    }

    private static void refusesNull(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }

    @Test
    void aRefusedOptionLeavesTheBuilderAsItWas() {
        CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().classWeights(1, 2, 3).labelSmoothing(0.1);
        double before = builder.build().forward(LOGITS, TARGETS);
        assertThatThrownBy(() -> builder.classWeights(1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.labelSmoothing(2)).isInstanceOf(IllegalArgumentException.class);
        Bits.assertSame(builder.build().forward(LOGITS, TARGETS), before, "after refusals");
    }

    @Test
    void defaultsAreAMeanWithoutWeightsSmoothingAndIgnoredIndices() {
        double mean = CrossEntropyLoss.create().forward(LOGITS, TARGETS);
        double told = CrossEntropyLoss.builder().reduction(Reduction.MEAN).classWeights(1, 1, 1).labelSmoothing(0)
                .ignoreIndex().emptyMean(EmptyMean.NAN).build().forward(LOGITS, TARGETS);
        Bits.assertSame(told, mean, "defaults told");
        assertThat(CrossEntropyLoss.create().denominator(Layout.of(2, 3), TARGETS)).isEqualTo(2);
        assertThat(CrossEntropyLoss.create().forward(new double[0], new int[0])).isNaN();
    }

    @Test
    void weightsAndIndicesAreCopied() {
        double[] weights = {1, 2, 3};
        int[] ignored = {2};
        CrossEntropyLoss loss = CrossEntropyLoss.builder().classWeights(weights).ignoreIndex(ignored).build();
        double before = loss.forward(LOGITS, TARGETS);
        weights[0] = 7;
        ignored[0] = 0;
        Bits.assertSame(loss.forward(LOGITS, TARGETS), before, "after the caller changed its arrays");
    }

    @Test
    void aBuilderCanBeUsedAgainWithoutChangingWhatItBuilt() {
        CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder();
        CrossEntropyLoss mean = builder.build();
        double before = mean.forward(LOGITS, TARGETS);
        CrossEntropyLoss sum = builder.reduction(Reduction.SUM).ignoreIndex(0).build();
        Bits.assertSame(mean.forward(LOGITS, TARGETS), before, "what was built first");
        assertThat(sum.denominator(Layout.of(2, 3), TARGETS)).isEqualTo(1);
    }

    @Test
    void ignoreIndexReplacesTheSet() {
        CrossEntropyLoss loss = CrossEntropyLoss.builder().ignoreIndex(-100, 0).ignoreIndex(2).build();
        assertThat(loss.denominator(Layout.of(2, 3), TARGETS)).as("class 0 counts again, class 2 does not")
                .isEqualTo(1);
        assertThatThrownBy(() -> loss.forward(LOGITS, new int[] {-100, 0}))
                .hasMessage("targets[0] is -100, but must be in [0, 3); ignoreIndex(-100) skips such rows");
    }
}
