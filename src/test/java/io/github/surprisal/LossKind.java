package io.github.surprisal;

import java.util.function.Consumer;

/** The two losses, for tests of what both promise. */
enum LossKind {

    CROSS_ENTROPY("logits") {
        @Override
        AnyLoss build(Consumer<LossBuilder<?>> options) {
            CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder();
            options.accept(builder);
            return AnyLoss.of(builder.build());
        }
    },

    NLL("logProbabilities") {
        @Override
        AnyLoss build(Consumer<LossBuilder<?>> options) {
            NllLoss.Builder builder = NllLoss.builder();
            options.accept(builder);
            return AnyLoss.of(builder.build());
        }
    };

    /** What messages call the first argument. */
    final String input;

    LossKind(String input) {
        this.input = input;
    }

    abstract AnyLoss build(Consumer<LossBuilder<?>> options);

    AnyLoss create() {
        return build(options -> { });
    }

    AnyLoss sum() {
        return build(options -> options.reduction(Reduction.SUM));
    }
}
