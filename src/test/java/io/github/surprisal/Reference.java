package io.github.surprisal;

import io.github.surprisal.RowOperation.Batch;
import io.github.surprisal.RowOperation.Input;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/** The right bits of every operation on batches of one layout, found once by sequential operators. */
final class Reference {

    /** The bank's last row is an ordinary one, and so is the first, which follows. */
    private static final int FIRST = RowBank.SIZE - 1;

    final Layout layout;
    private final RowBank bank;
    private final Map<Input, Batch> batches = new EnumMap<>(Input.class);
    private final List<RowOperation> sequential;
    private final List<double[]> expected = new ArrayList<>();
    private final long[] nanos;

    Reference(Layout layout) {
        this.layout = layout;
        this.bank = new RowBank(layout.classes(), 77);
        for (Input input : Input.values()) {
            batches.put(input, bank.batch(layout, input, FIRST, 0));
        }
        this.sequential = operations(null);
        this.nanos = new long[sequential.size()];
        for (int i = 0; i < nanos.length; i++) {
            expected.add(output(i));
            run(sequential, i, expected.get(i));
            long start = System.nanoTime();
            run(sequential, i, output(i));
            nanos[i] = System.nanoTime() - start;
        }
    }

    /** Every operation with a pool of one's own, or none: those of a row, and the reduced losses. */
    List<RowOperation> operations(ForkJoinPool pool) {
        List<RowOperation> all = new ArrayList<>(RowOperation.all(bank.weights, RowBank.IGNORED, pool));
        for (LossKind kind : LossKind.values()) {
            AnyLoss mean = kind.build(options -> {
                options.ignoreIndex(RowBank.IGNORED).classWeights(bank.weights);
                if (pool != null) {
                    options.parallel(pool);
                }
            });
            Input input = kind.input.equals("logits") ? Input.LOGITS : Input.LOG_PROBABILITIES;
            all.add(new RowOperation(kind + " mean, indices", input, true,
                    (b, out) -> out[0] = mean.forward(b.input(), b.layout(), b.indices())));
            all.add(new RowOperation(kind + " mean, probabilities", input, true,
                    (b, out) -> out[0] = mean.forward(b.input(), b.layout(), b.targets())));
        }
        return all;
    }

    /** How many operations there are. */
    int size() {
        return nanos.length;
    }

    /** How long an operation takes, about, on one thread. */
    long nanos(int i) {
        return nanos[i];
    }

    /** An array for the result of an operation, filled with what nothing computes. */
    double[] output(int i) {
        return sequential.get(i).oneForEachSample() ? RowBank.perSample(layout, 0) : RowBank.padding(layout, 0);
    }

    void run(List<RowOperation> operations, int i, double[] out) {
        operations.get(i).run(batches.get(operations.get(i).input()), out);
    }

    void assertRight(int i, double[] out, String when) {
        assertSame(out, expected.get(i), name(i) + ", " + when);
    }

    /** Equal to the bit; tells how many are not, for there may be hundreds of thousands. */
    static void assertSame(double[] actual, double[] expected, String what) {
        if (!Arrays.equals(actual, expected)) {
            int[] wrong = IntStream.range(0, expected.length)
                    .filter(i -> Double.compare(actual[i], expected[i]) != 0).toArray();
            throw new AssertionError(String.format("%s: %d of %d wrong, the first: [%d] = %s, expected %s", what,
                    wrong.length, expected.length, wrong[0], actual[wrong[0]], expected[wrong[0]]));
        }
    }

    /** Runs an operation on arrays of its own and compares its bits. */
    void check(List<RowOperation> operations, int i, String when) {
        double[] out = output(i);
        run(operations, i, out);
        assertRight(i, out, when);
    }

    /** The same on the calling thread alone. */
    void checkSequential(int i, String when) {
        check(sequential, i, when);
    }

    String name(int i) {
        return sequential.get(i) + ", " + layout;
    }
}
