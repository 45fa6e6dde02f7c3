package io.engram.replay.offheap.exchange;

/** Is told from time to time how far an export or import has come. */
@FunctionalInterface
public interface ExchangeProgress {
    /**
     * A figure.
     *
     * @param rows how many were looked at
     * @param of how many there are to look at
     */
    void at(long rows, long of);
}
