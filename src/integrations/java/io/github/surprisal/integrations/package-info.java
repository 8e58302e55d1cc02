/**
 * Surprisal's cross-entropy in the training code of other libraries: adapters to copy, and a comparison on handwritten
 * digits with what these libraries offer themselves.
 */
package io.github.surprisal.integrations;
