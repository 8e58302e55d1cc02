package io.github.surprisal.internal.operations;

import io.github.surprisal.internal.rows.Block;
import io.github.surprisal.internal.rows.Elements;
import io.github.surprisal.internal.rows.Geometry;
import io.github.surprisal.internal.rows.Pool;
import io.github.surprisal.internal.rows.RowOperation;
import io.github.surprisal.internal.rows.Rows;
import io.github.surprisal.internal.rows.Threads;

/** The most probable class of every sample, the first one among equals; -1 where a logit is NaN. */
public final class Prediction extends RowOperation {

    private static final Pool<Prediction> POOL = new Pool<>(Prediction::new);
    private static final int[] NOWHERE = {};

    private Object logits = NOWHERE;
    private int[] predicted = NOWHERE;

    private Prediction() {
    }

    /** Writes the predictions for logits. */
    public static void run(Geometry g, Elements door, Object logits, int[] predicted, Threads threads) {
        Prediction prediction = POOL.take().with(g, door, logits, predicted);
        Rows.run(prediction, threads);
        prediction.release();
    }

    private Prediction with(Geometry g, Elements door, Object of, int[] to) {
        geometry = g;
        elements = door;
        logits = of;
        predicted = to;
        return this;
    }

    @Override
    public Object input() {
        return logits;
    }

    @Override
    protected boolean surveysAlways() {
        return true;
    }

    /** Nothing is summed over the classes. */
    @Override
    protected int sums() {
        return 0;
    }

    @Override
    protected boolean writes() {
        return false;
    }

    @Override
    protected void finish(Block b) {
        for (int i = 0; i < b.count(); i++) {
            predicted[geometry.firstTarget + b.sample(i)] =
                    elements.indexOf(logits, b.base[i], geometry.inner, geometry.classes, b.greatest[i]);
        }
    }

    @Override
    protected Prediction forThread() {
        return POOL.take().with(geometry, elements, logits, predicted);
    }

    @Override
    public void release() {
        geometry = null;
        logits = NOWHERE;
        predicted = NOWHERE;
        POOL.giveBack(this);
    }
}
