package io.github.surprisal.internal.kernels;

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
    private static final int[] OFFSETS = {0, 3, 8};
    /** Lengths in units of the narrowest run of a width; those above a block of the kernels as well as below. */
    private static final int[] LENGTHS = {1, 2, 3, 4, 5, 7, 8, 9, 15, 63, 64, 65, 127, 130};

    private static final KernelSet SCALAR = new ScalarKernels();
    private static KernelSet vector;

    @BeforeAll
    static void vectors() {
        assertThat(KernelSelection.active(0)).isNotNull(); // lets this module read the incubator's, where that matters
        vector = KernelCalls.vector().orElse(null);
        assumeTrue(vector != null, "no jdk.incubator.vector");
    }

    /** The arrays that a kernel reads and writes. Which is what depends on the kernel. */
    private static final class Data {

        final double[] a;
        final double[] d;
        final double[] e;
        final Pairs bc = new Pairs(ELEMENTS);
        final Pairs ef = new Pairs(ELEMENTS);
        final Pairs sums = new Pairs(ELEMENTS);
        final Scratch scratch = new Scratch();

        /** Random data of a kind. */
        Data(Kind kind, Random random) {
            a = kind.draw(random, ELEMENTS);
            d = kind.draw(random, ELEMENTS);
            e = kind.draw(random, ELEMENTS);
            for (Pairs pairs : new Pairs[] {bc, ef, sums}) {
                System.arraycopy(kind.draw(random, ELEMENTS), 0, pairs.high, 0, ELEMENTS);
                System.arraycopy(kind.draw(random, ELEMENTS), 0, pairs.low, 0, ELEMENTS);
            }
        }

        /** A copy of all but the memory, which is new. */
        Data(Data of) {
            a = of.a.clone();
            d = of.d.clone();
            e = of.e.clone();
            copy(of.bc, bc);
            copy(of.ef, ef);
            copy(of.sums, sums);
        }

        private static void copy(Pairs from, Pairs to) {
            System.arraycopy(from.high, 0, to.high, 0, ELEMENTS);
            System.arraycopy(from.low, 0, to.low, 0, ELEMENTS);
        }

        void assertSameBits(Data other, String where) {
            assertSameBits(a, other.a, where + ", a");
            assertSameBits(d, other.d, where + ", d");
            assertSameBits(e, other.e, where + ", e");
            assertSameBits(bc.high, other.bc.high, where + ", bc");
            assertSameBits(bc.low, other.bc.low, where + ", bc, low");
            assertSameBits(ef.high, other.ef.high, where + ", ef");
            assertSameBits(ef.low, other.ef.low, where + ", ef, low");
            assertSameBits(sums.high, other.sums.high, where + ", sums");
            assertSameBits(sums.low, other.sums.low, where + ", sums, low");
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
    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private enum Kernel {
        EXPONENTIALS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                k.exponentials(x.a, magics(0), r.n, x.bc, x.scratch);
            }
        },
        EXPONENTIALS_SCALED {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                k.exponentials(x.a, magics(512 + 300), r.n, x.bc, x.scratch);
            }
        },
        EXP_SUM_OF_ROWS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                int n = Math.max(1, r.n - r.column); // not only whole vectors
                // less than STRIPES elements are those of a single row
                int rows = n < KernelSet.STRIPES ? 1 : Math.min(5, (ELEMENTS - r.from) / r.n);
                int[] from = {3 * r.n, 0, 2 * r.n, 4 * r.n, r.n};
                int[] known = IntStream.of(from).filter(at -> at < rows * r.n).toArray();
                double magnitude = k.expSumOfRows(x.a, known, r.from, rows, n, magics(0), x.d, 0, r.n, x.sums,
                        x.scratch);
                x.a[0] = magnitude;
            }
        },
        EXP_SUM_OF_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                x.a[0] = k.expSumOfTile(x.a, r.n, r.width, 1, magics(0), x.d, r.from, x.sums, x.scratch);
            }
        },
        EXP_SUM_OF_STRIPED_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                int width = Math.min(r.width, KernelSet.BLOCK / KernelSet.STRIPES);
                x.a[0] = k.expSumOfTile(x.a, r.n, width, KernelSet.STRIPES, magics(300), x.d, r.from, x.sums,
                        x.scratch);
            }
        },
        SINGLE_EXP_SUM_OF_ROWS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                int n = Math.max(1, r.n - r.column); // not only whole vectors
                // less than STRIPES elements are those of a single row
                int rows = n < KernelSet.STRIPES ? 1 : Math.min(5, (ELEMENTS - r.from) / r.n);
                int[] from = {3 * r.n, 0, 2 * r.n, 4 * r.n, r.n};
                int[] known = IntStream.of(from).filter(at -> at < rows * r.n).toArray();
                double magnitude = k.singleExpSumOfRows(floats(x.a), known, r.from, rows, n, magics(0), x.d, 0, r.n, x.sums,
                        x.scratch);
                x.a[0] = magnitude;
            }
        },
        SINGLE_EXP_SUM_OF_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                x.a[0] = k.singleExpSumOfTile(x.a, r.n, r.width, 1, magics(0), x.d, r.from, x.sums, x.scratch);
            }
        },
        SINGLE_EXP_SUM_OF_STRIPED_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                int width = Math.min(r.width, KernelSet.BLOCK / KernelSet.STRIPES);
                x.a[0] = k.singleExpSumOfTile(x.a, r.n, width, KernelSet.STRIPES, magics(300), x.d, r.from, x.sums,
                        x.scratch);
            }
        },
        SINGLE_EXPONENTIALS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                clampForExp(x.a);
                k.singleExponentials(x.a, magics(0), r.n, x.d, x.scratch);
            }
        },
        SCALE_ROWS_TO_FLOATS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                float[] floats = new float[r.from + r.n];
                k.scaleRowsToFloats(x.a, 0, r.n, 1, r.n, x.bc, new boolean[1], floats, new int[1], r.from, x.scratch);
                k.widen(floats, r.from, x.d, 0, r.n);
            }
        },
        CASTS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                float[] floats = new float[r.from + r.n];
                k.narrow(x.a, 0, floats, r.from, r.n);
                k.widen(floats, r.from, x.d, 0, r.n);
            }
        },
        SUM_OF_ROWS(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.sumOfRows(x.a, x.d, Math.min(5, ELEMENTS / r.n), r.n, r.n, x.sums, x.scratch);
            }
        },
        SUM_OF_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.sumOfTile(x.a, x.d, r.n, r.width, 1, x.sums, x.scratch);
            }
        },
        SUM_OF_STRIPED_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                int width = Math.min(r.width, KernelSet.BLOCK / KernelSet.STRIPES);
                k.sumOfTile(x.a, x.d, r.n, width, KernelSet.STRIPES, x.sums, x.scratch);
            }
        },
        SCALE_TILE(true) {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.scaleTile(x.a, r.from, r.n, r.width, x.sums, x.d, x.scratch);
            }
        },
        SCALE_ROWS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                int n = r.n - r.column; // not only whole vectors
                int rows = Math.min(5, (ELEMENTS - r.from) / r.n);
                int[] to = {0, r.n, 2 * r.n, 3 * r.n, 4 * r.n};
                boolean[] skip = {false, true, false, false, true};
                k.scaleRows(x.a, r.from, r.n, rows, n, x.sums, skip, x.d, to, r.column, x.scratch);
            }
        },
        SCALE_ROWS_IN_PLACE {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.scaleRows(x.a, 0, r.n, 1, r.n, x.sums, new boolean[1], x.a, new int[1], 0, x.scratch);
            }
        },
        EXTREMES_OF_ROWS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                int n = Math.max(1, r.n - r.column); // not only whole vectors
                int rows = Math.min(5, (ELEMENTS - r.from) / r.n);
                k.extremesOfRows(x.a, new int[] {0, r.n, 2 * r.n, 3 * r.n, 4 * r.n}, r.from, rows, n, x.d, x.e, r.column,
                        x.scratch);
                for (int i = 0; i < x.d.length; i++) {
                    x.d[i] += 0.0; // which of two zeros is greater is left open
                    x.e[i] += 0.0;
                }
            }
        },
        LOGS {
            @Override
            void run(KernelSet k, Data x, Run r) {
                k.logs(Math.min(r.n, KernelSet.BLOCK), x.bc, x.sums, x.ef, x.scratch);
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

        private static double[] magics(int scale) {
            double[] magic = new double[ELEMENTS];
            Arrays.setAll(magic, i -> KernelCalls.magic(scale + i % 3));
            return magic;
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
            for (int width = kernel.sums ? KernelSet.STRIPES : 1; width <= KernelSet.BLOCK / 2; width = next(width)) {
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
