package io.github.surprisal.integrations;

import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.Softmax;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.tribuo.classification.sgd.LabelObjective;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.math.la.DenseVector;
import smile.classification.LogisticRegression;

/** Trains classifiers of digits in other libraries, with this library's loss and with theirs, and prints a table. */
public final class Comparison {

    static final int EPOCHS = 30;
    static final int ITERATIONS = 100;
    /** Logits of which the true class 1 is nearly impossible: the exact loss is 800. */
    private static final double[] EXTREME = {800, 0, 0};
    private static final double NANOS = 1e9;
    private static final int PERCENT = 100;

    private final Digits training = Digits.forTraining();
    private final Digits judging = Digits.forJudging();

    /**
     * How well digits are recognised that were not trained on.
     *
     * @param accuracy the share recognised, in percent
     * @param loss the mean loss, in nats
     */
    record Verdict(double accuracy, double loss) {
    }

    private Comparison() {
    }

    public static void main(String[] args) {
        LogManager.getLogManager().reset();
        Logger.getLogger("").setLevel(Level.OFF);
        new Comparison().print();
    }

    private void print() {
        System.out.printf("%-14s %-28s %8s %8s %8s   %s%n", "library", "loss", "accuracy", "loss", "seconds",
                "loss of [800, 0, 0], class 1");
        row("Tribuo", "Surprisal", () -> tribuo(new TribuoObjective(), training, judging),
                tribuoExtreme(new TribuoObjective()));
        row("Tribuo", "its LogMulticlass", () -> tribuo(new LogMulticlass(), training, judging),
                tribuoExtreme(new LogMulticlass()));
        row("Commons Math", "Surprisal", () -> commonsMath(LinearClassifier.SURPRISAL, training, judging),
                extreme(LinearClassifier.SURPRISAL));
        row("Commons Math", "it has none: textbook", () -> commonsMath(new TextbookLoss(), training, judging),
                extreme(new TextbookLoss()));
        row("Smile", "Surprisal", () -> smile(training, judging), extreme(LinearClassifier.SURPRISAL));
        row("Smile", "its LogisticRegression", () -> smileOwn(training, judging), "not to be called alone");
    }

    private static void row(String library, String loss, Supplier<Verdict> run, String extreme) {
        run.get(); // warm
        long start = System.nanoTime();
        Verdict verdict = run.get();
        System.out.printf("%-14s %-28s %7.2f%% %8.4f %8.2f   %s%n", library, loss, verdict.accuracy, verdict.loss,
                (System.nanoTime() - start) / NANOS, extreme);
    }

    static Verdict tribuo(LabelObjective objective, Digits training, Digits judging) {
        TribuoTraining tribuo = new TribuoTraining(objective);
        return ofProbabilities(tribuo.probabilities(tribuo.train(training, EPOCHS), judging), judging);
    }

    static Verdict commonsMath(LinearClassifier.BatchLoss loss, Digits training, Digits judging) {
        return ofWeights(new CommonsMathTraining(classifier(training, loss)).train(ITERATIONS), judging);
    }

    static Verdict smile(Digits training, Digits judging) {
        return ofWeights(new SmileTraining(classifier(training, LinearClassifier.SURPRISAL)).train(ITERATIONS),
                judging);
    }

    static Verdict smileOwn(Digits training, Digits judging) {
        LogisticRegression model = LogisticRegression.multinomial(training.pixels(), training.labels(), 0.0, 1e-5,
                ITERATIONS);
        double[] probabilities = new double[judging.labels().length * Digits.CLASSES];
        double[] row = new double[Digits.CLASSES];
        for (int i = 0; i < judging.labels().length; i++) {
            model.predict(judging.pixels()[i], row);
            System.arraycopy(row, 0, probabilities, i * Digits.CLASSES, Digits.CLASSES);
        }
        return ofProbabilities(probabilities, judging);
    }

    private static LinearClassifier classifier(Digits digits, LinearClassifier.BatchLoss loss) {
        return new LinearClassifier(digits.pixels(), digits.labels(), Digits.CLASSES, loss);
    }

    private static Verdict ofWeights(double[] weights, Digits digits) {
        double[] logits = LinearClassifier.logits(digits.pixels(), weights, Digits.CLASSES);
        return new Verdict(accuracy(logits, digits),
                CrossEntropyLoss.create().forward(logits, Digits.CLASSES, digits.labels()));
    }

    private static Verdict ofProbabilities(double[] probabilities, Digits digits) {
        double[] logs = Arrays.stream(probabilities).map(Math::log).toArray();
        return new Verdict(accuracy(probabilities, digits),
                CrossEntropyLoss.create().forward(logs, Digits.CLASSES, digits.labels()));
    }

    private static double accuracy(double[] scores, Digits digits) {
        int[] predicted = Softmax.create().predict(scores, Digits.CLASSES);
        int right = 0;
        for (int i = 0; i < predicted.length; i++) {
            right += predicted[i] == digits.labels()[i] ? 1 : 0;
        }
        return (double) PERCENT * right / predicted.length;
    }

    /** What an objective of Tribuo, which is to be climbed, says of the extreme row. */
    private static String tribuoExtreme(LabelObjective objective) {
        return Double.toString(-objective.lossAndGradient(1, DenseVector.createDenseVector(EXTREME)).getA());
    }

    private static String extreme(LinearClassifier.BatchLoss loss) {
        return Double.toString(loss.lossAndGradient(EXTREME.clone(), EXTREME.length, new int[] {1}));
    }
}
