package io.github.surprisal.benchmark;

import org.openjdk.jmh.runner.RunnerException;

/** Runs the benchmarks and prints them as Markdown: times, the ratios between the columns, bytes allocated. */
public final class Table {
    private Table() {}

    public static void main(String[] args) throws RunnerException {
        Arguments arguments;
        try {
            arguments = new Arguments(args);
        } catch (IllegalArgumentException e) {
            refuse(e.getMessage());
            return;
        }
        Measurement measurement = arguments.cold() ? new Cold(arguments) : new Warm(arguments);
        if (!measurement.run()) {
            refuse("no benchmark of that name has such an input");
        }
        printHead(arguments, measurement.method(), String.join(" ", args));
        measurement.print();
    }

    private static void refuse(String reason) {
        System.err.print(reason + "\n" + Arguments.USAGE);
        System.exit(2);
    }

    private static void printHead(Arguments arguments, String method, String args) {
        System.out.println("- Processor: " + Environment.processor());
        System.out.println("- JVM: " + Environment.jvm() + ", flags " + Workload.HEAP + "; vector columns also "
                + ExpectedKernels.VECTOR_FLAG + " " + ExpectedKernels.AT_ONCE);
        System.out.println("- Kernels: " + Environment.kernels() + "; vector columns "
                + Environment.kernels(ExpectedKernels.VECTOR_FLAG, ExpectedKernels.AT_ONCE));
        arguments.baseline().ifPresent(jar -> System.out.println("- Baseline: " + jar));
        Environment.nativeAllocator().ifPresent(setting -> System.out.println("- Native allocator: " + setting));
        System.out.println("- Threads: 1, but for the parallel columns");
        System.out.println("- " + method);
        System.out.println("- Command: `mvn -q -Pbenchmark" + (hasPeers() ? ",peers" : "") + " -Djmh.args=\"" + args
                + "\"`");
    }

    private static boolean hasPeers() {
        return Table.class.getResource("peers/PyTorch.class") != null;
    }
}
