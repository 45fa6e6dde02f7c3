package io.engram.replay.offheap.internal.upkeep;

import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.internal.EpisodeProgress;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.JournalWriter;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.UnsafeApi;

/**
 * Ends the episodes that were open when a process died, and those whose last rows a power loss took: from the rows that
 * are there. Before anybody uses the ring. Looks no further back than the oldest such episode began.
 */
public final class LostEnds {
    private final Ring ring;
    private final PayloadLayout layout;
    private final JournalWriter journal;
    private final long unsealed;
    private final long head;
    private final long tail;
    private final Map<Long, EpisodeBook.Begin> pending = new HashMap<>();

    /**
     * For a ring that was recovered.
     *
     * @param ring of the rows
     * @param layout of their payload
     * @param journal takes the ends
     * @param unsealed rows from there on may have been lost
     */
    public LostEnds(Ring ring, PayloadLayout layout, JournalWriter journal, long unsealed) {
        this.unsealed = unsealed;
        this.ring = ring;
        this.layout = layout;
        this.journal = journal;
        this.head = ring.head();
        this.tail = ring.tail(head);
    }

    /**
     * Records the ends that are missing.
     *
     * @param book what the journal says
     * @param going episodes that go on
     * @param forceRows makes all rows that were found durable
     */
    public void record(EpisodeBook book, Set<Long> going, Runnable forceRows) {
        long from = head;
        boolean gone = false;
        for (Map.Entry<Long, EpisodeBook.Entry> each : book.entries().entrySet()) {
            EpisodeBook.Begin begin = each.getValue().begin();
            EpisodeBook.End end = each.getValue().end();
            if (begin != null && !going.contains(each.getKey()) && (end == null || isLost(end.last()))) {
                pending.put(each.getKey(), begin);
                from = Math.min(from, begin.head());
                gone |= begin.head() < tail;
            }
        }
        if (gone) {
            // Their rows may have left the window, and are told to be none: a power loss must not bring them back.
            forceRows.run();
        }
        for (long sequence = head - 1; !pending.isEmpty() && sequence >= Math.max(from, tail); sequence--) {
            long address = published(sequence);
            if (address != 0) {
                long episode = UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET);
                EpisodeBook.Begin begin = pending.remove(episode);
                if (begin != null) {
                    endWith(episode, begin, sequence, address);
                }
            }
        }
        pending.forEach((episode, begin) -> {
            EpisodeProgress none = new EpisodeProgress();
            none.resume(
                    episode, EpisodeProgress.NONE, EpisodeProgress.NONE, 0, layout.reward() == null ? Double.NaN : 0);
            journal.record(begin.stream(), none, Episode.Kind.TRUNCATED, true);
        });
    }

    private boolean isLost(long last) {
        return last >= head || (last >= Math.max(unsealed, tail) && published(last) == 0);
    }

    /** Where a row lies that can be read, or 0. */
    private long published(long sequence) {
        long address = ring.rowAddress(sequence);
        return address != 0 && Stamp.isPublished(UnsafeApi.getLong(address), sequence) ? address : 0;
    }

    private void endWith(long episode, EpisodeBook.Begin begin, long last, long lastAddress) {
        List<Double> rewards = new ArrayList<>();
        long first = last;
        long address = lastAddress;
        while (true) {
            boolean transition = layout.nextOffset() > 0 || step(address) > 0;
            if (transition) {
                rewards.add(reward(address));
            }
            int back = UnsafeApi.getInt(address + RowDescriptor.BACK_OFFSET);
            long before = first - back;
            if (back <= 0 || back == RowDescriptor.BACK_TOO_FAR || before < tail) {
                break;
            }
            long beforeAddress = published(before);
            if (beforeAddress == 0 || UnsafeApi.getLong(beforeAddress + RowDescriptor.EPISODE_OFFSET) != episode) {
                break;
            }
            first = before;
            address = beforeAddress;
        }
        double total = step(address) == 0 && layout.reward() != null ? sum(rewards) : Double.NaN;
        long length = step(lastAddress) + (layout.nextOffset() > 0 ? 1L : 0L);
        EpisodeProgress progress = new EpisodeProgress();
        progress.resume(episode, first, last, length, total);
        Episode.Kind kind = JournalWriter.kind(Stamp.flags(UnsafeApi.getLong(lastAddress)));
        journal.record(begin.stream(), progress, kind == Episode.Kind.ABANDONED ? Episode.Kind.TRUNCATED : kind, true);
    }

    private static int step(long address) {
        return UnsafeApi.getInt(address + RowDescriptor.STEP_OFFSET);
    }

    private double reward(long address) {
        PayloadLayout.Slot slot = layout.reward();
        if (slot == null) {
            return Double.NaN;
        }
        long at = address + RowDescriptor.HEADER_LENGTH + slot.offset();
        return slot.field().dtype() == DType.F64 ? UnsafeApi.getDouble(at) : UnsafeApi.getFloat(at);
    }

    /** In the order of the steps, as a writer would have added them. */
    private static double sum(List<Double> lastFirst) {
        double total = 0;
        for (int i = lastFirst.size() - 1; i >= 0; i--) {
            total += lastFirst.get(i);
        }
        return total;
    }
}
