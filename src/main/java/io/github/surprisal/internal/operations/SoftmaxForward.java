package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.Threads;

/** Softmax: exp(x) / sum exp(x). */
public final class SoftmaxForward extends Transformation<SoftmaxForward> {

    private static final Pool<SoftmaxForward> POOL = new Pool<>(SoftmaxForward::new);

    private final Exponentials exponentials = new Exponentials();
    private final Pairs one = pairsPerSample();
    private final Pairs scale = pairsPerSample();

    private SoftmaxForward() {
        super(POOL);
        one.fill(0, Geometry.SLOTS, 1.0, 0.0);
    }

    /** Writes the probabilities of logits. */
    public static void run(Geometry g, Elements door, Object logits, Object probabilities, Threads threads) {
        POOL.take().with(g, door, logits, logits, probabilities).run(threads);
    }

    @Override
    SoftmaxForward self() {
        return this;
    }

    @Override
    protected double limit() {
        return Exponentials.ORDINARY;
    }

    @Override
    protected void begin(Block b) {
        exponentials.begin(b);
    }

    @Override
    protected double sum(Chunk c) {
        return exponentials.sum(c, this);
    }

    @Override
    protected void finish(Block b) {
        exponentials.finishTotal(b);
        Elementwise.quotients(b.slots(), one, exponentials.total, scale);
    }

    @Override
    protected void write(Chunk c) {
        exponentials.scale(c, this, scale, output);
    }
}
