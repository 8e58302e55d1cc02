package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinPool.ForkJoinWorkerThreadFactory;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which threads work on a call, for equal bits cannot show it: every operation is spread over the threads of its pool
 * where there are many rows, few long ones, or one; and a small call uses none of them.
 *
 * <p>Seen from outside, by the stacks of the pool's threads while a call is repeated: a thread takes part if a frame of
 * the library is on its stack. A sample may miss it, so calls go on until it was seen.
 */
class ThreadsTest {

    private static final String LIBRARY = "io.github.surprisal.internal.";
    private static final int THREADS = 2;
    /** A thread that takes part is seen within some milliseconds; one that never does is waited for so long. */
    private static final long LIMIT_NANOS = 4_000_000_000L;

    /**
     * What reads one number of a row and writes none: there is nothing to share. And what writes zeros faster than this
     * test narrows its arrays to floats: it is hardly ever seen.
     */
    private static final Set<String> ONE_ELEMENT = Set.of("nll per sample, indices, [1, 1000000]",
            "NLL mean, indices, [1, 1000000]", "float nll per sample, indices, [1, 1000000]",
            "FLOAT_NLL mean, indices, [1, 1000000]", "float nll gradient, indices, [1, 1000000]");

    /** A pool that remembers the threads it was given. */
    private static final class ObservedPool {

        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        final ForkJoinPool pool;

        ObservedPool() {
            ForkJoinWorkerThreadFactory factory = of -> {
                ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(of);
                threads.add(thread);
                return thread;
            };
            pool = new ForkJoinPool(THREADS, factory, null, false);
        }
    }

    static Stream<Reference> large() {
        return Stream.of(Layout.of(20_011, 10), Layout.of(2_500, 100), Layout.of(3, 200_000), Layout.of(4, 150, 1_000),
                Layout.of(1, 1_000_000)).map(Reference::new);
    }

    @ParameterizedTest
    @MethodSource("large")
    void everyOperationIsSpread(Reference reference) {
        List<String> alone = IntStream.range(0, reference.size())
                .filter(i -> !ONE_ELEMENT.contains(reference.name(i)) && participants(reference, i) < 2)
                .mapToObj(reference::name).toList();
        assertThat(alone).as("operations that one thread did alone").isEmpty();
    }

    /** How many threads were seen at work on an operation, the caller being one; two are enough. */
    private static int participants(Reference reference, int operation) {
        ObservedPool observed = new ObservedPool();
        List<RowOperation> parallel = reference.operations(observed.pool);
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        double[] out = reference.output(operation);
        boolean[] enough = new boolean[1];
        Caller caller = Caller.start(() -> {
            long end = System.nanoTime() + LIMIT_NANOS;
            while (!Thread.interrupted() && System.nanoTime() < end) {
                reference.run(parallel, operation, out);
            }
        });
        while (caller.thread().isAlive() && !enough[0]) {
            observe(caller.thread(), seen);
            observed.threads.forEach(thread -> observe(thread, seen));
            enough[0] = seen.size() >= 2;
        }
        caller.thread().interrupt();
        caller.join();
        observed.pool.shutdown();
        reference.assertRight(operation, out, "while observed");
        return seen.size();
    }

    private static void observe(Thread thread, Set<Thread> seen) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().startsWith(LIBRARY)) {
                seen.add(thread);
                return;
            }
        }
    }

    @Test
    void aSmallCallStaysOnItsThread() {
        for (Layout layout : List.of(Layout.of(1, 10), Layout.of(64, 10), Layout.of(1, 1_000), Layout.of(2, 5, 50))) {
            Reference reference = new Reference(layout);
            ObservedPool observed = new ObservedPool();
            List<RowOperation> parallel = reference.operations(observed.pool);
            for (int i = 0; i < reference.size(); i++) {
                for (int repetition = 0; repetition < 20; repetition++) {
                    reference.check(parallel, i, "a small call");
                }
                // a pool makes a thread for the first thing that is submitted to it
                assertThat(observed.threads).as(reference.name(i)).isEmpty();
                assertThat(observed.pool.hasQueuedSubmissions()).as(reference.name(i)).isFalse();
            }
            observed.pool.shutdown();
        }
    }

    /** The other way round: the threads of the pool are made for a large call, by any of the operations. */
    @Test
    void aSequentialCallStaysOnItsThread() {
        Reference reference = new Reference(Layout.of(20_011, 10));
        List<RowOperation> sequential = reference.operations(null);
        int before = ForkJoinPool.commonPool().getPoolSize();
        for (int i = 0; i < reference.size(); i++) {
            reference.check(sequential, i, "sequential");
        }
        assertThat(ForkJoinPool.commonPool().getPoolSize()).isLessThanOrEqualTo(before);
    }
}
