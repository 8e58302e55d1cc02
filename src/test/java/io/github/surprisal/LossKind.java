package io.github.surprisal;

import java.util.function.Consumer;

/** The two losses, on doubles and on floats, for tests of what all promise. */
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
    },

    FLOAT_CROSS_ENTROPY("logits") {
        @Override
        AnyLoss build(Consumer<LossBuilder<?>> options) {
            CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder();
            options.accept(builder);
            return new FloatLoss(builder.build());
        }
    },

    FLOAT_NLL("logProbabilities") {
        @Override
        AnyLoss build(Consumer<LossBuilder<?>> options) {
            NllLoss.Builder builder = NllLoss.builder();
            options.accept(builder);
            return new FloatLoss(builder.build());
        }
    };

    /** What messages call the first argument. */
    final String input;

    LossKind(String input) {
        this.input = input;
    }

    /** A number as messages show it. */
    String text(double value) {
        return this == FLOAT_CROSS_ENTROPY || this == FLOAT_NLL ? Float.toString((float) value)
                : Double.toString(value);
    }

    abstract AnyLoss build(Consumer<LossBuilder<?>> options);

    AnyLoss create() {
        return build(options -> { });
    }

    AnyLoss sum() {
        return build(options -> options.reduction(Reduction.SUM));
    }
}
