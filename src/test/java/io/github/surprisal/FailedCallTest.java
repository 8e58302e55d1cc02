package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinPool.ForkJoinWorkerThreadFactory;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A failed call harms nobody: it threw or has the right bits; nothing is written to its arrays once it has come back;
 * and calls before it, beside it and after it, on its thread and on others, have the right bits.
 *
 * <p>Faults are injected at random moments, hundreds of them, into every operation; a thread beside works on arrays and
 * operators of its own all the time. That memory runs out is in {@link OutOfMemoryTest}, in a VM of its own.
 */
class FailedCallTest {

    private static final long SEED = 20_261_122;
    /** Small enough to be exhausted quickly, large enough for a call at its beginning. */
    private static final long SMALL_STACK = 256 << 10;
    /** How long stray writers are given to show themselves. */
    private static final long LATER_MILLIS = 3;

    /** Large enough to be split: many rows, few long rows, one row. */
    private static List<Reference> large;
    private static List<Reference> small;
    private static ForkJoinPool healthy;
    private static Thread beside;
    private static volatile boolean finished;
    private static final AtomicReference<Throwable> BESIDE = new AtomicReference<>();
    private static final AtomicInteger BESIDE_CALLS = new AtomicInteger();

    private final Random random = new Random(SEED);
    private final List<String> failures = new ArrayList<>();
    private int rounds;
    private int thrown;

    @BeforeAll
    static void begin() {
        large = List.of(new Reference(Layout.of(14_011, 10)), new Reference(Layout.of(4, 200_000)),
                new Reference(Layout.of(1, 140_000)));
        small = List.of(new Reference(Layout.of(40, 10)), new Reference(Layout.of(2, 1_000)),
                new Reference(Layout.of(3, 20, 7)));
        healthy = new ForkJoinPool(2);
        beside = new Thread(FailedCallTest::workBeside, "beside");
        beside.setDaemon(true);
        beside.start();
    }

    private static void workBeside() {
        Random random = new Random(SEED);
        List<List<RowOperation>> parallel = large.stream().map(reference -> reference.operations(healthy)).toList();
        try {
            while (!finished) {
                Reference reference = small.get(random.nextInt(small.size()));
                reference.checkSequential(random.nextInt(reference.size()), "beside failing calls");
                if (random.nextInt(8) == 0) {
                    int at = random.nextInt(large.size());
                    reference = large.get(at);
                    reference.check(parallel.get(at), random.nextInt(reference.size()), "beside failing calls");
                }
                BESIDE_CALLS.incrementAndGet();
                Thread.sleep(1);
            }
        } catch (Throwable failure) {
            BESIDE.set(failure);
        }
    }

    @AfterEach
    void report() {
        System.out.printf("failed calls: %d rounds, %d threw, %d did harm%n", rounds, thrown, failures.size());
        assertThat(failures.stream().limit(5)).as("the first of %d failures in %d rounds", failures.size(), rounds)
                .isEmpty();
        assertThat(BESIDE.get()).as("a call beside").isNull();
    }

    @AfterAll
    static void end() throws InterruptedException {
        finished = true;
        beside.join();
        healthy.shutdown();
        assertThat(BESIDE_CALLS.get()).as("calls beside").isPositive();
        large = null;
        small = null;
    }

    // ---- one round

    /** What may fail: a call that writes to an array. */
    private interface Call {
        void run(double[] out) throws Exception;
    }

    /** Runs a call that may throw, on this thread, and asserts that it did no harm. */
    private void attempt(Reference reference, int operation, Call call) throws InterruptedException {
        double[] out = reference.output(operation);
        Throwable failure = null;
        try {
            call.run(out);
        } catch (Throwable t) { // whatever it is: what counts is that it came out
            failure = t;
        }
        judge(reference, operation, out, failure);
    }

    /**
     * Stray writers show themselves in the arrays of the call, or in the next one that gets their working memory. Which
     * of the two is looked at first changes from round to round: each takes the time in which the other could be seen.
     */
    private void judge(Reference reference, int operation, double[] out, Throwable failure)
            throws InterruptedException {
        boolean interrupted = Thread.interrupted();
        // as large as the failed call was, so that stray writers of that meet it
        Reference next = large.contains(reference) ? large.get(0) : any(small);
        int nextOperation = random.nextInt(next.size());
        String after = "after " + failure + " in " + reference.name(operation);
        if (random.nextBoolean()) {
            next.checkSequential(nextOperation, after);
        }
        if (failure == null) {
            reference.assertRight(operation, out, "no exception");
        } else {
            thrown++;
            Arrays.fill(out, Bits.UNTOUCHED); // quicker than a copy: stray tasks are soon over
            Thread.sleep(large.contains(reference) ? LATER_MILLIS : 0);
            Reference.assertSame(out, Bits.untouched(out.length),
                    reference.name(operation) + ", written after " + failure);
        }
        next.checkSequential(nextOperation, after);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One round on a thread of its own; a failure is noted, a call that hangs ends the test. */
    private void round(Caller.Action action) {
        round(0, action);
    }

    private void round(long stackSize, Caller.Action action) {
        rounds++;
        try {
            Caller.run(stackSize, action);
        } catch (Caller.Hanging hanging) {
            failures.add(hanging.getMessage());
            throw hanging;
        } catch (AssertionError failure) {
            failures.add(failure.getMessage());
        }
    }

    private Reference any(List<Reference> references) {
        return references.get(random.nextInt(references.size()));
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    // ---- the pool ends

    @Test
    void thePoolIsShutDownMeanwhile() {
        for (int i = 0; i < 300; i++) {
            Reference reference = any(large);
            int operation = i % reference.size();
            long delay = (long) (random.nextDouble() * reference.nanos(operation));
            ForkJoinPool pool = new ForkJoinPool(2 + i % 3);
            List<RowOperation> parallel = reference.operations(pool);
            List<Caller> killers = new ArrayList<>();
            round(() -> attempt(reference, operation, out -> {
                killers.add(Caller.start(() -> {
                    spin(delay);
                    pool.shutdownNow();
                }));
                reference.run(parallel, operation, out);
            }));
            killers.forEach(Caller::join);
        }
    }

    /** A refused submission only means that the caller does all itself. */
    @Test
    void thePoolHasBeenShutDown() {
        for (Reference reference : large) {
            for (int i = 0; i < reference.size(); i++) {
                int operation = i;
                ForkJoinPool pool = new ForkJoinPool(2);
                List<RowOperation> parallel = reference.operations(pool);
                pool.shutdown();
                round(() -> reference.check(parallel, operation, "on a pool that has been shut down"));
            }
        }
    }

    // ---- the pool refuses

    /** A pool that accepts so many submissions. */
    private static final class RefusingPool extends ForkJoinPool {

        private final AtomicInteger left;
        private final Supplier<? extends Throwable> refusal;

        RefusingPool(int accepted, Supplier<? extends Throwable> refusal) {
            super(2);
            this.left = new AtomicInteger(accepted);
            this.refusal = refusal;
        }

        private void count() {
            if (left.getAndDecrement() <= 0) {
                Throwable t = refusal.get();
                if (t instanceof Error) {
                    throw (Error) t;
                }
                throw (RuntimeException) t;
            }
        }

        @Override
        public <T> T invoke(ForkJoinTask<T> task) {
            count();
            return super.invoke(task);
        }

        @Override
        public void execute(ForkJoinTask<?> task) {
            count();
            super.execute(task);
        }

        @Override
        public void execute(Runnable task) {
            count();
            super.execute(task);
        }

        @Override
        public <T> ForkJoinTask<T> submit(ForkJoinTask<T> task) {
            count();
            return super.submit(task);
        }

        @Override
        public <T> ForkJoinTask<T> submit(Callable<T> task) {
            count();
            return super.submit(task);
        }

        @Override
        public <T> ForkJoinTask<T> submit(Runnable task, T result) {
            count();
            return super.submit(task, result);
        }

        @Override
        public ForkJoinTask<?> submit(Runnable task) {
            count();
            return super.submit(task);
        }

        @Override
        public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) {
            count();
            return super.invokeAll(tasks);
        }
    }

    @Test
    void thePoolRefuses() {
        for (int i = 0; i < 60; i++) {
            Reference reference = any(large);
            int operation = random.nextInt(reference.size());
            ForkJoinPool pool = new RefusingPool(i % 3, () -> new RejectedExecutionException("no more"));
            List<RowOperation> parallel = reference.operations(pool);
            round(() -> reference.check(parallel, operation, "refused"));
            pool.shutdown();
        }
    }

    @Test
    void thePoolThrows() {
        List<Supplier<Throwable>> refusals = List.of(() -> new IllegalStateException("broken pool"),
                () -> new OutOfMemoryError("injected"), () -> new StackOverflowError("injected"),
                () -> new Error("injected"));
        for (int i = 0; i < 80; i++) {
            Reference reference = any(large);
            int operation = random.nextInt(reference.size());
            ForkJoinPool pool = new RefusingPool(i % 3, refusals.get(i % refusals.size()));
            List<RowOperation> parallel = reference.operations(pool);
            round(() -> attempt(reference, operation, out -> reference.run(parallel, operation, out)));
            pool.shutdown();
        }
    }

    // ---- no thread can be made

    @Test
    void noThreadCanBeMade() {
        ForkJoinWorkerThreadFactory none = pool -> null;
        ForkJoinWorkerThreadFactory outOfMemory = pool -> {
            throw new OutOfMemoryError("injected: unable to create native thread");
        };
        AtomicInteger made = new AtomicInteger();
        ForkJoinWorkerThreadFactory everySecond = pool -> {
            if (made.getAndIncrement() % 2 == 1) {
                throw new OutOfMemoryError("injected: unable to create native thread");
            }
            return ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
        };
        for (int i = 0; i < 90; i++) {
            Reference reference = any(large);
            int operation = random.nextInt(reference.size());
            ForkJoinWorkerThreadFactory factory = List.of(everySecond, outOfMemory, none).get(i % 3);
            ForkJoinPool pool = new ForkJoinPool(3, factory, null, false);
            List<RowOperation> parallel = reference.operations(pool);
            round(() -> attempt(reference, operation, out -> reference.run(parallel, operation, out)));
            pool.shutdownNow();
        }
    }

    // ---- the stack ends

    /** A call and how it ended, noted without a call: there may be no stack left for one. */
    private static final class Deep {

        private final Reference reference;
        private final List<RowOperation> operations;
        private final int operation;
        private final double[] out;
        private Throwable failure;

        Deep(Reference reference, List<RowOperation> operations, int operation) {
            this.reference = reference;
            this.operations = operations;
            this.operation = operation;
            this.out = reference.output(operation);
            this.failure = new StackOverflowError("not even begun");
        }

        /** Recurses to the end of the stack and runs the call so many frames above it. */
        int run(int above) {
            int height;
            try {
                height = run(above) + 1;
            } catch (StackOverflowError end) {
                height = 0;
            }
            if (height == above) {
                try {
                    reference.run(operations, operation, out);
                    failure = null;
                } catch (Throwable t) {
                    failure = t;
                }
            }
            return height;
        }
    }

    @Test
    void theStackEndsInASequentialCall() {
        List<List<RowOperation>> operations = small.stream().map(reference -> reference.operations(null)).toList();
        for (int i = 0; i < 400; i++) {
            int at = i % small.size();
            Reference reference = small.get(at);
            int operation = random.nextInt(reference.size());
            int above = 1 + random.nextInt(160);
            round(SMALL_STACK, () -> {
                Deep deep = new Deep(reference, operations.get(at), operation);
                deep.run(above);
                judge(reference, operation, deep.out, deep.failure);
            });
        }
        assertThat(thrown).as("calls that failed").isBetween(10, rounds - 10);
    }

    @Test
    void theStackEndsInAParallelCall() {
        for (int i = 0; i < 150; i++) {
            Reference reference = any(large);
            int operation = random.nextInt(reference.size());
            int above = 1 + random.nextInt(120);
            ForkJoinPool pool = new ForkJoinPool(2);
            List<RowOperation> parallel = reference.operations(pool);
            boolean inside = i % 3 == 0;
            round(SMALL_STACK, () -> {
                Deep deep = new Deep(reference, parallel, operation);
                if (inside) {
                    pool.submit(() -> deep.run(above)).get(10, TimeUnit.SECONDS);
                } else {
                    deep.run(above);
                }
                judge(reference, operation, deep.out, deep.failure);
            });
            pool.shutdownNow();
        }
        assertThat(thrown).as("calls that failed").isPositive();
    }

    // ---- the caller is interrupted or cancelled

    /** Interruption neither stops a call nor is it lost. */
    @Test
    void theCallerIsInterrupted() {
        ForkJoinPool pool = new ForkJoinPool(3);
        List<List<RowOperation>> operations = large.stream().map(reference -> reference.operations(pool)).toList();
        for (int i = 0; i < 120; i++) {
            int at = random.nextInt(large.size());
            Reference reference = large.get(at);
            int operation = i % reference.size();
            long delay = (long) (random.nextDouble() * reference.nanos(operation));
            round(() -> {
                Thread self = Thread.currentThread();
                Caller interrupter = Caller.start(() -> {
                    spin(delay);
                    self.interrupt();
                });
                reference.check(operations.get(at), operation, "interrupted");
                while (interrupter.thread().isAlive()) {
                    Thread.onSpinWait();
                }
                assertThat(Thread.interrupted()).as("the flag is left to the caller").isTrue();
            });
        }
        pool.shutdown();
    }

    @Test
    void theTaskOfTheCallerIsCancelled() {
        ForkJoinPool pool = new ForkJoinPool(3);
        List<List<RowOperation>> operations = large.stream().map(reference -> reference.operations(pool)).toList();
        for (int i = 0; i < 150; i++) {
            int at = random.nextInt(large.size());
            Reference reference = large.get(at);
            int operation = i % reference.size();
            long delay = (long) (random.nextDouble() * reference.nanos(operation));
            boolean own = i % 2 == 0;
            round(() -> {
                AtomicReference<Throwable> harm = new AtomicReference<>();
                AtomicInteger ended = new AtomicInteger();
                ForkJoinTask<?> task = ForkJoinTask.adapt(() -> {
                    try {
                        attempt(reference, operation, out -> reference.run(operations.get(at), operation, out));
                    } catch (Throwable t) {
                        harm.set(t);
                    } finally {
                        ended.incrementAndGet();
                    }
                });
                ForkJoinPool callers = own ? pool : healthy;
                callers.execute(task);
                spin(delay);
                task.cancel(true);
                // cancelled before it began, it never runs
                for (int wait = 0; wait < 2_000 && ended.get() == 0 && !callers.isQuiescent(); wait++) {
                    Thread.sleep(1);
                }
                assertThat(harm.get()).isNull();
            });
        }
        pool.shutdown();
    }
}
