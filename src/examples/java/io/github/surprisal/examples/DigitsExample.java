package io.github.surprisal.examples;

import io.github.surprisal.Kernels;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Random;

/**
 * Trains a softmax regression and a small two-layer network on handwritten digits and compares them.
 *
 * <p>Run it with {@code mvn -q -Pexample}, or {@code mvn -q -Pexample -Dexample.args="--epochs 100"}.
 * A seed fixes every figure it prints except the times.
 */
public final class DigitsExample {

    private DigitsExample() {
    }

    public static void main(String[] args) {
        int status = run(args, System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /**
     * Runs the example.
     *
     * @return the exit status: 0, 1 if training diverged or the picture cannot be written, 2 for bad arguments
     */
    static int run(String[] args, PrintStream out, PrintStream err) {
        if (List.of(args).contains("--help")) {
            out.print(Options.HELP);
            return 0;
        }
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.println(Options.USAGE);
            return 2;
        }
        try {
            trainAndCompare(options, out);
            return 0;
        } catch (Trainer.DivergedException e) {
            err.println(e.getMessage());
        } catch (IOException e) {
            err.println("cannot write " + options.output() + ": " + e);
        }
        return 1;
    }

    private static void trainAndCompare(Options options, PrintStream out) throws IOException {
        Digits.Split split = Digits.load().split(new Random(options.seed()));
        Report report = new Report(out);
        report.introduce(split, options.seed(), Kernels.active());

        Trainer trainer = new Trainer(split, options);
        LossCurve curve = new LossCurve("Digits: cross-entropy loss while training");
        for (Model model : models(options)) {
            report.start(model);
            List<Trainer.Epoch> epochs = trainer.train(model, new Progress(out));
            curve.add(model.name(), epochs);
            report.finish(model, split.test());
        }
        report.compare();
        curve.write(options.output());
        report.picture(options.output());
    }

    private static List<Model> models(Options options) {
        return List.of(
                new SoftmaxRegression(Digits.PIXELS, Digits.CLASSES),
                new TwoLayerNetwork(Digits.PIXELS, options.hidden(), Digits.CLASSES, new Random(options.seed())));
    }
}
