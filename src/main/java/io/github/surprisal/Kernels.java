package io.github.surprisal;

import io.github.surprisal.internal.kernels.KernelSelection;

/**
 * Which of the two sets of kernels this VM uses. Results are the same bits with each of them.
 *
 * <p>Every program begins with the scalar kernels. If the VM was started with {@code --add-modules
 * jdk.incubator.vector}, compiles code and has vectors of at least 128 bits, the vector kernels take over after some
 * 67 million logits, a few tenths of a second of work: to load and compile them takes longer than many a program runs.
 * The system property {@code surprisal.kernels} overrides that: {@code auto} (the default), {@code scalar}, or
 * {@code vector}, from the first call on, which fails where they cannot run.
 */
public final class Kernels {

    private Kernels() {
    }

    /**
     * The name of the kernels in use now.
     *
     * @return {@code "scalar"}, or {@code "vector-"} and the width of the vectors in bits, such as {@code "vector-256"}
     * @throws IllegalStateException if the system property has another value, or asks for vector kernels that cannot
     *         run here; operators cannot be built then either
     */
    public static String active() {
        return KernelSelection.active();
    }
}
