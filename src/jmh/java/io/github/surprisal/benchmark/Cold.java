package io.github.surprisal.benchmark;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Fork;

/**
 * The first calls of freshly started VMs, each of which runs {@link ColdStart}. The implementations take turns, so that
 * what is compared is measured at nearly the same time.
 */
final class Cold implements Measurement {
    private static final Operation OPERATION = Operation.forwardBackward;

    /** Those without a thread pool, native libraries or a copy before each call. */
    private static final Set<Implementation> IMPLEMENTATIONS = EnumSet.of(
            Implementation.PLAIN,
            Implementation.BASELINE_SCALAR,
            Implementation.SCALAR,
            Implementation.BASELINE_VECTOR,
            Implementation.VECTOR);

    private static final int STARTS_PER_ROUND = 11;

    private final Arguments arguments;
    private final int starts;
    private final Figures millis = new Figures();

    Cold(Arguments arguments) {
        this.arguments = arguments;
        this.starts = arguments.effort().rounds * STARTS_PER_ROUND;
    }

    @Override
    public String method() {
        return "Medians of " + starts + " starts of the JVM for each implementation, in turn; ratios taken within each"
                + " turn";
    }

    @Override
    public boolean run() {
        for (String input : arguments.inputs()) {
            List<Implementation> implementations = arguments.benchmarks(input).stream()
                    .filter(benchmark -> Operation.of(benchmark) == OPERATION)
                    .map(Implementation::of)
                    .filter(IMPLEMENTATIONS::contains)
                    .toList();
            System.err.println(starts + " starts: " + input);
            for (int start = 0; start < starts; start++) {
                implementations.forEach(implementation -> start(implementation, input));
            }
        }
        return !millis.isEmpty();
    }

    private void start(Implementation implementation, String input) {
        String answer = ChildVm.run(
                flags(implementation),
                arguments.classPath(implementation),
                ColdStart.class,
                implementation.className,
                input,
                Long.toString(System.currentTimeMillis()));
        String[] figures = answer.split(" ");
        String row = Input.label(input);
        millis.add(row + ", launch of the JVM to first result", implementation, Double.parseDouble(figures[0]));
        millis.add(row + ", first 1,000 calls", implementation, Double.parseDouble(figures[1]));
        millis.add(row + ", first 10,000 calls", implementation, Double.parseDouble(figures[2]));
    }

    /** Those that JMH gives to the forks of this benchmark. */
    private static List<String> flags(Implementation implementation) {
        try {
            Fork fork = Class.forName(implementation.className).getAnnotation(Fork.class);
            return Stream.of(fork.jvmArgs(), fork.jvmArgsAppend())
                    .flatMap(Stream::of)
                    .filter(flag -> !flag.equals(Fork.BLANK_ARGS))
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void print() {
        System.out.println("\n## " + OPERATION.title + ", from a cold start");
        Markdown.printTimes("ms", millis);
    }
}
