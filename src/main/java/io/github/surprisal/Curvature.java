package io.github.surprisal;

/**
 * Which second derivative of a loss is meant, per output: the diagonal that gradient boosting and Newton's method
 * divide by.
 */
public enum Curvature {

    /**
     * The second derivative at the target that was seen. It is negative where the loss is not convex in an output, as
     * far out under Student's t.
     */
    HESSIAN,

    /**
     * The Fisher information: the expectation of the second derivative over targets drawn from the model itself, which
     * is the variance of the gradient. It is never negative, and does not depend on the target.
     */
    FISHER
}
