package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random floats against the same numbers as doubles: the double methods are within 2 ulp of a double of the exact
 * value, which is enough to judge floats.
 *
 * <p>{@code -Dsurprisal.oracle.floats=10000000} sets how many logits are drawn.
 */
class FloatOracleTest {

    private static final long VALUES = Long.getLong("surprisal.oracle.floats", 60_000);
    private static final int SEED = 20240711;
    /** Half an ulp is a correctly rounded result; the rest is what a few 2^-43 are in the ulp of a float. */
    private static final double BUDGET = 0.5001;
    private static final double LOSS = 0x1p-44;

    private final Random random = new Random(SEED);
    private final Tally tally = new Tally();

    /** The results of one quantity. */
    private static final class Tally {
        private long count;
        private long subnormal;
        private long misrounded;
        private double worst;

        /** Judges floats by doubles; differences by the larger of their terms, others by themselves. */
        void add(float[] actual, double[] exact, double[] magnitude, String what) {
            assertThat(actual).hasSameSizeAs(exact);
            for (int i = 0; i < exact.length; i++) {
                float nearest = (float) exact[i];
                count++;
                if (Float.compare(actual[i] + 0.0f, nearest + 0.0f) == 0) {
                    worst = Double.isFinite(exact[i]) && !Float.isInfinite(nearest)
                            ? Math.max(worst, Math.abs(actual[i] - exact[i]) / Math.ulp(nearest)) : worst;
                    subnormal += nearest != 0 && Math.abs(nearest) < Float.MIN_NORMAL ? 1 : 0;
                    continue;
                }
                misrounded++;
                double error = Math.abs(actual[i] - exact[i]) / Math.ulp((float) Math.max(magnitude[i], Math.abs(nearest)));
                worst = Math.max(worst, error);
                assertThat(error).as("%s: ulp of [%d] = %s, exactly %s", what, i, actual[i], exact[i])
                        .isLessThanOrEqualTo(BUDGET);
            }
        }

        void report(String name) {
            System.out.printf("floats, %-30s %d results, %d subnormal, %d misrounded, worst %.7f ulp%n", name, count,
                    subnormal, misrounded, worst);
        }
    }

    private interface Check {
        void batch(Layout layout, float[] floats, double[] doubles, String what);
    }

    private void forEachBatch(String name, Check check) {
        for (long drawn = 0, batch = 0; drawn < VALUES; batch++) {
            int classes = 1 + (int) Math.pow(10, random.nextDouble() * (batch % 50 == 0 ? 4 : 2.6));
            int samples = 1 + random.nextInt(Math.max(1, 400 / classes) + 3);
            int inner = random.nextInt(4) == 0 ? 3 : 1;
            Layout layout = inner == 1 ? Layout.of(samples, classes) : Layout.of(samples, classes, inner);
            float[] floats = new float[layout.samples() * classes];
            double scale = Math.pow(10, random.nextDouble() * 5 - 2);
            double offset = random.nextInt(3) == 0 ? scale * random.nextGaussian() * 10 : 0;
            for (int i = 0; i < floats.length; i++) {
                floats[i] = random.nextInt(1000) == 0 ? Float.NEGATIVE_INFINITY
                        : (float) (offset + scale * random.nextGaussian());
            }
            check.batch(layout, floats, FloatArrays.widen(floats), "batch " + batch);
            drawn += floats.length;
        }
        tally.report(name);
    }

    @Test
    void softmax() {
        forEachBatch("softmax", (layout, floats, doubles, what) -> {
            double[] exact = new double[doubles.length];
            Softmax.create().forward(doubles, layout, exact);
            Softmax.create().forward(floats, layout, floats);
            tally.add(floats, exact, exact, what);
        });
    }

    @Test
    void logSoftmax() {
        forEachBatch("log-softmax", (layout, floats, doubles, what) -> {
            double[] exact = new double[doubles.length];
            LogSoftmax.create().forward(doubles, layout, exact);
            Arrays.setAll(exact, i -> belowTie(exact[i]));
            LogSoftmax.create().forward(floats, layout, floats);
            tally.add(floats, exact, new double[exact.length], what);
        });
    }

    /** Half-way between two floats lies x - max alone; what is subtracted from it was less than the double shows. */
    private static double belowTie(double logProbability) {
        return Math.abs(logProbability - (float) logProbability) == 0.5 * Math.ulp((float) logProbability)
                ? Math.nextDown(logProbability) : logProbability;
    }

    @Test
    void crossEntropyOfIndices() {
        CrossEntropyLoss loss = CrossEntropyLoss.builder().ignoreIndex(-1).build();
        forEachBatch("gradient of indices", (layout, floats, doubles, what) -> {
            int[] targets = random.ints(layout.samples(), -1, layout.classes()).toArray();
            double factor = Math.scalb(1 + random.nextDouble(), random.nextInt(60) - 30);
            double[] exact = new double[doubles.length];
            double right = loss.forwardBackward(doubles, layout, targets, factor, exact);
            double value = loss.forwardBackward(floats, layout, targets, factor, floats);
            assertClose(value, right, what);
            tally.add(floats, exact, new double[exact.length], what);
        });
    }

    /** Weights too, and factors that keep a power of 2 back, so that results of floats are in their range again. */
    @Test
    void crossEntropyOfIndicesPerSample() {
        forEachBatch("gradient per sample", (layout, floats, doubles, what) -> {
            double[] weights = random.doubles(layout.classes(), 0.1, 2).toArray();
            CrossEntropyLoss loss = CrossEntropyLoss.builder().classWeights(weights).build();
            int[] targets = random.ints(layout.samples(), 0, layout.classes()).toArray();
            double[] factors = new double[layout.samples()];
            Arrays.setAll(factors, i -> random.nextInt(9) == 0 ? 1e250 : random.nextInt(9) == 0 ? 1e-100
                    : random.nextGaussian());
            double[] right = new double[layout.samples()];
            double[] losses = new double[layout.samples()];
            loss.forwardPerSample(doubles, layout, targets, right);
            loss.forwardPerSample(floats, layout, targets, losses);
            for (int i = 0; i < right.length; i++) {
                assertClose(losses[i], right[i], what);
            }
            double[] exact = new double[doubles.length];
            loss.backwardPerSample(doubles, layout, targets, factors, exact);
            loss.backwardPerSample(floats, layout, targets, factors, floats);
            tally.add(floats, exact, new double[exact.length], what);
        });
    }

    @Test
    void crossEntropyOfProbabilities() {
        CrossEntropyLoss loss = CrossEntropyLoss.builder().labelSmoothing(0.1).reduction(Reduction.SUM).build();
        forEachBatch("gradient of probabilities", (layout, floats, doubles, what) -> {
            float[] targets = new float[floats.length];
            for (int i = 0; i < targets.length; i++) {
                targets[i] = random.nextInt(4) == 0 ? 0 : random.nextFloat() / layout.classes();
            }
            double[] exact = new double[doubles.length];
            double right = loss.forwardBackward(doubles, layout, FloatArrays.widen(targets), 1.0, exact);
            double value = loss.forwardBackward(floats, layout, targets, 1.0, floats);
            assertClose(value, right, what);
            double[] magnitude = new double[exact.length];
            Arrays.setAll(magnitude, i -> 0.9 * targets[i] + 0.1 / layout.classes());
            tally.add(floats, exact, magnitude, what);
        });
    }

    private static void assertClose(double actual, double exact, String what) {
        if (Double.compare(actual, exact) != 0) {
            assertThat(Math.abs(actual - exact)).as("%s: %s, exactly %s", what, actual, exact)
                    .isLessThanOrEqualTo(LOSS * Math.abs(exact) + Double.MIN_VALUE);
        }
    }
}
