package io.github.surprisal.internal.rows;

import io.github.surprisal.internal.kernels.KernelSelection;
import io.github.surprisal.internal.kernels.Pairs;
import io.github.surprisal.internal.kernels.Sums;
import java.util.Arrays;

/**
 * The walk over a batch, the same for every operation: groups of samples, blocks, chunks of classes, and the threads
 * among which groups or the spans of long rows are split. An object of it is one thread's walk, with its memory.
 *
 * <p>A first attempt takes for granted that all logits of a block are ordinary. Samples for which that was wrong are
 * tried again, by the same walk over these alone.
 */
public final class Rows {

    private static final Pool<Rows> POOL = new Pool<>(Rows::new);

    private final Block block = new Block();
    private RowOperation operation;
    private Geometry geometry;
    private Threads threads;
    /** Whether most samples of the last block had to be tried again: then it pays to look before the first attempt. */
    private boolean mostlyCareful;

    private Rows() {
    }

    /** Walks over all samples. */
    public static void run(RowOperation operation, Threads threads) {
        Geometry g = operation.geometry;
        if (threads.splitSamples(g)) {
            threads.run(g.groups(), group -> {
                RowOperation own = operation.forThread();
                walk(own, Threads.CALLER, group, group + 1);
                own.release();
            });
        } else {
            walk(operation, threads.splitRows(g) ? threads : Threads.CALLER, 0, g.groups());
        }
    }

    /** Walks over groups [first, last). What fails is not used again. */
    private static void walk(RowOperation operation, Threads threads, int first, int last) {
        Rows rows = POOL.take();
        rows.operation = operation;
        rows.geometry = operation.geometry;
        rows.threads = threads;
        rows.mostlyCareful = false;
        rows.block.chunk.kernels = KernelSelection.active(operation.geometry.logits());
        for (int group = first; group < last; group++) {
            rows.group(group);
        }
        rows.operation = null;
        rows.geometry = null;
        rows.threads = null;
        rows.block.release();
        POOL.giveBack(rows);
    }

    private void group(int group) {
        int from = group * geometry.group;
        int end = geometry.group < geometry.samples() - from ? from + geometry.group : geometry.samples();
        for (int s = from; s < end; ) {
            int next = geometry.slots < end - s ? s + geometry.slots : end;
            block.begin(geometry, s);
            operation.select(block, s, next);
            if (block.count() > 0) {
                attempts();
            }
            operation.end(block);
            s = next;
        }
        operation.endGroup(group);
    }

    private void attempts() {
        block.close();
        block.chunk.begin(block, block.chunk);
        if (mostlyCareful || operation.surveysAlways()) {
            survey();
        }
        if (block.surveyed && allBeyond()) {
            mostlyCareful = true;
            block.beCareful();
            attempt();
            return;
        }
        attempt();
        mostlyCareful = block.anyRetry && 2 * block.countRetries() > block.count();
        if (block.anyRetry) {
            block.keepRetries();
            block.chunk.begin(block, block.chunk);
            if (!block.surveyed) {
                survey();
            }
            attempt();
        }
    }

    private void attempt() {
        operation.begin(block);
        double magnitude = operation.sums() == 0 ? 0.0 : sum();
        if (!block.careful() && !(magnitude <= operation.limit())) {
            if (!block.surveyed) {
                survey();
            }
            leaveBeyond();
        }
        operation.finish(block);
        if (operation.writes() && block.countRetries() < block.count()) {
            write();
        }
    }

    private boolean allBeyond() {
        for (int i = 0; i < block.count(); i++) {
            if (block.magnitude[i] <= operation.limit()) {
                return false;
            }
        }
        return true;
    }

    /** Leaves the samples that are beyond the limit to the next attempt. */
    private void leaveBeyond() {
        for (int i = 0; i < block.count(); i++) {
            if (!(block.magnitude[i] <= operation.limit())) {
                block.retry(i);
            }
        }
    }

    // ---- over the classes of a block

    /** Finds the greatest elements. */
    private void survey() {
        block.surveyed = true;
        Arrays.fill(block.greatest, 0, block.slots(), Double.NEGATIVE_INFINITY);
        Arrays.fill(block.magnitude, 0, block.slots(), 0.0);
        if (threads != Threads.CALLER) {
            double[] greatest = new double[geometry.spans()];
            double[] magnitude = new double[geometry.spans()];
            overSpans((chunk, span) -> chunk.extremes(operation.elements, operation.input(), greatest, magnitude, span));
            for (int span = 0; span < greatest.length; span++) {
                block.greatest[0] = Math.max(block.greatest[0], greatest[span]);
                block.magnitude[0] = Math.max(block.magnitude[0], magnitude[span]);
            }
            return;
        }
        for (int k = 0; k < geometry.chunks(); k++) {
            block.chunk.at(k);
            block.chunk.survey(operation.elements, operation.input());
        }
    }

    /** Finds the sums over all classes; returns the greatest |x|. */
    private double sum() {
        if (threads != Threads.CALLER) {
            return sumSpans();
        }
        Chunk chunk = block.chunk;
        int last = geometry.chunks() - 1;
        int ofSpan = geometry.chunksOfSpan();
        double magnitude = 0.0;
        for (int k = 0; k <= last; k++) {
            chunk.at(k);
            if (k % ofSpan == 0) {
                chunk.beginSpan(operation.sums());
            }
            magnitude = Math.max(magnitude, operation.sum(chunk));
            if (k == last || (k + 1) % ofSpan == 0) {
                chunk.endSpan(operation.sums());
                for (int i = 0; i < operation.sums(); i++) {
                    add(chunk.sums(i), 0, chunk.sumStep(), k < ofSpan, block.totals[i]);
                }
            }
        }
        return magnitude;
    }

    private double sumSpans() {
        int spans = geometry.spans();
        double[] magnitudes = new double[spans];
        Pairs[] sums = new Pairs[operation.sums()];
        Arrays.setAll(sums, i -> new Pairs(spans));
        overSpans((chunk, span) -> {
            chunk.beginSpan(sums.length);
            magnitudes[span] = operation.sum(chunk);
            chunk.endSpan(sums.length);
            for (int i = 0; i < sums.length; i++) {
                sums[i].copy(span, chunk.sums(i), 0);
            }
        });
        double magnitude = 0.0;
        for (int span = 0; span < spans; span++) {
            magnitude = Math.max(magnitude, magnitudes[span]);
            for (int i = 0; i < sums.length; i++) {
                add(sums[i], span, 1, span == 0, block.totals[i]);
            }
        }
        return magnitude;
    }

    /** Adds the sums over a span to those of the samples, or begins these with them. */
    private void add(Pairs span, int at, int step, boolean first, Pairs totals) {
        double[] high = totals.high;
        double[] low = totals.low;
        for (int i = 0, p = at; i < block.count(); i++, p += step) {
            double h = span.high[p];
            double l = span.low[p];
            if (!first) {
                double before = high[i];
                l = low[i] + l + Sums.error(before, h);
                h = before + h;
            }
            double sum = h + l;
            high[i] = sum;
            low[i] = (h - sum) + l;
        }
    }

    private void write() {
        if (threads != Threads.CALLER) {
            overSpans((chunk, span) -> operation.write(chunk));
            return;
        }
        // backwards: the end of a long row is still in the cache
        for (int k = geometry.chunks() - 1; k >= 0; k--) {
            block.chunk.at(k);
            operation.write(block.chunk);
        }
    }

    /** What is done with a span of a long row, in the memory of the thread that does it. */
    private interface SpanWork {
        void run(Chunk chunk, int span);
    }

    /** Splits the row of this block among threads. */
    private void overSpans(SpanWork work) {
        int spans = geometry.spans();
        int spansOfPiece = Geometry.PIECE / Geometry.SPAN;
        threads.run((spans - 1) / spansOfPiece + 1, piece -> {
            Rows memory = POOL.take();
            Chunk chunk = memory.block.chunk;
            chunk.kernels = block.chunk.kernels;
            chunk.begin(block, block.chunk);
            int end = Math.min(spans, (piece + 1) * spansOfPiece);
            for (int span = piece * spansOfPiece; span < end; span++) {
                chunk.at(span);
                work.run(chunk, span);
            }
            memory.block.release();
            POOL.giveBack(memory);
        });
    }
}
