package io.github.surprisal.examples;

import java.util.Locale;

/** The few SVG elements that a chart needs. Coordinates are pixels from the top left corner. */
final class Svg {

    private final StringBuilder elements = new StringBuilder();

    Svg(int width, int height, String title) {
        add("<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d' role='img'"
                + " font-family='sans-serif' font-size='13'>", width, height, width, height);
        add("<title>%s</title>", title);
        whiteBox(0, 0, width, height);
    }

    void whiteBox(double x, double y, double width, double height) {
        add("<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='white'/>", x, y, width, height);
    }

    void line(double x1, double y1, double x2, double y2, String style) {
        add("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' %s/>", x1, y1, x2, y2, style);
    }

    void curve(double[] x, double[] y, String style) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x[i], y[i]));
        }
        add("<polyline points='%s' fill='none' %s/>", points.toString().strip(), style);
    }

    void dot(double x, double y, String colour) {
        add("<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>", x, y, colour);
    }

    /**
     * Writes a text.
     *
     * @param anchor which part of the text lies at x: start, middle or end
     */
    void text(double x, double y, String anchor, String text) {
        add("<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>", x, y, anchor, text);
    }

    /** Writes a text from bottom to top, its middle at (x, y). */
    void verticalText(double x, double y, String text) {
        add("<text transform='translate(%.1f %.1f) rotate(-90)' text-anchor='middle'>%s</text>", x, y, text);
    }

    private void add(String format, Object... values) {
        elements.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    @Override
    public String toString() {
        return elements + "</svg>\n";
    }
}
