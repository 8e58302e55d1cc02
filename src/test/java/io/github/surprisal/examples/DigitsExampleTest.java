package io.github.surprisal.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

/** The example learns, reports and draws; what it cannot do, it says. */
class DigitsExampleTest {

    private static final int EPOCHS = 12;

    /** A number as the progress lines write it. */
    private static final String NUMBER = " +([0-9.e+-]+)";

    private static final Pattern EPOCH =
            Pattern.compile("loss" + NUMBER + "  test loss" + NUMBER + "  accuracy" + NUMBER + " %");

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private record Line(double loss, double testLoss, double accuracy) {
    }

    private int run(String... args) {
        return DigitsExample.run(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private List<Line> epochs() {
        return EPOCH.matcher(out.toString(UTF_8)).results()
                .map(line -> new Line(Double.parseDouble(line.group(1)), Double.parseDouble(line.group(2)),
                        Double.parseDouble(line.group(3))))
                .toList();
    }

    @Test
    void bothModelsLearn() {
        Path picture = directory.resolve("new").resolve("loss.svg");

        assertThat(run("--epochs", "" + EPOCHS, "--output", picture.toString())).isZero();

        assertThat(err.toString(UTF_8)).isEmpty();
        // Away from a terminal a run of 12 epochs prints every second one, and the first: 7 lines for each model.
        List<Line> lines = epochs();
        assertThat(lines).hasSize(14);
        for (List<Line> model : List.of(lines.subList(0, 7), lines.subList(7, 14))) {
            Line first = model.get(0);
            Line last = model.get(6);
            assertThat(last.loss()).isLessThan(first.loss() / 2);
            assertThat(last.testLoss()).isLessThan(first.testLoss() / 2);
            assertThat(last.accuracy()).isGreaterThan(90);
        }
        assertThat(out.toString(UTF_8))
                .contains("softmax regression, 650 parameters", "two-layer network, 2,410 parameters")
                .contains("predicted    0    1    2    3    4    5    6    7    8    9")
                .contains("Loss curve: " + picture);
    }

    @Test
    void pictureIsXmlWithFourLabelledCurves() throws Exception {
        Path picture = directory.resolve("loss.svg");

        run("--epochs", "2", "--output", picture.toString());

        Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(picture.toFile());
        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(4);
        assertThat(svg.getDocumentElement().getTextContent()).contains("epoch", "mean cross-entropy (nats)",
                "softmax regression, training", "softmax regression, test",
                "two-layer network, training", "two-layer network, test");
    }

    @Test
    void sameSeedGivesTheSameCurvesAndAnotherSeedDoesNot() throws Exception {
        Path first = directory.resolve("first.svg");
        Path again = directory.resolve("again.svg");
        Path other = directory.resolve("other.svg");

        run("--epochs", "2", "--output", first.toString());
        run("--epochs", "2", "--output", again.toString());
        run("--epochs", "2", "--output", other.toString(), "--seed", "7");

        assertThat(first).hasSameTextualContentAs(again);
        assertThat(Files.readString(other)).isNotEqualTo(Files.readString(first));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --epochs 0              | --epochs is 0, but must be an integer in [1, 100000]
            --epochs many           | --epochs is many, but must be an integer in [1, 100000]
            --epochs                | --epochs has no value, but must be an integer in [1, 100000]
            --batch -5              | --batch is -5, but must be an integer in [1, 10000]
            --hidden 10001          | --hidden is 10001, but must be an integer in [1, 10000]
            --hidden 1.5            | --hidden is 1.5, but must be an integer in [1, 10000]
            --learning-rate 0       | --learning-rate is 0, but must be a finite number above 0
            --learning-rate NaN     | --learning-rate is NaN, but must be a finite number above 0
            --learning-rate fast    | --learning-rate is fast, but must be a finite number above 0
            --output loss.png       | --output is loss.png, but must be a file name that ends in .svg
            --rate 1                | unknown argument --rate
            """)
    void badArgumentsGetTheRuleAndTheUsage(String args, String message) {
        assertThat(run(args.split(" "))).isEqualTo(2);

        assertThat(err.toString(UTF_8).lines()).containsExactly(message, Options.USAGE);
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void helpListsEveryArgument() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString(UTF_8)).startsWith(Options.USAGE).contains("  --epochs N ", "  --learning-rate X ",
                "  --batch N ", "  --hidden N ", "  --seed N ", "  --output FILE.svg ");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void divergenceIsSaid() {
        Path picture = directory.resolve("loss.svg");

        assertThat(run("--learning-rate", "1e308", "--output", picture.toString())).isEqualTo(1);

        assertThat(err.toString(UTF_8)).startsWith("training diverged in epoch 1: the loss is NaN")
                .contains("--learning-rate is 1.0E308");
        assertThat(picture).doesNotExist();
    }

    @Test
    void unwritablePictureIsSaid() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path picture = file.resolve("loss.svg");

        assertThat(run("--epochs", "1", "--output", picture.toString())).isEqualTo(1);

        assertThat(err.toString(UTF_8)).startsWith("cannot write " + picture + ": ");
    }

    @Test
    void progressOnATerminalStaysOnOneLine() {
        Progress progress = new Progress(new PrintStream(out, true, UTF_8), true);
        for (int number = 1; number <= 3; number++) {
            Evaluation test = new Evaluation(new double[0], new int[0], 2.0 / number, 0.5);
            progress.show(new Trainer.Epoch(number, 1.0 / number, test, 12), 3);
        }

        String[] lines = out.toString(UTF_8).split("\r(?!\n)");
        assertThat(lines).hasSize(4); // nothing before the first carriage return
        assertThat(lines[1]).isEqualTo("  epoch 1/3  loss    1.00  test loss    2.00  accuracy  50.00 %     12.0 ms");
        assertThat(lines[2]).hasSameSizeAs(lines[1]).doesNotContain("\n");
        assertThat(lines[3]).hasSize(lines[1].length() + System.lineSeparator().length());
    }
}
