package io.github.surprisal;

import java.util.Objects;

/** The options of what becomes one number of a batch. */
abstract class ReductionBuilder<B extends ReductionBuilder<B>> extends OperatorBuilder<B> {

    private Reduction reduction = Reduction.MEAN;
    private EmptyMean emptyMean = EmptyMean.NAN;

    final Reduction reduction() {
        return reduction;
    }

    final EmptyMean emptyMean() {
        return emptyMean;
    }

    /**
     * How the losses of a batch become one number. {@link Reduction#MEAN} unless told otherwise.
     *
     * @param reduction the reduction
     * @return this builder
     * @throws NullPointerException if it is null
     */
    public B reduction(Reduction reduction) {
        this.reduction = Objects.requireNonNull(reduction, "reduction");
        return self();
    }

    /**
     * What the mean over nothing is. {@link EmptyMean#NAN} unless told otherwise.
     *
     * @param policy the policy
     * @return this builder
     * @throws NullPointerException if it is null
     */
    public B emptyMean(EmptyMean policy) {
        this.emptyMean = Objects.requireNonNull(policy, "policy");
        return self();
    }
}
