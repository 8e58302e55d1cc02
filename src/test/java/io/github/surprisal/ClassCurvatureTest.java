package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The second derivatives of cross-entropy against big numbers, p (1 - p) sum m, and those of NLL, which are 0. */
class ClassCurvatureTest {

    private static final int BATCHES = 400;
    /**
     * p M, 1 - p and their product are rounded once each, and so was the exponential: 3 with what two doubles leave.
     */
    private static final int BUDGET = 3;

    @Test
    void crossEntropyIsWithinItsBudget() {
        Ulp.Tally second = new Ulp.Tally();
        Ulp.Tally first = new Ulp.Tally();
        for (long seed = 0; seed < BATCHES; seed++) {
            RandomBatch batch = new RandomBatch(seed);
            CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().labelSmoothing(batch.smoothing)
                    .ignoreIndex(RandomBatch.IGNORED, 1000);
            if (batch.weights != null) {
                builder.classWeights(batch.weights);
            }
            CrossEntropyLoss loss = builder.build();
            double[] logits = batch.array(batch.rows);
            double[] gradient = batch.array(null);
            double[] curvature = batch.inPlace ? logits.clone() : batch.array(null);
            double[] input = batch.inPlace ? curvature : logits;
            loss.curvature(input, batch.layout, batch.labels, Curvature.HESSIAN, gradient, curvature);
            assertThat(batch.paddingIsUntouched(gradient)).isTrue();
            assertThat(batch.paddingIsUntouched(curvature)).isTrue();
            for (int n = 0; n < batch.rows.length; n++) {
                boolean none = batch.labels[n] == RandomBatch.IGNORED || batch.labels[n] == 1000;
                double[] target = new double[batch.layout.classes()];
                if (!none) {
                    target[batch.labels[n]] = 1;
                }
                boolean skipped = none || batch.weights != null && batch.smoothing == 0
                        && batch.weights[batch.labels[n]] == 0;
                compare(batch, n, skipped, target, gradient, first, curvature, second, "seed " + seed + " row " + n);
            }
            loss.curvature(logits, batch.layout, batch.dense(batch.probabilities), Curvature.FISHER, gradient,
                    curvature);
            for (int n = 0; n < batch.rows.length; n++) {
                compare(batch, n, false, batch.probabilities[n], gradient, first, curvature, second,
                        "seed " + seed + " row " + n + ", probabilities");
            }
        }
        System.out.println("cross-entropy, second derivatives: " + second + "\n  beside them the gradient: " + first);
        assertThat(second.worst()).isLessThanOrEqualTo(BUDGET);
        assertThat(first.worst()).isLessThanOrEqualTo(ErrorBudget.CANCELLING_GRADIENT.bound());
    }

    private static void compare(RandomBatch batch, int n, boolean skipped, double[] target, double[] gradient,
            Ulp.Tally first, double[] curvature, Ulp.Tally second, String place) {
        ExactRow row = ExactRow.of(batch.rows[n]);
        ExactLoss exact = skipped ? ExactLoss.nothing(target.length)
                : ExactLoss.of(row, target, batch.weights, batch.smoothing);
        double[] g = batch.row(gradient, n);
        double[] h = batch.row(curvature, n);
        for (int c = 0; c < target.length; c++) {
            first.add(Ulp.ofMagnitude(g[c], exact.derivative(c, BigFloat.ONE, BigFloat.ONE),
                    exact.derivativeMagnitude(c, BigFloat.ONE, BigFloat.ONE)), place + " class " + c);
            second.add(Ulp.distance(h[c], exact.secondDerivative(c)), place + " class " + c);
        }
    }

    /** A class of probability 1 - 1e-20: 1 - p from p would be 0. */
    @ParameterizedTest
    @EnumSource
    void noTailIsLost(Curvature kind) {
        double[] logits = {50, 4, -1000};
        double[] gradient = new double[3];
        double[] curvature = new double[3];
        CrossEntropyLoss.create().curvature(logits, Layout.of(1, 3), new int[] {1}, kind, gradient, curvature);
        double tail = BigFloat.of(-46).exp().toDouble();
        Bits.assertClose(curvature, new double[] {tail, tail, 0}, BUDGET, "second derivatives");
        Bits.assertClose(gradient[0], 1, 1, "gradient");
    }

    @Test
    void negativeLogLikelihoodIsLinear() {
        Random random = new Random(3);
        NllLoss loss = NllLoss.builder().ignoreIndex(-1).build();
        Layout layout = Layout.of(40, 5, 3).at(2).withRowStride(17);
        double[] input = random.doubles(2 + 40 * 17, -9, 0).toArray();
        int[] targets = random.ints(120, -1, 5).toArray();
        double[] probabilities = random.doubles(600).toArray();
        double[] ones = new double[120];
        Arrays.fill(ones, 1);
        double[] expected = Bits.untouched(input.length);
        double[] gradient = Bits.untouched(input.length);
        double[] curvature = input.clone();
        loss.backwardPerSample(input, layout, targets, ones, expected);
        loss.curvature(curvature, layout, targets, Curvature.HESSIAN, gradient, curvature);
        Bits.assertSame(gradient, expected, "gradient, class indices");
        assertZeroInside(curvature, input, expected);
        loss.backwardPerSample(input, layout, probabilities, ones, expected);
        curvature = input.clone();
        loss.curvature(curvature, layout, probabilities, Curvature.FISHER, gradient, curvature);
        Bits.assertSame(gradient, expected, "gradient, class probabilities");
        assertZeroInside(curvature, input, expected);
    }

    private static void assertZeroInside(double[] curvature, double[] input, double[] gradient) {
        for (int i = 0; i < curvature.length; i++) {
            assertThat(curvature[i]).isEqualTo(gradient[i] == Bits.UNTOUCHED ? input[i] : 0);
        }
    }

    /** Rows so long that threads share them, and that their exponentials are found twice. */
    @Test
    void longRowsHaveTheSameBitsOnThreads() {
        int classes = (1 << 20) + 77;
        double[] logits = new Random(5).doubles(classes, -20, 20).toArray();
        Layout layout = Layout.of(1, classes);
        int[] target = {12345};
        double[] gradient = new double[classes];
        double[] curvature = new double[classes];
        CrossEntropyLoss.create().curvature(logits, layout, target, Curvature.HESSIAN, gradient, curvature);
        double[] probabilities = Softmax.create().forward(logits, classes);
        for (int c = 0; c < classes; c += 1001) {
            double p = probabilities[c];
            // that product has three roundings of its own
            assertThat(Ulp.distance(curvature[c], p * (1 - p))).isLessThanOrEqualTo(BUDGET + 3);
        }
        ForkJoinPool pool = new ForkJoinPool(3);
        try {
            double[] otherGradient = new double[classes];
            double[] inPlace = logits.clone();
            CrossEntropyLoss.builder().parallel(pool).build()
                    .curvature(inPlace, layout, target, Curvature.FISHER, otherGradient, inPlace);
            Bits.assertSame(otherGradient, gradient, "gradient");
            Bits.assertSame(inPlace, curvature, "second derivatives");
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void oneArrayCannotTakeBoth() {
        double[] logits = new double[3];
        double[] both = new double[3];
        for (ClassLoss loss : new ClassLoss[] {CrossEntropyLoss.create(), NllLoss.create()}) {
            assertThatThrownBy(() -> loss.curvature(logits, Layout.of(1, 3), new int[1], Curvature.HESSIAN, both, both))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("gradient must not be the same array as curvature");
        }
    }
}
