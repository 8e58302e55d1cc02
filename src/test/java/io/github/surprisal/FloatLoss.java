package io.github.surprisal;

/** A loss on floats behind the face of doubles: arguments are narrowed, results widened. */
final class FloatLoss implements AnyLoss {

    private final ClassLoss loss;

    FloatLoss(ClassLoss loss) {
        this.loss = loss;
    }

    @Override
    public double forward(double[] input, int[] targets) {
        return loss.forward(new FloatArrays().of(input), targets);
    }

    @Override
    public double[] backward(double[] input, int[] targets) {
        return FloatArrays.widen(loss.backward(new FloatArrays().of(input), targets));
    }

    @Override
    public double forwardBackward(double[] input, int[] targets, double[] gradient) {
        FloatArrays floats = new FloatArrays();
        double value = loss.forwardBackward(floats.of(input), targets, floats.of(gradient));
        floats.back(gradient);
        return value;
    }

    @Override
    public double forward(double[] input, Layout layout, int[] targets) {
        return loss.forward(new FloatArrays().of(input), layout, targets);
    }

    @Override
    public void backward(double[] input, Layout layout, int[] targets, double upstream, double[] gradient) {
        FloatArrays floats = new FloatArrays();
        loss.backward(floats.of(input), layout, targets, upstream, floats.of(gradient));
        floats.back(gradient);
    }

    @Override
    public double forwardBackward(double[] input, Layout layout, int[] targets, double upstream, double[] gradient) {
        FloatArrays floats = new FloatArrays();
        double value = loss.forwardBackward(floats.of(input), layout, targets, upstream, floats.of(gradient));
        floats.back(gradient);
        return value;
    }

    @Override
    public void forwardPerSample(double[] input, Layout layout, int[] targets, double[] losses) {
        loss.forwardPerSample(new FloatArrays().of(input), layout, targets, losses);
    }

    @Override
    public void backwardPerSample(double[] input, Layout layout, int[] targets, double[] upstream,
            double[] gradient) {
        FloatArrays floats = new FloatArrays();
        loss.backwardPerSample(floats.of(input), layout, targets, upstream, floats.of(gradient));
        floats.back(gradient);
    }

    @Override
    public double denominator(Layout layout, int[] targets) {
        return loss.denominator(layout, targets);
    }

    @Override
    public double forward(double[] input, Layout layout, double[] targets) {
        FloatArrays floats = new FloatArrays();
        return loss.forward(floats.of(input), layout, floats.of(targets));
    }

    @Override
    public void backward(double[] input, Layout layout, double[] targets, double upstream, double[] gradient) {
        FloatArrays floats = new FloatArrays();
        loss.backward(floats.of(input), layout, floats.of(targets), upstream, floats.of(gradient));
        floats.back(gradient);
    }

    @Override
    public double forwardBackward(double[] input, Layout layout, double[] targets, double upstream,
            double[] gradient) {
        FloatArrays floats = new FloatArrays();
        double value = loss.forwardBackward(floats.of(input), layout, floats.of(targets), upstream,
                floats.of(gradient));
        floats.back(gradient);
        return value;
    }

    @Override
    public void forwardPerSample(double[] input, Layout layout, double[] targets, double[] losses) {
        FloatArrays floats = new FloatArrays();
        loss.forwardPerSample(floats.of(input), layout, floats.of(targets), losses);
    }

    @Override
    public void backwardPerSample(double[] input, Layout layout, double[] targets, double[] upstream,
            double[] gradient) {
        FloatArrays floats = new FloatArrays();
        loss.backwardPerSample(floats.of(input), layout, floats.of(targets), upstream, floats.of(gradient));
        floats.back(gradient);
    }

    @Override
    public double denominator(Layout layout, double[] targets) {
        return loss.denominator(layout, new FloatArrays().of(targets));
    }
}
