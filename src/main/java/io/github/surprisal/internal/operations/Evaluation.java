package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.likelihoods.Likelihood;
import io.github.surprisal.internal.likelihoods.Sample;
import io.github.surprisal.internal.likelihoods.Scaled;
import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Chunk;
import io.github.surprisal.internal.rows.Geometry;

/** One sample after the other through the arithmetic of a {@link Likelihood}; its results by parameter and slot. */
final class Evaluation {

    private static final int MOST_PARAMETERS = 3;
    /** Losses from 2^1100 on stay infinite whatever number of samples their mean is over. */
    private static final int INFINITE_EXPONENT = 1100;

    private final Sample[] samples = new Sample[MOST_PARAMETERS + 1];
    private final double[][] gradient = new double[MOST_PARAMETERS][Geometry.SLOTS];
    private final double[][] curvature = new double[MOST_PARAMETERS][Geometry.SLOTS];

    Evaluation() {
        for (int parameters = 1; parameters <= MOST_PARAMETERS; parameters++) {
            samples[parameters] = new Sample(parameters);
        }
    }

    /** Evaluates the sample in a slot: records its loss, keeps what is to be written. */
    void run(LossOperation loss, Block b, int slot, Likelihood likelihood, double target) {
        Sample sample = samples[likelihood.parameters()];
        for (int p = 0; p < likelihood.parameters(); p++) {
            sample.outputs[p] = loss.elements.get(loss.input, b.base[slot] + p * loss.geometry.inner);
        }
        sample.target = target;
        if (loss.writesCurvature()) {
            evaluateCurvature(loss, likelihood, sample);
        } else {
            evaluateLoss(loss, b, slot, likelihood, sample);
        }
        for (int p = 0; p < likelihood.parameters(); p++) {
            if (loss.writes()) {
                Scaled g = sample.gradient(p);
                gradient[p][slot] = loss.factors.times(slot, g.high(), g.low(), g.exponent());
            }
            if (loss.writesCurvature()) {
                curvature[p][slot] = sample.curvature(p).doubleValue();
            }
        }
    }

    private static void evaluateCurvature(LossOperation loss, Likelihood likelihood, Sample sample) {
        if (loss.fisher) {
            likelihood.fisher(sample);
        } else {
            likelihood.hessian(sample);
        }
    }

    private static void evaluateLoss(LossOperation loss, Block b, int slot, Likelihood likelihood, Sample sample) {
        if (loss.writes()) {
            likelihood.gradient(sample);
        } else {
            likelihood.loss(sample);
        }
        Scaled value = sample.loss;
        if (value.exponent() > 0 && value.exponent() + Math.getExponent(value.high()) >= INFINITE_EXPONENT) {
            loss.record(b, slot, 1.0, value.high() * Double.POSITIVE_INFINITY, 0.0, 0);
        } else {
            loss.record(b, slot, 1.0, value.high(), value.low(), value.exponent());
        }
    }

    /** The derivatives by a parameter, by slot. */
    double[] gradient(int parameter) {
        return gradient[parameter];
    }

    double[] curvature(int parameter) {
        return curvature[parameter];
    }

    /** Writes what has been found of the samples that are not to be tried again. */
    void write(LossOperation loss, Chunk c) {
        write(loss, c, gradient, loss.gradient);
        if (loss.writesCurvature()) {
            write(loss, c, curvature, loss.curvature);
        }
    }

    private static void write(LossOperation loss, Chunk c, double[][] values, Object to) {
        Block b = c.block;
        for (int k = 0; k < c.classes; k++) {
            int shift = (c.from + k) * loss.geometry.inner;
            for (int i = 0; i < b.count(); i++) {
                if (!b.retries()[i]) {
                    loss.elements.set(to, b.base[i] + shift, values[k][i]);
                }
            }
        }
    }
}
