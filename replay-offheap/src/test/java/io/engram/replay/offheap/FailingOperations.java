package io.engram.replay.offheap;

import io.engram.replay.offheap.WatchedFiles.Operation;
import java.io.IOException;

/** Fails some operation, or all from it on. Before it is done, or behind its back after it is. */
final class FailingOperations implements WatchedFiles.Watch {
    private final int from;
    private final int to;
    private final boolean afterwards;
    private int count;
    private Operation failed;

    private FailingOperations(int from, int to, boolean afterwards) {
        this.from = from;
        this.to = to;
        this.afterwards = afterwards;
    }

    /** The operation of that number, counted from 0. */
    static FailingOperations once(int number) {
        return new FailingOperations(number, number + 1, false);
    }

    /** The same, but the operation is done all the same. */
    static FailingOperations onceAfterwards(int number) {
        return new FailingOperations(number, number + 1, true);
    }

    /** All operations from that number on. */
    static FailingOperations from(int number) {
        return new FailingOperations(number, Integer.MAX_VALUE, false);
    }

    /** The first that failed, or null. */
    Operation failed() {
        return failed;
    }

    /** Whether no other will fail. */
    boolean isOne() {
        return to == from + 1;
    }

    @Override
    public void before(Operation operation) throws IOException {
        if (!afterwards) {
            fail(operation);
        }
    }

    @Override
    public void after(Operation operation) throws IOException {
        if (afterwards) {
            fail(operation);
        }
    }

    private void fail(Operation operation) throws IOException {
        int number = count++;
        if (number >= from && number < to) {
            failed = failed == null ? operation : failed;
            throw new IOException("simulated");
        }
    }
}
