package io.github.surprisal.benchmark;

import io.github.surprisal.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a figure depends on beside the code: the processor, the JVM, the kernels it chooses. */
final class Environment {
    private Environment() {}

    static String processor() {
        int processors = Runtime.getRuntime().availableProcessors();
        return model() + ", " + processors + (processors == 1 ? " processor" : " processors") + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }

    private static String model() {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        if (Files.isReadable(cpuInfo)) {
            try (Stream<String> lines = Files.lines(cpuInfo)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("unknown processor");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        String windows = System.getenv("PROCESSOR_IDENTIFIER");
        return windows != null ? windows : "unknown processor";
    }

    static String jvm() {
        return System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version");
    }

    /** The settings of glibc's malloc, if there are any; they decide much of what large native tensors cost. */
    static Optional<String> nativeAllocator() {
        return System.getenv().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("MALLOC_"))
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .sorted()
                .reduce((first, second) -> first + " " + second);
    }

    /** The kernels a JVM started with these flags chooses, asked of such a JVM. */
    static String kernels(String... flags) {
        return ChildVm.run(List.of(flags), ClassPath.own(), Environment.class);
    }

    public static void main(String[] args) {
        System.out.println(Kernels.active());
    }
}
