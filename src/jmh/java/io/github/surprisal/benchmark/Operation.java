package io.github.surprisal.benchmark;

/** What is measured. The constants bear the names of the benchmark methods, hence their spelling. */
enum Operation {
    forward("Cross-entropy, forward alone"),
    forwardBackward("Cross-entropy, forward + gradient"),
    probabilityTargets("Cross-entropy with class probabilities as targets, forward + gradient"),
    softmax("Softmax"),
    logSoftmax("Log-softmax");

    final String title;

    Operation(String title) {
        this.title = title;
    }

    /** The operation of a benchmark as JMH names it: package, class, method. */
    static Operation of(String benchmark) {
        return valueOf(benchmark.substring(benchmark.lastIndexOf('.') + 1));
    }
}
