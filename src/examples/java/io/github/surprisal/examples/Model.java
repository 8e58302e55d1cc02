package io.github.surprisal.examples;

/** A classifier: it produces logits, and follows the gradient that the loss hands back. */
interface Model {

    String name();

    /** The number of weights and biases. */
    int parameters();

    /**
     * Computes the logits. No softmax here: the loss takes logits, since a probability that has underflowed to 0
     * could no longer be mended.
     *
     * @param inputs [batch, inputs]
     * @param logits [batch, classes], overwritten
     */
    void forward(double[] inputs, int batch, double[] logits);

    /**
     * Takes one step of gradient descent; to be called after {@link #forward} on the same batch.
     *
     * @param inputs [batch, inputs]
     * @param gradient [batch, classes], the derivative of the batch's loss with respect to the logits
     */
    void descend(double[] inputs, int batch, double[] gradient, double learningRate);
}
