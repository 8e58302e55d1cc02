package io.github.surprisal.integrations;

import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.sgd.LabelObjective;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.SGD;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Training of Tribuo's linear classifier with any of its objectives. */
final class TribuoTraining {

    private static final double RATE = 0.01;
    private static final int BATCH = 32;
    private static final int NEVER = 1_000_000_000;
    private static final long SEED = 42;

    private final LabelFactory labels = new LabelFactory();
    private final LabelObjective objective;

    TribuoTraining(LabelObjective objective) {
        this.objective = objective;
    }

    Model<Label> train(Digits digits, int epochs) {
        MutableDataset<Label> data =
                new MutableDataset<>(new SimpleDataSourceProvenance("digits", labels), labels);
        for (int i = 0; i < digits.labels().length; i++) {
            data.add(example(digits, i));
        }
        return new LinearSGDTrainer(objective, SGD.getSimpleSGD(RATE), epochs, NEVER, BATCH, SEED).train(data);
    }

    /** The probability of each class for each digit, [digits, classes]. */
    double[] probabilities(Model<Label> model, Digits digits) {
        int n = digits.labels().length;
        double[] probabilities = new double[n * Digits.CLASSES];
        for (int i = 0; i < n; i++) {
            Prediction<Label> prediction = model.predict(example(digits, i));
            for (int c = 0; c < Digits.CLASSES; c++) {
                probabilities[i * Digits.CLASSES + c] =
                        prediction.getOutputScores().get(Integer.toString(c)).getScore();
            }
        }
        return probabilities;
    }

    private static ArrayExample<Label> example(Digits digits, int i) {
        double[] pixels = digits.pixels()[i];
        ArrayExample<Label> example = new ArrayExample<>(new Label(Integer.toString(digits.labels()[i])));
        for (int p = 0; p < pixels.length; p++) {
            example.add("pixel " + (100 + p), pixels[p]);
        }
        return example;
    }
}
