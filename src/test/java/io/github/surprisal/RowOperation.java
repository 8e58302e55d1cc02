package io.github.surprisal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/**
 * What is done to every row of a batch independently of the others, by any method of any operator: for tests that a row
 * has the same result wherever it lies.
 *
 * @param name what it is
 * @param input what of a row stands in the layout that is read first
 * @param oneForEachSample whether it gives one value for each sample instead of one for each class
 * @param call the method
 */
record RowOperation(String name, Input input, boolean oneForEachSample, Call call) {

    /** Rows that operations read. */
    enum Input { LOGITS, PROBABILITIES, LOG_PROBABILITIES }

    /** A batch: {@code input} and {@code upstream} in the layout, the others dense. */
    record Batch(Layout layout, double[] input, double[] upstream, int[] indices, double[] targets, double[] factors) {

        Batch withInput(double[] other) {
            return new Batch(layout, other, upstream, indices, targets, factors);
        }
    }

    /** Writes the result of a batch. */
    interface Call {
        void run(Batch batch, double[] out);
    }

    void run(Batch batch, double[] out) {
        call.run(batch, out);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Every operation, with class weights where there is a place for them; {@code pool} may be null. */
    static List<RowOperation> all(double[] weights, int ignored, ForkJoinPool pool) {
        Softmax softmax = pool == null ? Softmax.create() : Softmax.builder().parallel(pool).build();
        LogSoftmax logSoftmax = pool == null ? LogSoftmax.create() : LogSoftmax.builder().parallel(pool).build();
        List<RowOperation> all = new ArrayList<>(List.of(
                new RowOperation("softmax", Input.LOGITS, false, (b, out) -> softmax.forward(b.input, b.layout, out)),
                new RowOperation("log-softmax", Input.LOGITS, false,
                        (b, out) -> logSoftmax.forward(b.input, b.layout, out)),
                new RowOperation("prediction", Input.LOGITS, true, (b, out) -> {
                    int[] predicted = new int[b.layout.samples()];
                    softmax.predict(b.input, b.layout, predicted);
                    for (int s = 0; s < predicted.length; s++) {
                        out[s] = predicted[s];
                    }
                }),
                new RowOperation("softmax backward", Input.PROBABILITIES, false,
                        (b, out) -> softmax.backward(b.input, b.upstream, b.layout, out)),
                new RowOperation("log-softmax backward", Input.LOG_PROBABILITIES, false,
                        (b, out) -> logSoftmax.backward(b.input, b.upstream, b.layout, out))));
        CrossEntropyLoss.Builder plain = CrossEntropyLoss.builder().ignoreIndex(ignored);
        CrossEntropyLoss.Builder smooth = CrossEntropyLoss.builder().ignoreIndex(ignored).classWeights(weights)
                .labelSmoothing(0.1);
        NllLoss.Builder nll = NllLoss.builder().ignoreIndex(ignored).classWeights(weights);
        if (pool != null) {
            plain.parallel(pool);
            smooth.parallel(pool);
            nll.parallel(pool);
        }
        addLoss(all, "cross-entropy", Input.LOGITS, AnyLoss.of(plain.reduction(Reduction.SUM).build()));
        addLoss(all, "smoothed cross-entropy", Input.LOGITS, AnyLoss.of(smooth.reduction(Reduction.SUM).build()));
        addLoss(all, "nll", Input.LOG_PROBABILITIES, AnyLoss.of(nll.reduction(Reduction.SUM).build()));
        addFloats(all, softmax, logSoftmax);
        addLoss(all, "float cross-entropy", Input.LOGITS, new FloatLoss(plain.build()));
        addLoss(all, "float smoothed cross-entropy", Input.LOGITS, new FloatLoss(smooth.build()));
        addLoss(all, "float nll", Input.LOG_PROBABILITIES, new FloatLoss(nll.build()));
        return all;
    }

    private static void addFloats(List<RowOperation> all, Softmax softmax, LogSoftmax logSoftmax) {
        all.add(new RowOperation("float softmax", Input.LOGITS, false, onFloats(
                (f, b, out) -> softmax.forward(f.of(b.input), b.layout, f.of(out)))));
        all.add(new RowOperation("float log-softmax", Input.LOGITS, false, onFloats(
                (f, b, out) -> logSoftmax.forward(f.of(b.input), b.layout, f.of(out)))));
        all.add(new RowOperation("float prediction", Input.LOGITS, true, onFloats((f, b, out) -> {
            int[] predicted = new int[b.layout.samples()];
            softmax.predict(f.of(b.input), b.layout, predicted);
            for (int s = 0; s < predicted.length; s++) {
                f.of(out)[s] = predicted[s];
            }
        })));
        all.add(new RowOperation("float softmax backward", Input.PROBABILITIES, false, onFloats(
                (f, b, out) -> softmax.backward(f.of(b.input), f.of(b.upstream), b.layout, f.of(out)))));
        all.add(new RowOperation("float log-softmax backward", Input.LOG_PROBABILITIES, false, onFloats(
                (f, b, out) -> logSoftmax.backward(f.of(b.input), f.of(b.upstream), b.layout, f.of(out)))));
    }

    /** Writes the result of a batch that is narrowed, to what is widened. */
    private interface FloatCall {
        void run(FloatArrays floats, Batch batch, double[] out);
    }

    private static Call onFloats(FloatCall call) {
        return (batch, out) -> {
            FloatArrays floats = new FloatArrays();
            call.run(floats, batch, out);
            floats.back(out);
        };
    }

    private static void addLoss(List<RowOperation> all, String name, Input input, AnyLoss loss) {
        all.add(new RowOperation(name + " per sample, indices", input, true,
                (b, out) -> loss.forwardPerSample(b.input, b.layout, b.indices, out)));
        all.add(new RowOperation(name + " gradient per sample, indices", input, false,
                (b, out) -> loss.backwardPerSample(b.input, b.layout, b.indices, b.factors, out)));
        all.add(new RowOperation(name + " gradient, indices", input, false,
                (b, out) -> loss.backward(b.input, b.layout, b.indices, 0.75, out)));
        all.add(new RowOperation(name + " per sample, probabilities", input, true,
                (b, out) -> loss.forwardPerSample(b.input, b.layout, b.targets, out)));
        all.add(new RowOperation(name + " gradient per sample, probabilities", input, false,
                (b, out) -> loss.backwardPerSample(b.input, b.layout, b.targets, b.factors, out)));
        all.add(new RowOperation(name + " gradient, probabilities", input, false,
                (b, out) -> loss.forwardBackward(b.input, b.layout, b.targets, 0.75, out)));
    }
}
