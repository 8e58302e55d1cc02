package io.github.surprisal.internal.kernels;

import java.lang.reflect.Constructor;

/**
 * Which kernels run. The vector kernels need the module jdk.incubator.vector, and a VM that compiles; interpreted they
 * would allocate a box for each vector. Even then the scalar ones run first: loading the Vector API takes some 180 ms,
 * and C2 another second until its vectors are fast, which short programs need not pay for.
 */
public final class KernelSelection {

    private static final String PROPERTY = "surprisal.kernels";
    private static final String MODULE = "jdk.incubator.vector";

    /**
     * Logits after which the vector kernels take over: some 0.2 to 0.3 s of work of the scalar ones. Counted without
     * synchronisation, as it need not be exact: the results are the same bits with either set.
     */
    static final long WARM = 1L << 26;

    private static final RuntimeException FAILURE;
    private static KernelSet active;
    private static long untilVectors = Long.MAX_VALUE;

    static {
        KernelSet set = null;
        RuntimeException failure = null;
        try {
            set = select(System.getProperty(PROPERTY, "auto"));
        } catch (IllegalStateException | IllegalArgumentException e) {
            failure = e;
        }
        active = set;
        FAILURE = failure;
    }

    private KernelSelection() {
    }

    /** The name of the kernels in use. */
    public static String active() {
        check();
        return active.name();
    }

    /** Fails if the system property asks for kernels that cannot run. */
    public static void check() {
        if (FAILURE != null) {
            throw new IllegalStateException(FAILURE.getMessage(), FAILURE);
        }
    }

    /** The kernels for a call that handles so many logits. */
    public static KernelSet active(long logits) {
        if (untilVectors != Long.MAX_VALUE) {
            untilVectors -= logits;
            if (untilVectors < 0) {
                switchToVectors();
            }
        }
        return active;
    }

    private static synchronized void switchToVectors() {
        if (untilVectors != Long.MAX_VALUE) {
            KernelSet vector = vectorOrNull();
            active = vector != null ? vector : active;
            untilVectors = Long.MAX_VALUE;
        }
    }

    private static KernelSet select(String wanted) {
        switch (wanted) {
            case "auto":
                boolean vectors = compiles() && ModuleLayer.boot().findModule(MODULE).isPresent();
                untilVectors = vectors ? WARM : Long.MAX_VALUE;
                return new ScalarKernels();
            case "scalar":
                return new ScalarKernels();
            case "vector":
                KernelSet forced = vectorOrNull();
                if (forced == null) {
                    throw new IllegalStateException("-D" + PROPERTY + "=vector needs the Vector API with vectors of at"
                            + " least 128 bits; " + (ModuleLayer.boot().findModule(MODULE).isPresent()
                            ? "this VM has no such vectors" : "start the VM with --add-modules " + MODULE));
                }
                return forced;
            default:
                throw new IllegalArgumentException("system property " + PROPERTY + " is \"" + wanted
                        + "\", but must be auto, scalar or vector");
        }
    }

    /** Whether C2 is there: without it every vector becomes an object. */
    private static boolean compiles() {
        // "interpreted mode" under -Xint, "mixed mode, emulated-client" under -XX:TieredStopAtLevel=1
        String info = System.getProperty("java.vm.info", "");
        return !info.startsWith("interpreted") && !info.contains("emulated-client");
    }

    private static KernelSet vectorOrNull() {
        Module incubator = ModuleLayer.boot().findModule(MODULE).orElse(null);
        if (incubator == null) {
            return null;
        }
        KernelSelection.class.getModule().addReads(incubator);
        try {
            Constructor<?> constructor =
                    Class.forName("io.github.surprisal.internal.kernels.VectorKernels").getDeclaredConstructor();
            VectorSet set = (VectorSet) constructor.newInstance();
            return set.bits() >= 128 ? set : null;
        } catch (ReflectiveOperationException | LinkageError e) {
            return null; // a VM whose Vector API is not the one these classes were compiled against
        }
    }

    /** What the selection knows of the vector kernels without naming their class. */
    abstract static class VectorSet extends KernelSet {
        abstract int bits();
    }
}
