/**
 * Loss functions on plain {@code double[]} batches: softmax, log-softmax, negative log-likelihood and cross-entropy,
 * forward and backward. The one exported package is the public API; the kernels stay inside the module.
 *
 * <p>The module requires nothing beyond {@code java.base}. The vector kernels need {@code jdk.incubator.vector}, and
 * are used only where an application resolves that module itself: {@code --add-modules jdk.incubator.vector}.
 */
module io.github.surprisal {
    exports io.github.surprisal;
}
