package io.github.surprisal.internal;

import java.lang.reflect.Constructor;

/**
 * Which kernels run: chosen once, when the class is loaded. The vector kernels need the module jdk.incubator.vector,
 * and a VM that compiles; interpreted they would allocate a box for each vector.
 */
public final class KernelSelection {

    private static final String PROPERTY = "surprisal.kernels";
    private static final String MODULE = "jdk.incubator.vector";

    private static final RuntimeException FAILURE;
    /** The kernels in use; null where {@link #check} fails. */
    static final KernelSet ACTIVE;

    static {
        KernelSet set = null;
        RuntimeException failure = null;
        try {
            set = select(System.getProperty(PROPERTY, "auto"));
        } catch (IllegalStateException | IllegalArgumentException e) {
            failure = e;
        }
        ACTIVE = set;
        FAILURE = failure;
    }

    private KernelSelection() {
    }

    /** The name of the kernels in use. */
    public static String active() {
        check();
        return ACTIVE.name();
    }

    /** Fails if the system property asks for kernels that cannot run. */
    public static void check() {
        if (FAILURE != null) {
            throw new IllegalStateException(FAILURE.getMessage(), FAILURE);
        }
    }

    private static KernelSet select(String wanted) {
        switch (wanted) {
            case "auto":
                KernelSet vector = compiles() ? vectorOrNull() : null;
                return vector != null ? vector : new ScalarKernels();
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

    private static boolean compiles() {
        // "interpreted mode" under -Xint
        return !System.getProperty("java.vm.info", "").startsWith("interpreted");
    }

    private static KernelSet vectorOrNull() {
        Module incubator = ModuleLayer.boot().findModule(MODULE).orElse(null);
        if (incubator == null) {
            return null;
        }
        KernelSelection.class.getModule().addReads(incubator);
        try {
            Constructor<?> constructor =
                    Class.forName("io.github.surprisal.internal.VectorKernels").getDeclaredConstructor();
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
