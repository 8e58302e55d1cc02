package io.github.surprisal.internal.likelihoods;

/**
 * One sample on the bench: its raw outputs and target go in, its results come out. It owns every register of the
 * arithmetic, so that evaluation allocates nothing; one thread at a time may use it, for one sample after the other.
 */
public final class Sample {

    /** The raw outputs, in the order of the likelihood's parameters; the caller writes them. */
    public final double[] outputs;
    /** The target; the caller writes it, a value that the likelihood accepts. */
    public double target;

    /** The negative log-likelihood in nats. */
    public final Scaled loss = new Scaled();

    private final Scaled[] gradient;
    private final Scaled[] curvature;

    /** The outputs as registers: an infinite one is a power of two beyond everything. */
    private final Scaled[] parameters;

    /** What a likelihood prepares for all of its results. */
    final Scaled[] prepared = registers(8);
    /** For intermediate results within one method. */
    final Scaled a = new Scaled();
    final Scaled b = new Scaled();
    final Scaled c = new Scaled();
    /** Lent to functions that need one. */
    final Scaled register = new Scaled();
    final GammaFunctions gamma = new GammaFunctions();
    final Divergence divergence = new Divergence();

    /**
     * A bench for samples of so many parameters.
     *
     * @param parameters as {@link Likelihood#parameters()}
     */
    public Sample(int parameters) {
        outputs = new double[parameters];
        gradient = registers(parameters);
        curvature = registers(parameters);
        this.parameters = registers(parameters);
    }

    private static Scaled[] registers(int count) {
        Scaled[] registers = new Scaled[count];
        for (int i = 0; i < count; i++) {
            registers[i] = new Scaled();
        }
        return registers;
    }

    /**
     * The derivative of the loss by one output.
     *
     * @param parameter which output
     * @return the register that every evaluation overwrites
     */
    public Scaled gradient(int parameter) {
        return gradient[parameter];
    }

    /**
     * The second derivative of the loss by one output, or its expectation.
     *
     * @param parameter which output
     * @return the register that every evaluation overwrites
     */
    public Scaled curvature(int parameter) {
        return curvature[parameter];
    }

    /** A raw output, to be read only. */
    Scaled parameter(int index) {
        return parameters[index];
    }

    /**
     * Takes the outputs into their registers.
     *
     * @return whether there is a value: no NaN, and one infinity at most, whose limit is taken
     */
    boolean load() {
        int infinities = 0;
        for (int i = 0; i < outputs.length; i++) {
            double output = outputs[i];
            if (Double.isNaN(output)) {
                return false;
            }
            if (Double.isInfinite(output)) {
                infinities++;
                parameters[i].setBeyond(output);
            } else {
                parameters[i].set(output);
            }
        }
        return infinities <= 1;
    }
}
