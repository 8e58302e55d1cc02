package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Sums;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.Threads;

/** Log-softmax: (x - max) - log1p(R / E), with the most probable class apart. */
public final class LogSoftmaxForward extends Transformation<LogSoftmaxForward> {

    private static final Pool<LogSoftmaxForward> POOL = new Pool<>(LogSoftmaxForward::new);

    private final Exponentials exponentials = new Exponentials();
    /** The greatest logits, as they were when the block was begun: the output may be the input. */
    private final double[] greatest = perSample();

    private LogSoftmaxForward() {
        super(POOL);
    }

    /** Writes the log-probabilities of logits. */
    public static void run(Geometry g, Elements door, Object logits, Object logProbabilities, Threads threads) {
        POOL.take().with(g, door, logits, logits, logProbabilities).run(threads);
    }

    @Override
    LogSoftmaxForward self() {
        return this;
    }

    @Override
    protected double limit() {
        return Exponentials.ORDINARY;
    }

    @Override
    protected boolean surveysAlways() {
        return true;
    }

    @Override
    protected void begin(Block b) {
        exponentials.begin(b);
        if (b.careful()) {
            exponentials.keepGreatestApart(b, this);
        } else {
            for (int i = 0; i < b.count(); i++) {
                exponentials.keepApart(i, 0, b.greatest[i]); // which class it is matters with care alone
            }
        }
        System.arraycopy(b.greatest, 0, greatest, 0, b.count());
    }

    @Override
    protected double sum(Chunk c) {
        return exponentials.sum(c, this);
    }

    @Override
    protected void finish(Block b) {
        exponentials.finish(b, this);
        exponentials.findLogs(b, this);
    }

    @Override
    protected void write(Chunk c) {
        c.loadInput(elements, input);
        for (int run = 0; run < c.runs(); run++) {
            c.kernels.logProbabilities(c.input, c.other, c.start(run), c.length(), c.width(), greatest,
                    exponentials.log, run, c.scratch);
        }
        if (c.block.careful()) {
            mendInfinities(c);
        }
        elements.breakTies(c, c.input, greatest, exponentials.log.high, c.other);
        c.store(elements, c.other, output);
    }

    /** Where a difference is infinite, its low part is NaN. */
    private void mendInfinities(Chunk c) {
        for (int i = 0; i < c.block.count(); i++) {
            double power = Math.scalb(1.0, exponentials.logExponent[i]);
            double high = exponentials.log.high[i] * power;
            double low = exponentials.log.low[i] * power;
            for (int k = 0; k < c.classes; k++) {
                int at = c.position(i, k);
                double d = c.input[at] - greatest[i];
                double s = d - high;
                double error = Sums.error(d, -high) + (Sums.error(c.input[at], -greatest[i]) - low);
                c.other[at] = error == error ? s + error : s; // s may be NaN itself
            }
        }
    }
}
