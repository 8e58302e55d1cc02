package io.github.surprisal.internal.rows;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Objects that are used again, so that a warm call allocates nothing. What a failed call used is not given back: nobody
 * knows what it left there.
 *
 * @param <T> what is pooled
 */
public final class Pool<T> {

    private final Supplier<T> maker;
    private final AtomicReferenceArray<T> idle =
            new AtomicReferenceArray<>(2 * Runtime.getRuntime().availableProcessors() + 2);

    /** A pool that makes what it does not have. */
    public Pool(Supplier<T> maker) {
        this.maker = maker;
    }

    /** An object for the caller alone. */
    public T take() {
        int start = start();
        for (int i = 0; i < idle.length(); i++) {
            T object = idle.getAndSet((start + i) % idle.length(), null);
            if (object != null) {
                return object;
            }
        }
        return maker.get();
    }

    /** Gives back an object that holds no reference to anything of a caller's. */
    public void giveBack(T object) {
        int start = start();
        for (int i = 0; i < idle.length(); i++) {
            if (idle.compareAndSet((start + i) % idle.length(), null, object)) {
                return;
            }
        }
    }

    /** Threads begin their search at different places. */
    private int start() {
        return System.identityHashCode(Thread.currentThread()) % idle.length();
    }
}
