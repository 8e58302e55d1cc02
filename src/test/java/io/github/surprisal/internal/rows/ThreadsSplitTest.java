package io.github.surprisal.internal.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ThreadsSplitTest {

    private static final ForkJoinPool POOL = new ForkJoinPool(4);
    /** The caller and four others. */
    private static final Threads FIVE = Threads.of(POOL);

    @AfterAll
    static void shutDown() {
        POOL.shutdown();
    }

    private static Geometry rows(int batch, int classes) {
        return new Geometry(batch, classes, 1, 0, classes, 0, "");
    }

    /** The number that the README states. */
    @Test
    void splitsFrom131072LogitsOn() {
        assertThat(FIVE.splitSamples(rows(131_071, 1))).isFalse();
        assertThat(FIVE.splitSamples(rows(131_072, 1))).isTrue();
        assertThat(FIVE.splitSamples(rows(1310, 100))).isFalse();
        assertThat(FIVE.splitSamples(rows(1311, 100))).isTrue();
        assertThat(FIVE.splitSamples(rows(65_536, 65_537))).as("more logits than an int holds").isTrue();
        assertThat(Threads.CALLER.splitSamples(rows(1 << 20, 10))).isFalse();
    }

    @Test
    void splitsFewLongRowsThemselves() {
        assertThat(FIVE.splitRows(rows(1, 131_071))).isFalse();
        assertThat(FIVE.splitRows(rows(1, 131_072))).isTrue();
        assertThat(FIVE.splitSamples(rows(3, 131_072))).isFalse();
        assertThat(FIVE.splitRows(rows(3, 131_072))).isTrue();
        assertThat(FIVE.splitRows(rows(5, 131_072))).as("a row for each thread").isFalse();
        assertThat(FIVE.splitRows(rows(10, 131_072))).isFalse();
        assertThat(Threads.CALLER.splitRows(rows(1, 1 << 20))).isFalse();
    }

    @Test
    void everyPieceIsDoneOnce() {
        for (Threads threads : new Threads[] {FIVE, Threads.CALLER}) {
            for (int pieces : new int[] {1, 2, 7, 1000}) {
                AtomicIntegerArray seen = new AtomicIntegerArray(pieces);
                threads.run(pieces, seen::incrementAndGet);
                for (int i = 0; i < pieces; i++) {
                    assertThat(seen.get(i)).isEqualTo(1);
                }
            }
        }
    }

    /** After a failure no piece is begun, and the failure comes out when those that were begun have ended. */
    @Test
    void aFailureComesOutWhenAllHaveEnded() {
        for (int round = 0; round < 200; round++) {
            AtomicInteger running = new AtomicInteger();
            int failing = round % 20;
            assertThatThrownBy(() -> FIVE.run(20, piece -> {
                running.incrementAndGet();
                try {
                    Thread.onSpinWait();
                    if (piece == failing) {
                        throw new OutOfMemoryError("injected");
                    }
                } finally {
                    running.decrementAndGet();
                }
            })).isInstanceOf(OutOfMemoryError.class).hasMessage("injected");
            assertThat(running.get()).isZero();
        }
    }
}
