package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.surprisal.RowOperation.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Threads change no bit. The batches are a few times as large as the smallest that is split; the pool has four
 * threads, where the common pool of a small machine may have none to spare.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParallelTest {

    private static final ForkJoinPool POOL = new ForkJoinPool(4);
    private static final ForkJoinPool OTHER_POOL = new ForkJoinPool(3);

    /** Tiles, rows, rows longer than a block, columns; none a multiple of the blocks, some with padding. */
    static List<Layout> layouts() {
        return List.of(Layout.of(18_011, 10), Layout.of(80_001, 2), Layout.of(4_503, 32).at(3).withRowStride(35),
                Layout.of(4_499, 37), Layout.of(171, 1_025).at(1).withRowStride(1_030), Layout.of(41, 5_000),
                Layout.of(3, 140_000), Layout.of(6, 37, 999), Layout.of(5, 300, 129).at(2).withRowStride(300 * 129 + 5),
                Layout.of(200_003, 1));
    }

    @AfterAll
    static void shutDown() {
        POOL.shutdown();
        OTHER_POOL.shutdown();
    }

    // ---- the same bits

    @ParameterizedTest
    @MethodSource("layouts")
    void everyRowHasTheSameBits(Layout layout) {
        RowBank bank = new RowBank(layout.classes(), 21);
        List<RowOperation> sequential = RowOperation.all(bank.weights, RowBank.IGNORED, null);
        List<RowOperation> parallel = RowOperation.all(bank.weights, RowBank.IGNORED, POOL);
        for (int i = 0; i < sequential.size(); i++) {
            RowOperation operation = sequential.get(i);
            Batch batch = bank.batch(layout, operation.input(), i, 0);
            double[] expected = output(operation, layout);
            operation.run(batch, expected);
            double[] actual = output(operation, layout);
            parallel.get(i).run(batch, actual);
            Bits.assertSame(actual, expected, "%s, %s", operation, layout);
            if (!operation.oneForEachSample()) {
                double[] same = batch.input().clone();
                parallel.get(i).run(batch.withInput(same), same);
                Bits.assertSame(same, expected, "%s in place, %s", operation, layout);
            }
        }
    }

    private static double[] output(RowOperation operation, Layout layout) {
        return operation.oneForEachSample() ? RowBank.perSample(layout, 0) : RowBank.padding(layout, 0);
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void reducedLossesHaveTheSameBits(Layout layout) {
        Problem problem = new Problem(layout);
        for (Reduction reduction : Reduction.values()) {
            CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().reduction(reduction).ignoreIndex(-1)
                    .classWeights(problem.weights);
            for (double smoothing : new double[] {0, 0.1}) {
                CrossEntropyLoss sequential = builder.labelSmoothing(smoothing).build();
                for (CrossEntropyLoss parallel : List.of(copy(problem, reduction, smoothing).parallel(POOL).build(),
                        copy(problem, reduction, smoothing).parallel().build())) {
                    problem.assertSame(AnyLoss.of(parallel), problem.solve(AnyLoss.of(sequential)));
                }
            }
            NllLoss.Builder nll = NllLoss.builder().reduction(reduction).ignoreIndex(-1).classWeights(problem.weights);
            Solution expected = problem.solve(AnyLoss.of(nll.build()));
            problem.assertSame(AnyLoss.of(nll.parallel(POOL).build()), expected);
        }
    }

    private static CrossEntropyLoss.Builder copy(Problem problem, Reduction reduction, double smoothing) {
        return CrossEntropyLoss.builder().reduction(reduction).ignoreIndex(-1).classWeights(problem.weights)
                .labelSmoothing(smoothing);
    }

    /** What a loss makes of a problem. */
    private record Solution(double loss, double[] gradient, double ofProbabilities, double[] gradientOfProbabilities) {
    }

    /** Finite logits, some samples ignored. */
    private static final class Problem {

        final Layout layout;
        final double[] logits;
        final int[] indices;
        final double[] probabilities;
        final double[] weights;

        Problem(Layout layout) {
            Random random = new Random(31);
            this.layout = layout;
            this.logits = random.doubles(layout.offset() + layout.batch() * layout.rowStride(), -9, 3).toArray();
            this.indices = random.ints(layout.samples(), -1, layout.classes()).toArray();
            this.probabilities = random.doubles(layout.samples() * layout.classes()).toArray();
            this.weights = random.doubles(layout.classes(), 0.5, 2).toArray();
            for (int i = 0; i < logits.length; i += 1777) {
                logits[i] *= 100; // some samples that need another way
            }
        }

        Solution solve(AnyLoss loss) {
            double[] gradient = new double[logits.length];
            double value = loss.forwardBackward(logits, layout, indices, 0.5, gradient);
            Bits.assertSame(loss.forward(logits, layout, indices), value, "forward beside forwardBackward");
            double[] ofProbabilities = new double[logits.length];
            return new Solution(value, gradient,
                    loss.forwardBackward(logits, layout, probabilities, 0.5, ofProbabilities),
                    ofProbabilities);
        }

        void assertSame(AnyLoss loss, Solution expected) {
            assertEqual(solve(loss), expected);
        }

        static void assertEqual(Solution actual, Solution expected) {
            Bits.assertSame(actual.loss, expected.loss, "loss");
            Bits.assertSame(actual.gradient, expected.gradient, "gradient");
            Bits.assertSame(actual.ofProbabilities, expected.ofProbabilities, "loss of probabilities");
            Bits.assertSame(actual.gradientOfProbabilities, expected.gradientOfProbabilities,
                    "gradient of probabilities");
        }
    }

    @Test
    void anInfiniteOrMissingSampleIsReducedAlike() {
        Problem problem = new Problem(Layout.of(20_011, 10));
        for (double special : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
            double[] logits = problem.logits.clone();
            Arrays.fill(problem.indices, 9_000, 9_010, 3);
            logits[9_005 * 10 + 3] = special;
            double[] expected = new double[logits.length];
            double[] actual = new double[logits.length];
            double loss = CrossEntropyLoss.builder().ignoreIndex(-1).build()
                    .forwardBackward(logits, problem.layout, problem.indices, 1.0, expected);
            assertThat(Double.isFinite(loss)).isFalse();
            Bits.assertSame(CrossEntropyLoss.builder().ignoreIndex(-1).parallel(POOL).build()
                    .forwardBackward(logits, problem.layout, problem.indices, 1.0, actual), loss, "loss");
            Bits.assertSame(actual, expected, "gradient");
        }
    }

    // ---- who calls

    @Test
    void manyThreadsShareOneOperator() throws Exception {
        List<Problem> problems = List.of(new Problem(Layout.of(5_003, 40)), new Problem(Layout.of(601, 300)),
                new Problem(Layout.of(7, 20, 1_201)), new Problem(Layout.of(5, 3)));
        for (boolean parallel : new boolean[] {false, true}) {
            CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().ignoreIndex(-1).labelSmoothing(0.1);
            AnyLoss expectedFrom = AnyLoss.of(builder.build());
            AnyLoss shared = AnyLoss.of(parallel ? builder.parallel(POOL).build() : builder.build());
            List<Solution> expected = problems.stream().map(problem -> problem.solve(expectedFrom)).toList();
            List<Callable<Solution>> calls = new ArrayList<>();
            for (int i = 0; i < 48; i++) {
                Problem problem = problems.get(i % problems.size());
                calls.add(() -> problem.solve(shared));
            }
            ExecutorService threads = Executors.newFixedThreadPool(6);
            try {
                List<Future<Solution>> solutions = threads.invokeAll(calls);
                for (int i = 0; i < solutions.size(); i++) {
                    Problem.assertEqual(solutions.get(i).get(), expected.get(i % problems.size()));
                }
            } finally {
                threads.shutdown();
            }
        }
    }

    @Test
    void fromInsideATaskOfAPool() throws Exception {
        Problem problem = new Problem(Layout.of(20_011, 10));
        Solution expected = problem.solve(AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(-1).build()));
        AnyLoss own = AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(-1).parallel(POOL).build());
        AnyLoss common = AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(-1).parallel().build());
        for (ForkJoinPool caller : List.of(POOL, OTHER_POOL, ForkJoinPool.commonPool())) {
            for (AnyLoss loss : List.of(own, common)) {
                // more tasks than threads: each waits for the parts of its own while the others hold the threads
                List<Future<Solution>> solutions = new ArrayList<>();
                for (int i = 0; i < 9; i++) {
                    solutions.add(caller.submit(() -> problem.solve(loss)));
                }
                for (Future<Solution> solution : solutions) {
                    Problem.assertEqual(solution.get(), expected);
                }
            }
        }
    }

    @Test
    void insideAParallelStream() {
        Problem problem = new Problem(Layout.of(20_011, 10));
        Solution expected = problem.solve(AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(-1).build()));
        AnyLoss loss = AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(-1).parallel(POOL).build());
        IntStream.range(0, 8).parallel().mapToObj(i -> problem.solve(loss))
                .forEach(solution -> Problem.assertEqual(solution, expected));
    }

    // ---- interruption and refusal; what fails in mid-call: FailedCallTest

    @Test
    void interruptionOfTheCallerNeitherStopsNorCorrupts() {
        Problem problem = new Problem(Layout.of(20_011, 10));
        CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().ignoreIndex(-1);
        Solution expected = problem.solve(AnyLoss.of(builder.build()));
        double[] p = Softmax.create().forward(problem.logits, 10);
        for (ForkJoinPool pool : List.of(POOL, ForkJoinPool.commonPool())) {
            AnyLoss loss = AnyLoss.of(builder.parallel(pool).build());
            Softmax softmax = Softmax.builder().parallel(pool).build();
            Thread.currentThread().interrupt();
            try {
                problem.assertSame(loss, expected);
                assertThat(Thread.currentThread().isInterrupted()).as("the flag is left to the caller").isTrue();
                Bits.assertSame(softmax.forward(problem.logits, 10), p, "softmax");
                assertThat(Thread.currentThread().isInterrupted()).as("the flag is left to the caller").isTrue();
            } finally {
                Thread.interrupted();
            }
        }
    }

    @Test
    void interruptionWhileAtWork() throws InterruptedException {
        Problem problem = new Problem(Layout.of(20_011, 10));
        CrossEntropyLoss.Builder builder = CrossEntropyLoss.builder().ignoreIndex(-1);
        Solution expected = problem.solve(AnyLoss.of(builder.build()));
        AnyLoss loss = AnyLoss.of(builder.parallel(POOL).build());
        List<Throwable> failures = new ArrayList<>();
        Thread worker = new Thread(() -> {
            try {
                for (int i = 0; i < 20; i++) {
                    problem.assertSame(loss, expected);
                }
            } catch (Throwable failure) {
                failures.add(failure);
            }
        });
        worker.start();
        while (worker.isAlive()) {
            worker.interrupt();
            Thread.sleep(1);
        }
        worker.join();
        assertThat(failures).isEmpty();
    }

    @Test
    void aRefusedParallelCallWritesNothing() {
        Problem problem = new Problem(Layout.of(20_011, 10));
        problem.indices[20_010] = 10;
        CrossEntropyLoss loss = CrossEntropyLoss.builder().ignoreIndex(-1).parallel(POOL).build();
        double[] gradient = Bits.untouched(problem.logits.length);
        assertThatThrownBy(() -> loss.backward(problem.logits, problem.layout, problem.indices, 1.0, gradient))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets[20010] is 10, but must be in [0, 10); classes are numbered from 0");
        Bits.assertSame(gradient, Bits.untouched(problem.logits.length), "gradient");
    }
}
