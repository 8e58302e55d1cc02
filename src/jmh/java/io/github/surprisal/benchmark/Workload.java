package io.github.surprisal.benchmark;

import io.github.surprisal.Layout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The data every implementation gets, and the check every implementation has to pass before it is timed.
 *
 * <p>A subclass is one implementation; each of its benchmark methods is one {@link Operation} and bears its name. A
 * method returns the mean loss (0 where there is none) and leaves its gradient or probabilities in {@link #output()}.
 *
 * <p>Logits are drawn from N(0, 3^2), targets uniformly, both from one fixed seed.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = Workload.HEAP)
public abstract class Workload {
    /** The only flag of every fork; naming it keeps JMH from passing on the flags of its own JVM. */
    protected static final String HEAP = "-Xmx2g";

    private static final long SEED = 20210504;
    private static final double LOGIT_DEVIATION = 3;

    /** The dimensions, class axis second: batch x classes [x trailing dimensions]. */
    @Param({
        "4096x2", "1024x10", "256x100", "128x1000", "16x32000", "8x128256", "256x32000", "16x10x1024", "8x100x196"
    })
    public String shape;

    protected int batch;
    protected int classes;
    protected int inner;
    protected Layout layout;

    /** Shape [batch, classes, inner], row-major. */
    protected double[] logits;

    /** Shape [batch, inner]. */
    protected int[] targets;

    /** Shape of {@link #logits}, sums over the classes are 1; null unless the operation is about them. */
    protected double[] targetProbabilities;

    /** Where implementations in Java write; shape of {@link #logits}. */
    protected double[] output;

    /** The values of {@link #shape}. */
    static List<String> shapes() {
        try {
            return List.of(Workload.class.getField("shape").getAnnotation(Param.class).value());
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    @Setup
    public final void setUp(BenchmarkParams params) {
        Operation operation = Operation.of(params.getBenchmark());
        generate(operation);
        prepare();
        double loss = run(operation);
        new Expectation(this).check(operation, loss, output());
    }

    /** Makes what the implementation needs beside the data; runs before the check. */
    protected void prepare() {}

    /** What the last call wrote, shape and order of {@link #logits}. */
    protected double[] output() {
        return output;
    }

    private void generate(Operation operation) {
        int[] dimensions = Shapes.parse(shape);
        batch = dimensions[0];
        classes = dimensions[1];
        int[] trailing = Arrays.copyOfRange(dimensions, 2, dimensions.length);
        inner = Arrays.stream(trailing).reduce(1, Math::multiplyExact);
        layout = Layout.of(batch, classes, trailing);

        // java.util.Random: its sequence is part of its specification, so every JDK gets the same data.
        Random random = new Random(SEED);
        logits = new double[batch * classes * inner];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = LOGIT_DEVIATION * random.nextGaussian();
        }
        targets = new int[batch * inner];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = random.nextInt(classes);
        }
        if (operation == Operation.probabilityTargets) {
            targetProbabilities = new double[logits.length];
            for (int i = 0; i < logits.length; i++) {
                targetProbabilities[i] = random.nextDouble();
            }
            normalize(targetProbabilities);
        }
        output = new double[logits.length];
    }

    private void normalize(double[] values) {
        for (int sample = 0; sample < batch * inner; sample++) {
            int first = first(sample);
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += values[first + c * inner];
            }
            for (int c = 0; c < classes; c++) {
                values[first + c * inner] /= sum;
            }
        }
    }

    /** Where the sample's first class lies; the others follow at distance {@link #inner}. */
    final int first(int sample) {
        return sample / inner * classes * inner + sample % inner;
    }

    /** Calls the benchmark method itself, so that what is checked is what is timed, and nothing else runs before it. */
    private double run(Operation operation) {
        try {
            return (double) getClass().getMethod(operation.name()).invoke(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
