package io.github.surprisal;

import io.github.surprisal.internal.kernels.KernelSelection;
import io.github.surprisal.internal.rows.Threads;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;

/** The options that every operator has. */
abstract class OperatorBuilder<B extends OperatorBuilder<B>> {

    private Threads threads = Threads.CALLER;

    OperatorBuilder() {
        KernelSelection.check();
    }

    abstract B self();

    Threads threads() {
        return threads;
    }

    /**
     * Spreads large batches over the threads of the {@linkplain ForkJoinPool#commonPool() common pool}. Small ones stay
     * on the calling thread. Results are the same bits. Sequential unless asked.
     *
     * @return this builder
     */
    public B parallel() {
        return parallel(ForkJoinPool.commonPool());
    }

    /**
     * Spreads large batches over the threads of a pool. Small ones stay on the calling thread. Results are the same
     * bits.
     *
     * @param pool the pool; it is neither shut down nor otherwise changed
     * @return this builder
     * @throws NullPointerException if the pool is null
     */
    public B parallel(ForkJoinPool pool) {
        threads = Threads.of(Objects.requireNonNull(pool, "pool"));
        return self();
    }
}
