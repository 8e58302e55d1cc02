package io.github.surprisal;

/**
 * What the mean of a loss is over nothing: an empty batch, or one whose samples are all ignored or have weight 0. The
 * gradient is 0 then, under each of these.
 */
public enum EmptyMean {

    /** Not a number, as 0 / 0. */
    NAN,

    /** Zero, so that a batch without a target adds nothing to a running total. */
    ZERO,

    /** An {@link IllegalArgumentException} from every method that returns the mean. */
    THROW
}
