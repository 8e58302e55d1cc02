package io.github.surprisal.benchmark;

import io.github.surprisal.CrossEntropyLoss;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;

/**
 * This library, the gradient written over the logits.
 *
 * <p>Each call destroys its logits, so they are copied anew before each, outside the time measured. JMH then reads the
 * clock around every single call, some 50 ns; the shortest call here takes about 10 us.
 */
public abstract class OursInPlace extends LibraryWorkload {
    private final CrossEntropyLoss crossEntropy = CrossEntropyLoss.create();

    @Override
    protected void prepare() {
        super.prepare();
        refill();
    }

    @Setup(Level.Invocation)
    public void refill() {
        System.arraycopy(logits, 0, output, 0, logits.length);
    }

    @Benchmark
    @Override
    public double forwardBackward() {
        return crossEntropy.forwardBackward(output, layout, targets, 1.0, output);
    }

    /** As a JVM without flags runs it. */
    public static class Scalar extends OursInPlace {
        @Override
        protected void requireVm() {
            ExpectedKernels.SCALAR.require();
        }
    }

    /** With the incubating vector module. */
    @Fork(value = 1, jvmArgs = HEAP, jvmArgsAppend = {ExpectedKernels.VECTOR_FLAG, ExpectedKernels.AT_ONCE})
    public static class Vector extends OursInPlace {
        @Override
        protected void requireVm() {
            ExpectedKernels.VECTOR.require();
        }
    }
}
