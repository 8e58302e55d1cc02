package io.github.surprisal.internal;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveAction;

/** How the samples of a call are spread over threads. */
public final class Execution {

    /** On the calling thread. */
    public static final Execution SEQUENTIAL = new Execution(null);

    /**
     * Logits from which on work is split. A pool's thread that sleeps takes some 50 microseconds to wake up: calls that
     * alternated with sequential ones took longer in parallel where there was less than 110 microseconds of work (0.75
     * to 0.95 of the speed at 70,000 to 96,000 logits, 1.0 at 128,000, 1.2 at 200,000 of 1000 classes, 1.3 at 256,000;
     * AMD EPYC (Zen 5), two processors, JDK 17, vector kernels).
     */
    private static final int LEAST = 1 << 17;

    private final ForkJoinPool pool;

    private Execution(ForkJoinPool pool) {
        this.pool = pool;
    }

    /** On the threads of a pool. */
    public static Execution on(ForkJoinPool pool) {
        return new Execution(pool);
    }

    /** The common pool leaves one processor to the thread that calls, which takes part. */
    private int threads() {
        return pool.getParallelism() + (pool == ForkJoinPool.commonPool() ? 1 : 0);
    }

    /** What is done with a range of samples or spans, in a block of memory that belongs to the task. */
    interface Work {
        void run(Block block, int first, int last);
    }

    /** Whether the samples of a batch are split among the threads. */
    boolean splits(Geometry g) {
        return pool != null && threads() > 1 && g.samples() > 1 && (long) g.samples() * g.classes >= LEAST
                && !splitsRows(g);
    }

    /** Whether it is better to split every row: few and long ones, which would leave threads without work. */
    boolean splitsRows(Geometry g) {
        return pool != null && threads() > 1 && g.rows && g.samples() < 2 * threads() && g.samples() % threads() != 0
                && g.classes >= LEAST;
    }

    /** Splits the samples into ranges of whole groups and waits for all of them. */
    void run(Geometry g, Work work) {
        run(g.group, g.samples(), work);
    }

    /** Splits the spans of a row and waits for all of them. */
    void runSpans(Geometry g, Work work) {
        run(Geometry.GROUP / Geometry.SPAN, g.spans(), work);
    }

    private void run(int range, int end, Work work) {
        Task task = new Task(work, range, 0, end);
        ForkJoinPool own = ForkJoinTask.getPool();
        if (own == pool || own == null && pool == ForkJoinPool.commonPool()) {
            task.invoke();
        } else {
            pool.invoke(task);
        }
    }

    private static final class Task extends RecursiveAction {

        private static final long serialVersionUID = 1L;

        private final transient Work work;
        private final int range;
        private final int first;
        private final int last;

        Task(Work work, int range, int first, int last) {
            this.work = work;
            this.range = range;
            this.first = first;
            this.last = last;
        }

        @Override
        protected void compute() {
            int ranges = (last - first - 1) / range + 1;
            if (ranges > 1) {
                int middle = first + ranges / 2 * range;
                invokeAll(new Task(work, range, first, middle), new Task(work, range, middle, last));
                return;
            }
            Block block = Block.take();
            try {
                work.run(block, first, last);
            } finally {
                block.giveBack();
            }
        }
    }
}
