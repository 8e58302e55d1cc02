package io.github.surprisal.internal.rows;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;

/**
 * Which threads work on a call.
 *
 * <p>Work comes in pieces, which are claimed one after the other by the calling thread and by whichever threads of the
 * pool turn up. The caller goes on until none is left, and then waits for those that somebody else has claimed: it
 * depends on no thread that has yet to start, so a busy pool, a pool that is shut down, or two pools that call each
 * other can neither delay nor block it. A thread that comes late finds nothing and touches nothing.
 */
public final class Threads {

    /** The calling thread alone. */
    public static final Threads CALLER = new Threads(null);

    /**
     * Logits from which on work is split. A pool's thread that sleeps takes some 50 microseconds to wake up: calls that
     * alternated with sequential ones took longer in parallel where there was less than 110 microseconds of work (0.75
     * to 0.95 of the speed at 70,000 to 96,000 logits, 1.0 at 128,000, 1.2 at 200,000 of 1000 classes, 1.3 at 256,000;
     * AMD EPYC (Zen 5), two processors, JDK 17, vector kernels).
     */
    private static final int LEAST = 1 << 17;

    private final ForkJoinPool pool;

    private Threads(ForkJoinPool pool) {
        this.pool = pool;
    }

    /** The calling thread and those of a pool. */
    public static Threads of(ForkJoinPool pool) {
        return new Threads(pool);
    }

    /** Whether any thread but the caller works on a call. */
    public boolean areMany() {
        return pool != null;
    }

    /** Whether the threads are the caller's alone, or those that every VM has. */
    public boolean existEverywhere() {
        return pool == null || pool == ForkJoinPool.commonPool();
    }

    /** A part of a call's work, for any thread. */
    interface Piece {
        void run(int piece);
    }

    /** Whether the samples of a batch are split among the threads. */
    boolean splitSamples(Geometry g) {
        return helpers() > 0 && g.samples() > g.group && (long) g.samples() * g.classes >= LEAST && !splitRows(g);
    }

    /** Whether it is better to split every row: few and long ones, which would leave threads without work. */
    boolean splitRows(Geometry g) {
        int threads = helpers() + 1;
        return threads > 1 && g.rows && g.samples() < 2 * threads && g.samples() % threads != 0 && g.classes >= LEAST;
    }

    /** Threads beside the caller that can help it. */
    private int helpers() {
        return pool == null ? 0 : pool.getParallelism() - (ForkJoinTask.getPool() == pool ? 1 : 0);
    }

    /**
     * Runs pieces 0 to {@code pieces - 1}, and returns when all of them have ended; throws what one of them threw. After
     * a failure no further piece is begun.
     */
    void run(int pieces, Piece work) {
        Job job = new Job(pieces, work);
        Throwable thrown = null;
        try {
            for (int i = Math.min(helpers(), pieces - 1); i > 0; i--) {
                call(job);
            }
        } catch (RejectedExecutionException e) {
            // a pool that is shut down: what is left is the caller's
        } catch (Throwable t) {
            thrown = t;
        }
        try {
            if (thrown == null) {
                job.work();
            }
        } catch (Throwable t) {
            thrown = t;
        }
        boolean interrupted = false;
        // from here on nothing is called that could fail at the end of the caller's stack
        synchronized (job.lock) {
            job.ended += pieces - job.claimed;
            job.claimed = pieces;
            while (job.ended < pieces) {
                try {
                    job.lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true; // neither ends the wait nor gets lost
                } catch (StackOverflowError e) {
                    continue;
                }
            }
            job.work = null; // a thread that comes late holds nothing of the caller's
            thrown = thrown == null ? job.failure : thrown;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thrown != null) {
            Threads.<RuntimeException>rethrow(thrown);
        }
    }

    /** In the caller's own pool a task is forked, as that queue is the first its threads look at. */
    private void call(Job job) {
        if (Thread.currentThread() instanceof ForkJoinWorkerThread && ForkJoinTask.getPool() == pool) {
            ForkJoinTask.adapt(job::work).fork();
        } else {
            pool.execute(job::work);
        }
    }

    /**
     * The pieces of one call. Counted in plain fields under a lock, so that no method has to be called for it: a thread
     * may be at the end of its stack.
     */
    private static final class Job {

        private final int pieces;
        private final Object lock = new Object();
        private Piece work;
        private int claimed;
        private int ended;
        private Throwable failure;

        Job(int pieces, Piece work) {
            this.pieces = pieces;
            this.work = work;
        }

        /** Claims pieces until there are none left. After a failure they are claimed, but not worked on. */
        void work() {
            while (true) {
                int piece;
                Piece toDo;
                boolean failed;
                synchronized (lock) {
                    if (claimed == pieces) {
                        return;
                    }
                    piece = claimed++;
                    toDo = work;
                    failed = failure != null;
                }
                Throwable thrown = null;
                try {
                    if (!failed) {
                        toDo.run(piece);
                    }
                } catch (Throwable t) {
                    thrown = t;
                }
                synchronized (lock) {
                    ended++;
                    if (thrown != null && failure == null) {
                        failure = thrown;
                    }
                    if (ended == pieces) {
                        lock.notifyAll();
                    }
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void rethrow(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
