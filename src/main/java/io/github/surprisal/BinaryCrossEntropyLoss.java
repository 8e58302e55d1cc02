package io.github.surprisal;
final class BinaryCrossEntropyLoss {}
