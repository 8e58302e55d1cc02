package io.github.surprisal.examples;

import java.util.Iterator;
import java.util.List;

/** The command line of {@link DigitsExample}. */
record Options(int epochs, double learningRate, long seed, int threads) {

    static final String USAGE = "usage: [--epochs N] [--learning-rate X] [--seed N] [--threads N] [--help]";

    static final String HELP = String.join(System.lineSeparator(), USAGE,
            "  --epochs N         passes over the training digits (60)",
            "  --learning-rate X  step along the negative gradient (0.2)",
            "  --seed N           fixes the split, the first weights and the order (42)",
            "  --threads N        threads for large batches (1): no result depends on it,",
            "                     nor does the time here, where no batch is large");

    /**
     * Reads the arguments over the defaults.
     *
     * @throws IllegalArgumentException if an argument is unknown, or its value no number or out of range
     * @throws java.util.NoSuchElementException if an argument has no value
     */
    static Options parse(String... args) {
        int epochs = 60;
        double learningRate = 0.2;
        long seed = 42;
        int threads = 1;
        Iterator<String> words = List.of(args).iterator();
        while (words.hasNext()) {
            switch (words.next()) {
                case "--epochs" -> epochs = Integer.parseInt(words.next());
                case "--learning-rate" -> learningRate = Double.parseDouble(words.next());
                case "--seed" -> seed = Long.parseLong(words.next());
                case "--threads" -> threads = Integer.parseInt(words.next());
                default -> throw new IllegalArgumentException();
            }
        }
        if (epochs < 1 || !(learningRate > 0 && learningRate <= Double.MAX_VALUE) || threads < 1 || threads > 32767) {
            throw new IllegalArgumentException();
        }
        return new Options(epochs, learningRate, seed, threads);
    }
}
