package io.github.surprisal.examples;

import java.util.Arrays;
import java.util.Random;

/** {@code output = input * weights + bias}, for a batch of inputs. */
final class Layer {

    private final int inputs;
    private final int outputs;
    private final double[] weights; // [inputs, outputs]
    private final double[] bias; // [outputs]

    /** Draws the weights uniformly from the range of Glorot and Bengio (AISTATS 2010), formula 16. */
    Layer(int inputs, int outputs, Random random) {
        this.inputs = inputs;
        this.outputs = outputs;
        double bound = Math.sqrt(6.0 / (inputs + outputs));
        weights = new double[inputs * outputs];
        Arrays.setAll(weights, i -> bound * (2 * random.nextDouble() - 1));
        bias = new double[outputs];
    }

    int parameters() {
        return weights.length + bias.length;
    }

    /** From the input [batch, inputs] to the output [batch, outputs]. */
    double[] forward(double[] input) {
        int batch = input.length / inputs;
        double[] output = new double[batch * outputs];
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
        return output;
    }

    /** From the gradient with respect to the output [batch, outputs] to that with respect to the input. */
    double[] backward(double[] gradient) {
        int batch = gradient.length / outputs;
        double[] inputGradient = new double[batch * inputs];
        for (int n = 0; n < batch; n++) {
            for (int i = 0; i < inputs; i++) {
                double sum = 0;
                for (int o = 0; o < outputs; o++) {
                    sum += gradient[n * outputs + o] * weights[i * outputs + o];
                }
                inputGradient[n * inputs + i] = sum;
            }
        }
        return inputGradient;
    }

    /** Subtracts the learning rate times the gradient with respect to weights and bias, summed over the batch. */
    void descend(double[] input, double[] gradient, double learningRate) {
        int batch = gradient.length / outputs;
        for (int n = 0; n < batch; n++) {
            for (int o = 0; o < outputs; o++) {
                double step = learningRate * gradient[n * outputs + o];
                bias[o] -= step;
                for (int i = 0; i < inputs; i++) {
                    weights[i * outputs + o] -= step * input[n * inputs + i];
                }
            }
        }
    }
}
