package io.github.surprisal.benchmark;

import io.github.surprisal.Kernels;

/** Which kernels a forked JVM must have chosen, so that no column reports the other set's figures. */
enum ExpectedKernels {
    SCALAR("scalar"),
    VECTOR("vector");

    static final String VECTOR_FLAG = "--add-modules=jdk.incubator.vector";

    /** Otherwise the vector kernels take over after some work only. */
    static final String AT_ONCE = "-Dsurprisal.kernels=vector";

    private final String prefix;

    ExpectedKernels(String prefix) {
        this.prefix = prefix;
    }

    void require() {
        String active = Kernels.active();
        if (!active.startsWith(prefix)) {
            throw new IllegalStateException("active kernels are " + active + ", but this benchmark is about " + prefix);
        }
    }
}
