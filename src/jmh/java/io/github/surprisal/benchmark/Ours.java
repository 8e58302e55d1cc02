package io.github.surprisal.benchmark;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.LogSoftmax;
import io.github.surprisal.Softmax;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;

/** This library, one thread, buffers supplied by the caller. */
public abstract class Ours extends LibraryWorkload {
    private CrossEntropyLoss crossEntropy;
    private Softmax softmax;
    private LogSoftmax logSoftmax;

    /** Makes the operator that is measured and no other, which a cold start would have to load too. */
    @Override
    protected void prepare() {
        super.prepare();
        switch (operation) {
            case softmax -> softmax = Softmax.create();
            case logSoftmax -> logSoftmax = LogSoftmax.create();
            default -> crossEntropy = CrossEntropyLoss.create();
        }
    }

    @Benchmark
    public double forward() {
        return crossEntropy.forward(logits, layout, targets);
    }

    @Benchmark
    @Override
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
        protected void requireVm() {
            ExpectedKernels.SCALAR.require();
        }
    }

    /** With the incubating vector module. */
    @Fork(value = 1, jvmArgs = HEAP, jvmArgsAppend = {ExpectedKernels.VECTOR_FLAG, ExpectedKernels.AT_ONCE})
    public static class Vector extends Ours {
        @Override
        protected void requireVm() {
            ExpectedKernels.VECTOR.require();
        }
    }

    /** Another version, run with its jar first on the class path. */
    public static class BaselineScalar extends Scalar {
        @Override
        protected void requireVm() {
            ClassPath.requireFromFirstEntry(CrossEntropyLoss.class);
            super.requireVm();
        }
    }

    /** Another version, run with its jar first on the class path. */
    public static class BaselineVector extends Vector {
        @Override
        protected void requireVm() {
            ClassPath.requireFromFirstEntry(CrossEntropyLoss.class);
            super.requireVm();
        }
    }
}
