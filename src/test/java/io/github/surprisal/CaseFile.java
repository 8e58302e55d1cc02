package io.github.surprisal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the case files of src/test/resources/cases; their README describes the format. */
final class CaseFile {

    private CaseFile() {
    }

    /**
     * All cases of a file, in its order.
     *
     * @param expected how many there are, so that a truncated file cannot pass
     */
    static List<Case> read(String file, int expected) {
        try (InputStream stream = CaseFile.class.getResourceAsStream("/cases/" + file);
                BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            List<Case> cases = reader.lines().filter(line -> !line.isEmpty()).map(CaseFile::parse).toList();
            if (cases.size() != expected || cases.stream().map(Case::name).distinct().count() != expected) {
                throw new IllegalStateException(file + " holds " + cases.size() + " cases, not " + expected
                        + " with distinct names");
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Case parse(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : line.split("\t")) {
            int equals = field.indexOf('=');
            if (equals < 0 || fields.put(field.substring(0, equals), field.substring(equals + 1)) != null) {
                throw new IllegalStateException("not a list of distinct key=value fields: " + line);
            }
        }
        return new Case(fields.get("name"), fields);
    }

    /** One line of a file; shown by its name. */
    record Case(String name, Map<String, String> fields) {

        boolean has(String key) {
            return fields.containsKey(key);
        }

        String text(String key) {
            String value = fields.get(key);
            if (value == null) {
                throw new IllegalStateException(name + " has no field " + key);
            }
            return value;
        }

        String text(String key, String otherwise) {
            return has(key) ? text(key) : otherwise;
        }

        int integer(String key) {
            return Integer.parseInt(text(key));
        }

        double number(String key) {
            return Double.parseDouble(text(key));
        }

        double number(String key, double otherwise) {
            return has(key) ? number(key) : otherwise;
        }

        Tensor tensor(String key) {
            return Tensor.parse(text(key));
        }

        /** The tensor's values, or null without such a field. */
        double[] values(String key) {
            return has(key) ? tensor(key).values() : null;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A tensor in row-major order; a scalar has no dimensions. */
    record Tensor(int[] shape, double[] values) {

        /** {@code float64[2,3] 1.0 2.0 ...} */
        static Tensor parse(String text) {
            int open = text.indexOf('[');
            int close = text.indexOf(']');
            String dimensions = text.substring(open + 1, close);
            int[] shape = dimensions.isEmpty() ? new int[0]
                    : Arrays.stream(dimensions.split(",")).mapToInt(Integer::parseInt).toArray();
            // A float32 is written with the digits that identify the float: only parsed as one is it the number meant.
            boolean single = text.startsWith("float32[");
            String list = text.substring(close + 1).strip();
            double[] values = list.isEmpty() ? new double[0] : Arrays.stream(list.split(" "))
                    .mapToDouble(number -> single ? Float.parseFloat(number) : Double.parseDouble(number)).toArray();
            if (values.length != Arrays.stream(shape).reduce(1, Math::multiplyExact)) {
                throw new IllegalStateException(values.length + " values for shape " + Arrays.toString(shape));
            }
            return new Tensor(shape, values);
        }

        int[] integers() {
            return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
        }

        /** The layout with the class axis where PyTorch and ONNX have it: axis 1, or axis 0 of a single sample. */
        Layout layout() {
            return shape.length == 1
                    ? Layout.of(1, shape[0])
                    : Layout.of(shape[0], shape[1], Arrays.copyOfRange(shape, 2, shape.length));
        }
    }
}
