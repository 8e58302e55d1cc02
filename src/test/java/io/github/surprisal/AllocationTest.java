package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Calls that are given their output arrays allocate nothing once the code is compiled: the bytes that the calling
 * thread allocates are counted, with the scalar and with the vector kernels.
 *
 * <p>A vector that the compiler cannot keep in a register is an object, so this also shows that every vector loop was
 * compiled as meant. Until then the kernels do allocate; the warm-up ends with the first calls in a row that do not.
 */
class AllocationTest {

    /** So many calls in a row without allocation are taken for all that follow. */
    private static final int CALLS = 50;
    /** Compilation takes some tenths of a second; who is not done by then is taken for one that always allocates. */
    private static final long PATIENCE_NANOS = 6_000_000_000L;
    private static final int IGNORED = -1;

    private static final List<Batch> BATCHES = List.of(
            new Batch("few classes", Layout.of(64, 10), 4),
            new Batch("rows", Layout.of(32, 100), 4),
            new Batch("long rows", Layout.of(2, 5000), 4),
            new Batch("inner", Layout.of(2, 10, 33), 4),
            new Batch("inner, many classes", Layout.of(1, 2500, 3), 4),
            new Batch("few classes, large logits", Layout.of(24, 10), 4000),
            new Batch("rows, large logits", Layout.of(16, 100), 4000),
            new Batch("padded", Layout.of(16, 100).at(3).withRowStride(110), 4));

    private static com.sun.management.ThreadMXBean threads;
    // what calls give, kept where the compiler cannot prove it unused
    private static double sink;
    private static double[] kept;

    private interface Call {
        double on(Batch batch);
    }

    private interface VoidCall {
        void on(Batch batch);
    }

    private record Form(String name, Call call) {

        static Form of(String name, VoidCall call) {
            return new Form(name, batch -> {
                call.on(batch);
                return 0;
            });
        }

        /** The short forms know contiguous rows only. */
        boolean takes(Batch batch) {
            return !name.contains("short") || batch.layout.inner() == 1 && batch.layout.offset() == 0;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The arrays of a batch, inputs and outputs. */
    private static final class Batch {

        private final String name;
        private final Layout layout;
        private final double[] logits;
        private final double[] logProbabilities;
        private final double[] probabilities;
        private final double[] upstream;
        private final double[] gradient;
        private final int[] allTargets;
        private final int[] targets;
        private final double[] distributions;
        private final double[] upstreamPerSample;
        private final double[] losses;
        private final int[] predicted;
        private final double[] curvature;
        private final Layout two;
        private final double[] twoOutputs;
        private final double[] twoGradients;
        private final double[] twoCurvatures;
        private final float[] floats;
        private final float[] floatLogProbabilities;
        private final float[] floatProbabilities;
        private final float[] floatUpstream;
        private final float[] floatGradient;
        private final float[] floatDistributions;
        private final AnyLoss weighted;
        private final AnyLoss smoothed;
        private final AnyLoss weightedNll;

        Batch(String name, Layout layout, double scale) {
            Random random = new Random(7);
            this.name = name;
            this.layout = layout;
            logits = new double[layout.offset() + layout.batch() * layout.rowStride()];
            Arrays.setAll(logits, i -> scale * (random.nextDouble() - 0.5));
            logProbabilities = new double[logits.length];
            LogSoftmax.create().forward(logits, layout, logProbabilities);
            probabilities = new double[logits.length];
            Softmax.create().forward(logits, layout, probabilities);
            upstream = random.doubles(logits.length).toArray();
            gradient = new double[logits.length];
            allTargets = random.ints(layout.samples(), 0, layout.classes()).toArray();
            targets = allTargets.clone();
            targets[0] = IGNORED;
            distributions = random.doubles(layout.samples() * layout.classes()).toArray();
            upstreamPerSample = random.doubles(layout.samples()).toArray();
            losses = new double[layout.samples()];
            predicted = new int[layout.samples()];
            curvature = new double[logits.length];
            two = Layout.of(layout.samples(), 2);
            twoOutputs = random.doubles(2 * layout.samples()).toArray();
            twoGradients = new double[twoOutputs.length];
            twoCurvatures = new double[twoOutputs.length];
            floats = FloatArrays.narrow(logits);
            floatLogProbabilities = FloatArrays.narrow(logProbabilities);
            floatProbabilities = FloatArrays.narrow(probabilities);
            floatUpstream = FloatArrays.narrow(upstream);
            floatGradient = new float[gradient.length];
            floatDistributions = FloatArrays.narrow(distributions);
            double[] weights = random.doubles(layout.classes()).toArray();
            weighted = AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(IGNORED).classWeights(weights)
                    .reduction(Reduction.SUM).build());
            smoothed = AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(IGNORED).classWeights(weights)
                    .labelSmoothing(0.1).build());
            weightedNll = AnyLoss.of(NllLoss.builder().ignoreIndex(IGNORED).classWeights(weights).build());
        }
    }

    @BeforeAll
    static void counting() {
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean,
                "no counts of bytes");
        threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "no counts of bytes");
        threads.setThreadAllocatedMemoryEnabled(true);
        // to count costs nothing itself, and what is allocated is seen
        assertThat(allocated(new Form("nothing", batch -> 1), BATCHES.get(0))).isZero();
        assertThat(allocated(new Form("an array", batch -> {
            kept = new double[100];
            return kept.length;
        }), BATCHES.get(0))).isGreaterThanOrEqualTo(800L * CALLS);
    }

    private static List<Form> forms() {
        List<Form> forms = new ArrayList<>();
        Softmax softmax = Softmax.create();
        forms.add(Form.of("softmax forward", b -> softmax.forward(b.logits, b.layout, b.gradient)));
        forms.add(Form.of("softmax backward",
                b -> softmax.backward(b.probabilities, b.upstream, b.layout, b.gradient)));
        forms.add(Form.of("softmax predict", b -> softmax.predict(b.logits, b.layout, b.predicted)));
        LogSoftmax logSoftmax = LogSoftmax.create();
        forms.add(Form.of("log-softmax forward", b -> logSoftmax.forward(b.logits, b.layout, b.gradient)));
        forms.add(Form.of("log-softmax backward",
                b -> logSoftmax.backward(b.logProbabilities, b.upstream, b.layout, b.gradient)));
        AnyLoss everything = AnyLoss.of(CrossEntropyLoss.create());
        AnyLoss some = AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(IGNORED).build());
        addIndices(forms, "cross-entropy, nothing ignored", b -> everything, b -> b.logits, b -> b.allTargets);
        addIndices(forms, "cross-entropy", b -> some, b -> b.logits, b -> b.targets);
        addIndices(forms, "cross-entropy, weights", b -> b.weighted, b -> b.logits, b -> b.targets);
        addIndices(forms, "cross-entropy, weights and smoothing", b -> b.smoothed, b -> b.logits, b -> b.targets);
        addProbabilities(forms, "cross-entropy", b -> some, b -> b.logits);
        addProbabilities(forms, "cross-entropy, weights", b -> b.weighted, b -> b.logits);
        addProbabilities(forms, "cross-entropy, weights and smoothing", b -> b.smoothed, b -> b.logits);
        AnyLoss nll = AnyLoss.of(NllLoss.builder().ignoreIndex(IGNORED).build());
        addIndices(forms, "nll", b -> nll, b -> b.logProbabilities, b -> b.targets);
        addIndices(forms, "nll, weights", b -> b.weightedNll, b -> b.logProbabilities, b -> b.targets);
        addProbabilities(forms, "nll", b -> nll, b -> b.logProbabilities);
        addProbabilities(forms, "nll, weights", b -> b.weightedNll, b -> b.logProbabilities);
        addToldClasses(forms, "cross-entropy", CrossEntropyLoss.create());
        addToldClasses(forms, "cross-entropy, smoothing", CrossEntropyLoss.builder().labelSmoothing(0.1).build());
        addToldClasses(forms, "nll", NllLoss.create());
        addNumbers(forms);
        addFloats(forms, softmax, logSoftmax);
        return forms;
    }

    private static void addToldClasses(List<Form> forms, String name, ClassLoss loss) {
        forms.add(new Form(name + ", short forward with classes",
                b -> loss.forward(b.logits, b.layout.classes(), b.allTargets)));
        forms.add(new Form(name + ", short forwardBackward with classes",
                b -> loss.forwardBackward(b.logits, b.layout.classes(), b.allTargets, b.gradient)));
        forms.add(new Form(name + ", one row forward", b -> loss.forward(b.logits, b.allTargets[0])));
        forms.add(new Form(name + ", one row forwardBackward",
                b -> loss.forwardBackward(b.logits, b.allTargets[0], b.gradient)));
    }

    private static void addNumbers(List<Form> forms) {
        Sigmoid sigmoid = Sigmoid.create();
        forms.add(Form.of("sigmoid forward", b -> sigmoid.forward(b.logits, b.layout, b.gradient)));
        forms.add(Form.of("sigmoid backward",
                b -> sigmoid.backward(b.probabilities, b.upstream, b.layout, b.gradient)));
        BinaryCrossEntropyLoss binary = BinaryCrossEntropyLoss.builder().labelSmoothing(0.1).positiveWeights(2)
                .build();
        forms.add(new Form("binary forward", b -> binary.forward(b.logits, b.layout, b.distributions)));
        forms.add(new Form("binary forwardBackward",
                b -> binary.forwardBackward(b.logits, b.layout, b.distributions, 2, b.gradient)));
        forms.add(Form.of("binary curvature", b -> binary.curvature(b.logits, b.layout, b.distributions,
                Curvature.FISHER, b.gradient, b.curvature)));
        CrossEntropyLoss classes = CrossEntropyLoss.builder().ignoreIndex(IGNORED).build();
        forms.add(Form.of("cross-entropy curvature", b -> classes.curvature(b.logits, b.layout, b.targets,
                Curvature.HESSIAN, b.gradient, b.curvature)));
        DistributionLoss gaussian = DistributionLoss.builder(Distribution.gaussian()).ignoreMissing().build();
        forms.add(new Form("gaussian short forwardBackward",
                b -> gaussian.forwardBackward(b.twoOutputs, b.upstreamPerSample, b.twoGradients)));
        forms.add(Form.of("gaussian short curvature", b -> gaussian.curvature(b.twoOutputs, b.two,
                b.upstreamPerSample, Curvature.HESSIAN, b.twoGradients, b.twoCurvatures)));
    }

    private static void addFloats(List<Form> forms, Softmax softmax, LogSoftmax logSoftmax) {
        forms.add(Form.of("floats, softmax forward", b -> softmax.forward(b.floats, b.layout, b.floatGradient)));
        forms.add(Form.of("floats, softmax backward",
                b -> softmax.backward(b.floatProbabilities, b.floatUpstream, b.layout, b.floatGradient)));
        forms.add(Form.of("floats, softmax predict", b -> softmax.predict(b.floats, b.layout, b.predicted)));
        forms.add(Form.of("floats, log-softmax forward", b -> logSoftmax.forward(b.floats, b.layout, b.floatGradient)));
        forms.add(Form.of("floats, log-softmax backward",
                b -> logSoftmax.backward(b.floatLogProbabilities, b.floatUpstream, b.layout, b.floatGradient)));
        CrossEntropyLoss crossEntropy = CrossEntropyLoss.builder().ignoreIndex(IGNORED).build();
        CrossEntropyLoss smoothed = CrossEntropyLoss.builder().ignoreIndex(IGNORED).labelSmoothing(0.1).build();
        NllLoss nll = NllLoss.builder().ignoreIndex(IGNORED).build();
        for (ClassLoss loss : List.of(crossEntropy, smoothed, nll)) {
            String name = "floats, " + loss.getClass().getSimpleName() + (loss == smoothed ? ", smoothed: " : ": ");
            forms.add(new Form(name + "short forwardBackward",
                    b -> loss.forwardBackward(b.floats, b.targets, b.floatGradient)));
            forms.add(new Form(name + "forward", b -> loss.forward(b.floats, b.layout, b.targets)));
            forms.add(new Form(name + "forwardBackward",
                    b -> loss.forwardBackward(b.floats, b.layout, b.targets, 2, b.floatGradient)));
            forms.add(Form.of(name + "forwardPerSample",
                    b -> loss.forwardPerSample(b.floats, b.layout, b.targets, b.losses)));
            forms.add(Form.of(name + "backwardPerSample", b -> loss.backwardPerSample(b.floats, b.layout, b.targets,
                    b.upstreamPerSample, b.floatGradient)));
            forms.add(new Form(name + "forwardBackward, probabilities",
                    b -> loss.forwardBackward(b.floats, b.layout, b.floatDistributions, 2, b.floatGradient)));
        }
    }

    private static void addIndices(List<Form> forms, String name, Function<Batch, AnyLoss> o,
            Function<Batch, double[]> x, Function<Batch, int[]> t) {
        String index = name + ", class indices: ";
        forms.add(new Form(index + "short forward", b -> o.apply(b).forward(x.apply(b), t.apply(b))));
        forms.add(new Form(index + "short forwardBackward",
                b -> o.apply(b).forwardBackward(x.apply(b), t.apply(b), b.gradient)));
        forms.add(new Form(index + "forward", b -> o.apply(b).forward(x.apply(b), b.layout, t.apply(b))));
        forms.add(Form.of(index + "backward",
                b -> o.apply(b).backward(x.apply(b), b.layout, t.apply(b), 2, b.gradient)));
        forms.add(new Form(index + "forwardBackward",
                b -> o.apply(b).forwardBackward(x.apply(b), b.layout, t.apply(b), 2, b.gradient)));
        forms.add(Form.of(index + "forwardPerSample",
                b -> o.apply(b).forwardPerSample(x.apply(b), b.layout, t.apply(b), b.losses)));
        forms.add(Form.of(index + "backwardPerSample",
                b -> o.apply(b).backwardPerSample(x.apply(b), b.layout, t.apply(b), b.upstreamPerSample, b.gradient)));
        forms.add(new Form(index + "denominator", b -> o.apply(b).denominator(b.layout, t.apply(b))));
    }

    private static void addProbabilities(List<Form> forms, String name, Function<Batch, AnyLoss> o,
            Function<Batch, double[]> x) {
        String dense = name + ", class probabilities: ";
        forms.add(new Form(dense + "forward", b -> o.apply(b).forward(x.apply(b), b.layout, b.distributions)));
        forms.add(Form.of(dense + "backward",
                b -> o.apply(b).backward(x.apply(b), b.layout, b.distributions, 2, b.gradient)));
        forms.add(new Form(dense + "forwardBackward",
                b -> o.apply(b).forwardBackward(x.apply(b), b.layout, b.distributions, 2, b.gradient)));
        forms.add(Form.of(dense + "forwardPerSample",
                b -> o.apply(b).forwardPerSample(x.apply(b), b.layout, b.distributions, b.losses)));
        forms.add(Form.of(dense + "backwardPerSample", b -> o.apply(b)
                .backwardPerSample(x.apply(b), b.layout, b.distributions, b.upstreamPerSample, b.gradient)));
        forms.add(new Form(dense + "denominator", b -> o.apply(b).denominator(b.layout, b.distributions)));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void allocatesNothing(Form form) {
        for (Batch batch : BATCHES) {
            if (form.takes(batch)) {
                assertThat(allocated(form, batch)).as("bytes that %d calls of %s on %s take with %s kernels",
                        CALLS, form, batch.name, Kernels.active()).isZero();
            }
        }
    }

    /** 0 once this thread has made some calls in a row without allocation; what the last ones took if patience ends. */
    private static long allocated(Form form, Batch batch) {
        long thread = Thread.currentThread().getId();
        long end = System.nanoTime() + PATIENCE_NANOS;
        long bytes;
        do {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < CALLS; i++) {
                sink = form.call.on(batch);
            }
            bytes = threads.getThreadAllocatedBytes(thread) - before;
        } while (bytes != 0 && System.nanoTime() < end);
        return bytes;
    }
}
