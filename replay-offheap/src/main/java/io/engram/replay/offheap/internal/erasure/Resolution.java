package io.engram.replay.offheap.internal.erasure;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a selection means in the memory and in each of its snapshots. Immutable.
 *
 * @param live the memory itself
 * @param snapshots the snapshots, by name
 * @param known which episodes the numbers stand for, if episodes or rows are chosen by number: to be kept in the
 *     record, so that another run, here or in a fork, means the same ones
 * @param unreadable names of snapshots that are damaged, in which nothing can be erased
 */
public record Resolution(Container live, List<Container> snapshots, List<KnownEpisode> known, List<String> unreadable) {
    /** Keeps copies. */
    public Resolution {
        snapshots = List.copyOf(snapshots);
        known = List.copyOf(known);
        unreadable = List.copyOf(unreadable);
    }

    /** All of them, the memory itself first. */
    List<Container> containers() {
        return Stream.concat(Stream.of(live), snapshots.stream()).toList();
    }
}
