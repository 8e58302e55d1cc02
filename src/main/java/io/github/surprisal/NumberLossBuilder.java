package io.github.surprisal;

/** The options of losses whose targets are numbers, one for each sample. */
abstract class NumberLossBuilder<B extends NumberLossBuilder<B>> extends ReductionBuilder<B> {

    private boolean ignoresMissing;

    final boolean ignoresMissing() {
        return ignoresMissing;
    }

    /**
     * Lets a target that is NaN mean "no target": such samples have loss 0 and gradient 0, do not count in the mean,
     * and what the model gave for them is not read. Unless told so, NaN targets are refused.
     *
     * @return this builder
     */
    public B ignoreMissing() {
        this.ignoresMissing = true;
        return self();
    }
}
