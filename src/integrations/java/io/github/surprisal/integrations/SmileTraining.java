package io.github.surprisal.integrations;

import smile.math.BFGS;
import smile.math.DifferentiableMultivariateFunction;

/** Training by the limited-memory BFGS of Smile, which asks for loss and gradient at once. */
public final class SmileTraining implements DifferentiableMultivariateFunction {

    private static final int MEMORY = 5;
    private static final double TOLERANCE = 1e-5;

    private final transient LinearClassifier classifier;

    public SmileTraining(LinearClassifier classifier) {
        this.classifier = classifier;
    }

    @Override
    public double f(double[] weights) {
        return g(weights, new double[weights.length]);
    }

    @Override
    public double g(double[] weights, double[] gradient) {
        return classifier.lossAndGradient(weights, gradient);
    }

    /** The weights after at most so many iterations. */
    public double[] train(int iterations) {
        double[] weights = new double[classifier.weights()];
        BFGS.minimize(this, MEMORY, weights, TOLERANCE, iterations);
        return weights;
    }
}
