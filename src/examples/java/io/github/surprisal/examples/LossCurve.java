package io.github.surprisal.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Draws the loss over the epochs as a picture, one colour for each model.
 *
 * <p>The loss axis is logarithmic: most of the learning happens far below the first epoch's loss.
 */
final class LossCurve {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 480;
    private static final int LEFT = 80;
    private static final int RIGHT = 770;
    private static final int TOP = 50;
    private static final int BOTTOM = 415;

    private static final int MAX_EPOCH_STEPS = 10;
    private static final int MAX_LOSS_TICKS = 15;
    /** A smaller loss is drawn here: a logarithmic axis has no place for 0. */
    private static final double LOWEST_LOSS = 1e-6;

    /** Blue and vermilion of the palette by M. Okabe and K. Ito (2008), which colour-blind readers can tell apart. */
    private static final List<String> COLOURS = List.of("#0072B2", "#D55E00");
    private static final String SOLID = "";
    private static final String DASHED = " stroke-dasharray='6 4'";
    private static final String GRID = "stroke='#dddddd'";

    private record Curve(String name, String colour, String dashes, double[] losses) {
        String style() {
            return "stroke='" + colour + "' stroke-width='2'" + dashes;
        }
    }

    private final String title;
    private final List<Curve> curves = new ArrayList<>();

    LossCurve(String title) {
        this.title = title;
    }

    /** Adds a model's two curves: dashed on the training digits, solid on the test digits. */
    void add(String model, List<Trainer.Epoch> epochs) {
        String colour = COLOURS.get(curves.size() / 2 % COLOURS.size());
        curves.add(new Curve(model + ", training", colour, DASHED, losses(epochs, Trainer.Epoch::trainLoss)));
        curves.add(new Curve(model + ", test", colour, SOLID, losses(epochs, epoch -> epoch.test().loss())));
    }

    private static double[] losses(List<Trainer.Epoch> epochs, ToDoubleFunction<Trainer.Epoch> loss) {
        return epochs.stream().mapToDouble(loss).map(value -> Math.max(value, LOWEST_LOSS)).toArray();
    }

    /** Writes the picture as an SVG file, creating its directory where needed. */
    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, new Drawing().svg.toString());
    }

    /** One drawing of the curves, with the scales that fit them. */
    private final class Drawing {

        private final Svg svg = new Svg(WIDTH, HEIGHT, title);
        private final int epochs = curves.stream().mapToInt(curve -> curve.losses.length).max().orElseThrow();
        private final List<Double> lossTicks = lossTicks();

        Drawing() {
            svg.text(x(epochs / 2.0), TOP - 20, "middle", title);
            drawEpochAxis();
            drawLossAxis();
            curves.forEach(this::draw);
            drawLegend();
        }

        private double x(double epoch) {
            return LEFT + (RIGHT - LEFT) * epoch / epochs;
        }

        private double y(double loss) {
            double bottom = lossTicks.get(0);
            double top = lossTicks.get(lossTicks.size() - 1);
            return BOTTOM - (BOTTOM - TOP) * Math.log(loss / bottom) / Math.log(top / bottom);
        }

        private void drawEpochAxis() {
            int step = epochStep();
            for (int epoch = 0; epoch <= epochs; epoch += step) {
                svg.line(x(epoch), TOP, x(epoch), BOTTOM, GRID);
                svg.text(x(epoch), BOTTOM + 20, "middle", Integer.toString(epoch));
            }
            svg.text(x(epochs / 2.0), BOTTOM + 45, "middle", "epoch");
        }

        /** The smallest of 1, 2, 5, 10, 20, 50, ... that reaches the last epoch in few enough steps. */
        private int epochStep() {
            return IntStream.iterate(1, power -> power * 10)
                    .flatMap(power -> IntStream.of(power, 2 * power, 5 * power))
                    .filter(step -> epochs <= step * MAX_EPOCH_STEPS)
                    .findFirst().orElseThrow();
        }

        private void drawLossAxis() {
            // Where 1, 2, 5 would crowd, one tick for each decade, for every second decade, and so on.
            int step = lossTicks.size() <= MAX_LOSS_TICKS ? 1 : 3 * (1 + lossTicks.size() / (3 * MAX_LOSS_TICKS));
            for (int i = 0; i < lossTicks.size(); i += step) {
                double tick = lossTicks.get(i);
                svg.line(LEFT, y(tick), RIGHT, y(tick), GRID);
                svg.text(LEFT - 8, y(tick) + 4, "end", String.format(Locale.ROOT, "%.1g", tick));
            }
            svg.verticalText(LEFT - 62, (TOP + BOTTOM) / 2.0, "mean cross-entropy (nats)");
        }

        /** The numbers 1, 2 and 5 times a power of 10, from the last below every loss to the first above. */
        private List<Double> lossTicks() {
            double lowest = allLosses().min().orElseThrow();
            double highest = allLosses().max().orElseThrow();
            List<Double> ticks = new ArrayList<>();
            for (int power = (int) Math.floor(Math.log10(lowest)); ; power++) {
                for (int factor : new int[] {1, 2, 5}) {
                    double tick = factor * Math.pow(10, power);
                    if (tick <= lowest) {
                        ticks.clear();
                    }
                    ticks.add(tick);
                    if (tick > highest) {
                        return ticks;
                    }
                }
            }
        }

        private DoubleStream allLosses() {
            return curves.stream().flatMapToDouble(curve -> Arrays.stream(curve.losses));
        }

        private void draw(Curve curve) {
            double[] losses = curve.losses;
            double[] xs = IntStream.rangeClosed(1, losses.length).mapToDouble(this::x).toArray();
            double[] ys = Arrays.stream(losses).map(this::y).toArray();
            svg.curve(xs, ys, curve.style());
            // The last epoch gets a dot, so that a run of one epoch can be seen at all.
            svg.dot(xs[xs.length - 1], ys[ys.length - 1], curve.colour);
        }

        /** In the top right corner, which falling curves leave free. */
        private void drawLegend() {
            double left = RIGHT - 245;
            double y = TOP + 20;
            svg.whiteBox(left - 10, TOP + 5, 250, 20 * curves.size() + 10);
            for (Curve curve : curves) {
                svg.line(left, y, left + 35, y, curve.style());
                svg.text(left + 45, y + 4, "start", curve.name);
                y += 20;
            }
        }
    }
}
