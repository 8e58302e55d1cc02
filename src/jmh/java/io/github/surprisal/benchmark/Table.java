package io.github.surprisal.benchmark;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks and prints them as Markdown: ns per logit, the ratios between the columns, bytes allocated.
 *
 * <p>A round measures every implementation once, each in a JVM of its own, shape after shape, so that what is compared
 * is measured at nearly the same time.
 */
public final class Table {
    private static final String USAGE = """
            usage: Table quick|full [shape ...] [pattern ...]
              quick, full   one round of short runs, perhaps 40 minutes for everything; three of longer ones
              shape         e.g. 128x1000 or 16x10x1024 (default: all)
              pattern       part of a benchmark's name as a regular expression, e.g. forwardBackward or Plain
                            (default: all)
            """;

    /** With trailing dimensions the plain loop has index targets alone, and Tribuo nothing. */
    private static final String ROWS_ONLY = "\\.Plain\\.(probabilityTargets|softmax|logSoftmax)$|\\.Tribuo\\.";

    private final int rounds;
    private final int iterations;
    /** Vector kernels are boxed until C2 has compiled them, which takes some seconds where one call is long. */
    private static final TimeValue WARM_UP = TimeValue.seconds(3);

    private final TimeValue time;
    private final List<String> shapes = new ArrayList<>();
    private final List<String> patterns = new ArrayList<>();
    private final Map<Operation, Figures> figures = new EnumMap<>(Operation.class);

    private Table(int rounds, int iterations, TimeValue time) {
        this.rounds = rounds;
        this.iterations = iterations;
        this.time = time;
    }

    public static void main(String[] args) throws RunnerException {
        Table table = parse(args);
        if (table == null) {
            refuse();
        }
        table.measure();
        if (table.figures.isEmpty()) {
            refuse(); // no benchmark bears such a name
        }
        table.print(String.join(" ", args));
    }

    private static void refuse() {
        System.err.print(USAGE);
        System.exit(2);
    }

    /** Null where the arguments make no sense. */
    private static Table parse(String[] args) {
        if (args.length == 0) {
            return null;
        }
        Table table;
        switch (args[0]) {
            case "quick" -> table = new Table(1, 5, TimeValue.milliseconds(200));
            case "full" -> table = new Table(3, 5, TimeValue.milliseconds(300));
            default -> {
                return null;
            }
        }
        for (String arg : List.of(args).subList(1, args.length)) {
            (Shapes.isShape(arg) ? table.shapes : table.patterns).add(arg);
        }
        if (table.shapes.isEmpty()) {
            table.shapes.addAll(Workload.shapes());
        }
        if (table.patterns.isEmpty()) {
            table.patterns.add(".*");
        }
        return table;
    }

    private void measure() throws RunnerException {
        // What the forks print, such as the notice about incubator modules, stays out of the table.
        OutputFormat progress = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);
        for (int round = 1; round <= rounds; round++) {
            for (String shape : shapes) {
                System.err.println("round " + round + " of " + rounds + ": " + shape);
                try {
                    new Runner(options(shape).build(), progress).run().forEach(this::add);
                } catch (NoBenchmarksException e) {
                    System.err.println("nothing to measure for this shape");
                }
            }
        }
    }

    private ChainedOptionsBuilder options(String shape) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .param("shape", shape)
                .forks(1)
                .warmupIterations(1)
                .warmupTime(WARM_UP)
                .measurementIterations(iterations)
                .measurementTime(time)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true); // a failed check leaves no table
        patterns.forEach(options::include);
        return Shapes.parse(shape).length > 2 ? options.exclude(ROWS_ONLY) : options;
    }

    private void add(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        figures.computeIfAbsent(Operation.of(benchmark), operation -> new Figures())
                .add(
                        result.getParams().getParam("shape"),
                        Implementation.of(benchmark),
                        median(result.getPrimaryResult()),
                        median(result.getSecondaryResults().get("gc.alloc.rate.norm")));
    }

    /** Over the iterations, which a stray one distorts less than the mean. */
    private static double median(Result<?> result) {
        return result.getStatistics().getPercentile(50);
    }

    private void print(String args) {
        System.out.println("- Processor: " + Environment.processor());
        System.out.println("- JVM: " + Environment.jvm() + ", flags " + Workload.HEAP + "; vector columns also "
                + ExpectedKernels.VECTOR_FLAG);
        System.out.println("- Kernels: " + Environment.kernels() + "; vector columns "
                + Environment.kernels(ExpectedKernels.VECTOR_FLAG));
        Environment.nativeAllocator().ifPresent(setting -> System.out.println("- Native allocator: " + setting));
        System.out.println("- Threads: 1, but for the parallel columns");
        System.out.println("- Medians of " + rounds + (rounds == 1 ? " round" : " rounds") + ", each the median of "
                + iterations + " iterations of " + time + " in a JVM of its own; ratios taken within each round");
        System.out.println("- Command: `mvn -q -P" + (hasPeers() ? "benchmark-peers" : "benchmark") + " -Djmh.args=\""
                + args + "\"`");
        figures.forEach((operation, measured) -> {
            System.out.println("\n## " + operation.title);
            section("ns per logit", Markdown.nanosPerLogit(measured));
            section("How many times as long (first / second)", Markdown.ratios(measured));
            // The plain loop allocates nothing, so its column shows what the harness does.
            section("Bytes of Java heap allocated per call, the harness included", Markdown.bytesPerCall(measured));
        });
    }

    private static void section(String title, String table) {
        if (!table.isEmpty()) {
            System.out.println("\n" + title + ":\n\n" + table.stripTrailing());
        }
    }

    private static boolean hasPeers() {
        return Table.class.getResource("peers/PyTorch.class") != null;
    }
}
