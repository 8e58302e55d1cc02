package io.github.surprisal.examples;

import java.util.Random;

/** A network with one hidden layer of rectified linear units. */
final class TwoLayerNetwork implements Model {

    private final int width;
    private final LinearLayer first;
    private final LinearLayer second;
    private double[] hidden = {}; // [batch, width]
    private double[] hiddenGradient = {}; // [batch, width]

    TwoLayerNetwork(int inputs, int width, int classes, Random random) {
        this.width = width;
        first = new LinearLayer(inputs, width).initialise(random);
        second = new LinearLayer(width, classes).initialise(random);
    }

    @Override
    public String name() {
        return "two-layer network";
    }

    @Override
    public int parameters() {
        return first.parameters() + second.parameters();
    }

    @Override
    public void forward(double[] inputs, int batch, double[] logits) {
        int size = batch * width;
        if (hidden.length < size) {
            hidden = new double[size];
            hiddenGradient = new double[size];
        }
        first.forward(inputs, batch, hidden);
        for (int i = 0; i < size; i++) {
            hidden[i] = Math.max(hidden[i], 0);
        }
        second.forward(hidden, batch, logits);
    }

    @Override
    public void descend(double[] inputs, int batch, double[] gradient, double learningRate) {
        // The chain rule wants the weights that produced the logits, so it comes before they change.
        second.backward(gradient, batch, hiddenGradient);
        for (int i = 0; i < batch * width; i++) {
            if (hidden[i] == 0) {
                hiddenGradient[i] = 0; // the unit was off: nothing passes through it
            }
        }
        second.descend(hidden, gradient, batch, learningRate);
        first.descend(inputs, hiddenGradient, batch, learningRate);
    }
}
