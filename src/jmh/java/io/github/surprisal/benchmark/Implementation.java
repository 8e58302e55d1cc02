package io.github.surprisal.benchmark;

/** What is compared: the benchmark class, and what its column is called. */
enum Implementation {
    PLAIN("Plain", "plain loop"),
    SCALAR("Ours.Scalar", "scalar"),
    VECTOR("Ours.Vector", "vector"),
    SCALAR_IN_PLACE("OursInPlace.Scalar", "scalar, in place"),
    VECTOR_IN_PLACE("OursInPlace.Vector", "vector, in place"),
    SCALAR_PARALLEL("OursParallel.Scalar", "scalar, parallel"),
    VECTOR_PARALLEL("OursParallel.Vector", "vector, parallel"),
    PYTORCH("peers.PyTorch", "PyTorch"),
    TRIBUO("peers.Tribuo", "Tribuo");

    private static final String PACKAGE = "io.github.surprisal.benchmark.";

    final String className;
    final String label;

    Implementation(String className, String label) {
        this.className = className;
        this.label = label;
    }

    /** The implementation of a benchmark as JMH names it: package, class, method. */
    static Implementation of(String benchmark) {
        for (Implementation implementation : values()) {
            if (benchmark.startsWith(PACKAGE + implementation.className + ".")) {
                return implementation;
            }
        }
        throw new IllegalArgumentException("no column for " + benchmark);
    }
}
