package io.github.surprisal.examples;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;

/** The command line of {@link DigitsExample}. */
record Options(int epochs, double learningRate, int batch, int hidden, long seed, Path output) {

    /** About a second of training; not tuned on the test digits. */
    static final Options DEFAULTS = new Options(60, 0.2, 32, 32, 42, Path.of("target", "digits-loss.svg"));

    static final String USAGE = "usage: DigitsExample [--epochs N] [--learning-rate X] [--batch N] [--hidden N]"
            + " [--seed N] [--output FILE.svg] [--help]";

    static final String HELP = String.join(System.lineSeparator(),
            USAGE,
            "  --epochs N         passes over the training digits (" + DEFAULTS.epochs + ")",
            "  --learning-rate X  step along the negative gradient (" + DEFAULTS.learningRate + ")",
            "  --batch N          digits per step (" + DEFAULTS.batch + ")",
            "  --hidden N         units in the network's hidden layer (" + DEFAULTS.hidden + ")",
            "  --seed N           fixes the split, the first weights and the order (" + DEFAULTS.seed + ")",
            "  --output FILE.svg  where the loss curve goes (" + DEFAULTS.output + ")",
            "");

    /**
     * Reads the arguments over the defaults.
     *
     * @throws IllegalArgumentException naming the argument, its value and the rule it breaks
     */
    static Options parse(String... args) {
        int epochs = DEFAULTS.epochs;
        double learningRate = DEFAULTS.learningRate;
        int batch = DEFAULTS.batch;
        int hidden = DEFAULTS.hidden;
        long seed = DEFAULTS.seed;
        Path output = DEFAULTS.output;
        Iterator<String> rest = Arrays.asList(args).iterator();
        while (rest.hasNext()) {
            String name = rest.next();
            switch (name) {
                case "--epochs" -> epochs = (int) integer(name, rest, 1, 100_000);
                case "--learning-rate" -> learningRate = positive(name, rest);
                case "--batch" -> batch = (int) integer(name, rest, 1, 10_000);
                case "--hidden" -> hidden = (int) integer(name, rest, 1, 10_000);
                case "--seed" -> seed = integer(name, rest, Long.MIN_VALUE, Long.MAX_VALUE);
                case "--output" -> output = svgFile(name, rest);
                default -> throw new IllegalArgumentException("unknown argument " + name);
            }
        }
        return new Options(epochs, learningRate, batch, hidden, seed, output);
    }

    private static long integer(String name, Iterator<String> rest, long min, long max) {
        String rule = "an integer in [" + min + ", " + max + "]";
        String value = value(name, rest, rule);
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, with the same message as a number out of range
        }
        throw refusal(name, value, rule);
    }

    private static double positive(String name, Iterator<String> rest) {
        String rule = "a finite number above 0";
        String value = value(name, rest, rule);
        try {
            double number = Double.parseDouble(value);
            if (number > 0 && number <= Double.MAX_VALUE) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, with the same message as a number out of range
        }
        throw refusal(name, value, rule);
    }

    private static Path svgFile(String name, Iterator<String> rest) {
        String rule = "a file name that ends in .svg";
        String value = value(name, rest, rule);
        try {
            if (value.endsWith(".svg")) {
                return Path.of(value);
            }
        } catch (InvalidPathException e) {
            // refused below, with the same message as another ending
        }
        throw refusal(name, value, rule);
    }

    private static String value(String name, Iterator<String> rest, String rule) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(name + " has no value, but must be " + rule);
        }
        return rest.next();
    }

    private static IllegalArgumentException refusal(String name, String value, String rule) {
        return new IllegalArgumentException(name + " is " + value + ", but must be " + rule);
    }
}
