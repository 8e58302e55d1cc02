package io.github.surprisal.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What the command line asks for. */
final class Arguments {
    static final String USAGE = """
            usage: quick|full [group ...] [input ...] [pattern ...] [baseline=jar]
              quick, full   one round of short runs, perhaps 40 minutes for everything; three of longer ones
              group         standard  batches (the default, if there is no input either)
                            single    one row, or a few
                            masked    a third of the classes at -Infinity
                            large     logits around +-300
                            cold      the first calls of a VM instead of the later ones: 64x10, and whatever input
                                      or group is given beside it; loss with gradient only
              input         e.g. 128x1000 or 16x10x1024, with other logits 128x1000:masked or 128x1000:large
              pattern       part of a benchmark's name as a regular expression, e.g. forwardBackward or Plain
                            (default: all)
              baseline=jar  another version of this library, two columns more
            """;

    private static final String BASELINE = "baseline=";

    /** Where JMH tells how it gets on. What the forks print, such as the VM's notices, stays out of the table. */
    static final OutputFormat PROGRESS = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);

    private final Effort effort;
    private final List<String> inputs = new ArrayList<>();
    private final List<Pattern> patterns = new ArrayList<>();
    private boolean cold;
    private Optional<Path> baseline = Optional.empty();

    /** @throws IllegalArgumentException where they make no sense */
    Arguments(String... arguments) {
        effort = Effort.named(arguments.length == 0 ? "nothing" : arguments[0]);
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            Optional<Group> group = Group.named(argument);
            if (group.isPresent()) {
                cold |= group.get() == Group.cold;
                inputs.addAll(group.get().inputs);
            } else if (Input.isInput(argument)) {
                Input.parse(argument);
                inputs.add(argument);
            } else if (argument.startsWith(BASELINE)) {
                baseline = Optional.of(jar(argument.substring(BASELINE.length())));
            } else {
                patterns.add(Pattern.compile(argument));
            }
        }
        if (inputs.isEmpty()) {
            inputs.addAll(Group.standard.inputs);
        }
    }

    private static Path jar(String path) {
        Path jar = Path.of(path).toAbsolutePath().normalize();
        if (!Files.isReadable(jar)) {
            throw new IllegalArgumentException("there is no " + jar);
        }
        return jar;
    }

    Effort effort() {
        return effort;
    }

    List<String> inputs() {
        return inputs;
    }

    boolean cold() {
        return cold;
    }

    Optional<Path> baseline() {
        return baseline;
    }

    /** The benchmarks for this input as JMH names them, in the order in which they are to be run. */
    List<String> benchmarks(String input) {
        Input parsed = Input.parse(input);
        return BenchmarkList.defaultList().find(PROGRESS, List.of(".*"), List.of()).stream()
                .map(BenchmarkListEntry::getUsername)
                .filter(this::isWanted)
                .filter(name -> Implementation.of(name).covers(Operation.of(name), parsed))
                .sorted(Comparator.comparing(Operation::of).thenComparing(Implementation::of))
                .toList();
    }

    private boolean isWanted(String benchmark) {
        Implementation implementation = Implementation.of(benchmark);
        if (implementation.isBaseline() && baseline.isEmpty()) {
            return false;
        }
        // A baseline is wanted wherever the benchmark is that it is the baseline of.
        String name = benchmark.replace("Baseline", "");
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matcher(name).find());
    }

    String classPath(Implementation implementation) {
        return implementation.isBaseline() ? ClassPath.behind(baseline.orElseThrow()) : ClassPath.own();
    }
}
