package io.github.surprisal.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.util.Pair;
import io.github.surprisal.CrossEntropyLoss;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;

/** Every adapter gives its library the right numbers, and classifiers as good as with the library's own loss. */
class AdaptersTest {

    /** Digits out of a hundred: optimisers stop at other places. */
    private static final double SIMILAR = 1.5;
    /** Central differences with this step are right to some 1e-9 where losses and their derivatives are near 1. */
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-8;

    private final Digits training = Digits.forTraining();
    private final Digits judging = Digits.forJudging();

    @Test
    void tribuoClimbs() {
        double[] logits = {0.5, -1, 2};
        double[] gradient = new double[3];
        double loss = CrossEntropyLoss.create().forwardBackward(logits, 1, gradient);
        Pair<Double, SGDVector> ours = new TribuoObjective()
                .lossAndGradient(1, DenseVector.createDenseVector(logits.clone()));
        Pair<Double, SGDVector> theirs = new LogMulticlass()
                .lossAndGradient(1, DenseVector.createDenseVector(logits.clone()));
        assertThat(ours.getA()).isEqualTo(-loss).isCloseTo(theirs.getA(), within(TOLERANCE));
        for (int c = 0; c < 3; c++) {
            assertThat(ours.getB().get(c)).isEqualTo(-gradient[c]).isCloseTo(theirs.getB().get(c), within(TOLERANCE));
        }
    }

    @Test
    void tribuoKeepsTheScoresItWasGiven() {
        DenseVector scores = DenseVector.createDenseVector(new double[] {0.5, -1, 2});
        new TribuoObjective().lossAndGradient(1, scores);
        assertThat(scores.toArray()).containsExactly(0.5, -1, 2);
    }

    @Test
    void tribuoLearns() {
        assertSimilar(Comparison.tribuo(new TribuoObjective(), training, judging),
                Comparison.tribuo(new LogMulticlass(), training, judging));
    }

    @Test
    void commonsMathIsGivenTheGradientOfTheLoss() {
        CommonsMathTraining adapter = new CommonsMathTraining(small());
        double[] weights = weights();
        double loss = adapter.loss().value(weights);
        double[] gradient = adapter.gradient().value(weights);
        assertThat(adapter.loss().value(weights)).isEqualTo(loss);
        assertGradient(adapter.loss()::value, weights, gradient);
    }

    @Test
    void commonsMathLearns() {
        assertSimilar(Comparison.commonsMath(LinearClassifier.SURPRISAL, training, judging),
                Comparison.commonsMath(new TextbookLoss(), training, judging));
    }

    @Test
    void smileIsGivenTheGradientOfTheLoss() {
        SmileTraining adapter = new SmileTraining(small());
        double[] weights = weights();
        double[] gradient = new double[weights.length];
        assertThat(adapter.g(weights, gradient)).isEqualTo(adapter.f(weights));
        assertGradient(adapter::f, weights, gradient);
    }

    @Test
    void smileLearns() {
        assertSimilar(Comparison.smile(training, judging), Comparison.smileOwn(training, judging));
    }

    private static LinearClassifier small() {
        return new LinearClassifier(new double[][] {{1, -0.5}, {0.25, 2}, {-1, 1}}, new int[] {0, 2, 1}, 3,
                LinearClassifier.SURPRISAL);
    }

    private static double[] weights() {
        return new Random(3).doubles(9, -1, 1).toArray();
    }

    private static void assertGradient(ToDoubleFunction<double[]> loss, double[] weights, double[] gradient) {
        for (int i = 0; i < weights.length; i++) {
            double[] above = weights.clone();
            double[] below = weights.clone();
            above[i] += STEP;
            below[i] -= STEP;
            assertThat(gradient[i]).as("weight %d", i).isCloseTo(
                    (loss.applyAsDouble(above) - loss.applyAsDouble(below)) / (2 * STEP), within(TOLERANCE));
        }
    }

    private static void assertSimilar(Comparison.Verdict ours, Comparison.Verdict theirs) {
        assertThat(ours.accuracy()).isGreaterThan(90.0).isCloseTo(theirs.accuracy(), within(SIMILAR));
    }
}
