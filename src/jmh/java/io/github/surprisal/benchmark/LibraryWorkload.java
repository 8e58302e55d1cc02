package io.github.surprisal.benchmark;

import io.github.surprisal.Layout;

/** A workload of this library. */
public abstract class LibraryWorkload extends Workload {
    protected Layout layout;

    @Override
    protected void prepare() {
        layout = Layout.of(batch, classes, inner);
    }
}
