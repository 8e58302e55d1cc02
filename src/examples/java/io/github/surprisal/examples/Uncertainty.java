package io.github.surprisal.examples;

import io.github.surprisal.Distribution;
import io.github.surprisal.DistributionLoss;
import java.util.Arrays;
import java.util.Random;

/** A small network that predicts a mean and how far off it will be, on data whose noise grows with |x|. */
public final class Uncertainty {

    private static final int SAMPLES = 2000;
    private static final int BATCH = 50;
    private static final int HIDDEN = 16;
    private static final int EPOCHS = 400;
    private static final double LEARNING_RATE = 0.2; // of the first epoch; it falls to 0

    /** The two outputs of a sample: the mean, and the logarithm of the variance. Any number is a valid one. */
    private static final DistributionLoss LOSS = DistributionLoss.of(Distribution.gaussian());

    private final Layer first;
    private final Layer second;

    private Uncertainty(Random random) {
        first = new Layer(1, HIDDEN, random);
        second = new Layer(HIDDEN, LOSS.distribution().parameters(), random);
    }

    public static void main(String[] args) {
        Random random = new Random(7);
        double[] x = inputs(random);
        double[] y = targets(x, random);
        Uncertainty model = new Uncertainty(random);
        System.out.printf("loss before training   %7.3f nats%n", LOSS.forward(model.outputs(x), y));
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            double learningRate = LEARNING_RATE * (EPOCHS - epoch) / EPOCHS;
            for (int from = 0; from < SAMPLES; from += BATCH) {
                model.step(Arrays.copyOfRange(x, from, from + BATCH), Arrays.copyOfRange(y, from, from + BATCH),
                        learningRate);
            }
        }

        double[] newX = inputs(random);
        double[] newY = targets(newX, random);
        double[] outputs = model.outputs(newX);
        System.out.printf("loss on new data       %7.3f nats%n", LOSS.forward(outputs, newY));
        System.out.printf("within 1 predicted deviation  %5.1f %% (68.3 %% if calibrated)%n",
                within(1, outputs, newY));
        System.out.printf("within 2 predicted deviations %5.1f %% (95.4 %% if calibrated)%n",
                within(2, outputs, newY));
        System.out.println("    x    mean  predicted   deviation  predicted");
        for (double at = -1; at <= 1; at += 0.5) {
            double[] output = model.outputs(new double[] {at});
            System.out.printf("%5.1f  %6.3f     %6.3f      %6.3f     %6.3f%n", at, mean(at), output[0],
                    deviation(at), Math.exp(output[1] / 2));
        }
    }

    // ---- the data: what the network is to find out

    private static double mean(double x) {
        return Math.sin(3 * x);
    }

    private static double deviation(double x) {
        return 0.05 + 0.4 * Math.abs(x);
    }

    private static double[] inputs(Random random) {
        return random.doubles(SAMPLES, -1, 1).toArray();
    }

    private static double[] targets(double[] x, Random random) {
        return Arrays.stream(x).map(at -> mean(at) + deviation(at) * random.nextGaussian()).toArray();
    }

    // ---- the network: one hidden layer of tanh

    private double[] hidden(double[] x) {
        return Arrays.stream(first.forward(x)).map(Math::tanh).toArray();
    }

    /** [batch, 2] */
    private double[] outputs(double[] x) {
        return second.forward(hidden(x));
    }

    private void step(double[] x, double[] y, double learningRate) {
        double[] hidden = hidden(x);
        double[] gradient = LOSS.backward(second.forward(hidden), y);
        double[] hiddenGradient = second.backward(gradient);
        for (int i = 0; i < hidden.length; i++) {
            hiddenGradient[i] *= 1 - hidden[i] * hidden[i];
        }
        second.descend(hidden, gradient, learningRate);
        first.descend(x, hiddenGradient, learningRate);
    }

    /** The share of targets, in per cent, that are no further from the predicted mean than so many deviations. */
    private static double within(double deviations, double[] outputs, double[] y) {
        int inside = 0;
        for (int n = 0; n < y.length; n++) {
            double distance = Math.abs(y[n] - outputs[2 * n]);
            inside += distance <= deviations * Math.exp(outputs[2 * n + 1] / 2) ? 1 : 0;
        }
        return 100.0 * inside / y.length;
    }
}
