package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.Threads;
import java.util.Arrays;

/**
 * The vector-Jacobian product of softmax, p (u - sum p u), in a form that keeps the tail: with v = u - u[top], top
 * being the most probable class, it is p (v sum p - sum p v). Unlike p (v - sum p v), that does not take for granted
 * that rounded probabilities sum to 1.
 *
 * <p>Where sum p v is so small that products may have vanished in it, it is found again from larger probabilities.
 */
public final class SoftmaxBackward extends Transformation<SoftmaxBackward> {

    private static final Pool<SoftmaxBackward> POOL = new Pool<>(SoftmaxBackward::new);

    private static final int PRODUCTS = 0;
    private static final int PROBABILITIES = 1;
    /** 2^31 products of which each has lost half the least double are nothing beside this. */
    private static final double SMALL = 0x1p-900;
    /** Makes products of the least probabilities normal. */
    private static final double UP = 0x1p512;
    private static final double DOWN = 0x1p-512;

    /** The upstream of the most probable class. */
    private final double[] top = perSample();
    private final Pairs products = pairsPerSample();
    private final Pairs probabilities = pairsPerSample();

    private SoftmaxBackward() {
        super(POOL);
    }

    /** Writes the gradient that upstream makes through softmax. */
    public static void run(Geometry g, Elements door, Object probabilities, Object upstream, Object gradient,
            Threads threads) {
        POOL.take().with(g, door, probabilities, upstream, gradient).run(threads);
    }

    @Override
    SoftmaxBackward self() {
        return this;
    }

    @Override
    protected boolean surveysAlways() {
        return true;
    }

    @Override
    protected int sums() {
        return 2;
    }

    @Override
    protected void begin(Block b) {
        for (int i = 0; i < b.count(); i++) {
            int c = elements.indexOf(input, b.base[i], geometry.inner, geometry.classes, b.greatest[i]);
            top[i] = elements.get(upstream, b.base[i] + Math.max(0, c) * geometry.inner);
        }
    }

    @Override
    protected double sum(Chunk c) {
        load(c);
        int n = c.extent();
        if (c.block.careful()) {
            Elementwise.multiply(c.terms.high, n, UP);
        }
        Arrays.fill(c.terms.low, 0, n, 0.0);
        for (int run = 0; run < c.runs(); run++) {
            c.kernels.weightedDifferences(c.other, c.terms, c.start(run), c.length(), c.width(), top, run,
                    c.products, c.scratch);
        }
        c.sum(c.products, PRODUCTS);
        c.sum(c.terms, PROBABILITIES);
        return 0.0;
    }

    private void load(Chunk c) {
        c.load(elements, input, c.terms.high);
        c.load(elements, upstream, c.other);
    }

    @Override
    protected void finish(Block b) {
        double scale = b.careful() ? DOWN : 1.0;
        for (int i = 0; i < b.count(); i++) {
            double high = b.totals[PRODUCTS].high[i];
            if (!b.careful() && Math.abs(high) < SMALL) {
                b.retry(i);
            }
            // what overflows is a sum of large products that cancel out
            boolean lost = b.careful() && !(Math.abs(high) <= Double.MAX_VALUE);
            double low = lost ? 0.0 : b.totals[PRODUCTS].low[i];
            double sum = lost ? 0.0 : (high + low) * scale;
            products.set(i, sum, b.careful() ? 0.0 : (high - sum) + low);
            probabilities.set(i, b.totals[PROBABILITIES].high[i] * scale, b.totals[PROBABILITIES].low[i] * scale);
        }
    }

    @Override
    protected void write(Chunk c) {
        load(c);
        for (int run = 0; run < c.runs(); run++) {
            c.kernels.softmaxProducts(c.terms.high, c.other, c.start(run), c.length(), c.width(), top, products,
                    probabilities, run, c.scratch);
        }
        c.store(elements, c.terms.high, output);
    }
}
