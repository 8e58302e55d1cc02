package io.github.surprisal.benchmark;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.LogSoftmax;
import io.github.surprisal.Softmax;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;

/** This library, one thread, buffers supplied by the caller. */
public abstract class Ours extends Workload {
    private final CrossEntropyLoss crossEntropy = CrossEntropyLoss.create();
    private final Softmax softmax = Softmax.create();
    private final LogSoftmax logSoftmax = LogSoftmax.create();

    @Benchmark
    public double forward() {
        return crossEntropy.forward(logits, layout, targets);
    }

    @Benchmark
    public double forwardBackward() {
        return crossEntropy.forwardBackward(logits, layout, targets, 1.0, output);
    }

    @Benchmark
    public double probabilityTargets() {
        return crossEntropy.forwardBackward(logits, layout, targetProbabilities, 1.0, output);
    }

    @Benchmark
    public double softmax() {
        softmax.forward(logits, layout, output);
        return 0;
    }

    @Benchmark
    public double logSoftmax() {
        logSoftmax.forward(logits, layout, output);
        return 0;
    }

    /** As a JVM without flags runs it. */
    public static class Scalar extends Ours {
        @Override
        protected void prepare() {
            ExpectedKernels.SCALAR.require();
        }
    }

    /** With the incubating vector module. */
    @Fork(value = 1, jvmArgs = HEAP, jvmArgsAppend = ExpectedKernels.VECTOR_FLAG)
    public static class Vector extends Ours {
        @Override
        protected void prepare() {
            ExpectedKernels.VECTOR.require();
        }
    }
}
