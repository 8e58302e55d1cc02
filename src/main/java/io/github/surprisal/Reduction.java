package io.github.surprisal;

/**
 * How the losses of a batch become one number. For none at all, see the {@code PerSample} methods of the losses.
 */
public enum Reduction {

    /**
     * The weighted mean: the sum divided by the {@linkplain CrossEntropyLoss#denominator(Layout, int[]) denominator}.
     * What it is over nothing is told by {@link EmptyMean}.
     */
    MEAN,

    /** The sum. */
    SUM
}
