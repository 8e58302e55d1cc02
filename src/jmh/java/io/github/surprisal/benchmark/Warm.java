package io.github.surprisal.benchmark;

import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The speed of compiled code, by JMH.
 *
 * <p>A round measures every implementation once, each in a VM of its own, input after input and operation after
 * operation, so that what is compared is measured at nearly the same time.
 */
final class Warm implements Measurement {
    /** Vector kernels are boxed until C2 has compiled them, which takes some seconds where one call is long. */
    private static final TimeValue WARM_UP = TimeValue.seconds(3);

    private final Arguments arguments;
    private final Map<Operation, Figures> nanosPerLogit = new EnumMap<>(Operation.class);
    private final Map<Operation, Figures> bytesPerCall = new EnumMap<>(Operation.class);

    Warm(Arguments arguments) {
        this.arguments = arguments;
    }

    @Override
    public String method() {
        Effort effort = arguments.effort();
        return "Medians of " + effort.rounds + (effort.rounds == 1 ? " round" : " rounds") + ", each the median of "
                + Effort.ITERATIONS + " iterations of " + effort.iteration
                + " in a JVM of its own; ratios taken within each round";
    }

    @Override
    public boolean run() throws RunnerException {
        int rounds = arguments.effort().rounds;
        for (int round = 1; round <= rounds; round++) {
            for (String input : arguments.inputs()) {
                System.err.println("round " + round + " of " + rounds + ": " + input);
                for (String benchmark : arguments.benchmarks(input)) {
                    run(benchmark, input);
                }
            }
        }
        return !nanosPerLogit.isEmpty();
    }

    private void run(String benchmark, String input) throws RunnerException {
        Options options = new OptionsBuilder()
                .include("^" + Pattern.quote(benchmark) + "$")
                .param("input", input)
                .forks(1)
                .warmupIterations(1)
                .warmupTime(WARM_UP)
                .measurementIterations(Effort.ITERATIONS)
                .measurementTime(arguments.effort().iteration)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true) // a failed check leaves no table
                .build();
        String own = ClassPath.own();
        System.setProperty(ClassPath.PROPERTY, arguments.classPath(Implementation.of(benchmark)));
        try {
            add(benchmark, input, new Runner(options, Arguments.PROGRESS).runSingle());
        } finally {
            System.setProperty(ClassPath.PROPERTY, own);
        }
    }

    private void add(String benchmark, String input, RunResult result) {
        Operation operation = Operation.of(benchmark);
        Implementation implementation = Implementation.of(benchmark);
        String row = Input.label(input);
        nanosPerLogit
                .computeIfAbsent(operation, key -> new Figures())
                .add(row, implementation, median(result.getPrimaryResult()) / Input.parse(input).size());
        bytesPerCall
                .computeIfAbsent(operation, key -> new Figures())
                .add(row, implementation, median(result.getSecondaryResults().get("gc.alloc.rate.norm")));
    }

    /** Over the iterations, which a stray one distorts less than the mean. */
    private static double median(Result<?> result) {
        return result.getStatistics().getPercentile(50);
    }

    @Override
    public void print() {
        nanosPerLogit.forEach((operation, nanos) -> {
            System.out.println("\n## " + operation.title);
            Markdown.printTimes("ns per logit", nanos);
            // The plain loop allocates nothing, so its column shows what the harness does.
            String allocated = "Bytes of Java heap allocated per call, the harness included";
            Markdown.print(allocated, bytesPerCall.get(operation), "%,.0f");
        });
    }
}
