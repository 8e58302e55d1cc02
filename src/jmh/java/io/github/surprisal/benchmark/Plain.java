package io.github.surprisal.benchmark;

import org.openjdk.jmh.annotations.Benchmark;

/** {@link PlainLoop}, the yardstick. Inner layouts: the loss alone. */
public class Plain extends Workload {
    @Benchmark
    public double forward() {
        return inner == 1
                ? PlainLoop.forward(logits, classes, targets)
                : PlainLoop.forwardInner(logits, classes, inner, targets);
    }

    @Benchmark
    @Override
    public double forwardBackward() {
        return inner == 1
                ? PlainLoop.forwardBackward(logits, classes, targets, output)
                : PlainLoop.forwardBackwardInner(logits, classes, inner, targets, output);
    }

    @Benchmark
    public double probabilityTargets() {
        requireRows();
        return PlainLoop.forwardBackward(logits, classes, targetProbabilities, output);
    }

    @Benchmark
    public double softmax() {
        requireRows();
        PlainLoop.softmax(logits, classes, output);
        return 0;
    }

    @Benchmark
    public double logSoftmax() {
        requireRows();
        PlainLoop.logSoftmax(logits, classes, output);
        return 0;
    }

    private void requireRows() {
        if (inner != 1) {
            throw new IllegalStateException("the plain loop covers " + input + " for the loss with index targets only");
        }
    }
}
