package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that was compiled against version 0.1.0 links, runs and compiles with the present classes. */
class ClientOf010Test {

    private static final String CLIENT = "ClientOf010";
    /** Both versions are within 2 ulp of the exact value. */
    private static final long ULPS = 4;

    /** Finds the client's class among the resources, and all others where its parent does. */
    private static final class ClientLoader extends ClassLoader {

        ClientLoader(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream in = resource(name + ".class").openStream()) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static URL resource(String name) {
        return ClientOf010Test.class.getResource("/compatibility/" + name);
    }

    @SuppressWarnings("unchecked")
    private static List<double[]> results(ClassLoader loader) throws ReflectiveOperationException {
        return ((Supplier<List<double[]>>) loader.loadClass(CLIENT).getConstructor().newInstance()).get();
    }

    private static List<double[]> resultsOf010() throws IOException, ReflectiveOperationException {
        URL[] jar = {resource("surprisal-0.1.0.jar")};
        try (URLClassLoader library = new URLClassLoader(jar, ClassLoader.getPlatformClassLoader())) {
            return results(new ClientLoader(library));
        }
    }

    private static void assertClose(List<double[]> actual, List<double[]> expected) {
        assertThat(actual).hasSameSizeAs(expected).isNotEmpty();
        for (int i = 0; i < expected.size(); i++) {
            Bits.assertClose(actual.get(i), expected.get(i), ULPS, "result " + i);
        }
    }

    @Test
    void whatLinkedAgainst010RunsAsItDid() throws Exception {
        assertClose(results(new ClientLoader(getClass().getClassLoader())), resultsOf010());
    }

    @Test
    void whatCompiledAgainst010Compiles(@TempDir Path folder) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "a VM without a compiler");
        int exit = compiler.run(null, null, null, "-Xlint:all", "-Werror", "-proc:none",
                "-cp", folderOf(Softmax.class), "-d", folder.toString(),
                Path.of(resource(CLIENT + ".java").toURI()).toString());
        assertThat(exit).as("exit code of the compiler").isZero();
        try (URLClassLoader compiled = new URLClassLoader(new URL[] {folder.toUri().toURL()},
                getClass().getClassLoader())) {
            assertClose(results(compiled), resultsOf010());
        }
    }

    private static String folderOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }
}
