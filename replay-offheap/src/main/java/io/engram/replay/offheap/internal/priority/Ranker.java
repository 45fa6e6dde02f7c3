package io.engram.replay.offheap.internal.priority;

import io.engram.replay.internal.priority.RankMasses;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.UnsafeApi;

/**
 * The order of a rank-based index: priorities by leaf, and from time to time a new ranking of all.
 *
 * <p>A priority's word holds the generation above the bits of a float, so that nobody stores one for a row that is
 * gone. Priority and mass of a leaf are two words: if two threads update the same transition at the same moment, it may
 * have the priority of one and the mass of the other until the next ranking.
 *
 * <p><b>Progress.</b> One thread ranks at a time; others that find a ranking due while it is under way go on without. A
 * thread that is stopped for ever while it ranks ends ranking, and nothing else.
 */
final class Ranker {
    private static final long FLOAT_MASK = 0xffffffffL;

    private final SumTree tree;
    private final long words;
    private final long every;
    private final AtomicLong updates = new AtomicLong();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile RankMasses current;
    private long[] keys = new long[0];

    Ranker(SumTree tree, long wordsAddress, double alpha, long every) {
        this.tree = tree;
        this.words = wordsAddress;
        this.every = every;
        this.current = RankMasses.none(alpha);
    }

    RankMasses current() {
        return current;
    }

    /** Stores a priority, unless the leaf has a later row's. */
    void note(int leaf, long generation, float priority) {
        long address = words + (long) leaf * Long.BYTES;
        long next = generation << Integer.SIZE | (Float.floatToRawIntBits(priority) & FLOAT_MASK);
        long word = UnsafeApi.getLongVolatile(null, address);
        while (!isLater(word, generation) && !UnsafeApi.compareAndSetLong(null, address, word, next)) {
            word = UnsafeApi.getLongVolatile(null, address);
        }
    }

    /** Counts updates; true for the one caller that is to rank. */
    boolean isDue(int count, long transitions) {
        return updates.addAndGet(count) >= Math.min(every, transitions) && busy.compareAndSet(false, true);
    }

    /** Ranks all rows of a window. After {@link #isDue}; returns the least mass. */
    long rerank(long tail, long head) {
        try {
            updates.set(0);
            if (keys.length < head - tail) {
                keys = new long[(int) Math.min(tree.count(), 2 * (head - tail))];
            }
            int leaves = tree.count();
            int count = 0;
            for (long sequence = tail; sequence < head; sequence++) {
                int leaf = (int) (sequence % leaves);
                long own = Leaf.generation(sequence, leaves);
                long word = UnsafeApi.getLongVolatile(null, words + (long) leaf * Long.BYTES);
                if (word >>> Integer.SIZE == own && Leaf.isLive(tree.word(leaf), own)) {
                    if ((word & FLOAT_MASK) == 0) {
                        // Also mends what two threads made of a leaf that one of them gave no mass.
                        tree.set(leaf, own, 0);
                    } else {
                        keys[count++] = RankMasses.key(Float.intBitsToFloat((int) word), leaf);
                    }
                }
            }
            RankMasses ranking = RankMasses.of(current.alpha(), keys, count);
            current = ranking;
            int first = (int) (tail % leaves);
            long generation = Leaf.generation(tail, leaves);
            for (int i = 0; i < count; i++) {
                int leaf = RankMasses.leaf(keys[i]);
                long own = leaf < first ? (generation + 1) & Leaf.GENERATION_MASK : generation;
                tree.set(leaf, own, ranking.massOfRank(count - i));
                if (UnsafeApi.getLongVolatile(null, words + (long) leaf * Long.BYTES) == own << Integer.SIZE) {
                    // It lost its mass meanwhile.
                    tree.set(leaf, own, 0);
                }
            }
            return count == 0 ? 0 : ranking.massOfRank(count);
        } finally {
            busy.set(false);
        }
    }

    /** Whether the word is of a later generation than this, compared as leaves' are. */
    private static boolean isLater(long word, long generation) {
        long ahead = ((word >>> Integer.SIZE) - generation) & Leaf.GENERATION_MASK;
        return ahead != 0 && ahead <= Leaf.GENERATION_MASK / 2;
    }
}
