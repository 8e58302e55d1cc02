package io.github.surprisal;

import io.github.surprisal.LossArguments.Entry;
import io.github.surprisal.LossArguments.Targets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which arguments may be the same array, with the same bits as apart, and which may not. */
class AliasingTest {

    private static final Softmax SOFTMAX = Softmax.create();
    private static final LogSoftmax LOG_SOFTMAX = LogSoftmax.create();

    // ---- refused

    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // losses are doubles
    void lossesMustNotReplaceAnInput(LossKind kind) {
        for (Targets form : Targets.values()) {
            LossArguments arguments = new LossArguments(form);
            arguments.losses = arguments.input;
            arguments.assertRefused(kind.create(), Entry.FORWARD_PER_SAMPLE,
                    "losses must not be the same array as " + kind.input);
        }
        LossArguments arguments = new LossArguments(Targets.PROBABILITIES);
        arguments.losses = arguments.probabilities;
        arguments.assertRefused(kind.create(), Entry.FORWARD_PER_SAMPLE,
                "losses must not be the same array as targets");
    }

    @ParameterizedTest
    @EnumSource
    void gradientMustNotReplaceTargets(LossKind kind) {
        for (Entry entry : Entry.of(Targets.PROBABILITIES)) {
            if (entry.takesGradient()) {
                LossArguments arguments = new LossArguments(Targets.PROBABILITIES);
                arguments.gradient = arguments.probabilities;
                arguments.assertRefused(kind.create(), entry, "gradient must not be the same array as targets");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // upstreams of samples are doubles
    void gradientMustNotReplaceUpstream(LossKind kind) {
        for (Targets form : Targets.values()) {
            LossArguments arguments = new LossArguments(form);
            arguments.upstreams = arguments.gradient;
            arguments.assertRefused(kind.create(), Entry.BACKWARD_PER_SAMPLE,
                    "gradient must not be the same array as upstream");
        }
    }

    /** An in-place gradient would overwrite targets that are still to be read. */
    @ParameterizedTest
    @EnumSource
    void targetsMustNotBeTheInput(LossKind kind) {
        for (Entry entry : Entry.of(Targets.PROBABILITIES)) {
            if (entry.readsInput()) {
                LossArguments arguments = new LossArguments(Targets.PROBABILITIES);
                arguments.input = arguments.probabilities;
                arguments.assertRefused(kind.create(), entry, "targets must not be the same array as " + kind.input);
            }
        }
    }

    /** But not one that is: a sample's upstream is read after the gradient of an earlier sample was written. */
    @ParameterizedTest
    @EnumSource(names = {"CROSS_ENTROPY", "NLL"}) // upstreams of samples are doubles
    void upstreamMayBeAnInputThatIsNotOverwritten(LossKind kind) {
        LossArguments apart = new LossArguments(Targets.INDICES);
        apart.upstreams = apart.input.clone();
        apart.call(kind.create(), Entry.BACKWARD_PER_SAMPLE);
        LossArguments shared = new LossArguments(Targets.INDICES);
        shared.upstreams = shared.input;
        shared.call(kind.create(), Entry.BACKWARD_PER_SAMPLE);
        Bits.assertSame(shared.gradient, apart.gradient, "gradient");

        shared.gradient = shared.input;
        shared.assertRefused(kind.create(), Entry.BACKWARD_PER_SAMPLE,
                "gradient must not be the same array as upstream");
    }

    // ---- allowed

    static Layout[] layouts() {
        return new Layout[] {
            Layout.of(11, 5), Layout.of(3, 1), Layout.of(70, 64), Layout.of(9, 65).at(3).withRowStride(70),
            Layout.of(3, 2049), Layout.of(2, 5000), Layout.of(3, 7, 5), Layout.of(2, 300, 9).at(1),
            Layout.of(1, 2500, 11)};
    }

    /** Ordinary rows, every third with logits that take another way through the kernels. */
    private static double[] logits(Layout layout) {
        double[] logits = new double[layout.offset() + layout.batch() * layout.rowStride()];
        Random random = new Random(11);
        for (int s = 0; s < layout.samples(); s++) {
            double scale = s % 3 == 1 ? 500 : 4;
            for (int c = 0; c < layout.classes(); c++) {
                logits[at(layout, s, c)] = scale * random.nextGaussian();
            }
            if (s % 6 == 1) {
                logits[at(layout, s, layout.classes() / 2)] = Double.NEGATIVE_INFINITY;
            }
            if (s % 6 == 4) {
                logits[at(layout, s, layout.classes() - 1)] = Double.NaN;
            }
        }
        return logits;
    }

    private static int at(Layout layout, int s, int c) {
        return layout.offset() + s / layout.inner() * layout.rowStride() + c * layout.inner() + s % layout.inner();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void softmaxInPlace(Layout layout) {
        double[] logits = logits(layout);
        double[] apart = new double[logits.length];
        double[] same = logits.clone();
        SOFTMAX.forward(logits, layout, apart);
        SOFTMAX.forward(same, layout, same);
        Bits.assertSame(same, apart, "softmax in place, %s", layout);

        double[] logApart = new double[logits.length];
        double[] logSame = logits.clone();
        LOG_SOFTMAX.forward(logits, layout, logApart);
        LOG_SOFTMAX.forward(logSame, layout, logSame);
        Bits.assertSame(logSame, logApart, "log-softmax in place, %s", layout);

        double[] upstream = new Random(12).doubles(logits.length, -1, 1).toArray();
        // what lies outside the layout is left alone: give it the same content in every array
        for (int i = 0; i < upstream.length; i++) {
            upstream[i] = isInside(layout, i) ? upstream[i] : 0.0;
        }
        productInPlace("softmax", SOFTMAX::backward, apart, upstream, layout);
        productInPlace("log-softmax", LOG_SOFTMAX::backward, logApart, upstream, layout);
    }

    private static boolean isInside(Layout layout, int i) {
        int from = i - layout.offset();
        return from >= 0 && from % layout.rowStride() < layout.classes() * layout.inner();
    }

    /** A backward product of one of the softmaxes. */
    private interface Product {
        void backward(double[] output, double[] upstream, Layout layout, double[] gradient);
    }

    private static void productInPlace(String name, Product product, double[] output, double[] upstream,
            Layout layout) {
        double[] apart = new double[output.length];
        product.backward(output, upstream, layout, apart);
        double[] intoOutput = output.clone();
        product.backward(intoOutput, upstream, layout, intoOutput);
        Bits.assertSame(intoOutput, apart, "%s backward into its output, %s", name, layout);
        double[] intoUpstream = upstream.clone();
        product.backward(output, intoUpstream, layout, intoUpstream);
        Bits.assertSame(intoUpstream, apart, "%s backward into its upstream, %s", name, layout);

        double[] all = output.clone();
        double[] two = new double[output.length];
        product.backward(output, output, layout, two);
        product.backward(all, all, layout, all);
        Bits.assertSame(all, two, "%s backward, one array for all, %s", name, layout);
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void gradientInPlace(Layout layout) {
        double[] logits = logits(layout);
        Random random = new Random(13);
        int[] indices = random.ints(layout.samples(), 0, layout.classes()).toArray();
        for (int s = 0; s < indices.length; s += 5) {
            indices[s] = -1;
        }
        double[] probabilities = random.doubles(layout.samples() * layout.classes()).toArray();
        double[] weights = random.doubles(layout.classes(), 0.1, 2).toArray();
        double[] upstreams = random.doubles(layout.samples(), -2, 2).toArray();
        AnyLoss[] losses = {
            LossKind.NLL.build(b -> b.ignoreIndex(-1).classWeights(weights)),
            LossKind.CROSS_ENTROPY.build(b -> b.ignoreIndex(-1).classWeights(weights)),
            AnyLoss.of(CrossEntropyLoss.builder().ignoreIndex(-1).labelSmoothing(0.25).build())};
        for (int i = 0; i < losses.length; i++) {
            AnyLoss loss = losses[i];
            String name = i + ", " + layout;
            inPlace("indices, loss " + name, logits, (x, g) -> loss.forwardBackward(x, layout, indices, 0.5, g));
            inPlace("indices per sample, loss " + name, logits, (x, g) -> {
                loss.backwardPerSample(x, layout, indices, upstreams, g);
                return 0;
            });
            inPlace("probabilities, loss " + name, logits,
                    (x, g) -> loss.forwardBackward(x, layout, probabilities, 0.5, g));
            inPlace("probabilities per sample, loss " + name, logits, (x, g) -> {
                loss.backwardPerSample(x, layout, probabilities, upstreams, g);
                return 0;
            });
        }
    }

    /** A call that reads logits and writes their gradient. */
    private interface GradientCall {
        double run(double[] logits, double[] gradient);
    }

    private static void inPlace(String what, double[] logits, GradientCall call) {
        double[] apart = logits.clone();
        double[] same = logits.clone();
        double loss = call.run(logits, apart);
        Bits.assertSame(call.run(same, same), loss, "loss in place: %s", what);
        Bits.assertSame(same, apart, "gradient in place: %s", what);
    }

    @Test
    void shortFormInPlace() {
        double[] logits = {1, 2, 3, 300, -400, 5};
        double[] same = logits.clone();
        double[] apart = new double[6];
        CrossEntropyLoss loss = CrossEntropyLoss.create();
        Bits.assertSame(loss.forwardBackward(same, new int[] {0, 2}, same),
                loss.forwardBackward(logits, new int[] {0, 2}, apart), "loss");
        Bits.assertSame(same, apart, "gradient");
    }
}
