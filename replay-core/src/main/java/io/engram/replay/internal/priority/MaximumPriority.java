package io.engram.replay.internal.priority;

import io.engram.replay.InitialPriority;

/**
 * What an index remembers of the priorities set so far, to give one to a new transition. Lock-free, in words that can
 * be stored; all zero is the beginning.
 *
 * <p>{@link InitialPriority.Policy#RECENT_MAXIMUM}: two runs of updates are remembered, the one under way and the one
 * before. Who ends a run while others update may take a priority of theirs into the old run, or end a run early.
 */
public final class MaximumPriority {
    /** How many words there are. */
    public static final int WORDS = 4;

    /** The bits of the largest priority ever set; as all priorities are at least 0, bits are in their order. */
    private static final int HISTORICAL = 0;
    /** The bits of the largest priority of the run under way. */
    private static final int RECENT = 1;
    /** The bits of the largest priority of the run before. */
    private static final int BEFORE = 2;
    /** How many updates the run under way has. */
    private static final int UPDATES = 3;

    private final InitialPriority policy;
    private final Words words;

    /** Where the words are. Accesses are volatile. */
    public interface Words {
        /**
         * Loads a word.
         *
         * @param index 0 to {@link #WORDS} - 1
         * @return its value
         */
        long get(int index);

        /**
         * Replaces a word.
         *
         * @param index 0 to {@link #WORDS} - 1
         * @param expected value
         * @param value new
         * @return false if the word was another
         */
        boolean compareAndSet(int index, long expected, long value);
    }

    /**
     * A maximum.
     *
     * @param policy of the index
     * @param words where it is kept
     */
    public MaximumPriority(InitialPriority policy, Words words) {
        this.policy = policy;
        this.words = words;
    }

    /**
     * Takes note of updates.
     *
     * @param largest priority among them, at least 0
     * @param count how many, at least 1
     */
    public void update(double largest, long count) {
        raise(HISTORICAL, largest);
        if (policy.policy() == InitialPriority.Policy.RECENT_MAXIMUM) {
            raise(RECENT, largest);
            long updates;
            long next;
            do {
                updates = words.get(UPDATES);
                next = updates + count;
            } while (!words.compareAndSet(UPDATES, updates, next >= policy.window() ? 0 : next));
            if (next >= policy.window()) {
                endRun(largest);
            }
        }
    }

    /**
     * The priority of a new transition.
     *
     * @return at least 0
     */
    public double initial() {
        return switch (policy.policy()) {
            case FIXED -> policy.value();
            case HISTORICAL_MAXIMUM -> Math.max(1, priority(HISTORICAL));
            case RECENT_MAXIMUM -> {
                double recent = Math.max(priority(RECENT), priority(BEFORE));
                yield recent == 0 ? 1 : recent;
            }
        };
    }

    private double priority(int index) {
        double stored = Double.longBitsToDouble(words.get(index));
        // What a power loss may have left.
        return stored >= 0 && stored < Double.POSITIVE_INFINITY ? stored : 0;
    }

    /** Another thread that ends a run at once may have taken this one's maximum, but not what its own update set. */
    private void endRun(double largest) {
        long taken = words.get(RECENT);
        while (!words.compareAndSet(RECENT, taken, 0)) {
            taken = words.get(RECENT);
        }
        long run = Math.max(taken, Double.doubleToRawLongBits(largest));
        long before = words.get(BEFORE);
        while (!words.compareAndSet(BEFORE, before, run)) {
            before = words.get(BEFORE);
        }
    }

    private void raise(int index, double priority) {
        long bits = Double.doubleToRawLongBits(priority);
        long stored = words.get(index);
        while (stored < bits && !words.compareAndSet(index, stored, bits)) {
            stored = words.get(index);
        }
    }
}
