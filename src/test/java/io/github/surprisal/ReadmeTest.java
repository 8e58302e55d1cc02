package io.github.surprisal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README keeps its word: its snippets compile, run and print what they say, and its bounds are the tested ones. */
class ReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final Path POM = Path.of("pom.xml");

    /** The names the accuracy table gives to the budgets. */
    private static final Map<String, ErrorBudget> QUANTITIES = Map.of(
            "softmax", ErrorBudget.SOFTMAX,
            "log-softmax", ErrorBudget.LOG_SOFTMAX,
            "loss", ErrorBudget.LOSS,
            "denominator of a mean", ErrorBudget.DENOMINATOR,
            "gradient, class indices", ErrorBudget.GRADIENT,
            "gradient, class probabilities or smoothing (1)", ErrorBudget.CANCELLING_GRADIENT,
            "softmax backward (1)", ErrorBudget.SOFTMAX_BACKWARD,
            "log-softmax backward (1)", ErrorBudget.LOG_SOFTMAX_BACKWARD);

    private String readme;

    @BeforeEach
    void read() throws IOException {
        assumeTrue(Files.exists(README) && Files.exists(POM), "the tests run outside the project's folder");
        readme = Files.readString(README).replace("\r\n", "\n");
    }

    @Test
    void snippetsPrintWhatTheySay(@TempDir Path folder) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "a VM without a compiler");
        List<String> lines = snippetLines();
        compile(compiler, program(lines), folder);

        List<String> expected = lines.stream().filter(line -> line.contains("System.out.println("))
                .map(line -> line.substring(line.indexOf("// ") + 3)).toList();
        List<String> printed = run(folder);
        assertThat(expected).hasSizeGreaterThan(5);
        assertThat(printed).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i).endsWith("...")) {
                assertThat(printed.get(i)).startsWith(expected.get(i).replace("...", ""));
            } else {
                assertThat(printed.get(i)).isEqualTo(expected.get(i));
            }
        }
    }

    /** The lines of all Java snippets: they continue one another. */
    private List<String> snippetLines() {
        List<String> lines = new ArrayList<>();
        Matcher block = Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE).matcher(readme);
        while (block.find()) {
            block.group(1).lines().forEach(lines::add);
        }
        return lines;
    }

    private static String program(List<String> lines) {
        StringBuilder imports = new StringBuilder();
        StringBuilder body = new StringBuilder();
        for (String line : lines) {
            (line.startsWith("import ") ? imports : body).append(line).append('\n');
        }
        return imports + "public class Snippets {\npublic static void main(String[] args) {\n" + body + "}\n}\n";
    }

    private static void compile(JavaCompiler compiler, String program, Path folder) throws Exception {
        URI name = URI.create("string:///Snippets.java");
        JavaFileObject source = new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return program;
            }
        };
        Path library = Path.of(CrossEntropyLoss.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> options = List.of("-d", folder.toString(), "-classpath", library.toString(),
                "-proc:none", "-Xlint:all", "-Werror");
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(source)).call();
        assertThat(compiled).as("%s%n%s", messages, program).isTrue();
    }

    private static List<String> run(Path folder) throws Exception {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        URL[] classes = {folder.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classes, ReadmeTest.class.getClassLoader())) {
            System.setOut(new PrintStream(printed, true, UTF_8));
            loader.loadClass("Snippets").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(out);
        }
        return printed.toString(UTF_8).lines().toList();
    }

    @Test
    void dependencySnippetNamesTheVersionThatIsBuilt() throws IOException {
        assertThat(version(readme)).isEqualTo(version(Files.readString(POM)));
    }

    private static String version(String xml) {
        Matcher version = Pattern.compile("<groupId>io\\.github\\.surprisal</groupId>\\s*"
                + "<artifactId>surprisal</artifactId>\\s*<version>([^<]+)</version>").matcher(xml);
        assertThat(version.find()).as("coordinates").isTrue();
        return version.group(1);
    }

    @Test
    void accuracyTableGivesTheBudgetsOfTheTests() {
        EnumSet<ErrorBudget> seen = EnumSet.noneOf(ErrorBudget.class);
        String section = readme.substring(readme.indexOf("\n## Accuracy\n"), readme.indexOf("\n## At the edges\n"));
        section.lines().filter(line -> line.startsWith("| ")).skip(1).forEach(line -> {
            String[] cells = line.substring(1).split("\\|");
            ErrorBudget budget = QUANTITIES.get(cells[0].strip());
            assertThat(budget).as(line).isNotNull();
            assertThat(cells[1].strip()).as(line).isEqualTo(Long.toString(budget.bound()));
            for (String measured : List.of(cells[2].strip(), cells[3].strip())) {
                if (!measured.equals("-")) {
                    assertThat(Long.parseLong(measured)).as(line).isBetween(0L, budget.bound());
                }
            }
            seen.add(budget);
        });
        assertThat(seen).isEqualTo(EnumSet.allOf(ErrorBudget.class));
    }
}
