package io.github.surprisal.internal.rows;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The short forms make no new geometry for shapes they have just seen, as in training and evaluation by turns. */
class GeometryTest {

    @Test
    void shapesInAlternationAreRemembered() {
        int[] batches = {32, 64, 128, 256};
        Geometry[] first = new Geometry[batches.length];
        for (int i = 0; i < batches.length; i++) {
            first[i] = Geometry.rows(batches[i], 10);
        }
        for (int i = 0; i < batches.length; i++) {
            assertThat(Geometry.rows(batches[i], 10)).as("%d rows", batches[i]).isSameAs(first[i]);
        }
    }

    @Test
    void rowsAndTilesAreChosenByTheClasses() {
        assertThat(Geometry.rows(8, Geometry.FEW).rows).isFalse();
        assertThat(Geometry.rows(8, Geometry.FEW + 1).rows).isTrue();
    }
}
