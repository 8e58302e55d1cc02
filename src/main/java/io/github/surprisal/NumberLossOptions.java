package io.github.surprisal;

import java.io.Serializable;

/** The options that every loss of numbers has, as they are serialised. */
record NumberLossOptions(Reduction reduction, EmptyMean emptyMean, boolean ignoreMissing, boolean parallel)
        implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Tells a builder. */
    <B extends NumberLossBuilder<B>> B tell(B builder) {
        builder.reduction(reduction).emptyMean(emptyMean);
        if (ignoreMissing) {
            builder.ignoreMissing();
        }
        return parallel ? builder.parallel() : builder;
    }
}
