package io.github.surprisal.internal.operations;

import static io.github.surprisal.internal.kernels.Constants.BIAS;
import static io.github.surprisal.internal.kernels.Constants.LN2_HIGH;
import static io.github.surprisal.internal.kernels.Constants.MAGIC;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.Threads;
import java.util.Arrays;

/** The vector-Jacobian product of log-softmax: u - exp(logp) sum u. */
public final class LogSoftmaxBackward extends Transformation<LogSoftmaxBackward> {

    private static final Pool<LogSoftmaxBackward> POOL = new Pool<>(LogSoftmaxBackward::new);

    /** Exponentials are scaled by 2^200, so that those that count, and their low parts, are normal. */
    private static final int HEADROOM = 200;
    /** Log-probabilities down to the first, -847.7, count as probability 0; above the second they are nonsense. */
    private static final double LEAST = -(BIAS + HEADROOM) * LN2_HIGH;
    private static final double GREATEST = 500.0;

    private final Pairs sum = pairsPerSample();

    private LogSoftmaxBackward() {
        super(POOL);
    }

    /** Writes the gradient that upstream makes through log-softmax. */
    public static void run(Geometry g, Elements door, Object logProbabilities, Object upstream, Object gradient,
            Threads threads) {
        POOL.take().with(g, door, logProbabilities, upstream, gradient).run(threads);
    }

    @Override
    LogSoftmaxBackward self() {
        return this;
    }

    @Override
    protected double sum(Chunk c) {
        c.load(elements, upstream, c.terms.high);
        Arrays.fill(c.terms.low, 0, c.extent(), 0.0);
        c.sum(c.terms, 0);
        return 0.0;
    }

    @Override
    protected void finish(Block b) {
        double down = Math.scalb(1.0, -HEADROOM);
        for (int i = 0; i < b.count(); i++) {
            sum.set(i, b.totals[0].high[i] * down, b.totals[0].low[i] * down);
        }
    }

    @Override
    protected void write(Chunk c) {
        int n = c.extent();
        c.load(elements, input, c.input);
        Elementwise.clamp(c.input, n, LEAST, GREATEST);
        Arrays.fill(c.other, 0, n, MAGIC + BIAS + HEADROOM);
        c.kernels.exponentials(c.input, c.other, n, c.terms, c.scratch);
        c.load(elements, upstream, c.other);
        for (int run = 0; run < c.runs(); run++) {
            Elementwise.minusProducts(c.other, c.terms, c.start(run), c.length(), c.width(), sum, run, c.scratch);
        }
        c.store(elements, c.other, output);
    }
}
