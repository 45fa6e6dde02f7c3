package io.engram.examples;

import java.util.ArrayDeque;
import java.util.Deque;

/** The returns of the last 100 episodes. */
final class RecentReturns {
    /** How many are kept. */
    static final int WINDOW = 100;

    private final Deque<Double> returns = new ArrayDeque<>();

    void add(double episodeReturn) {
        if (isFull()) {
            returns.removeFirst();
        }
        returns.addLast(episodeReturn);
    }

    /** Whether there were {@link #WINDOW} episodes at least. */
    boolean isFull() {
        return returns.size() == WINDOW;
    }

    /** The mean of those there are; NaN if there are none. */
    double mean() {
        return returns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** The latest; NaN if there is none. */
    double last() {
        return returns.isEmpty() ? Double.NaN : returns.getLast();
    }

    /** All of them, the oldest first. */
    double[] toArray() {
        return returns.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
