package io.engram.replay.offheap.internal.check;

/** How many rows have something in common, and the first of them. */
final class Tally {
    long first;
    long count;

    void add(long sequence) {
        first = count++ == 0 ? sequence : first;
    }

    void addAll(Tally other) {
        first = count == 0 ? other.first : first;
        count += other.count;
    }
}
