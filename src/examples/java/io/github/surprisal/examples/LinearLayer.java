package io.github.surprisal.examples;

import java.util.Random;

/** {@code output = input * weights + bias}, for a batch of inputs. */
final class LinearLayer {

    private final int inputs;
    private final int outputs;
    private final double[] weights; // [inputs, outputs]
    private final double[] bias; // [outputs]

    LinearLayer(int inputs, int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
        weights = new double[inputs * outputs];
        bias = new double[outputs];
    }

    /** Draws the weights uniformly from the range of Glorot and Bengio (AISTATS 2010), formula 16. */
    LinearLayer initialise(Random random) {
        double bound = Math.sqrt(6.0 / (inputs + outputs));
        for (int i = 0; i < weights.length; i++) {
            weights[i] = bound * (2 * random.nextDouble() - 1);
        }
        return this;
    }

    int parameters() {
        return weights.length + bias.length;
    }

    /** Computes {@code output} [batch, outputs] from {@code input} [batch, inputs]. */
    void forward(double[] input, int batch, double[] output) {
        for (int n = 0; n < batch; n++) {
            int row = n * outputs;
            System.arraycopy(bias, 0, output, row, outputs);
            for (int i = 0; i < inputs; i++) {
                double x = input[n * inputs + i];
                for (int o = 0; o < outputs; o++) {
                    output[row + o] += x * weights[i * outputs + o];
                }
            }
        }
    }

    /** Computes {@code inputGradient} [batch, inputs] from {@code gradient} [batch, outputs]. */
    void backward(double[] gradient, int batch, double[] inputGradient) {
        for (int n = 0; n < batch; n++) {
            for (int i = 0; i < inputs; i++) {
                double sum = 0;
                for (int o = 0; o < outputs; o++) {
                    sum += gradient[n * outputs + o] * weights[i * outputs + o];
                }
                inputGradient[n * inputs + i] = sum;
            }
        }
    }

    /** Subtracts the learning rate times the gradient of weights and bias, summed over the batch. */
    void descend(double[] input, double[] gradient, int batch, double learningRate) {
        for (int n = 0; n < batch; n++) {
            int row = n * outputs;
            for (int i = 0; i < inputs; i++) {
                double step = learningRate * input[n * inputs + i];
                for (int o = 0; o < outputs; o++) {
                    weights[i * outputs + o] -= step * gradient[row + o];
                }
            }
            for (int o = 0; o < outputs; o++) {
                bias[o] -= learningRate * gradient[row + o];
            }
        }
    }
}
