package io.github.surprisal.internal;

import static io.github.surprisal.internal.Constants.*;

import java.util.Arrays;

/**
 * The exponentials of a block's logits, their sums, and what is made of them: the one place where softmax, log-softmax
 * and cross-entropy meet.
 *
 * <p>Of every sample one class can be kept apart, the target or the most probable one. With E its exponential and R the
 * sum of the others, log1p(R / E) is the logarithm of its probability and R / (R + E) the probability of all others: no
 * subtraction anywhere, so that the tails keep all their digits.
 */
final class Exponentials {

    /**
     * Samples with every |x| up to this are ordinary: exp(x) and all sums and ratios of it stay far from the ends of
     * the range, so that no maximum has to be subtracted. The others go through {@link CarefulSample}.
     */
    private static final double ORDINARY = 200.0;
    private static final double UNSCALED = MAGIC + BIAS;

    private final KernelSet kernels = KernelSelection.ACTIVE;
    private final Block b;
    private final CarefulSample carefully;

    /** R: the sum of the exponentials but for the class apart. Like E and the others by slot, as two doubles. */
    final double[] restHigh = new double[Geometry.SLOTS];
    final double[] restLow = new double[Geometry.SLOTS];
    /** E: the exponential of the class apart; 0 if none. */
    final double[] apartHigh = new double[Geometry.SLOTS];
    final double[] apartLow = new double[Geometry.SLOTS];
    /** R + E. */
    final double[] sumHigh = new double[Geometry.SLOTS];
    final double[] sumLow = new double[Geometry.SLOTS];
    /** log1p(R / E). */
    final double[] logHigh = new double[Geometry.SLOTS];
    final double[] logLow = new double[Geometry.SLOTS];
    /** What power of 2 {@link #log} is to be multiplied by after everything else. */
    final int[] logExponent = new int[Geometry.SLOTS];
    /** The greatest logit, where it was asked for. */
    final double[] max = new double[Geometry.SLOTS];
    private final double[] bySlot = new double[Geometry.SLOTS];

    Exponentials(Block block) {
        this.b = block;
        this.carefully = new CarefulSample(kernels, block.memory);
    }

    /**
     * Finds R, E and their sum. Unless {@code out} is null, the exponentials are kept for it: in the block or, where
     * that cannot hold all classes, in {@code out} itself.
     */
    void sum(double[] logits, double[] out) {
        if (!b.measured && !b.geometry.whole() && logits == out) {
            measure(logits); // while they are there
        }
        Arrays.fill(apartHigh, 0, b.slots(), 0.0);
        Arrays.fill(apartLow, 0, b.slots(), 0.0);
        if (!allCareful() && !(sumOrdinary(logits, out) <= ORDINARY) && !b.measured) {
            measure(logits);
        }
        for (int i = 0; b.anyCareful && i < b.count; i++) {
            if (b.careful[i]) {
                carefully.sum(b, i, logits);
            }
        }
        total(b.slots(), restHigh, restLow, apartHigh, apartLow, sumHigh, sumLow);
    }

    /** Finds the samples that need care; leaves the logits in the block if it can hold all classes. */
    void measure(double[] logits) {
        b.measured = true;
        if (b.rowExecution != null) {
            double[] magnitudes = new double[b.geometry.spans()];
            overSpans((own, from, span) -> {
                own.exponentials.measureChunk(logits, from);
                magnitudes[span] = own.exponentials.bySlot[0];
            });
            for (double magnitude : magnitudes) {
                measured(0, magnitude);
            }
            return;
        }
        for (int from = 0; from < b.geometry.classes; from += b.geometry.chunk) {
            measureChunk(logits, from);
            for (int i = 0; i < b.count; i++) {
                measured(i, bySlot[i]);
            }
        }
    }

    private void measureChunk(double[] logits, int from) {
        Geometry g = b.geometry;
        int m = Math.min(g.chunk, g.classes - from);
        b.load(logits, from, m, b.x);
        int n = b.length(g.padded(m));
        for (int run = 0; run < b.runs(); run++) {
            kernels.magnitudes(b.x, b.start(run), n, b.width, bySlot, b.column(run));
        }
    }

    /** What is done with a span of a row, in a block of memory that belongs to the task. */
    private interface SpanWork {
        void run(Block own, int from, int span);
    }

    /** Splits the row that this block holds among threads. */
    private void overSpans(SpanWork work) {
        Geometry g = b.geometry;
        b.rowExecution.runSpans(g, (own, first, last) -> {
            own.begin(g);
            own.add(b.sample[0], b.apart[0]);
            own.close();
            own.factorHigh[0] = b.factorHigh[0];
            own.factorLow[0] = b.factorLow[0];
            for (int span = first; span < last; span++) {
                work.run(own, span * Geometry.SPAN, span);
            }
        });
    }

    /** sum = rest + apart. */
    private static void total(int n, double[] restHigh, double[] restLow, double[] apartHigh, double[] apartLow,
            double[] sumHigh, double[] sumLow) {
        for (int i = 0; i < n; i++) {
            double r = restHigh[i];
            double e = apartHigh[i];
            double h = r + e;
            double part = h - r;
            double l = ((r - (h - part)) + (e - part)) + (restLow[i] + apartLow[i]);
            double sum = h + l;
            sumHigh[i] = sum;
            sumLow[i] = (h - sum) + l;
        }
    }

    private void measured(int slot, double magnitude) {
        if (!(magnitude <= ORDINARY)) {
            b.markCareful(slot);
        }
    }

    private boolean allCareful() {
        for (int i = 0; i < b.count; i++) {
            if (!b.careful[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns the greatest |x| of the samples. */
    private double sumOrdinary(double[] logits, double[] out) {
        Geometry g = b.geometry;
        double magnitude = 0.0;
        if (b.rowExecution != null) {
            double[] magnitudes = new double[g.spans()];
            double[] high = new double[g.spans()];
            double[] low = new double[g.spans()];
            overSpans((own, from, span) -> {
                magnitudes[span] = own.exponentials.sumChunk(logits, out, from);
                Sums.tree(own.sum1High, own.sum1Low, 0, 1);
                high[span] = own.sum1High[0];
                low[span] = own.sum1Low[0];
                if (b.apart[0] >= from && b.apart[0] < from + Geometry.SPAN) {
                    apartHigh[0] = own.exponentials.apartHigh[0];
                    apartLow[0] = own.exponentials.apartLow[0];
                }
            });
            for (int span = 0; span < high.length; span++) {
                Block.addSpans(0, 1, span == 0, high, low, span, restHigh, restLow);
                magnitude = Math.max(magnitude, magnitudes[span]);
            }
            return magnitude;
        }
        for (int from = 0; from < g.classes; from += g.chunk) {
            magnitude = Math.max(magnitude, sumChunk(logits, out, from));
            int m = Math.min(g.chunk, g.classes - from);
            for (int run = 0; run < b.runs(); run++) {
                b.endSums(run, from, m, run * b.sumWidth(), restHigh, restLow);
            }
        }
        return magnitude;
    }

    private double sumChunk(double[] logits, double[] out, int from) {
        Geometry g = b.geometry;
        int m = Math.min(g.chunk, g.classes - from);
        int n = b.length(g.padded(m));
        double magnitude;
        if (g.rows && m >= KernelSet.STRIPES) {
            magnitude = kernels.exponentialsOfRows(
                    logits, b.base, from, b.count, m, b.e, b.low, n, UNSCALED, b.memory);
        } else {
            if (!g.whole() || !b.measured) {
                b.load(logits, from, m, b.x);
            }
            magnitude = kernels.exponentials(b.x, b.e, b.low, b.runs() * n, UNSCALED, b.memory);
        }
        b.takeOut(b.e, b.low, from, m, apartHigh, apartLow);
        b.beginSums(from, b.runs());
        kernels.expSums(b.e, b.low, out != null, b.runs(), n, b.sumWidth(), b.sum1High, b.sum1Low, b.memory);
        if (!g.whole() && out != null) {
            b.store(b.e, from, m, out);
        }
        return magnitude;
    }

    /** Finds log1p(R / E); call {@link #replaceExtremeLogs} too unless the class apart is the most probable. */
    void log() {
        kernels.logs(b.slots(), restHigh, restLow, apartHigh, apartLow, logHigh, logLow, b.memory);
    }

    /**
     * Replaces the logarithms of classes that lie too far below the maximum for the ratio of the sums, or too far above
     * all others.
     */
    void replaceExtremeLogs(double[] logits) {
        Arrays.fill(logExponent, 0, b.count, 0);
        for (int i = 0; b.anyCareful && i < b.count; i++) {
            if (b.careful[i] && carefully.isFar(b, i)) {
                logHigh[i] = carefully.farLog(b, i, logits);
                logLow[i] = 0.0;
            } else if (b.careful[i] && carefully.isTiny(b, i)) {
                carefully.tinyLog(b, i);
            }
        }
    }

    /** Keeps the most probable class of every sample apart, the first one among equals. */
    void keepGreatestApart(double[] logits) {
        for (int i = 0; i < b.count; i++) {
            int greatest = greatest(logits, b.base[i], b.geometry.inner, b.geometry.classes);
            b.apart[i] = Math.max(0, greatest); // with NaN everything will be NaN
            max[i] = logits[b.base[i] + b.apart[i] * b.geometry.inner];
        }
    }

    /** The first greatest of the classes, or -1 if one is NaN. */
    static int greatest(double[] x, int base, int step, int classes) {
        int greatest = 0;
        double max = x[base];
        for (int c = 0, p = base; c < classes; c++, p += step) {
            double v = x[p];
            if (!(v <= max)) {
                if (v != v || max != max) {
                    return -1;
                }
                max = v;
                greatest = c;
            }
        }
        return greatest;
    }

    /** Divides the samples' factors by R + E, so that exponentials times them are probabilities times the factors. */
    void divideFactors() {
        Factors f = b.factors;
        kernels.quotients(b.slots(), b.factorHigh, b.factorLow, sumHigh, sumLow, b.factorHigh, b.factorLow);
    }

    /** Writes the exponentials times the samples' factors. */
    void scale(double[] logits, double[] out) {
        if (allCareful()) {
            scaleCareful(logits, out);
            return;
        }
        if (b.rowExecution != null) {
            overSpans((own, from, span) -> own.exponentials.scaleChunk(out, from));
        } else {
            // backwards: the end of a long row is still in the cache
            for (int from = (b.geometry.classes - 1) / b.geometry.chunk * b.geometry.chunk; from >= 0; ) {
                scaleChunk(out, from);
                from -= b.geometry.chunk;
            }
        }
        scaleCareful(logits, out);
    }

    private void scaleChunk(double[] out, int from) {
        Geometry g = b.geometry;
        int m = Math.min(g.chunk, g.classes - from);
        int n = b.length(g.padded(m));
        if (g.rows) {
            boolean whole = g.whole();
            kernels.scaleRows(whole ? b.e : out, whole ? 0 : b.base[0] + from, n, b.count, m, b.factorHigh,
                    b.factorLow, b.careful, out, b.base, from, b.memory);
            return;
        }
        if (!g.whole()) {
            b.load(out, from, m, b.e);
        }
        kernels.scaleTile(b.e, n, b.width, b.factorHigh, b.factorLow, b.memory);
        b.store(b.e, from, m, out);
    }

    private void scaleCareful(double[] logits, double[] out) {
        for (int i = 0; b.anyCareful && i < b.count; i++) {
            if (b.careful[i]) {
                carefully.scale(b, i, logits, out);
            }
        }
    }

    /** The exponentials of a careful sample times its factor, a chunk of classes from {@code from} on. */
    double[] careful(int slot, double[] logits, int from) {
        return carefully.scaled(b, slot, logits, from);
    }

    /** Writes the logarithms of the probabilities; the most probable class is the one apart. */
    void logProbabilities(double[] logits, double[] out) {
        Geometry g = b.geometry;
        for (int from = 0; from < g.classes; from += g.chunk) {
            int m = Math.min(g.chunk, g.classes - from);
            if (g.rows || !g.whole()) {
                b.load(logits, from, m, b.x);
            }
            int n = b.length(g.padded(m));
            for (int run = 0; run < b.runs(); run++) {
                if (!b.skips(run)) {
                    kernels.logProbabilities(b.x, b.start(run), n, b.width,
                            max, logHigh, logLow, b.column(run), b.memory);
                }
            }
            b.store(b.x, from, m, out);
        }
        for (int i = 0; b.anyCareful && i < b.count; i++) {
            if (b.careful[i]) {
                carefully.logProbabilities(b, i, logits, out);
            }
        }
    }
}
