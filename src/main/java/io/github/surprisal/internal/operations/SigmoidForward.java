package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.kernels.Constants;
import io.github.surprisal.internal.kernels.Elementwise;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Sigmoids;
import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.likelihoods.Likelihoods;
import io.github.surprisal.internal.likelihoods.Sample;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.Threads;
import java.util.Arrays;

/**
 * Sigmoid, every element a sample: 1 / (1 + exp(-x)) from exp(-|x|). Where that is small or subnormal, the arithmetic
 * of the likelihoods gives it: the gradient of softplus.
 */
public final class SigmoidForward extends Transformation<SigmoidForward> {

    private static final Pool<SigmoidForward> POOL = new Pool<>(SigmoidForward::new);
    private static final Likelihood BERNOULLI = Likelihoods.bernoulli(1.0);

    /** Down to here exp(x) and its low part are normal. Above minus this a result is 1 already. */
    private static final double LEAST = -600.0;

    private final double[] magic = perSample();
    private final double[] magnitude = perSample();
    private final Pairs exponential = pairsPerSample();
    private final Pairs denominator = pairsPerSample();
    private final Pairs quotient = pairsPerSample();
    private final Sample sample = new Sample(1);

    private SigmoidForward() {
        super(POOL);
        Arrays.fill(magic, Constants.MAGIC + Constants.BIAS);
    }

    /** Writes the probabilities of logits. */
    public static void run(Geometry g, Elements door, Object logits, Object probabilities, Threads threads) {
        POOL.take().with(g, door, logits, logits, probabilities).run(threads);
    }

    @Override
    SigmoidForward self() {
        return this;
    }

    /** Nothing is summed over classes. */
    @Override
    protected int sums() {
        return 0;
    }

    @Override
    protected void finish(Block b) {
        if (b.careful()) {
            for (int i = 0; i < b.count(); i++) {
                quotient.high[i] = exact(elements.get(input, b.base[i]));
            }
            return;
        }
        Chunk c = b.chunk;
        c.loadInput(elements, input);
        double[] x = c.input;
        for (int i = 0; i < b.count(); i++) {
            if (!(x[i] >= LEAST)) {
                b.retry(i);
            }
        }
        int n = b.slots();
        Sigmoids.minusMagnitudes(x, n, LEAST, magnitude);
        c.kernels.exponentials(magnitude, magic, n, exponential, c.scratch);
        Sigmoids.denominators(exponential, n, denominator);
        Sigmoids.numerators(x, exponential, n, quotient);
        Elementwise.quotients(n, quotient, denominator, quotient);
    }

    private double exact(double x) {
        sample.outputs[0] = x;
        sample.target = 0.0;
        BERNOULLI.gradient(sample);
        return sample.gradient(0).doubleValue();
    }

    @Override
    protected void write(Chunk c) {
        c.store(elements, quotient.high, output);
    }
}
