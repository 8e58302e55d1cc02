package io.github.surprisal.benchmark.peers;

import com.oracle.labs.mlrg.olcut.util.Pair;
import io.github.surprisal.benchmark.Workload;
import org.openjdk.jmh.annotations.Benchmark;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;

/**
 * Tribuo's multiclass log loss with gradient, the objective of its linear and factorisation-machine classifiers.
 *
 * <p>It takes one row at a time and overwrites the row's scores with the gradient, so each call starts from a copy of
 * the scores ({@code setElements}); its prediction vectors exist beforehand. There is no loss without gradient. Its
 * loss and gradient point uphill (the log-likelihood's) and are not divided by the batch size; both are put right
 * for the check only, outside the time measured. Layouts with trailing dimensions do not exist there.
 */
public class Tribuo extends Workload {
    private final LogMulticlass objective = new LogMulticlass();
    private DenseVector[] scores;
    private DenseVector[] work;

    @Override
    protected void prepare() {
        if (inner != 1) {
            throw new IllegalStateException("Tribuo has no layout for " + input);
        }
        scores = new DenseVector[batch];
        work = new DenseVector[batch];
        for (int row = 0; row < batch; row++) {
            scores[row] = new DenseVector(classes);
            work[row] = new DenseVector(classes);
            for (int c = 0; c < classes; c++) {
                scores[row].set(c, logits[row * classes + c]);
            }
        }
    }

    @Benchmark
    @Override
    public double forwardBackward() {
        double logLikelihood = 0;
        for (int row = 0; row < batch; row++) {
            work[row].setElements(scores[row]);
            Pair<Double, SGDVector> result = objective.lossAndGradient(targets[row], work[row]);
            logLikelihood += result.getA();
        }
        return -logLikelihood / batch;
    }

    @Override
    protected double[] output() {
        for (int row = 0; row < batch; row++) {
            for (int c = 0; c < classes; c++) {
                output[row * classes + c] = -work[row].get(c) / batch;
            }
        }
        return output;
    }
}
