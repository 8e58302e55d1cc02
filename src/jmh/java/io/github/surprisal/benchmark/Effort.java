package io.github.surprisal.benchmark;

import org.openjdk.jmh.runner.options.TimeValue;

/** How much is measured; the constants bear the names that the command line uses. */
enum Effort {
    quick(1, TimeValue.milliseconds(200)),
    full(3, TimeValue.milliseconds(300));

    static final int ITERATIONS = 5;

    final int rounds;
    final TimeValue iteration;

    Effort(int rounds, TimeValue iteration) {
        this.rounds = rounds;
        this.iteration = iteration;
    }

    static Effort named(String name) {
        for (Effort effort : values()) {
            if (effort.name().equals(name)) {
                return effort;
            }
        }
        throw new IllegalArgumentException("the first argument is " + name + ", but must be quick or full");
    }
}
