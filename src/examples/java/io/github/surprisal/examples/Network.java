package io.github.surprisal.examples;

import java.util.Arrays;
import java.util.Random;

/** Linear layers with rectified linear units between them; a single layer makes it a softmax regression. */
final class Network {

    private final Layer[] layers;
    private final double[][] inputs; // of each layer, kept by the forward pass for the backward pass

    /**
     * A network with random weights.
     *
     * @param sizes the numbers of inputs, of units in each hidden layer, and of classes
     */
    Network(Random random, int... sizes) {
        layers = new Layer[sizes.length - 1];
        Arrays.setAll(layers, i -> new Layer(sizes[i], sizes[i + 1], random));
        inputs = new double[layers.length][];
    }

    int parameters() {
        return Arrays.stream(layers).mapToInt(Layer::parameters).sum();
    }

    /**
     * From inputs [batch, inputs] to logits [batch, classes]. No softmax at the end: the loss takes logits, since a
     * probability that has underflowed to 0 is beyond repair.
     */
    double[] forward(double[] input) {
        double[] values = input;
        for (int i = 0; i < layers.length; i++) {
            inputs[i] = i == 0 ? input : Arrays.stream(values).map(value -> Math.max(value, 0)).toArray();
            values = layers[i].forward(inputs[i]);
        }
        return values;
    }

    /**
     * Takes a step of gradient descent, for the batch of the last {@link #forward}.
     *
     * @param gradient [batch, classes], the derivative of the loss with respect to the logits
     */
    void descend(double[] gradient, double learningRate) {
        double[] above = gradient;
        for (int i = layers.length - 1; i >= 0; i--) {
            // The chain rule wants the weights that led to the logits, so it comes before they change.
            double[] below = layers[i].backward(above);
            layers[i].descend(inputs[i], above, learningRate);
            for (int j = 0; j < below.length; j++) {
                if (inputs[i][j] == 0) {
                    below[j] = 0; // the unit was off: nothing passes through it
                }
            }
            above = below;
        }
    }
}
