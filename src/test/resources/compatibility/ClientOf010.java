import io.github.surprisal.CrossEntropyLoss;
import io.github.surprisal.EmptyMean;
import io.github.surprisal.Kernels;
import io.github.surprisal.Layout;
import io.github.surprisal.LogSoftmax;
import io.github.surprisal.NllLoss;
import io.github.surprisal.Reduction;
import io.github.surprisal.Softmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;

/** Calls all that version 0.1.0 offers; gives the numbers that came out. */
public final class ClientOf010 implements Supplier<List<double[]>> {

    private static final double[] LOGITS = {0.5, -1.25, 3, 2, 2, -0.75, -4, 0.125, 1, 1.5, -2, 0.25};
    private static final int[] TARGETS = {0, 2, 1, 2};
    private static final double[] PROBABILITIES = {0.5, 0.25, 0.25, 0, 1, 0, 0.125, 0.125, 0.75, 0.25, 0.5, 0.25};
    private static final double[] UPSTREAM = {1, -0.5, 2, 0.25};

    private final List<double[]> results = new ArrayList<>();

    @Override
    public List<double[]> get() {
        layouts();
        softmax();
        CrossEntropyLoss.Builder crossEntropy = CrossEntropyLoss.builder();
        crossEntropy.reduction(Reduction.SUM).classWeights(1, 2, 0.5).ignoreIndex(-100).emptyMean(EmptyMean.ZERO)
                .parallel().labelSmoothing(0.1).parallel(ForkJoinPool.commonPool());
        crossEntropy(CrossEntropyLoss.create());
        crossEntropy(crossEntropy.build());
        NllLoss.Builder nll = NllLoss.builder().reduction(Reduction.valueOf("SUM")).classWeights(1, 2, 0.5)
                .ignoreIndex(-100).emptyMean(EmptyMean.valueOf("THROW")).parallel();
        nll(NllLoss.create());
        nll(nll.build());
        results.add(new double[] {Reduction.values().length, EmptyMean.values().length,
            Kernels.active().isEmpty() ? 0 : 1, EmptyMean.NAN.ordinal()});
        return results;
    }

    private void layouts() {
        for (Layout layout : new Layout[] {Layout.of(4, 3), Layout.of(2, 3, 2).at(5).withRowStride(9),
            Layout.alongAxis(-1, 2, 2, 3)}) {
            results.add(new double[] {layout.batch(), layout.classes(), layout.inner(), layout.samples(),
                layout.offset(), layout.rowStride(), layout.toString().length(),
                layout.equals(Layout.of(4, 3)) ? 1 : 0, layout.hashCode() == layout.at(layout.offset()).hashCode()
                        ? 1 : 0});
        }
    }

    private void softmax() {
        Layout layout = Layout.of(4, 3);
        Softmax softmax = Softmax.builder().parallel().build();
        double[] p = softmax.forward(LOGITS, 3);
        results.add(p);
        double[] out = new double[12];
        Softmax.create().forward(LOGITS, layout, out);
        results.add(out);
        double[] gradient = new double[12];
        softmax.backward(p, LOGITS, layout, gradient);
        results.add(gradient);
        int[] predicted = new int[4];
        softmax.predict(LOGITS, layout, predicted);
        results.add(Arrays.stream(predicted).asDoubleStream().toArray());
        results.add(Arrays.stream(softmax.predict(LOGITS, 3)).asDoubleStream().toArray());
        LogSoftmax logSoftmax = LogSoftmax.builder().parallel(ForkJoinPool.commonPool()).build();
        double[] logp = logSoftmax.forward(LOGITS, 3);
        results.add(logp);
        LogSoftmax.create().forward(LOGITS, layout, out = new double[12]);
        results.add(out);
        logSoftmax.backward(logp, LOGITS, layout, gradient = new double[12]);
        results.add(gradient);
    }

    private void crossEntropy(CrossEntropyLoss loss) {
        Layout layout = Layout.of(4, 3);
        double[] gradient = new double[12];
        results.add(new double[] {loss.forward(LOGITS, TARGETS), loss.forwardBackward(LOGITS, TARGETS, gradient),
            loss.forward(LOGITS, layout, TARGETS), loss.forward(LOGITS, layout, PROBABILITIES),
            loss.denominator(layout, TARGETS), loss.denominator(layout, PROBABILITIES)});
        results.add(gradient);
        results.add(loss.backward(LOGITS, TARGETS));
        loss.backward(LOGITS, layout, TARGETS, 0.5, gradient = new double[12]);
        results.add(gradient);
        results.add(new double[] {loss.forwardBackward(LOGITS, layout, TARGETS, 0.5, gradient = new double[12])});
        results.add(gradient);
        loss.backwardPerSample(LOGITS, layout, TARGETS, UPSTREAM, gradient = new double[12]);
        results.add(gradient);
        loss.backward(LOGITS, layout, PROBABILITIES, 0.5, gradient = new double[12]);
        results.add(gradient);
        results.add(new double[] {loss.forwardBackward(LOGITS, layout, PROBABILITIES, 1, gradient = new double[12])});
        results.add(gradient);
        loss.backwardPerSample(LOGITS, layout, PROBABILITIES, UPSTREAM, gradient = new double[12]);
        results.add(gradient);
        double[] losses = new double[4];
        loss.forwardPerSample(LOGITS, layout, TARGETS, losses);
        results.add(losses);
        loss.forwardPerSample(LOGITS, layout, PROBABILITIES, losses = new double[4]);
        results.add(losses);
    }

    private void nll(NllLoss loss) {
        Layout layout = Layout.of(4, 3);
        double[] input = LogSoftmax.create().forward(LOGITS, 3);
        double[] gradient = new double[12];
        results.add(new double[] {loss.forward(input, TARGETS), loss.forwardBackward(input, TARGETS, gradient),
            loss.forward(input, layout, TARGETS), loss.forward(input, layout, PROBABILITIES),
            loss.denominator(layout, TARGETS), loss.denominator(layout, PROBABILITIES)});
        results.add(gradient);
        results.add(loss.backward(input, TARGETS));
        loss.backward(input, layout, TARGETS, 0.5, gradient = new double[12]);
        results.add(gradient);
        results.add(new double[] {loss.forwardBackward(input, layout, TARGETS, 0.5, gradient = new double[12])});
        results.add(gradient);
        loss.backwardPerSample(input, layout, TARGETS, UPSTREAM, gradient = new double[12]);
        results.add(gradient);
        loss.backward(input, layout, PROBABILITIES, 0.5, gradient = new double[12]);
        results.add(gradient);
        results.add(new double[] {loss.forwardBackward(input, layout, PROBABILITIES, 1, gradient = new double[12])});
        results.add(gradient);
        loss.backwardPerSample(input, layout, PROBABILITIES, UPSTREAM, gradient = new double[12]);
        results.add(gradient);
        double[] losses = new double[4];
        loss.forwardPerSample(input, layout, TARGETS, losses);
        results.add(losses);
        loss.forwardPerSample(input, layout, PROBABILITIES, losses = new double[4]);
        results.add(losses);
    }
}
