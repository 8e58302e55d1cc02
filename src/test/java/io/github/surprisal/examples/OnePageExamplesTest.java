package io.github.surprisal.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each example of one page runs, and prints what it is there to show. */
class OnePageExamplesTest {

    static Stream<Arguments> examples() {
        return Stream.of(
                example("MaskedTokens", MaskedTokens::main,
                        // ln 3 = 1.0986 where three allowed tokens are alike; 0 for padding, though a logit is NaN
                        "  1\\.0986  0\\.0949  0\\.0000\n",
                        "mean over 5 tokens: 0\\.4433\n", // 2.2166 / 5
                        // a third, or a third less 1, over 5 tokens; 0 for the forbidden one
                        " 0\\.0000   0\\.0667  -0\\.1333   0\\.0667\n",
                        "   0\\.0000   0\\.0000   0\\.0000   0\\.0000\n",
                        "   0\\.0000   0\\.7285   0\\.1625   0\\.1090\n"), // e^2, e^0.5, e^0.1 over their sum
                example("WeightsAndSmoothing", WeightsAndSmoothing::main,
                        "plain .* 1\\.3973 .* 2\\.1440 / +4 = 0\\.5360\n",
                        "weighted .* 6\\.9865 .* 7\\.7332 / +8 = 0\\.9666\n", // 5 times 1.3973
                        "smoothed .* 2\\.5506 / +4 = 0\\.6377\n",
                        "both .* 8\\.7868 / +8 = 1\\.0983\n",
                        "\n +0\\.4170 .* 7\\.7332 / +4 = 1\\.9333\n"),
                example("MicroBatches", MicroBatches::main,
                        // the sums agree to 14 digits, and the mean of the means agrees to 2 at most
                        "in one batch +(\\d\\.\\d{13}).*\n.*sums of the parts / denominator +\\1",
                        "in one batch +(\\d\\.\\d\\d)(?s:.*)mean of the parts' means +(?!\\1)\\d",
                        "(?:\n +\\d  \\S+ +\\S+ +\\d\\.\\de[-+]\\d\\d){4}\n"
                                + "No difference exceeds what rounding can do: true\n"),
                example("Uncertainty", Uncertainty::main,
                        // a nat less than the prediction 0 +- 1; the least possible is near -0.2
                        "loss before training +1\\.\\d{3} nats\nloss on new data +-?0\\.[01]\\d\\d nats\n",
                        // 68.3 and 95.4 per cent, of 2000 new targets
                        "within 1 predicted deviation +(6[5-9]|7[0-3])\\.\\d %",
                        "within 2 predicted deviations +9[3-7]\\.\\d %",
                        "\n +0\\.5 +0\\.997 +0\\.9\\d\\d +0\\.250 +0\\.2\\d\\d\n"),
                example("Counts", Counts::main,
                        // 0.5 and 1.5 are what the counts were drawn with
                        "Poisson +0\\.5\\d +1\\.5\\d +2\\.0\\d\\d\\d\n",
                        "negative binomial +0\\.5\\d +1\\.5\\d +1\\.8\\d\\d\\d\n"),
                example("Threads", Threads::main,
                        "loss on one thread +(\\S+)\n +loss on the common pool +\\1\n",
                        "gradients the same bits +true\n",
                        "\n  one thread +[0-9.]+ ms\n  common pool +[0-9.]+ ms\n"));
    }

    private static Arguments example(String name, Consumer<String[]> main, String... patterns) {
        return arguments(Named.of(name, main), List.of(patterns));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void showsWhatItIsFor(Consumer<String[]> main, List<String> patterns) {
        String printed = run(main);

        assertThat(printed.lines()).allMatch(line -> line.length() <= 80);
        for (String pattern : patterns) {
            assertThat(printed).containsPattern(Pattern.compile(pattern));
        }
    }

    /** Runs a main and returns what it printed, with numbers and line ends that do not depend on the machine. */
    private static String run(Consumer<String[]> main) {
        PrintStream out = System.out;
        Locale locale = Locale.getDefault();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(printed, true, UTF_8));
            Locale.setDefault(Locale.ROOT);
            main.accept(new String[0]);
        } finally {
            System.setOut(out);
            Locale.setDefault(locale);
        }
        return printed.toString(UTF_8).replace("\r\n", "\n");
    }
}
