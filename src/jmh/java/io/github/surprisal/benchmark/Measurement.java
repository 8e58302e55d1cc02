package io.github.surprisal.benchmark;

import org.openjdk.jmh.runner.RunnerException;

/** A way of measuring. */
interface Measurement {
    /** How it is done, for the head of the output. */
    String method();

    /** Runs the benchmarks; whether there were any. */
    boolean run() throws RunnerException;

    /** Prints the tables. */
    void print();
}
