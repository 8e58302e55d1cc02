package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same bits everywhere: digests of all results of many configurations, compared with constants.
 *
 * <p>The build runs this test with the scalar and the vector kernels, with vectors of 128 and 256 bits, interpreted, on
 * the module path and on other JDKs. It says nothing about right or wrong, which other tests do; a constant changes
 * only with a change of the arithmetic or of the order of summation, and the changelog names it then.
 *
 * <p>The inputs are made of {@code java.util.Random}'s specified integers by exact operations.
 */
@Tag("bits")
class DigestTest {

    /** One digest for each {@link Part}, in their order. A failure prints what to put here. */
    private static final long[] EXPECTED = {
        0xde808435ec099083L, 0x3e86fdbbd7123e9eL, 0x963924404d6ee1ecL,
        0xddc4d58e3a87deb4L, 0x0ccd0e5b4beea8b7L, 0x79212845510d2d7bL,
        0x347897f4a000617cL, 0xb4369764759b709aL, 0x5ffa5940d4019671L,
        0x4ee6292aa10220e2L};

    private static final long SEED = 20240611;
    private static final int IGNORED = -1;

    /** What a digest is taken of. Each part draws its inputs anew from the same seed. */
    private enum Part {
        FEW_CLASSES {
            @Override
            void run(Session s) {
                for (int classes : new int[] {1, 2, 3, 7, 8, 9, 10, 16, 31, 36}) {
                    s.everything(Layout.of(1 + s.random.nextInt(40), classes), Values.ORDINARY);
                }
            }
        },
        ROWS {
            @Override
            void run(Session s) {
                for (int classes : new int[] {37, 40, 64, 71, 72, 100, 127, 511, 513, 1000}) {
                    s.everything(Layout.of(1 + s.random.nextInt(5), classes), Values.ORDINARY);
                }
            }
        },
        LONG_ROWS {
            @Override
            void run(Session s) {
                for (int classes : new int[] {2047, 2049, 4096, 4103, 6145}) {
                    s.gradients(Layout.of(1, classes), Values.ORDINARY);
                }
            }
        },
        INNER {
            @Override
            void run(Session s) {
                s.everything(Layout.of(2, 10, 13), Values.ORDINARY);
                s.everything(Layout.of(3, 5, 4, 4), Values.ORDINARY);
                s.everything(Layout.of(1, 70, 9), Values.ORDINARY);
                s.everything(Layout.of(1, 3, 130), Values.ORDINARY);
                s.everything(Layout.of(2, 300, 3), Values.ORDINARY);
                s.everything(Layout.alongAxis(0, 12, 7, 5), Values.ORDINARY);
                s.gradients(Layout.of(1, 2100, 2), Values.ORDINARY);
            }
        },
        PADDED {
            @Override
            void run(Session s) {
                s.everything(Layout.of(9, 10).at(3), Values.ORDINARY);
                s.everything(Layout.of(9, 10).withRowStride(17), Values.ORDINARY);
                s.everything(Layout.of(3, 100).at(5).withRowStride(101), Values.ORDINARY);
                s.everything(Layout.of(2, 5, 6).at(1).withRowStride(37), Values.ORDINARY);
                s.everything(Layout.of(2, 90, 3).at(7).withRowStride(300), Values.MIXED);
            }
        },
        OPTIONS {
            @Override
            void run(Session s) {
                for (int classes : new int[] {3, 10, 100}) {
                    for (Reduction reduction : Reduction.values()) {
                        s.weightsAndSmoothing(classes, reduction, 0.0);
                        s.everything(Layout.of(7, classes), Values.ORDINARY);
                        s.weightsAndSmoothing(classes, reduction, 0.1);
                        s.everything(Layout.of(1, classes, 6), Values.ORDINARY);
                    }
                }
            }
        },
        LARGE_AND_SMALL {
            @Override
            void run(Session s) {
                for (Values values : new Values[] {Values.LARGE, Values.HUGE, Values.TAILS}) {
                    s.everything(Layout.of(11, 10), values);
                    s.everything(Layout.of(3, 100), values);
                    s.everything(Layout.of(1, 600), values);
                    s.everything(Layout.of(2, 9, 5), values);
                }
            }
        },
        SPECIAL_VALUES {
            @Override
            void run(Session s) {
                for (double smoothing : new double[] {0.0, 0.2}) {
                    s.weightsAndSmoothing(10, Reduction.SUM, smoothing);
                    s.everything(Layout.of(30, 10), Values.MIXED);
                    s.everything(Layout.of(2, 10, 15), Values.MIXED);
                    s.weightsAndSmoothing(80, Reduction.MEAN, smoothing);
                    s.everything(Layout.of(12, 80), Values.MIXED);
                }
            }
        },
        /** Enough work for {@code parallel()} to split it, by rows and in tiles. */
        LARGE_BATCH {
            @Override
            void run(Session s) {
                s.forwardBackward(Layout.of(14_000, 10), Values.ORDINARY);
                s.forwardBackward(Layout.of(1_400, 101), Values.MIXED);
                s.forwardBackward(Layout.of(14, 100, 101), Values.ORDINARY);
            }
        },
        /** Losses of numbers, sigmoid, and the second derivatives of every loss. */
        NUMBERS {
            @Override
            void run(Session s) {
                for (Values values : Values.values()) {
                    s.binary(Layout.of(70, 5), values);
                    s.binary(Layout.of(3, 2, 9).at(2).withRowStride(23), values);
                    s.curvatures(Layout.of(9, 10), values);
                    s.curvatures(Layout.of(2, 50, 3), values);
                    s.distributions(values);
                }
            }
        };

        abstract void run(Session session);
    }

    @ParameterizedTest
    @EnumSource
    void sequential(Part part) {
        check(part, digest(part, null));
    }

    @ParameterizedTest
    @EnumSource
    void parallel(Part part) {
        ForkJoinPool pool = new ForkJoinPool(3);
        try {
            check(part, digest(part, pool));
        } finally {
            pool.shutdown();
        }
    }

    private static long digest(Part part, ForkJoinPool pool) {
        Session session = new Session(pool);
        part.run(session);
        return session.digest;
    }

    private static void check(Part part, long actual) {
        assertThat(actual).withFailMessage(() -> part + " has other bits on " + Kernels.active() + " kernels. If the"
                + " arithmetic was meant to change:\n" + replacement()).isEqualTo(EXPECTED[part.ordinal()]);
    }

    /** The constants as this VM finds them, three a line. */
    private static String replacement() {
        return Stream.of(Part.values())
                .map(part -> (part.ordinal() % 3 == 0 ? "\n        " : " ")
                        + String.format("0x%016xL", digest(part, null)))
                .collect(Collectors.joining(",", "    private static final long[] EXPECTED = {", "};"));
    }

    /** The logits of a part. */
    private enum Values {
        /** Up to 15: no sample needs care. */
        ORDINARY {
            @Override
            double next(Random random) {
                return 30 * uniform(random);
            }
        },
        /** Around 1e6, where x - max is all that differs. */
        LARGE {
            @Override
            double next(Random random) {
                return 1e6 + 4 * uniform(random);
            }
        },
        /** Up to 1e300. */
        HUGE {
            @Override
            double next(Random random) {
                return 2e300 * uniform(random);
            }
        },
        /** Probabilities down to the subnormal ones and beyond. */
        TAILS {
            @Override
            double next(Random random) {
                return 1500 * uniform(random);
            }
        },
        /** Ordinary ones with an infinity, a NaN, a zero of either sign, or something great or tiny now and then. */
        MIXED {
            @Override
            double next(Random random) {
                switch (random.nextInt(200)) {
                    case 0: return Double.NaN;
                    case 1: return Double.POSITIVE_INFINITY;
                    case 2: case 3: case 4: case 5: case 6: case 7: return Double.NEGATIVE_INFINITY;
                    case 8: return 1e5 * uniform(random);
                    case 9: return -0.0;
                    case 10: return Double.MIN_VALUE * random.nextInt();
                    case 11: return 500;
                    default: return 30 * uniform(random);
                }
            }
        };

        abstract double next(Random random);

        /** In [-1/2, 1/2), a multiple of 2^-53. */
        static double uniform(Random random) {
            return random.nextDouble() - 0.5;
        }
    }

    /** The inputs, the operators and the digest so far. */
    private static final class Session {

        private final Random random = new Random(SEED);
        private final ForkJoinPool pool;
        private final Softmax softmax;
        private final LogSoftmax logSoftmax;
        private CrossEntropyLoss crossEntropy;
        private NllLoss nll;
        private long digest;

        Session(ForkJoinPool pool) {
            this.pool = pool;
            this.softmax = pool == null ? Softmax.create() : Softmax.builder().parallel(pool).build();
            this.logSoftmax = pool == null ? LogSoftmax.create() : LogSoftmax.builder().parallel(pool).build();
            losses(CrossEntropyLoss.builder(), NllLoss.builder());
        }

        private void losses(CrossEntropyLoss.Builder first, NllLoss.Builder second) {
            if (pool != null) {
                first.parallel(pool);
                second.parallel(pool);
            }
            crossEntropy = first.ignoreIndex(IGNORED).build();
            nll = second.ignoreIndex(IGNORED).build();
        }

        void weightsAndSmoothing(int classes, Reduction reduction, double smoothing) {
            double[] weights = array(classes, () -> random.nextInt(8) == 0 ? 0 : 0.25 + random.nextDouble());
            losses(CrossEntropyLoss.builder().classWeights(weights).reduction(reduction).labelSmoothing(smoothing),
                    NllLoss.builder().classWeights(weights).reduction(reduction));
        }

        /** All operators, all forms. */
        void everything(Layout layout, Values values) {
            double[] logits = gradients(layout, values);
            int[] targets = targets(layout);
            double[] distributions = distributions(layout);
            double[] perSample = array(layout.samples(), () -> Values.uniform(random));
            double[] result = new double[logits.length];
            double[] losses = new double[layout.samples()];

            int[] predicted = new int[layout.samples()];
            softmax.predict(logits, layout, predicted);
            add(predicted);

            add(crossEntropy.forward(logits, layout, targets));
            add(crossEntropy.denominator(layout, targets));
            crossEntropy.forwardPerSample(logits, layout, targets, losses);
            add(losses);
            crossEntropy.backwardPerSample(logits, layout, targets, perSample, result);
            add(result);
            add(crossEntropy.forward(logits, layout, distributions));
            crossEntropy.forwardPerSample(logits, layout, distributions, losses);
            add(losses);
            crossEntropy.backwardPerSample(logits, layout, distributions, perSample, result);
            add(result);

            double[] logProbabilities = logits.clone();
            logSoftmax.forward(logProbabilities, layout, logProbabilities);
            Arrays.fill(result, 0.5);
            add(nll.forwardBackward(logProbabilities, layout, targets, 3, result));
            add(result);
            nll.forwardPerSample(logProbabilities, layout, targets, losses);
            add(losses);
            nll.backwardPerSample(logProbabilities, layout, distributions, perSample, result);
            add(result);
            add(nll.forwardBackward(logProbabilities, layout, distributions, 3, result));
            add(result);
        }

        /** The operators that cost most, with their gradients, not in place; returns the logits. */
        double[] gradients(Layout layout, Values values) {
            double[] logits = array(size(layout), () -> values.next(random));
            double[] upstream = array(logits.length, () -> Values.uniform(random));
            double[] result = new double[logits.length];
            Arrays.fill(result, 0.25);

            double[] probabilities = result.clone();
            softmax.forward(logits, layout, probabilities);
            add(probabilities);
            softmax.backward(probabilities, upstream, layout, result);
            add(result);
            double[] logProbabilities = result.clone();
            logSoftmax.forward(logits, layout, logProbabilities);
            add(logProbabilities);
            logSoftmax.backward(logProbabilities, upstream, layout, result);
            add(result);
            crossEntropy.backward(logits, layout, targets(layout), 1.0, result);
            add(result);
            crossEntropy.backward(logits, layout, distributions(layout), 0.75, result);
            add(result);
            return logits;
        }

        /** Training steps, in place. */
        void forwardBackward(Layout layout, Values values) {
            double[] logits = array(size(layout), () -> values.next(random));
            double[] gradient = logits.clone();
            add(crossEntropy.forwardBackward(gradient, layout, targets(layout), 1.0, gradient));
            add(gradient);
            gradient = logits.clone();
            add(crossEntropy.forwardBackward(gradient, layout, distributions(layout), 0.5, gradient));
            add(gradient);
        }

        private <B extends ReductionBuilder<B>> B options(B builder) {
            return pool == null ? builder : builder.parallel(pool);
        }

        /** Binary cross-entropy and sigmoid, all forms. */
        void binary(Layout layout, Values values) {
            double[] logits = array(size(layout), () -> values.next(random));
            int n = layout.samples() * layout.classes();
            double[] targets = array(n, () -> random.nextInt(3) == 0 ? random.nextDouble() : random.nextInt(2));
            double[] weights = array(layout.classes(), random::nextDouble);
            double[] result = logits.clone();
            Sigmoid sigmoid = pool == null ? Sigmoid.create() : Sigmoid.builder().parallel(pool).build();
            sigmoid.forward(logits, layout, result);
            add(result);
            sigmoid.backward(result, logits, layout, result);
            add(result);
            for (double smoothing : new double[] {0, 0.1}) {
                all(options(BinaryCrossEntropyLoss.builder().labelSmoothing(smoothing)
                        .positiveWeights(smoothing == 0 ? new double[] {1} : weights)).build(), logits, layout, targets);
            }
        }

        /** A few distributions, all forms. */
        void distributions(Values values) {
            for (Distribution distribution : List.of(Distribution.gaussian(), Distribution.studentT(),
                    Distribution.poisson(), Distribution.gamma(2), Distribution.negativeBinomial(3))) {
                Layout layout = Layout.of(2, distribution.parameters(), 11);
                double[] outputs = array(size(layout), () -> values.next(random));
                double[] targets = array(22, () -> 1 + random.nextInt(20));
                targets[3] = Double.NaN;
                all(options(DistributionLoss.builder(distribution).ignoreMissing()).build(), outputs, layout, targets);
            }
        }

        private void all(Loss loss, double[] input, Layout layout, double[] targets) {
            double[] gradient = new double[input.length];
            double[] curvature = new double[input.length];
            double[] losses = new double[targets.length];
            add(loss.forwardBackward(input, layout, targets, 0.75, gradient));
            add(gradient);
            loss.forwardPerSample(input, layout, targets, losses);
            add(losses);
            for (Curvature kind : Curvature.values()) {
                loss.curvature(input, layout, targets, kind, gradient, curvature);
                add(gradient);
                add(curvature);
            }
        }

        /** The second derivatives of the losses of classes. */
        void curvatures(Layout layout, Values values) {
            double[] logits = array(size(layout), () -> values.next(random));
            double[] gradient = new double[logits.length];
            double[] curvature = new double[logits.length];
            crossEntropy.curvature(logits, layout, targets(layout), Curvature.HESSIAN, gradient, curvature);
            add(gradient);
            add(curvature);
            crossEntropy.curvature(logits, layout, distributions(layout), Curvature.FISHER, gradient, curvature);
            add(gradient);
            add(curvature);
        }

        private static int size(Layout layout) {
            return layout.offset() + layout.batch() * layout.rowStride() + 3;
        }

        private int[] targets(Layout layout) {
            int[] targets = new int[layout.samples()];
            Arrays.setAll(targets, i -> random.nextInt(6) == 0 ? IGNORED : random.nextInt(layout.classes()));
            return targets;
        }

        private double[] distributions(Layout layout) {
            return array(layout.samples() * layout.classes(),
                    () -> random.nextInt(4) == 0 ? 0 : random.nextDouble() / layout.classes());
        }

        private static double[] array(int length, java.util.function.DoubleSupplier element) {
            double[] array = new double[length];
            Arrays.setAll(array, i -> element.getAsDouble());
            return array;
        }

        private void add(double... values) {
            for (double value : values) {
                add(Double.doubleToLongBits(value)); // one NaN only
            }
        }

        private void add(int... values) {
            for (int value : values) {
                add((long) value);
            }
        }

        /** A multiplication by an odd number and a shift lose nothing, so that no change of one value goes unseen. */
        private void add(long bits) {
            digest = (digest ^ bits) * 0x9e3779b97f4a7c15L;
            digest ^= digest >>> 32;
        }
    }
}
