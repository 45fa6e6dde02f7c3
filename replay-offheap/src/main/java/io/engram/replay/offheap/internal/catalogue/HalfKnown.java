package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.offheap.internal.journal.EpisodeBook;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Episodes of which the index has read one record of two: begun and not ended, or the other way about, since a begin
 * may have been copied behind the end. Guarded by the index's lock.
 */
final class HalfKnown {
    private final Map<Long, EpisodeBook.Begin> begun = new HashMap<>();
    private final Map<Long, EpisodeBook.End> ended = new HashMap<>();

    EpisodeBook.@Nullable Begin begin(long number) {
        return begun.get(number);
    }

    EpisodeBook.@Nullable End end(long number) {
        return ended.get(number);
    }

    void put(long number, EpisodeBook.Begin begin) {
        begun.put(number, begin);
    }

    void put(long number, EpisodeBook.End end) {
        ended.put(number, end);
    }

    void remove(long number) {
        begun.remove(number);
        ended.remove(number);
    }

    void clear() {
        begun.clear();
        ended.clear();
    }

    /** Forgets ends of episodes that have left the window: their begins may have been given up. */
    void forgetBefore(long tail) {
        ended.values().removeIf(end -> end.last() < tail);
    }

    /** Whether an episode that has begun can go on. */
    boolean hasOpen(OpenTest open) {
        return begun.entrySet().stream().anyMatch(each -> open.isOpen(each.getValue().stream(), each.getKey()));
    }

    /** Says what is known. */
    void tell(EpisodeBook book) {
        begun.forEach(book::assume);
        ended.forEach(book::assume);
    }
}
