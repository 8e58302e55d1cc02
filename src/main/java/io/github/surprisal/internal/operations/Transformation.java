package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.RowOperation;
import io.github.surprisal.internal.rows.Rows;
import io.github.surprisal.internal.rows.Threads;

/** Softmax, log-softmax or a product with their Jacobian: numbers for each class in, numbers for each class out. */
abstract class Transformation<T extends Transformation<T>> extends RowOperation {

    private static final double[] NOTHING = {};

    /** Logits, or probabilities or their logarithms. */
    Object input = NOTHING;
    /** What a product is taken of. */
    Object upstream = NOTHING;
    /** Where results go; may be one of the others. */
    Object output = NOTHING;

    private final Pool<T> pool;

    Transformation(Pool<T> pool) {
        this.pool = pool;
    }

    abstract T self();

    final T with(Geometry g, Elements door, Object from, Object times, Object to) {
        geometry = g;
        elements = door;
        input = from;
        upstream = times;
        output = to;
        return self();
    }

    final void run(Threads threads) {
        Rows.run(this, threads);
        release();
    }

    @Override
    public final Object input() {
        return input;
    }

    @Override
    protected final T forThread() {
        return pool.take().with(geometry, elements, input, upstream, output);
    }

    @Override
    public final void release() {
        geometry = null;
        input = NOTHING;
        upstream = NOTHING;
        output = NOTHING;
        pool.giveBack(self());
    }
}
