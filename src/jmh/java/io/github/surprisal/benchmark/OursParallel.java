package io.github.surprisal.benchmark;

import io.github.surprisal.CrossEntropyLoss;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;

/** This library with {@code parallel()}: the common pool and all its threads. */
public abstract class OursParallel extends LibraryWorkload {
    private final CrossEntropyLoss crossEntropy = CrossEntropyLoss.builder().parallel().build();

    @Benchmark
    public double forward() {
        return crossEntropy.forward(logits, layout, targets);
    }

    @Benchmark
    @Override
    public double forwardBackward() {
        return crossEntropy.forwardBackward(logits, layout, targets, 1.0, output);
    }

    /** As a JVM without flags runs it. */
    public static class Scalar extends OursParallel {
        @Override
        protected void requireVm() {
            ExpectedKernels.SCALAR.require();
        }
    }

    /** With the incubating vector module. */
    @Fork(value = 1, jvmArgs = HEAP, jvmArgsAppend = {ExpectedKernels.VECTOR_FLAG, ExpectedKernels.AT_ONCE})
    public static class Vector extends OursParallel {
        @Override
        protected void requireVm() {
            ExpectedKernels.VECTOR.require();
        }
    }
}
