package io.github.surprisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What operators say of themselves, and that they come out of serialisation as they went in. */
class SerializationTest {

    private static final double[] WEIGHTS = {1, 0.5, 2};

    private record Described(Serializable operator, String text) {

        @Override
        public String toString() {
            return text;
        }
    }

    /** Every operator, with every option. */
    private static List<Described> operators() {
        return List.of(
                new Described(Softmax.create(), "Softmax"),
                new Described(Softmax.builder().parallel().build(), "Softmax[parallel]"),
                new Described(LogSoftmax.create(), "LogSoftmax"),
                new Described(LogSoftmax.builder().parallel().build(), "LogSoftmax[parallel]"),
                new Described(CrossEntropyLoss.create(), "CrossEntropyLoss[reduction=MEAN, emptyMean=NAN]"),
                new Described(CrossEntropyLoss.builder().reduction(Reduction.SUM).build(),
                        "CrossEntropyLoss[reduction=SUM, emptyMean=NAN]"),
                new Described(CrossEntropyLoss.builder().emptyMean(EmptyMean.THROW).build(),
                        "CrossEntropyLoss[reduction=MEAN, emptyMean=THROW]"),
                new Described(CrossEntropyLoss.builder().classWeights(WEIGHTS).build(),
                        "CrossEntropyLoss[reduction=MEAN, emptyMean=NAN, classWeights=[1.0, 0.5, 2.0]]"),
                new Described(CrossEntropyLoss.builder().ignoreIndex(-100, 1).build(),
                        "CrossEntropyLoss[reduction=MEAN, emptyMean=NAN, ignoreIndex=[-100, 1]]"),
                new Described(CrossEntropyLoss.builder().labelSmoothing(0.1).build(),
                        "CrossEntropyLoss[reduction=MEAN, emptyMean=NAN, labelSmoothing=0.1]"),
                new Described(CrossEntropyLoss.builder().parallel().build(),
                        "CrossEntropyLoss[reduction=MEAN, emptyMean=NAN, parallel]"),
                new Described(CrossEntropyLoss.builder().reduction(Reduction.SUM).emptyMean(EmptyMean.ZERO)
                        .classWeights(WEIGHTS).ignoreIndex(2).labelSmoothing(1).parallel().build(),
                        "CrossEntropyLoss[reduction=SUM, emptyMean=ZERO, parallel, classWeights=[1.0, 0.5, 2.0], "
                        + "ignoreIndex=[2], labelSmoothing=1.0]"),
                new Described(NllLoss.create(), "NllLoss[reduction=MEAN, emptyMean=NAN]"),
                new Described(NllLoss.builder().reduction(Reduction.SUM).emptyMean(EmptyMean.ZERO)
                        .classWeights(WEIGHTS).ignoreIndex(2).parallel().build(),
                        "NllLoss[reduction=SUM, emptyMean=ZERO, parallel, classWeights=[1.0, 0.5, 2.0], "
                        + "ignoreIndex=[2]]"));
    }

    @ParameterizedTest
    @MethodSource("operators")
    void toStringSaysTheOptions(Described described) {
        assertThat(described.operator).hasToString(described.text);
    }

    @Test
    void toStringIsShortAndKnowsOtherPools() {
        ForkJoinPool pool = new ForkJoinPool(1);
        try {
            assertThat(Softmax.builder().parallel(pool).build()).hasToString("Softmax[parallel on a pool of its own]");
            assertThat(Softmax.builder().parallel(ForkJoinPool.commonPool()).build()).hasToString("Softmax[parallel]");
        } finally {
            pool.shutdown();
        }
        double[] many = IntStream.rangeClosed(1, 9).asDoubleStream().toArray();
        assertThat(NllLoss.builder().classWeights(many).build().toString())
                .endsWith("classWeights=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, ... 9 in all]]");
    }

    @ParameterizedTest
    @MethodSource("operators")
    void whatIsReadHasTheSameOptions(Described described) throws Exception {
        Object read = read(written(described.operator));
        assertThat(read).isExactlyInstanceOf(described.operator.getClass()).isNotSameAs(described.operator)
                .hasToString(described.text);
    }

    /** The options not only say the same but do the same. */
    @Test
    void whatIsReadComputesTheSame() throws Exception {
        double[] logits = new Random(1).doubles(30, -5, 0).toArray();
        int[] targets = new Random(2).ints(10, 0, 3).toArray();
        for (Described described : operators()) {
            if (described.operator instanceof ClassLoss loss) {
                double[] expected = new double[30];
                double[] actual = new double[30];
                double value = loss.forwardBackward(logits, 3, targets, expected);
                ClassLoss read = (ClassLoss) read(written(loss));
                Bits.assertSame(read.forwardBackward(logits, 3, targets, actual), value, "loss of %s", loss);
                Bits.assertSame(actual, expected, "gradient of %s", loss);
            }
        }
    }

    @Test
    void whatIsReadThrowsForTheSameEmptyMean() throws Exception {
        ClassLoss read = (ClassLoss) read(written(NllLoss.builder().emptyMean(EmptyMean.THROW).build()));
        assertThatThrownBy(() -> read.forward(new double[0], 3, new int[0]))
                .isExactlyInstanceOf(IllegalArgumentException.class);
    }

    /** What a Spark closure is: a serialised lambda that holds an operator. */
    private interface Task extends Serializable {
        double loss(double[] logits, int[] targets);
    }

    @Test
    void aSerialisedLambdaHoldsALoss() throws Exception {
        Loss loss = CrossEntropyLoss.builder().ignoreIndex(-1).reduction(Reduction.SUM).build();
        Task task = (logits, targets) -> ((ClassLoss) loss).forward(logits, 3, targets);
        Task read = (Task) read(written(task));
        double[] logits = {1, 2, 3, 3, 2, 1};
        assertThat(read.loss(logits, new int[] {2, -1})).isEqualTo(task.loss(logits, new int[] {2, -1})).isPositive();
    }

    /** What a configuration is: an object with fields that are operators. */
    private record Configuration(Softmax output, Loss loss) implements Serializable {
    }

    @Test
    void anObjectHoldsOperators() throws Exception {
        Configuration written = new Configuration(Softmax.create(), NllLoss.create());
        Configuration read = (Configuration) read(written(written));
        assertThat(read).hasToString(written.toString());
    }

    @Test
    void aPoolOfItsOwnIsNotSerialised() {
        ForkJoinPool pool = new ForkJoinPool(1);
        try {
            for (Object operator : List.of(Softmax.builder().parallel(pool).build(),
                    LogSoftmax.builder().parallel(pool).build(), CrossEntropyLoss.builder().parallel(pool).build(),
                    NllLoss.builder().parallel(pool).build())) {
                assertThatThrownBy(() -> written(operator)).isExactlyInstanceOf(NotSerializableException.class)
                        .hasMessage(operator.getClass().getName() + " was built with parallel(pool), and a "
                                + "ForkJoinPool cannot be serialised; parallel(), which takes the common pool, can");
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void layouts() throws Exception {
        for (Layout layout : List.of(Layout.of(3, 5), Layout.of(3, 5, 2, 4).at(2).withRowStride(41).targetsAt(7),
                Layout.alongAxis(1, 2, 3, 0), Layout.of(0, 5))) {
            assertThat(read(written(layout))).isEqualTo(layout).hasToString(layout.toString());
        }
        byte[] bytes = written(Layout.of(0x1234567, 5));
        byte[] batch = {1, 0x23, 0x45, 0x67};
        int at = IntStream.range(0, bytes.length - 3)
                .filter(i -> Arrays.equals(bytes, i, i + 4, batch, 0, 4)).findFirst().orElseThrow();
        bytes[at] = -1;
        assertThatThrownBy(() -> read(bytes)).isExactlyInstanceOf(InvalidObjectException.class)
                .hasMessage("batch is -14465689, but must be at least 0");
    }

    // ---- streams that nobody wrote

    /** A stream with an object of this class and of no data: what a forger would begin with. */
    private static byte[] raw(Class<?> type) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] name = type.getName().getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(new byte[] {(byte) 0xac, (byte) 0xed, 0, 5, 0x73, 0x72, 0, (byte) name.length});
        bytes.writeBytes(name);
        long version = ObjectStreamClass.lookup(type).getSerialVersionUID();
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes.write((int) (version >>> shift));
        }
        bytes.writeBytes(new byte[] {2, 0, 0, 0x78, 0x70}); // serialisable, no fields, no superclass
        return bytes.toByteArray();
    }

    @Test
    void anOperatorItselfIsNotRead() {
        for (Class<?> type : List.of(Softmax.class, LogSoftmax.class, CrossEntropyLoss.class, NllLoss.class,
                Layout.class)) {
            assertThatThrownBy(() -> read(raw(type))).isExactlyInstanceOf(InvalidObjectException.class)
                    .hasMessage(type.getName() + " is read from what describes it alone");
        }
    }

    /** The options that are read go through the checks of the builder. */
    @Test
    void optionsThatNoBuilderTakesAreNotRead() throws Exception {
        byte[] bytes = written(CrossEntropyLoss.builder().labelSmoothing(0x1.23456789p-3).build());
        byte[] smoothing = new byte[8];
        ByteBuffer.wrap(smoothing).putDouble(0x1.23456789p-3);
        int at = IntStream.range(0, bytes.length - 7)
                .filter(i -> Arrays.equals(bytes, i, i + 8, smoothing, 0, 8)).findFirst().orElseThrow();
        bytes[at] = (byte) 0xbf;
        assertThatThrownBy(() -> read(bytes)).isExactlyInstanceOf(InvalidObjectException.class)
                .hasMessageStartingWith("labelSmoothing is -").hasMessageEndingWith(", but must be in [0, 1]")
                .hasCauseExactlyInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] written(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }
}
