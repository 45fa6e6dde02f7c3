package io.engram.replay.offheap.internal.priority;

import io.engram.replay.PriorityIndex;
import io.engram.replay.internal.priority.Mass;
import io.engram.replay.internal.priority.MaximumPriority;
import io.engram.replay.internal.priority.RankMasses;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Tombstones;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.agrona.UnsafeApi;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Makes the leaves of an index what they should be for the window that was found, and the index with them. For one
 * thread, before anybody uses the ring.
 *
 * <ul>
 *   <li>A leaf of a row outside the window is made dead, of the generation that the window has left last: rows that
 *       were lost may come again with the same sequences.
 *   <li>A live leaf of a row in the window keeps its mass, if a transition starts from the row: rows are looked at
 *       where some were erased.
 *   <li>Another leaf gets the initial priority, if a transition starts from the row: its writer was killed between
 *       publishing and inserting it, or the index is new, or rows were lost and the window goes further back than it
 * did. </ul>
 *
 * <p>Rows are looked at where the leaf does not settle it, and where they may have been lost.
 */
public final class IndexLoader {
    private final Ring ring;
    private final Function<PriorityIndex, LongPredicate> startsByIndex;
    private LongPredicate starts = sequence -> false;
    private final long unsure;
    private long live;
    /**
     * Whether a leaf had the mass of another row than its own: of rows that were lost and whose sequences will be given
     * out again. Such a leaf must not come back with a second power loss and rate the new row.
     */
    private boolean disowned;

    private long least = Mass.MAX;
    /** Whether a row of the segment that was looked at last was erased. */
    private boolean erasedInSegment;

    private long segmentEnd;
    private Function<PriorityIndex, LongArrayList> later = settings -> new LongArrayList();

    /**
     * A loader.
     *
     * @param ring with its segments installed
     * @param starts whether what an index is for starts from a row of the window
     * @param unsure rows from this one on may have been lost though their leaves were not
     */
    public IndexLoader(Ring ring, Function<PriorityIndex, LongPredicate> starts, long unsure) {
        this.ring = ring;
        this.startsByIndex = starts;
        this.unsure = unsure;
    }

    /**
     * Says which rows' leaves are not to be believed though they are live.
     *
     * @param rows of the window, from which nothing starts that an index is for
     */
    public void doubt(Function<PriorityIndex, LongArrayList> rows) {
        later = rows;
    }

    /**
     * Loads an index.
     *
     * @param settings of the index
     * @param memory as it was found, or zeros
     * @return the index
     */
    public RingIndex load(PriorityIndex settings, IndexMemory memory) {
        starts = startsByIndex.apply(settings);
        live = 0;
        segmentEnd = 0;
        disowned = false;
        least = Mass.MAX;
        long head = ring.head();
        long tail = ring.tail(head);
        int leaves = memory.leaves();
        double initial = new MaximumPriority(settings.initial(), memory).initial();
        boolean ranked = settings.kind() == PriorityIndex.Kind.RANK;
        // Before the first ranking all have rank 1.
        long initialMass = initial == 0 ? 0 : ranked ? Mass.MAX : Mass.of(Mass.exact(initial, settings.alpha()));
        later.apply(settings).forEachOrderedLong(sequence -> takeBack(memory, sequence));
        // Divided once, not for every row.
        int leaf = (int) Math.floorMod(head, (long) leaves);
        long generation = head < leaves ? 0 : Leaf.generation(head - leaves, leaves);
        for (long sequence = head - leaves; sequence < head; sequence++, leaf++) {
            if (leaf == leaves) {
                leaf = 0;
                generation = Leaf.generation(sequence, leaves);
            }
            long address = memory.leavesAddress() + (long) leaf * Long.BYTES;
            long rank = ranked ? memory.ranksAddress() + (long) leaf * Long.BYTES : 0;
            if (sequence < 0) {
                put(address, Leaf.FRESH);
                clear(rank);
            } else if (sequence < tail) {
                put(address, Leaf.dead(generation));
                clear(rank);
            } else {
                long word = settle(UnsafeApi.getLong(address), generation, sequence, initialMass);
                put(address, word);
                settleRank(rank, word, generation, initial);
                count(word, generation);
            }
        }
        if (disowned) {
            memory.force();
        }
        RingIndex index = new RingIndex(settings, ring, memory, live, least);
        index.rankAtOpen();
        return index;
    }

    /** Makes a leaf one that was not inserted yet. */
    private void takeBack(IndexMemory memory, long sequence) {
        long address = memory.leavesAddress() + sequence % memory.leaves() * Long.BYTES;
        long generation = Leaf.generation(sequence, memory.leaves());
        if (Leaf.isLive(UnsafeApi.getLong(address), generation)) {
            put(address, notInserted(generation));
        }
    }

    private static long notInserted(long generation) {
        return Leaf.dead((generation - 1) & Leaf.GENERATION_MASK);
    }

    /** Stores a leaf's word; remembers if mass was taken from a row that is not there. */
    private void put(long address, long word) {
        long found = UnsafeApi.getLong(address);
        disowned |= Leaf.mass(found) > 0 && Leaf.generation(found) != Leaf.generation(word);
        if (found != word) {
            // A page that nothing is stored into stays shared with the file of a snapshot.
            UnsafeApi.putLong(address, word);
        }
    }

    private long settle(long word, long generation, long sequence, long initialMass) {
        if (!Leaf.isLive(word, generation)) {
            return starts.test(sequence) ? Leaf.live(generation, initialMass) : notInserted(generation);
        }
        if ((sequence >= unsure || mayBeErased(sequence)) && !starts.test(sequence)) {
            return notInserted(generation);
        }
        return Leaf.live(generation, Math.min(Leaf.mass(word), Mass.MAX));
    }

    /** Asked in ascending order. What was erased in a snapshot's segments has its leaf in the snapshot's copy still. */
    private boolean mayBeErased(long sequence) {
        if (sequence >= segmentEnd) {
            SegmentGeometry geometry = ring.geometry();
            long ordinal = geometry.ordinal(sequence);
            Segment segment = ring.table().get(ordinal);
            segmentEnd = geometry.firstSequence(ordinal + 1);
            // The transition from the last row of a segment may lead to an erased one of the next.
            Segment next = ring.table().get(ordinal + 1);
            erasedInSegment = hasErased(segment) || hasErased(next);
        }
        return erasedInSegment;
    }

    private boolean hasErased(@Nullable Segment segment) {
        return segment != null && Tombstones.count(segment.region().address(), ring.geometry()) > 0;
    }

    private static void clear(long rank) {
        if (rank != 0) {
            UnsafeApi.putLong(rank, 0);
        }
    }

    private static void settleRank(long rank, long word, long generation, double initial) {
        if (rank == 0) {
            return;
        }
        long stored = UnsafeApi.getLong(rank);
        float priority = Float.intBitsToFloat((int) stored);
        if (!Leaf.isLive(word, generation)) {
            UnsafeApi.putLong(rank, 0);
        } else if (stored >>> Integer.SIZE != generation || !(priority >= 0 && priority < Float.POSITIVE_INFINITY)) {
            UnsafeApi.putLong(
                    rank, generation << Integer.SIZE | Float.floatToRawIntBits(RankMasses.comparable(initial)));
        }
    }

    private void count(long word, long generation) {
        if (Leaf.isLive(word, generation)) {
            live++;
            if (Leaf.mass(word) > 0) {
                least = Math.min(least, Leaf.mass(word));
            }
        }
    }
}
