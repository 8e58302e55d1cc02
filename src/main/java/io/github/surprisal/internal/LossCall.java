package io.github.surprisal.internal;

/** The arguments of one call of a loss, checked; shared by the threads that work on it. */
final class LossCall {

    LossSettings settings;
    Geometry geometry;
    /** Logits, or log-probabilities. */
    double[] input;
    /** Class indices, or null if the targets are probabilities. */
    int[] indices;
    /** Class probabilities, or null if the targets are indices. */
    double[] probabilities;
    /** Where the gradient goes, or null. */
    double[] gradient;
    /** Where the loss of each sample goes, or null. */
    double[] losses;
    /** What multiplies the gradient: one number for each sample, or, if null, the two doubles below for all. */
    double[] upstreams;
    double factorHigh;
    double factorLow;
    /**
     * A power of 2 that the factors of all samples are still to be multiplied by; 0 unless they would leave the range.
     */
    int factorExponent;
    /** Samples whose index is not ignored. */
    int kept;
    /** What the mean divides by, as the sum of two doubles. */
    double denominatorHigh;
    double denominatorLow;

    void clear() {
        settings = null;
        geometry = null;
        input = null;
        indices = null;
        probabilities = null;
        gradient = null;
        losses = null;
        upstreams = null;
    }
}
