package io.github.surprisal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExecutionTest {

    private static final ForkJoinPool POOL = new ForkJoinPool(4);
    private static final Execution FOUR = Execution.on(POOL);

    @AfterAll
    static void shutDown() {
        POOL.shutdown();
    }

    private static Geometry rows(int batch, int classes) {
        return new Geometry(batch, classes, 1, 0, classes, "");
    }

    /** The number that the README states. */
    @Test
    void splitsFrom131072LogitsOn() {
        assertThat(FOUR.splits(rows(131_071, 1))).isFalse();
        assertThat(FOUR.splits(rows(131_072, 1))).isTrue();
        assertThat(FOUR.splits(rows(1310, 100))).isFalse();
        assertThat(FOUR.splits(rows(1311, 100))).isTrue();
        assertThat(FOUR.splits(rows(65_536, 65_537))).as("more logits than an int holds").isTrue();
        assertThat(Execution.SEQUENTIAL.splits(rows(1 << 20, 10))).isFalse();
    }

    @Test
    void splitsFewLongRowsThemselves() {
        assertThat(FOUR.splitsRows(rows(1, 131_071))).isFalse();
        assertThat(FOUR.splitsRows(rows(1, 131_072))).isTrue();
        assertThat(FOUR.splits(rows(3, 131_072))).isFalse();
        assertThat(FOUR.splitsRows(rows(3, 131_072))).isTrue();
        assertThat(FOUR.splitsRows(rows(4, 131_072))).as("a row for each thread").isFalse();
        assertThat(FOUR.splitsRows(rows(8, 131_072))).isFalse();
        assertThat(Execution.SEQUENTIAL.splitsRows(rows(1, 1 << 20))).isFalse();
    }

    /** Each sample, and each span, is in one task, and tasks begin with a group. */
    @Test
    void tasksCoverEverythingOnce() {
        for (Geometry g : new Geometry[] {rows(14_001, 10), rows(1999, 100), rows(7, 70_000), rows(200_003, 1)}) {
            AtomicIntegerArray seen = new AtomicIntegerArray(g.samples());
            FOUR.run(g, (block, first, last) -> {
                assertThat(first % g.group).isZero();
                for (int s = first; s < last; s++) {
                    seen.incrementAndGet(s);
                }
            });
            for (int s = 0; s < seen.length(); s++) {
                assertThat(seen.get(s)).isEqualTo(1);
            }
        }
        Geometry row = rows(1, 250_000);
        AtomicIntegerArray spans = new AtomicIntegerArray(row.spans());
        FOUR.runSpans(row, (block, first, last) -> {
            for (int span = first; span < last; span++) {
                spans.incrementAndGet(span);
            }
        });
        for (int span = 0; span < spans.length(); span++) {
            assertThat(spans.get(span)).isEqualTo(1);
        }
    }
}
