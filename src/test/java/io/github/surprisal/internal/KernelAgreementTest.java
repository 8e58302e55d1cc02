package io.github.surprisal.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The scalar and the vector kernels give the same bits, whatever the data, the length, the width and the offset; NaN is
 * equal to NaN. Runs where the vector kernels can.
 */
@Tag("bits")
class KernelAgreementTest {

    private static final long SEED = 20240609;
    private static final int ELEMENTS = 4 * KernelSet.BLOCK;
    private static final int COLUMNS = 2 * ELEMENTS;
    private static final int[] OFFSETS = {0, 3, 8};
    /** Lengths in units of the narrowest run of a width; those above a block of the kernels as well as below. */
    private static final int[] LENGTHS = {1, 2, 3, 4, 5, 7, 8, 9, 15, 63, 64, 65, 127, 130};

    private static final KernelSet SCALAR = new ScalarKernels();
    private static KernelSet vector;

    @BeforeAll
    static void vectors() {
        assertThat(KernelSelection.ACTIVE).isNotNull(); // lets this module read the incubator's, where that matters
        vector = KernelCalls.vector().orElse(null);
        assumeTrue(vector != null, "no jdk.incubator.vector");
    }

    /** The arrays that a kernel reads and writes. Which is what depends on the kernel. */
    private static final class Data {

        /** By element. */
        final double[] a;
        final double[] b;
        final double[] c;
        final double[] d;
        final double[] e;
        final double[] f;
        /** By column. */
        final double[][] column = new double[5][];
        final double[][] memory = KernelCalls.memory();

        /** Random data of a kind. */
        Data(Kind kind, Random random) {
            a = kind.draw(random, ELEMENTS);
            b = kind.draw(random, ELEMENTS);
            c = kind.draw(random, ELEMENTS);
            d = kind.draw(random, ELEMENTS);
            e = kind.draw(random, ELEMENTS);
            f = kind.draw(random, ELEMENTS);
            Arrays.setAll(column, i -> kind.draw(random, COLUMNS));
        }

        /** A copy of all but the memory, which is new. */
        Data(Data of) {
            a = of.a.clone();
            b = of.b.clone();
            c = of.c.clone();
            d = of.d.clone();
            e = of.e.clone();
            f = of.f.clone();
            Arrays.setAll(column, i -> of.column[i].clone());
        }

        void assertSameBits(Data other, String where) {
            assertSameBits(a, other.a, where + ", a");
            assertSameBits(b, other.b, where + ", b");
            assertSameBits(c, other.c, where + ", c");
            assertSameBits(d, other.d, where + ", d");
            assertSameBits(e, other.e, where + ", e");
            assertSameBits(f, other.f, where + ", f");
            for (int i = 0; i < column.length; i++) {
                assertSameBits(column[i], other.column[i], where + ", column[" + i + "]");
            }
        }

        private static void assertSameBits(double[] scalar, double[] vector, String where) {
            // Arrays.equals compares by doubleToLongBits: one NaN, two zeros
            if (!Arrays.equals(scalar, vector)) {
                int i = Arrays.mismatch(scalar, vector);
                throw new AssertionError(String.format("%s[%d]: scalar %a, vector %a", where, i, scalar[i], vector[i]));
            }
        }
    }

    private enum Kind {
        ORDINARY {
            @Override
            double next(Random random) {
                return 60 * (random.nextDouble() - 0.5);
            }
        },
        /** All magnitudes, subnormal ones included, and some NaN. */
        ANY_BITS {
            @Override
            double next(Random random) {
                return Double.longBitsToDouble(random.nextLong());
            }
        },
        SUBNORMAL {
            @Override
            double next(Random random) {
                return Double.longBitsToDouble(random.nextLong() & 0x800fffffffffffffL);
            }
        },
        /** Every special value beside every other in every lane. */
        SPECIAL {
            @Override
            double next(Random random) {
                return SPECIAL_VALUES[random.nextInt(SPECIAL_VALUES.length)];
            }
        },
        /** A special value now and then, in each lane. */
        MIXED {
            @Override
            double next(Random random) {
                return (random.nextInt(16) == 0 ? SPECIAL : ORDINARY).next(random);
            }
        };

        private static final double[] SPECIAL_VALUES = {0.0, -0.0, 1, -1, Double.MIN_VALUE, -Double.MIN_VALUE,
            0x1.8p-1030, Double.MIN_NORMAL, -Double.MIN_NORMAL, 1e300, -1e300, Double.MAX_VALUE, -Double.MAX_VALUE,
            Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 709.7, -745.1, 200, -300, 0x1p-53, 0x1p52};

        abstract double next(Random random);

        double[] draw(Random random, int length) {
            double[] values = new double[length];
            Arrays.setAll(values, i -> next(random));
            return values;
        }
    }

    /** Where a run lies. */
    private record Run(int from, int n, int width, int column) {
    }

    /** Each method of {@link KernelSet}, some also with an output that is an input. */
    private enum Kernel {
        MAGNITUDES {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.magnitudes(x.a, r.from, r.n, r.width, x.column[0], r.column);
            }
        },
        EXPONENTIALS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                x.column[0][0] = k.exponentials(x.a, x.b, x.c, r.n, KernelCalls.magic(0), x.memory);
            }
        },
        EXPONENTIALS_SCALED_IN_PLACE {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                x.column[0][0] = k.exponentials(x.a, x.a, x.b, r.n, KernelCalls.magic(512 + 300), x.memory);
            }
        },
        EXPONENTIALS_OF_ROWS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                int n = Math.max(KernelSet.STRIPES, r.n - r.column); // not only whole vectors
                int rows = Math.min(5, (ELEMENTS - r.from) / r.n);
                int[] from = {3 * r.n, 0, 2 * r.n, 4 * r.n, r.n};
                int[] known = IntStream.of(from).filter(at -> at < rows * r.n).toArray();
                x.column[0][0] = k.exponentialsOfRows(
                        x.a, known, r.from, rows, n, x.b, x.c, r.n, KernelCalls.magic(0), x.memory);
                for (int row = 0; row < rows; row++) {
                    // what is left of a stride is free
                    Arrays.fill(x.b, row * r.n + n, row * r.n + r.n, 0.0);
                    Arrays.fill(x.c, row * r.n + n, row * r.n + r.n, 0.0);
                }
            }
        },
        EXP_SUMS(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                int runs = Math.min(5, ELEMENTS / r.n);
                k.expSums(x.a, x.b, false, runs, r.n, r.width, x.column[0], x.column[1], x.memory);
            }
        },
        EXP_SUMS_AND_SIGNS(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                int runs = Math.min(5, ELEMENTS / r.n);
                k.expSums(x.a, x.b, true, runs, r.n, r.width, x.column[0], x.column[1], x.memory);
            }
        },
        SCALE_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.scaleTile(x.a, r.n, r.width, x.column[0], x.column[1], x.memory);
            }
        },
        SCALE_ROWS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                int n = r.n - r.column; // not only whole vectors
                int rows = Math.min(5, (ELEMENTS - r.from) / r.n);
                int[] to = {0, r.n, 2 * r.n, 3 * r.n, 4 * r.n};
                boolean[] skip = {false, true, false, false, true};
                k.scaleRows(x.a, r.from, r.n, rows, n, x.column[0], x.column[1], skip, x.b, to, r.column, x.memory);
            }
        },
        SCALE_ROWS_IN_PLACE {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.scaleRows(x.a, 0, r.n, 1, r.n, x.column[0], x.column[1], new boolean[1], x.a, new int[1], 0,
                        x.memory);
            }
        },
        SCALE_MINUS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.scaleMinus(x.a, x.b, x.c, r.from, r.n, r.width, x.column[0], x.column[1], x.column[2], x.column[3],
                        r.column, x.memory);
            }
        },
        LOG_PROBABILITIES {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.logProbabilities(x.a, r.from, r.n, r.width, x.column[0], x.column[1], x.column[2], r.column,
                        x.memory);
            }
        },
        LOGS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                int n = Math.min(r.n, KernelSet.BLOCK);
                k.logs(n, x.a, x.b, x.c, x.d, x.e, x.f, x.memory);
            }
        },
        QUOTIENTS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.quotients(r.n, x.a, x.b, x.c, x.d, x.e, x.f);
            }
        },
        QUOTIENTS_IN_PLACE {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.quotients(r.n, x.a, x.b, x.c, x.d, x.a, x.b);
            }
        },
        SUMS(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.sums(x.a, r.from, r.n, r.width, x.column[0], x.column[1], x.memory);
            }
        },
        SURPRISALS(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.surprisals(x.a, x.b, x.c, r.from, r.n, r.width, x.column[4],
                        x.column[0], x.column[1], x.column[2], x.column[3], x.memory);
            }
        },
        SOFTMAX_SUMS(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.softmaxSums(x.a, x.b, r.from, r.n, r.width, x.column[4],
                        x.column[0], x.column[1], x.column[2], x.column[3], x.memory);
            }
        },
        SOFTMAX_PRODUCT {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.softmaxProduct(x.a, x.b, r.from, r.n, r.width, x.column[4],
                        x.column[0], x.column[1], x.column[2], x.column[3], r.column, x.memory);
            }
        },
        MINUS_PRODUCT {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.minusProduct(x.a, x.b, x.c, r.from, r.n, r.width, x.column[0], x.column[1], r.column, x.memory);
            }
        };

        /** Whether it adds up: not for runs of one column, and with columns that begin at 0. */
        private final boolean sums;

        Kernel() {
            this(false);
        }

        Kernel(boolean sums) {
            this.sums = sums;
        }

        abstract void run(KernelSet kernels, Data data, Run run);

        /** Finite x so far beyond the domain may overflow the shift itself; no result of such an x is ever used. */
        private static void clampForExp(double[] x) {
            for (int i = 0; i < x.length; i++) {
                if (Math.abs(x[i]) > 0x1p40 && !Double.isInfinite(x[i])) {
                    x[i] = Math.copySign(0x1p40, x[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sameBits(Kernel kernel) {
        Random random = new Random(SEED);
        int compared = 0;
        for (Kind kind : Kind.values()) {
            Data data = new Data(kind, random);
            for (int width = kernel.sums ? KernelSet.STRIPES : 1; width <= KernelSet.BLOCK; width = next(width)) {
                for (int length : LENGTHS) {
                    int from = OFFSETS[random.nextInt(OFFSETS.length)];
                    int n = length * Math.max(width, KernelSet.STRIPES);
                    if (from + n <= ELEMENTS - KernelSet.STRIPES) {
                        int column = kernel.sums ? 0 : OFFSETS[random.nextInt(OFFSETS.length)];
                        compare(kernel, kind, data, new Run(from, n, width, column));
                        compared++;
                    }
                }
            }
        }
        assertThat(compared).as("comparisons").isGreaterThan(200);
    }

    /** Both sets copy every element to its place, and touch nothing else. */
    @Test
    void transpose() {
        double[] source = new Random(SEED).doubles(3_000).toArray();
        int[] sides = {1, 2, 5, 7, 8, 9, 10, 12, 13, 16, 21, 36};
        for (int n : sides) {
            for (int m : sides) {
                for (int[] steps : new int[][] {{1, 1}, {1, 3}, {2, 1}}) {
                    int[] from = IntStream.range(0, n).map(i -> (n - 1 - i) * (m * steps[0] + 1)).toArray();
                    int[] to = IntStream.range(0, m).map(j -> j * (n * steps[1] + 2)).toArray();
                    double[] expected = new double[m * (n * steps[1] + 2) + 10];
                    for (int i = 0; i < n; i++) {
                        for (int j = 0; j < m; j++) {
                            expected[to[j] + 4 + i * steps[1]] = source[from[i] + 3 + j * steps[0]];
                        }
                    }
                    for (KernelSet kernels : new KernelSet[] {SCALAR, vector}) {
                        double[] target = new double[expected.length];
                        kernels.transpose(source, from, 3, steps[0], n, target, to, 4, steps[1], m);
                        assertThat(target).as("%s, %d x %d", kernels.name(), n, m).containsExactly(expected);
                    }
                }
            }
        }
    }

    private static int next(int width) {
        return width == 1 ? KernelSet.STRIPES : 2 * width;
    }

    private static void compare(Kernel kernel, Kind kind, Data data, Run run) {
        Data scalar = new Data(data);
kernel.run(SCALAR, scalar, run);
        Data vectorized = new Data(data);
        kernel.run(vector, vectorized, run);
        scalar.assertSameBits(vectorized, kernel + " of " + kind + " data, " + run + ", seed " + SEED);
    }
}
