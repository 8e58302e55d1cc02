package io.github.surprisal;

import io.github.surprisal.internal.KernelSelection;

/**
 * Which of the two sets of kernels this VM uses. Results are the same bits with each of them.
 *
 * <p>The vector kernels are taken if the VM was started with {@code --add-modules jdk.incubator.vector}, compiles code
 * and has vectors of at least 128 bits. The system property {@code surprisal.kernels} overrides that: {@code auto} (the
 * default), {@code scalar}, or {@code vector}, which fails where they cannot run. The choice is made once, at the first
 * use.
 */
public final class Kernels {

    private Kernels() {
    }

    /**
     * The name of the kernels in use.
     *
     * @return {@code "scalar"}, or {@code "vector-"} and the width of the vectors in bits, such as {@code "vector-256"}
     * @throws IllegalStateException if the system property has another value, or asks for vector kernels that cannot
     *         run here; operators cannot be built then either
     */
    public static String active() {
        return KernelSelection.active();
    }
}
