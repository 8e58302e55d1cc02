package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Binary cross-entropy and sigmoid against big numbers, and at the edges. */
class BinaryCrossEntropyLossTest {

    private static final int SAMPLES = 4000;
    private static final long SEED = 20261121;
    private static final int BUDGET = 2;
    private static final double[] SCALES = {1e-300, 1e-8, 0.1, 1, 5, 30, 300, 1000};

    private static double logit(Random random) {
        return SCALES[random.nextInt(SCALES.length)] * random.nextGaussian();
    }

    private static BigFloat softplus(BigFloat x) {
        // from the side on which the exponential is at most 1
        return x.signum() > 0 ? x.add(x.negate().exp().log1p()) : x.exp().log1p();
    }

    private static BigFloat sigmoid(BigFloat x) {
        return BigFloat.ONE.divide(BigFloat.ONE.add(x.negate().exp()));
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "0, 3.7, 0.01", "0.1, 1, 1", "1e-9, 0.3, 20", "1, 1, 0", "0, 1e-200, 1e200"})
    void everyResultIsWithinItsBudget(double smoothing, double weight, double otherWeight) {
        Random random = new Random(SEED);
        double[] logits = new double[SAMPLES];
        double[] targets = new double[SAMPLES];
        Arrays.setAll(logits, i -> logit(random));
        Arrays.setAll(targets, i -> switch (random.nextInt(4)) {
            case 0 -> random.nextDouble();
            case 1 -> Math.scalb(random.nextDouble(), -random.nextInt(80));
            default -> random.nextInt(2);
        });
        Layout layout = Layout.of(SAMPLES / 2, 2);
        BinaryCrossEntropyLoss loss = BinaryCrossEntropyLoss.builder().labelSmoothing(smoothing)
                .positiveWeights(weight, otherWeight).build();
        double[] losses = new double[SAMPLES];
        double[] gradient = new double[SAMPLES];
        double[] other = new double[SAMPLES];
        double[] hessian = new double[SAMPLES];
        double[] fisher = new double[SAMPLES];
        double[] upstream = new double[SAMPLES];
        Arrays.fill(upstream, 1.0 / 3);
        loss.forwardPerSample(logits, layout, targets, losses);
        loss.backwardPerSample(logits, layout, targets, upstream, gradient);
        loss.curvature(logits, layout, targets, Curvature.FISHER, other, fisher);
        loss.curvature(logits, layout, targets, Curvature.HESSIAN, other, hessian);
        Ulp.Tally ofLosses = new Ulp.Tally();
        Ulp.Tally ofGradients = new Ulp.Tally();
        Ulp.Tally ofSecond = new Ulp.Tally();
        BigFloat total = BigFloat.ZERO;
        for (int i = 0; i < SAMPLES; i++) {
            BigFloat x = BigFloat.of(logits[i]);
            BigFloat w = BigFloat.of(i % 2 == 0 ? weight : otherWeight);
            BigFloat e = BigFloat.of(smoothing);
            BigFloat t = BigFloat.ONE.subtract(e).multiply(BigFloat.of(targets[i]))
                    .add(e.multiply(BigFloat.of(0.5)));
            BigFloat positive = w.multiply(t);
            BigFloat negative = BigFloat.ONE.subtract(t);
            BigFloat exact = positive.multiply(softplus(x.negate())).add(negative.multiply(softplus(x)));
            total = total.add(exact).round();
            ofLosses.add(Ulp.distance(losses[i], exact.toDouble()), logits[i]);
            BigFloat s = sigmoid(x);
            BigFloat c = sigmoid(x.negate());
            BigFloat first = negative.multiply(s);
            BigFloat second = positive.multiply(c);
            ofGradients.add(Ulp.ofMagnitude(other[i], first.subtract(second).toDouble(),
                    BigFloat.max(first, second).toDouble()), logits[i]);
            BigFloat third = BigFloat.of(1.0 / 3);
            ofGradients.add(Ulp.ofMagnitude(gradient[i], first.subtract(second).multiply(third).toDouble(),
                    BigFloat.max(first, second).multiply(third).toDouble()), logits[i]);
            BigFloat both = s.multiply(c);
            ofSecond.add(Ulp.distance(hessian[i], positive.add(negative).multiply(both).toDouble()), logits[i]);
            ofSecond.add(Ulp.distance(fisher[i], w.multiply(s).add(c).multiply(both).toDouble()), logits[i]);
        }
        System.out.println("binary losses: " + ofLosses + "\nbinary gradients: " + ofGradients
                + "\nbinary second derivatives: " + ofSecond);
        assertThat(ofLosses.worst()).isLessThanOrEqualTo(BUDGET);
        assertThat(ofGradients.worst()).isLessThanOrEqualTo(BUDGET);
        assertThat(ofSecond.worst()).isLessThanOrEqualTo(BUDGET);
        Bits.assertClose(loss.forward(logits, layout, targets),
                total.divide(BigFloat.of(SAMPLES)).toDouble(), 1, "mean");
    }

    @Test
    void sigmoidIsWithinItsBudgetInBothTails() {
        Random random = new Random(SEED);
        double[] logits = new double[SAMPLES];
        Arrays.setAll(logits, i -> i % 5 == 0 ? -700 - 50 * random.nextDouble() : logit(random));
        double[] probabilities = Sigmoid.create().forward(logits);
        double[] upstream = new double[SAMPLES];
        Arrays.setAll(upstream, i -> random.nextGaussian());
        double[] gradient = new double[SAMPLES];
        Sigmoid.create().backward(probabilities, upstream, Layout.of(SAMPLES, 1), gradient);
        Ulp.Tally forward = new Ulp.Tally();
        Ulp.Tally backward = new Ulp.Tally();
        for (int i = 0; i < SAMPLES; i++) {
            forward.add(Ulp.distance(probabilities[i], sigmoid(BigFloat.of(logits[i])).toDouble()), logits[i]);
            BigFloat p = BigFloat.of(probabilities[i]);
            backward.add(Ulp.distance(gradient[i], BigFloat.ONE.subtract(p).multiply(p)
                    .multiply(BigFloat.of(upstream[i])).toDouble()), logits[i]);
        }
        System.out.println("sigmoid: " + forward + "\nsigmoid backward: " + backward);
        assertThat(forward.worst()).isLessThanOrEqualTo(1);
        assertThat(backward.worst()).isLessThanOrEqualTo(1);
    }

    @Test
    void sigmoidAtTheEdges() {
        double[] logits = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0,
            Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, 40, -746};
        double[] expected = {Double.NaN, 1, 0, 0.5, 0.5, 0.5, 1, 0, 1, 0};
        Bits.assertSame(Sigmoid.create().forward(logits), expected, "sigmoid");
        Layout layout = Layout.of(2, 2).at(1).withRowStride(3);
        double[] padded = {9, 1000, -1000, 9, 1000, -1000, 9};
        Sigmoid.create().forward(padded, layout, padded);
        Bits.assertSame(padded, new double[] {9, 1, 0, 9, 1, 0, 9}, "padded, in place");
    }

    @ParameterizedTest
    @CsvSource({
        // logit, target, loss, gradient, second derivative
        "NaN, 1, NaN, NaN, NaN", "Infinity, 1, 0, 0, 0", "Infinity, 0, Infinity, 1, 0", "-Infinity, 0, 0, 0, 0",
        "-Infinity, 1, Infinity, -1, 0", "Infinity, 0.25, Infinity, 0.75, 0", "1e308, 0, 1e308, 1, 0",
        "-1e308, 0, 0, 0, 0", "0, 1, 0.6931471805599453, -0.5, 0.25", "-0.0, 0, 0.6931471805599453, 0.5, 0.25"})
    void edges(double logit, double target, double loss, double gradient, double second) {
        double[] x = {1, logit, 1};
        double[] y = {1, target, 1};
        double[] g = new double[3];
        double[] h = new double[3];
        double[] losses = new double[3];
        Layout layout = Layout.of(3, 1);
        BinaryCrossEntropyLoss binary = BinaryCrossEntropyLoss.create();
        binary.forwardPerSample(x, layout, y, losses);
        binary.curvature(x, layout, y, Curvature.HESSIAN, g, h);
        assertThat(new double[] {losses[1], g[1] + 0.0, h[1]}).containsExactly(loss, gradient, second);
        // neighbours are as they are alone
        assertThat(losses[2]).isEqualTo(losses[0]).isEqualTo(binary.forward(new double[] {1}, new double[] {1}));
    }
}
