package io.github.surprisal;

/**
 * The accuracy contract in one table: how many units in the last place each result may be away from the exact value.
 *
 * <p>The tests against exact values check these bounds and report what was used of them. A budget is never widened to
 * make a test pass; the table in the README is the output of these tests.
 */
enum ErrorBudget {

    SOFTMAX(2),
    LOG_SOFTMAX(2),

    /** The loss of one sample, and of a batch by sum or mean: a sum of terms that are not negative. */
    LOSS(2),

    /** What a mean divides by: a sum of weights. */
    DENOMINATOR(1),

    /** The gradient for class indices without smoothing: one product, nothing cancels. */
    GRADIENT(2),

    /** p sum(t) - t for class probabilities and smoothing: in units of the larger of the two terms. */
    CANCELLING_GRADIENT(2),

    /** sum over j of p_i p_j (u_i - u_j), in units of the sum of the larger terms. */
    SOFTMAX_BACKWARD(2),

    /** u_i - p_i sum(u), in units of the larger of |u_i| and p_i sum|u|. */
    LOG_SOFTMAX_BACKWARD(2);

    private final long bound;

    ErrorBudget(long bound) {
        this.bound = bound;
    }

    long bound() {
        return bound;
    }
}
