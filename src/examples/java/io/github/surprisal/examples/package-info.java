/**
 * Complete users of the library.
 *
 * <p>{@link io.github.surprisal.examples.DigitsExample} trains two classifiers on handwritten digits; read
 * {@link io.github.surprisal.examples.Training} first, which holds every call of the library. The others fit on a page
 * each: {@link io.github.surprisal.examples.MaskedTokens}, {@link io.github.surprisal.examples.WeightsAndSmoothing},
 * {@link io.github.surprisal.examples.MicroBatches}, {@link io.github.surprisal.examples.Threads},
 * {@link io.github.surprisal.examples.Uncertainty}, {@link io.github.surprisal.examples.Counts}.
 */
package io.github.surprisal.examples;
