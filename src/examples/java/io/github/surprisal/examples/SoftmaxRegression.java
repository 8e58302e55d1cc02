package io.github.surprisal.examples;

/** Multinomial logistic regression: the logits are linear in the pixels. */
final class SoftmaxRegression implements Model {

    // Weights of 0 will do: the loss is convex, and the classes differ by their targets.
    private final LinearLayer layer;

    SoftmaxRegression(int inputs, int classes) {
        layer = new LinearLayer(inputs, classes);
    }

    @Override
    public String name() {
        return "softmax regression";
    }

    @Override
    public int parameters() {
        return layer.parameters();
    }

    @Override
    public void forward(double[] inputs, int batch, double[] logits) {
        layer.forward(inputs, batch, logits);
    }

    @Override
    public void descend(double[] inputs, int batch, double[] gradient, double learningRate) {
        layer.descend(inputs, gradient, batch, learningRate);
    }
}
