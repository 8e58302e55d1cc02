package io.github.surprisal.integrations;

import java.util.Arrays;
import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.analysis.MultivariateVectorFunction;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunctionGradient;
import org.apache.commons.math3.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer;
import org.apache.commons.math3.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer.Formula;

/**
 * Training by the conjugate gradients of Commons Math, which asks for the loss and for the gradient apart: each point
 * is evaluated once, and what the other question needs is kept.
 */
public final class CommonsMathTraining {

    private final LinearClassifier classifier;
    private double[] point = {};
    private double[] gradient;
    private double loss;

    public CommonsMathTraining(LinearClassifier classifier) {
        this.classifier = classifier;
    }

    private void evaluate(double[] weights) {
        if (!Arrays.equals(weights, point)) {
            gradient = new double[weights.length];
            loss = classifier.lossAndGradient(weights, gradient);
            point = weights.clone();
        }
    }

    /** The loss, as Commons Math asks for it. */
    public MultivariateFunction loss() {
        return weights -> {
            evaluate(weights);
            return loss;
        };
    }

    /** The gradient, as Commons Math asks for it. */
    public MultivariateVectorFunction gradient() {
        return weights -> {
            evaluate(weights);
            return gradient;
        };
    }

    /** The weights after so many iterations. */
    public double[] train(int iterations) {
        PointValuePair end = new NonLinearConjugateGradientOptimizer(Formula.POLAK_RIBIERE,
                (iteration, previous, current) -> iteration >= iterations)
                .optimize(new MaxEval(100 * iterations), GoalType.MINIMIZE, new ObjectiveFunction(loss()),
                        new ObjectiveFunctionGradient(gradient()), new InitialGuess(new double[classifier.weights()]));
        return end.getPointRef();
    }
}
