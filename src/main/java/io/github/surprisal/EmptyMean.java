package io.github.surprisal;

/**
 * What the mean of a loss is over nothing: an empty batch, or, with class indices, one whose samples are all ignored
 * or whose targets all weigh 0. The gradient of the mean is 0 then, under each of these.
 */
public enum EmptyMean {

    /** Not a number, as 0 / 0. */
    NAN,

    /** Zero, so that a batch without a target adds nothing to a running total. */
    ZERO,

    /** An {@link IllegalArgumentException} from every method that returns the mean. */
    THROW
}
