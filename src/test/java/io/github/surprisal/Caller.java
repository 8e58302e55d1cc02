package io.github.surprisal;

import java.util.Arrays;

/** A thread that does one thing and is not waited for beyond a limit: a call that hangs must not hang the tests. */
final class Caller {

    /** Far beyond what anything here takes; what takes longer hangs. */
    private static final long LIMIT_MILLIS = 20_000;

    /** What is done; it may throw anything. */
    interface Action {
        void run() throws Throwable;
    }

    private final Thread thread;
    private volatile Throwable failure;

    private Caller(Action action, long stackSize) {
        thread = new Thread(null, () -> {
            try {
                action.run();
            } catch (Throwable thrown) {
                failure = thrown;
            }
        }, "caller", stackSize);
        thread.setDaemon(true);
        thread.start();
    }

    static Caller start(Action action) {
        return new Caller(action, 0);
    }

    /** Does it on a thread with so large a stack, and waits for it. */
    static void run(long stackSize, Action action) {
        new Caller(action, stackSize).join();
    }

    static void run(Action action) {
        run(0, action);
    }

    Thread thread() {
        return thread;
    }

    /** Waits; throws what was thrown, or that it hangs. */
    void join() {
        try {
            thread.join(LIMIT_MILLIS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (thread.isAlive()) {
            throw new Hanging("still running after " + LIMIT_MILLIS + " ms: "
                    + Arrays.toString(thread.getStackTrace()));
        }
        if (failure != null) {
            throw new AssertionError(failure.toString(), failure);
        }
    }

    /** A call that does not return. */
    static final class Hanging extends AssertionError {

        private static final long serialVersionUID = 1L;

        Hanging(String message) {
            super(message);
        }
    }
}
