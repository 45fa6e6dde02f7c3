package io.engram.replay.offheap.internal.priority;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/**
 * Copies an index while others use it: of each row before a head the word that its leaf had at some moment, oldest rows
 * first, so that the copy keeps ahead of eviction. A row that is evicted before its leaf is copied is not in the copy;
 * all rows before it are not, either. What is written is what opening makes of an index with these rows.
 */
public final class IndexCopy {
    private static final int PIECE = 256 << 10;
    private static final int WORDS = PIECE / Long.BYTES;

    private final RingIndex index;
    private final IndexMemory memory;
    private final Target target;
    private final long head;
    private final int leaves;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    private long tail;

    /** Where the copy goes. */
    @FunctionalInterface
    public interface Target {
        /**
         * Takes bytes.
         *
         * @param bytes all that remain
         * @param position where they belong
         * @throws IOException if they cannot be written
         */
        void write(ByteBuffer bytes, long position) throws IOException;
    }

    /**
     * A copy.
     *
     * @param index that stays open meanwhile
     * @param tail of the rows
     * @param head of the rows
     * @param target of the bytes
     */
    public IndexCopy(RingIndex index, long tail, long head, Target target) {
        this.index = index;
        this.memory = index.memory();
        this.leaves = memory.leaves();
        this.target = target;
        this.tail = tail;
        this.head = head;
    }

    /**
     * How long the copy is.
     *
     * @return bytes
     */
    public long length() {
        return IndexMemory.length(leaves, memory.ranked());
    }

    /**
     * Copies.
     *
     * @return the oldest row whose priority is in the copy
     * @throws IOException if something cannot be written
     */
    public long copy() throws IOException {
        long oldest = tail;
        // The file has its length before anything else; what is not written is zero.
        target.write(ByteBuffer.allocate(Long.BYTES), length() - Long.BYTES);
        for (long at = oldest; at < head; at = end(at, head)) {
            copyLeaves(at, end(at, head));
        }
        for (long at = head - leaves; at < oldest; at = end(at, oldest)) {
            copyLeaves(at, end(at, oldest));
        }
        if (memory.ranked()) {
            for (long at = head - leaves; at < head; at = end(at, head)) {
                copyRanks(at, end(at, head));
            }
        }
        // Last: it holds for every word that was copied.
        copyHeader();
        return tail;
    }

    /**
     * Takes rows out of the copy that came out of the snapshot after it was made.
     *
     * @param from the tail that the copy was made with
     * @param newTail of the snapshot
     * @param again where the copy is
     * @throws IOException if something cannot be written
     */
    public void forget(long from, long newTail, Target again) throws IOException {
        for (long at = from; at < newTail; at = end(at, newTail)) {
            long dead = Leaf.dead(Leaf.generation(at, leaves));
            int count = (int) (end(at, newTail) - at);
            fill(count, dead);
            again.write(piece, position(memory.leavesAddress(), at));
            if (memory.ranked()) {
                fill(count, 0);
                again.write(piece, position(memory.ranksAddress(), at));
            }
        }
    }

    private void fill(int count, long word) {
        piece.clear();
        for (int i = 0; i < count; i++) {
            piece.putLong(word);
        }
        piece.flip();
    }

    /** The end of the piece: whole words, of which none is beyond the last leaf. */
    private long end(long from, long limit) {
        long leaf = Math.floorMod(from, (long) leaves);
        return Math.min(limit, from + Math.min(WORDS, leaves - leaf));
    }

    private void copyLeaves(long from, long to) throws IOException {
        // No piece goes beyond the last leaf, so all its rows are of one generation.
        long generation = Leaf.generation(Math.max(0, from), leaves);
        long leaf = Math.floorMod(from, (long) leaves) - from;
        piece.clear();
        for (long sequence = from; sequence < to; sequence++) {
            piece.putLong(word(sequence, (int) (sequence + leaf), generation));
        }
        // Only now: what is evicted later was copied before.
        tail = Math.max(tail, Math.min(index.cursor(), to));
        target.write(piece.flip(), position(memory.leavesAddress(), from));
    }

    private long word(long sequence, int leaf, long generation) {
        if (sequence < 0) {
            return Leaf.FRESH;
        }
        if (sequence < tail) {
            return Leaf.dead(generation);
        }
        long word = index.tree().word(leaf);
        return Leaf.generation(word) == generation && sequence < head
                ? word
                : Leaf.dead((generation - 1) & Leaf.GENERATION_MASK);
    }

    private void copyRanks(long from, long to) throws IOException {
        piece.clear();
        for (long sequence = from; sequence < to; sequence++) {
            int leaf = (int) Math.floorMod(sequence, (long) leaves);
            long word = UnsafeApi.getLongVolatile(null, memory.ranksAddress() + (long) leaf * Long.BYTES);
            boolean own = sequence >= tail && word >>> Integer.SIZE == Leaf.generation(sequence, leaves);
            piece.putLong(own ? word : 0);
        }
        target.write(piece.flip(), position(memory.ranksAddress(), from));
    }

    private long position(long base, long sequence) {
        return base - memory.address() + Math.floorMod(sequence, (long) leaves) * Long.BYTES;
    }

    /** Settings and the words of the maximum. */
    private void copyHeader() throws IOException {
        piece.clear().limit(IndexMemory.LEAVES_OFFSET);
        for (int at = 0; at < IndexMemory.LEAVES_OFFSET; at += Long.BYTES) {
            piece.putLong(at, UnsafeApi.getLongVolatile(null, memory.address() + at));
        }
        target.write(piece, 0);
    }
}
