package io.github.surprisal;

import java.io.Serializable;

/** The options that every {@link ClassLoss} has, as they are serialised. */
record ClassLossOptions(Reduction reduction, double[] classWeights, int[] ignored, EmptyMean emptyMean,
        boolean parallel) implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Tells a builder. */
    <B extends LossBuilder<B>> B tell(B builder) {
        builder.reduction(reduction).ignoreIndex(ignored).emptyMean(emptyMean);
        if (classWeights.length > 0) {
            builder.classWeights(classWeights);
        }
        return parallel ? builder.parallel() : builder;
    }
}
