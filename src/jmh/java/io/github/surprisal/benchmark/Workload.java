package io.github.surprisal.benchmark;

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
 * <p>Logits are drawn as {@link Logits} tells, targets uniformly, all from one fixed seed.
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
    private static final double LARGE = 300;

    /** An {@link Input}. {@link Warm} sets its own; JMH insists on a default. */
    @Param("128x1000")
    public String input;

    protected Operation operation;
    protected int batch;
    protected int classes;
    protected int inner;

    /** Shape [batch, classes, inner], row-major. */
    protected double[] logits;

    /** Shape [batch, inner]. */
    protected int[] targets;

    /** Shape of {@link #logits}, sums over the classes are 1; null unless the operation is about them. */
    protected double[] targetProbabilities;

    /** Where implementations in Java write; shape of {@link #logits}. */
    protected double[] output;

    @Setup
    public final void setUp(BenchmarkParams params) {
        generate(Operation.of(params.getBenchmark()));
        prepare();
        check(run());
    }

    /** Every implementation has this operation. */
    public abstract double forwardBackward();

    /** Fails unless this is the right loss, the last call wrote the right values, and the VM is the right one. */
    final void check(double loss) {
        requireVm();
        new Expectation(this).check(operation, loss, output());
    }

    /** Makes what the implementation needs beside the data; runs before the check. */
    protected void prepare() {}

    /** Fails in a VM that would give figures of something else; not before the first call, which is timed if cold. */
    protected void requireVm() {}

    /** What the last call wrote, shape and order of {@link #logits}. */
    protected double[] output() {
        return output;
    }

    /** Makes the data. */
    final void generate(Operation operation) {
        this.operation = operation;
        Input parsed = Input.parse(input);
        batch = parsed.batch();
        classes = parsed.classes();
        inner = parsed.inner();

        // java.util.Random: its sequence is part of its specification, so every JDK gets the same data.
        Random random = new Random(SEED);
        logits = new double[parsed.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = LOGIT_DEVIATION * random.nextGaussian();
        }
        targets = new int[parsed.samples()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = random.nextInt(classes);
        }
        switch (parsed.logits()) {
            case ordinary -> { }
            case masked -> mask(random);
            case large -> enlarge(random);
        }
        if (operation == Operation.probabilityTargets) {
            targetProbabilities = new double[logits.length];
            for (int i = 0; i < logits.length; i++) {
                double probability = random.nextDouble();
                targetProbabilities[i] = logits[i] == Double.NEGATIVE_INFINITY ? 0 : probability;
            }
            normalize(targetProbabilities);
        }
        output = new double[logits.length];
    }

    /** A third of each sample's classes, every choice without the target equally likely. */
    private void mask(Random random) {
        for (int sample = 0; sample < targets.length; sample++) {
            int wanted = classes / 3;
            int candidates = classes - 1;
            for (int c = 0; c < classes; c++) {
                if (c != targets[sample] && random.nextInt(candidates--) < wanted) {
                    logits[first(sample) + c * inner] = Double.NEGATIVE_INFINITY;
                    wanted--;
                }
            }
        }
    }

    private void enlarge(Random random) {
        for (int i = 0; i < logits.length; i++) {
            logits[i] += random.nextBoolean() ? LARGE : -LARGE;
        }
    }

    private void normalize(double[] values) {
        for (int sample = 0; sample < targets.length; sample++) {
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
    private double run() {
        try {
            return (double) getClass().getMethod(operation.name()).invoke(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
