package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Sigmoids;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.Threads;

/** The vector-Jacobian product of sigmoid, every element a sample: u p (1 - p). */
public final class SigmoidBackward extends Transformation<SigmoidBackward> {

    private static final Pool<SigmoidBackward> POOL = new Pool<>(SigmoidBackward::new);

    private SigmoidBackward() {
        super(POOL);
    }

    /** Writes the gradient that upstream makes through sigmoid. */
    public static void run(Geometry g, Elements door, Object probabilities, Object upstream, Object gradient,
            Threads threads) {
        POOL.take().with(g, door, probabilities, upstream, gradient).run(threads);
    }

    @Override
    SigmoidBackward self() {
        return this;
    }

    /** Nothing is summed over classes. */
    @Override
    protected int sums() {
        return 0;
    }

    @Override
    protected void write(Chunk c) {
        c.loadInput(elements, input);
        c.load(elements, upstream, c.other);
        Sigmoids.derivatives(c.input, c.other, c.block.slots(), c.other);
        c.store(elements, c.other, output);
    }
}
