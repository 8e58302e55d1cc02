package io.github.surprisal;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A call depends on no thread but its own: pools whose tasks all call operators of each other's pool, more tasks than
 * threads, come to an end.
 */
class DeadlockTest {

    private static final int ROUNDS = 40;
    private static final int TASKS = 20;

    static List<Layout> layouts() {
        return List.of(Layout.of(1, 200_000), Layout.of(3, 200_000), Layout.of(20_000, 10));
    }

    /** Logits, and what a sequential call makes of them. */
    private static final class Problem {

        final double[] logits;
        final int[] targets;
        final Layout layout;
        final double loss;
        final double[] gradient;

        Problem(Layout layout) {
            this.layout = layout;
            this.logits = new Random(5).doubles((long) layout.samples() * layout.classes(), -5, 5).toArray();
            this.targets = new int[layout.samples()];
            this.gradient = new double[logits.length];
            this.loss = CrossEntropyLoss.create().forwardBackward(logits, layout, targets, 1.0, gradient);
        }

        void check(CrossEntropyLoss operator) {
            double[] actual = new double[logits.length];
            Bits.assertSame(operator.forwardBackward(logits, layout, targets, 1.0, actual), loss, "loss");
            Bits.assertSame(actual, gradient, "gradient");
        }
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void poolsThatCallEachOther(Layout layout) {
        Problem problem = new Problem(layout);
        ForkJoinPool first = new ForkJoinPool(2);
        ForkJoinPool second = new ForkJoinPool(2);
        CrossEntropyLoss onFirst = CrossEntropyLoss.builder().parallel(first).build();
        CrossEntropyLoss onSecond = CrossEntropyLoss.builder().parallel(second).build();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Caller.run(() -> {
                    List<ForkJoinTask<?>> tasks = new ArrayList<>();
                    for (int i = 0; i < TASKS; i++) {
                        tasks.add(first.submit(() -> problem.check(onSecond)));
                        tasks.add(second.submit(() -> problem.check(onFirst)));
                    }
                    for (ForkJoinTask<?> task : tasks) {
                        task.get();
                    }
                });
            }
        } finally {
            first.shutdownNow();
            second.shutdownNow();
        }
    }

    /** All threads of the pool are held by somebody else until the call is over. */
    @ParameterizedTest
    @MethodSource("layouts")
    void aPoolThatIsBusy(Layout layout) {
        Problem problem = new Problem(layout);
        ForkJoinPool pool = new ForkJoinPool(2);
        CountDownLatch over = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            pool.execute(() -> {
                try {
                    over.await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try {
            Caller.run(() -> problem.check(CrossEntropyLoss.builder().parallel(pool).build()));
        } finally {
            over.countDown();
            pool.shutdown();
        }
    }

    /** Three pools in a ring, each task a caller of the next pool inside a call of its own. */
    @Test
    void aRingOfPools() {
        Problem problem = new Problem(Layout.of(1, 200_000));
        List<ForkJoinPool> pools = List.of(new ForkJoinPool(1), new ForkJoinPool(2), new ForkJoinPool(2));
        List<CrossEntropyLoss> operators = pools.stream()
                .map(pool -> CrossEntropyLoss.builder().parallel(pool).build()).toList();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Caller.run(() -> {
                    List<ForkJoinTask<?>> tasks = new ArrayList<>();
                    for (int i = 0; i < 3 * 7; i++) {
                        CrossEntropyLoss next = operators.get((i + 1) % 3);
                        tasks.add(pools.get(i % 3).submit(() -> problem.check(next)));
                    }
                    for (ForkJoinTask<?> task : tasks) {
                        task.get();
                    }
                });
            }
        } finally {
            pools.forEach(ForkJoinPool::shutdownNow);
        }
    }
}
