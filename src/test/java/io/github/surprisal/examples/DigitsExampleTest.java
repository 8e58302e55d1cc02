package io.github.surprisal.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example learns and reports; what it cannot do, it says. */
class DigitsExampleTest {

    private static final Path README = Path.of("README.md");

    private static final Pattern EPOCH =
            Pattern.compile("epoch +\\d+  loss +(\\S+)  held-out loss +(\\S+)  accuracy +(\\S+) %");

    private record Line(double loss, double heldOutLoss, double accuracy) {
    }

    private record Result(int status, String out, String err) {

        List<Line> epochs() {
            return EPOCH.matcher(out).results()
                    .map(line -> new Line(Double.parseDouble(line.group(1)), Double.parseDouble(line.group(2)),
                            Double.parseDouble(line.group(3))))
                    .toList();
        }
    }

    private static Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = DigitsExample.run(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        Result result = new Result(status, out.toString(UTF_8), err.toString(UTF_8));
        assertThat((result.out + result.err).lines()).allMatch(line -> line.length() <= 80);
        return result;
    }

    @Test
    void bothModelsLearn() {
        Result result = run("--epochs", "12");

        assertThat(result.status).isZero();
        assertThat(result.err).isEmpty();
        // Of 12 epochs every second one is shown, and the first: 7 lines for each model.
        List<Line> lines = result.epochs();
        assertThat(lines).hasSize(14);
        for (List<Line> model : List.of(lines.subList(0, 7), lines.subList(7, 14))) {
            Line first = model.get(0);
            Line last = model.get(6);
            assertThat(last.loss).isLessThan(first.loss / 2);
            assertThat(last.heldOutLoss).isLessThan(first.heldOutLoss / 2);
            assertThat(last.accuracy).isGreaterThan(90);
        }
        assertThat(result.out)
                .contains("softmax regression, 650 parameters", "two-layer network, 2,410 parameters")
                .contains("predicted    0    1    2    3    4    5    6    7    8    9")
                .contains("Most surprising: this ");
    }

    @Test
    void summaryIsThatOfTheReadme() throws IOException {
        assumeTrue(Files.exists(README), "the tests run outside the project's folder");
        String readme = Files.readString(README).replace("\r\n", "\n");

        String out = run().out;

        List<String> summary = out.substring(out.indexOf("On the held-out digits")).lines().limit(3).toList();
        assertThat(readme).contains("    " + String.join("\n    ", summary) + "\n");
    }

    @Test
    void sameSeedGivesTheSameOutputOnAnyNumberOfThreadsAndAnotherSeedDoesNot() {
        String first = run("--epochs", "2").out;

        assertThat(run("--epochs", "2", "--seed", "42", "--threads", "3").out).isEqualTo(first);
        assertThat(run("--epochs", "2", "--seed", "7").epochs()).isNotEqualTo(run("--epochs", "2").epochs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--epochs 0", "--epochs many", "--epochs", "--learning-rate 0", "--learning-rate NaN",
        "--learning-rate Infinity", "--learning-rate fast", "--seed 1.5", "--threads 0", "--threads 32768", "--rate 1"})
    void wrongArgumentsGetTheUsage(String args) {
        Result result = run(args.split(" "));

        assertThat(result.status).isEqualTo(2);
        assertThat(result.err.lines()).containsExactly(Options.USAGE);
        assertThat(result.out).isEmpty();
    }

    @Test
    void helpListsEveryArgument() {
        Result result = run("--help");

        assertThat(result.status).isZero();
        assertThat(result.out).startsWith(Options.USAGE)
                .contains("  --epochs N ", "  --learning-rate X ", "  --seed N ", "  --threads N ");
        assertThat(result.err).isEmpty();
    }

    /** With the first the loss stays finite, with the second it does not. */
    @ParameterizedTest
    @ValueSource(strings = {"1000", "1e308"})
    void divergenceIsSaid(String learningRate) {
        Result result = run("--epochs", "2", "--learning-rate", learningRate);

        assertThat(result.status).isZero();
        assertThat(result.err).isEmpty();
        assertThat(result.out).containsSubsequence(
                        "softmax regression, 650", "Training diverged: the held-out loss was ", "below ",
                        "two-layer network, 2,410", "Training diverged: the held-out loss was ", "below ",
                        "softmax regression     diverged", "two-layer network      diverged")
                .doesNotContain("NaN", "Infinity", "predicted", "Most surprising");
    }
}
