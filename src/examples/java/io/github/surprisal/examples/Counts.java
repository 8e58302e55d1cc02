package io.github.surprisal.examples;

import io.github.surprisal.Curvature;
import io.github.surprisal.Distribution;
import io.github.surprisal.DistributionLoss;
import io.github.surprisal.Layout;
import java.util.Arrays;
import java.util.Random;

/** Regression on counts: Poisson by Newton's method, then a negative binomial, whose counts may spread wider. */
public final class Counts {

    private static final int SAMPLES = 4000;
    private static final double SHAPE = 2; // the variance is mean + mean^2 / 2

    private Counts() {
    }

    public static void main(String[] args) {
        // the truth: log mean = 0.5 + 1.5 x
        Random random = new Random(11);
        double[] x = random.doubles(SAMPLES, -1, 1).toArray();
        double[] y = Arrays.stream(x).map(at -> count(Math.exp(0.5 + 1.5 * at), random)).toArray();

        System.out.println("                      intercept   slope      loss in nats");
        System.out.println("drawn with                 0.50    1.50");
        fit("Poisson", DistributionLoss.of(Distribution.poisson()), x, y);
        fit("negative binomial", DistributionLoss.of(Distribution.negativeBinomial(SHAPE)), x, y);
        System.out.println("Losses contain all constants: the lower one is the likelier model.");
    }

    /** Newton's method with the Fisher information: positive everywhere, so that every step goes downhill. */
    private static void fit(String name, DistributionLoss loss, double[] x, double[] y) {
        double[] logMeans = new double[SAMPLES];
        double[] gradient = new double[SAMPLES];
        double[] curvature = new double[SAMPLES];
        Layout layout = Layout.of(SAMPLES, 1);
        double intercept = 0;
        double slope = 0;
        for (int step = 0; step < 12; step++) {
            loss.curvature(logMeans, layout, y, Curvature.FISHER, gradient, curvature);
            double g0 = 0;
            double g1 = 0;
            double h00 = 0;
            double h01 = 0;
            double h11 = 0;
            for (int n = 0; n < SAMPLES; n++) {
                g0 += gradient[n];
                g1 += gradient[n] * x[n];
                h00 += curvature[n];
                h01 += curvature[n] * x[n];
                h11 += curvature[n] * x[n] * x[n];
            }
            double determinant = h00 * h11 - h01 * h01;
            intercept -= (h11 * g0 - h01 * g1) / determinant;
            slope -= (h00 * g1 - h01 * g0) / determinant;
            for (int n = 0; n < SAMPLES; n++) {
                logMeans[n] = intercept + slope * x[n];
            }
        }
        System.out.printf("%-24s %6.2f  %6.2f          %8.4f%n", name, intercept, slope, loss.forward(logMeans, y));
    }

    /** A negative binomial count: Poisson, with a mean that is drawn itself, from a gamma distribution of shape 2. */
    private static double count(double mean, Random random) {
        double rate = -mean / SHAPE * (Math.log(1 - random.nextDouble()) + Math.log(1 - random.nextDouble()));
        int count = 0;
        for (double time = -Math.log(1 - random.nextDouble()); time < rate; count++) {
            time -= Math.log(1 - random.nextDouble());
        }
        return count;
    }
}
