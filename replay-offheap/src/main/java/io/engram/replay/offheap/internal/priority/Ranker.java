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
        long next = generation << Integer.SIZE | Float.floatToRawIntBits(priority);
        long word = UnsafeApi.getLongVolatile(null, address);
        while (!isLater(word, generation) && !UnsafeApi.compareAndSetLong(null, address, word, next)) {
            word = UnsafeApi.getLongVolatile(null, address);
        }
    }

    /** Counts updates; true for the one caller that is to rank. */
    boolean isDue(int count, long transitions) {
        return updates.addAndGet(count) >= Math.min(every, transitions) && busy.compareAndSet(false, true);
    }

    /** Ranks all. After {@link #isDue}; returns the least mass. */
    long rerank(long tail) {
        try {
            updates.set(0);
            int leaves = tree.count();
            if (keys.length == 0) {
                keys = new long[leaves];
            }
            int first = (int) (tail % leaves);
            long generation = Leaf.generation(tail, leaves);
            int count = 0;
            for (int leaf = 0; leaf < leaves; leaf++) {
                long own = leaf < first ? generation + 1 & Leaf.GENERATION_MASK : generation;
                long word = UnsafeApi.getLongVolatile(null, words + (long) leaf * Long.BYTES);
                if (word >>> Integer.SIZE == own && (word & FLOAT_MASK) != 0 && Leaf.isLive(tree.word(leaf), own)) {
                    keys[count++] = RankMasses.key(Float.intBitsToFloat((int) word), leaf);
                }
            }
            RankMasses ranking = RankMasses.of(current.alpha(), keys, count);
            current = ranking;
            for (int i = 0; i < count; i++) {
                int leaf = RankMasses.leaf(keys[i]);
                long own = leaf < first ? generation + 1 & Leaf.GENERATION_MASK : generation;
                tree.set(leaf, own, ranking.massOfRank(count - i));
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
