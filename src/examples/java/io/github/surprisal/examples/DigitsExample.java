package io.github.surprisal.examples;

import io.github.surprisal.Kernels;
import io.github.surprisal.examples.Training.Verdict;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Random;

/**
 * Trains a softmax regression and a small network on handwritten digits and compares them.
 *
 * <p>Run it with {@code mvn -q -Pexample}, or {@code mvn -q -Pexample -Dexample.args="--epochs 100"}.
 */
public final class DigitsExample {

    private static final int HIDDEN = 32;

    private final Options options;
    private final PrintStream out;
    private final Training training;
    private final List<Digit> train;
    private final List<Digit> test;
    private final StringBuilder summary = new StringBuilder();

    private DigitsExample(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        training = new Training(options.learningRate(), options.threads());
        List<Digit> digits = new ArrayList<>(Digit.load());
        Collections.shuffle(digits, new Random(options.seed()));
        int held = digits.size() / 5;
        test = digits.subList(0, held);
        train = digits.subList(held, digits.size());
    }

    public static void main(String[] args) {
        int status = run(args, System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the example and returns the exit status: 0, or 2 for wrong arguments. */
    static int run(String[] args, PrintStream out, PrintStream err) {
        if (List.of(args).contains("--help")) {
            out.println(Options.HELP);
            return 0;
        }
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException | NoSuchElementException e) {
            err.println(Options.USAGE);
            return 2;
        }
        new DigitsExample(options, out).compare();
        return 0;
    }

    private void compare() {
        print("Handwritten digits (Alpaydin and Kaynak 1998, doi:10.24432/C50P49, CC BY 4.0)\n"
                + "%,d to learn from, %d held out; %s kernels\n", train.size(), test.size(), Kernels.active());
        Random random = new Random(options.seed());
        run("softmax regression", new Network(random, Digit.PIXELS, Digit.CLASSES));
        run("two-layer network", new Network(random, Digit.PIXELS, HIDDEN, Digit.CLASSES));
        print("\nOn the held-out digits     loss    accuracy\n%s"
                + "The same writers are on both sides: expect less accuracy on other writers.\n", summary);
    }

    private void run(String name, Network network) {
        print("\n%s, %,d parameters\n", name, network.parameters());
        Verdict before = training.judge(network, test);
        Verdict after = learn(network, before);
        if (after.loss() <= before.loss()) {
            print("\n%s\n%s", Report.confusionMatrix(after), Report.mostSurprising(after, test));
            summary.append(format("%-20s %10.4f %9.2f %%\n", name, after.loss(), after.accuracy()));
        } else {
            String now = Double.isFinite(after.loss()) ? format("now %.3g", after.loss()) : "no longer finite";
            print("Training diverged: the held-out loss was %.3g, and is %s.\nTry a --learning-rate below %s.\n",
                    before.loss(), now, options.learningRate());
            summary.append(format("%-20s   diverged\n", name));
        }
    }

    private Verdict learn(Network network, Verdict before) {
        int epochs = options.epochs();
        List<Digit> order = new ArrayList<>(train);
        Random random = new Random(options.seed());
        Verdict verdict = before;
        for (int epoch = 1; epoch <= epochs && Double.isFinite(verdict.loss()); epoch++) {
            Collections.shuffle(order, random);
            double loss = training.epoch(network, order);
            verdict = training.judge(network, test);
            boolean shown = epoch == 1 || epoch == epochs || epoch % Math.max(1, epochs / 6) == 0;
            if (shown && Double.isFinite(verdict.loss())) {
                print("  epoch %3d  loss %8.3g  held-out loss %8.3g  accuracy %6.2f %%\n",
                        epoch, loss, verdict.loss(), verdict.accuracy());
            }
        }
        return verdict;
    }

    private void print(String format, Object... values) {
        out.print(format(format, values));
        out.flush();
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
