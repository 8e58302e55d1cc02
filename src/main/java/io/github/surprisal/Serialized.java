package io.github.surprisal;

import io.github.surprisal.internal.rows.Threads;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;

/**
 * How operators and layouts are serialised: in place of the object its options are written, and what is read is built
 * from them, with all checks of a builder.
 */
final class Serialized {

    private Serialized() {
    }

    /** Checks that threads can be asked for again where an operator is read. */
    static void check(Object operator, Threads threads) throws NotSerializableException {
        if (!threads.existEverywhere()) {
            throw new NotSerializableException(operator.getClass().getName() + " was built with parallel(pool), and a "
                    + "ForkJoinPool cannot be serialised; parallel(), which takes the common pool, can");
        }
    }

    /** What is thrown when a stream holds an operator itself. */
    static InvalidObjectException refusal(Object operator) {
        return new InvalidObjectException(operator.getClass().getName() + " is read from what describes it alone");
    }

    /** What is thrown when a stream holds options that no builder takes. */
    static InvalidObjectException refusal(RuntimeException cause) {
        InvalidObjectException refusal = new InvalidObjectException(cause.getMessage());
        refusal.initCause(cause);
        return refusal;
    }
}
