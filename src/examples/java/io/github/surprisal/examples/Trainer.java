package io.github.surprisal.examples;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Mini-batch gradient descent: the place where the library is called while a model learns. */
final class Trainer {

    private final Digits train;
    private final Digits test;
    private final Options options;

    private final CrossEntropyLoss crossEntropy = CrossEntropyLoss.create();
    // Allocated once and used for every batch: the loss allocates nothing of its own.
    private final Digits batch;
    private final double[] logits;

    /**
     * What one epoch came to.
     *
     * @param trainLoss the mean loss of the training digits, each taken just before the step it led to
     * @param test the test digits after the epoch
     * @param milliseconds the time of the steps, without the test
     */
    record Epoch(int number, double trainLoss, Evaluation test, double milliseconds) {
        boolean diverged() {
            return !Double.isFinite(trainLoss) || !Double.isFinite(test.loss());
        }
    }

    /** The loss has left the finite numbers. */
    static final class DivergedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        DivergedException(Epoch epoch, double learningRate) {
            super("training diverged in epoch " + epoch.number() + ": the loss is " + epoch.trainLoss()
                    + " on the training digits and " + epoch.test().loss() + " on the test digits; --learning-rate is "
                    + learningRate + ", try a smaller one");
        }
    }

    Trainer(Digits.Split split, Options options) {
        train = split.train();
        test = split.test();
        this.options = options;
        int capacity = Math.min(options.batch(), train.size());
        batch = Digits.allocate(capacity);
        logits = new double[capacity * Digits.CLASSES];
    }

    List<Epoch> train(Model model, Progress progress) {
        Random random = new Random(options.seed());
        List<Epoch> epochs = new ArrayList<>();
        for (int number = 1; number <= options.epochs(); number++) {
            long start = System.nanoTime();
            double trainLoss = learn(model, train.shuffledOrder(random));
            double milliseconds = (System.nanoTime() - start) / 1e6;

            Epoch epoch = new Epoch(number, trainLoss, Evaluation.of(model, test), milliseconds);
            epochs.add(epoch);
            progress.show(epoch, options.epochs());
            if (epoch.diverged()) {
                throw new DivergedException(epoch, options.learningRate());
            }
        }
        return epochs;
    }

    /** Goes once through the training digits and returns their mean loss, in nats. */
    private double learn(Model model, int[] order) {
        double sum = 0;
        for (int from = 0; from < order.length; from += batch.size()) {
            // The last batch may be smaller. Its layout says so, and the buffers stay as they are: the library
            // neither reads nor writes what lies beyond the layout.
            int samples = Math.min(batch.size(), order.length - from);
            Layout layout = Layout.of(samples, Digits.CLASSES);

            train.gather(order, from, samples, batch);
            model.forward(batch.pixels(), samples, logits);
            // Loss and gradient in one call, the gradient over the logits, which are no longer needed.
            // The loss is a mean, so its gradient is already divided by the number of samples: the learning rate
            // means the same for every batch size. An upstream of 1 leaves the gradient as it is.
            double loss = crossEntropy.forwardBackward(logits, layout, batch.labels(), 1.0, logits);
            model.descend(batch.pixels(), samples, logits, options.learningRate());

            sum += loss * samples; // back from the mean, for batches of unequal size
        }
        return sum / order.length;
    }
}
