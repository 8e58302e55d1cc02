package io.github.surprisal.benchmark;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** The class path of this VM, and of those in which a jar of another version stands before it. */
final class ClassPath {
    /** JMH reads it anew for each fork. */
    static final String PROPERTY = "java.class.path";

    private ClassPath() {}

    static String own() {
        return System.getProperty(PROPERTY);
    }

    static String behind(Path jar) {
        return jar + File.pathSeparator + own();
    }

    /** So that no column reports figures of the version it is compared with. */
    static void requireFromFirstEntry(Class<?> type) {
        Path first = Path.of(own().split(File.pathSeparator, 2)[0]);
        try {
            Path origin = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (!origin.equals(first)) {
                throw new IllegalStateException(type + " is from " + origin + ", but must be from " + first);
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
