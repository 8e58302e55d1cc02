/**
 * A complete user of the library: two classifiers that learn to read handwritten digits.
 *
 * <p>Read {@link io.github.surprisal.examples.Trainer} first: it holds every call that training needs. The other
 * classes are what any program around a loss has: data, models, a report.
 */
package io.github.surprisal.examples;
