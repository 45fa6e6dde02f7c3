package io.engram.replay.offheap.internal.priority;

import java.util.ArrayList;
import java.util.List;

/**
 * An update, insertion or eviction that is moved on by hand, step by step, as {@link SumTree} goes by itself; so that
 * one can be stopped for ever at each of its steps.
 */
public final class HandUpdate {
    private final List<Runnable> steps = new ArrayList<>();
    private int taken;

    /** Raises the mass of a live leaf. */
    public static HandUpdate raise(SumTree tree, int leaf, long by) {
        HandUpdate update = new HandUpdate();
        long word = tree.word(leaf);
        for (int level = tree.height() - 1; level >= 0; level--) {
            int at = level;
            update.steps.add(() -> tree.addTo(at, leaf >>> (SumTree.FAN_SHIFT * (at + 1)), by));
        }
        update.steps.add(() -> tree.compareAndSet(leaf, word, word + by));
        return update;
    }

    /** Lowers the mass of a live leaf. */
    public static HandUpdate lower(SumTree tree, int leaf, long by) {
        HandUpdate update = new HandUpdate();
        long word = tree.word(leaf);
        update.steps.add(() -> tree.compareAndSet(leaf, word, word - by));
        for (int level = 0; level < tree.height(); level++) {
            int at = level;
            update.steps.add(() -> tree.addTo(at, leaf >>> (SumTree.FAN_SHIFT * (at + 1)), -by));
        }
        return update;
    }

    /** Inserts a row. */
    public static HandUpdate insert(SumTree tree, long sequence, long mass) {
        HandUpdate update = new HandUpdate();
        int leaf = (int) (sequence % tree.count());
        for (int level = tree.height() - 1; level >= 0; level--) {
            int at = level;
            update.steps.add(() -> tree.addTo(at, leaf >>> (SumTree.FAN_SHIFT * (at + 1)), mass));
        }
        update.steps.add(() -> {
            long word = tree.word(leaf);
            tree.compareAndSet(leaf, word, Leaf.live(Leaf.generation(sequence, tree.count()), mass));
        });
        return update;
    }

    /** Evicts two rows: kills each, then subtracts. The cursor is not moved. */
    public static HandUpdate evict(SumTree tree, long sequence) {
        HandUpdate update = new HandUpdate();
        long[] mass = new long[1];
        int leaf = (int) (sequence % tree.count());
        for (int i = 0; i < 2; i++) {
            int at = leaf + i;
            update.steps.add(() -> {
                long word = tree.word(at);
                mass[0] += Leaf.mass(word);
                tree.compareAndSet(at, word, Leaf.dead(Leaf.generation(word)));
            });
        }
        for (int level = 0; level < tree.height(); level++) {
            int at = level;
            update.steps.add(() -> tree.addTo(at, leaf >>> (SumTree.FAN_SHIFT * (at + 1)), -mass[0]));
        }
        return update;
    }

    /** How many steps there are. */
    public int length() {
        return steps.size();
    }

    /** Takes the next steps and stops. */
    public void go(int count) {
        for (int i = 0; i < count; i++) {
            steps.get(taken++).run();
        }
    }

    /** Takes the rest. */
    public void finish() {
        go(steps.size() - taken);
    }
}
