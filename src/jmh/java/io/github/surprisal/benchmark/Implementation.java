package io.github.surprisal.benchmark;

/**
 * What is compared: the benchmark class, and what its column is called. In the order in which they are run: what is
 * divided by each other should be measured at nearly the same time.
 */
enum Implementation {
    PLAIN("Plain", "plain loop"),
    BASELINE_SCALAR("Ours$BaselineScalar", "scalar, baseline"),
    SCALAR("Ours$Scalar", "scalar"),
    BASELINE_VECTOR("Ours$BaselineVector", "vector, baseline"),
    VECTOR("Ours$Vector", "vector"),
    SCALAR_IN_PLACE("OursInPlace$Scalar", "scalar, in place"),
    VECTOR_IN_PLACE("OursInPlace$Vector", "vector, in place"),
    SCALAR_PARALLEL("OursParallel$Scalar", "scalar, parallel"),
    VECTOR_PARALLEL("OursParallel$Vector", "vector, parallel"),
    PYTORCH("peers.PyTorch", "PyTorch"),
    TRIBUO("peers.Tribuo", "Tribuo");

    private static final String PACKAGE = "io.github.surprisal.benchmark.";

    /** Calls on fewer logits take less than 10 us: too short for a clock read around each, and never split. */
    private static final int SHORT = 4096;

    final String className;
    final String label;

    Implementation(String className, String label) {
        this.className = PACKAGE + className;
        this.label = label;
    }

    /** The implementation of a benchmark as JMH names it: package, class, method. */
    static Implementation of(String benchmark) {
        for (Implementation implementation : values()) {
            if (benchmark.startsWith(implementation.className.replace('$', '.') + ".")) {
                return implementation;
            }
        }
        throw new IllegalArgumentException("no column for " + benchmark);
    }

    /** Whether another version of this library is measured. */
    boolean isBaseline() {
        return this == BASELINE_SCALAR || this == BASELINE_VECTOR;
    }

    /** Whether there is something to measure, and the figure would mean something. */
    boolean covers(Operation operation, Input input) {
        return switch (this) {
            case PLAIN -> input.inner() == 1
                    || operation == Operation.forward
                    || operation == Operation.forwardBackward;
            case SCALAR_IN_PLACE, VECTOR_IN_PLACE, SCALAR_PARALLEL, VECTOR_PARALLEL -> input.size() >= SHORT;
            // Its loss multiplies probability 0 by log-probability -Infinity and is NaN.
            case PYTORCH -> operation != Operation.probabilityTargets || input.logits() != Logits.masked;
            case TRIBUO -> input.inner() == 1;
            default -> true;
        };
    }
}
