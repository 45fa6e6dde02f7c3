package io.engram.replay.offheap.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;

import org.agrona.UnsafeApi;

/** Trees for tests, and what must hold for every tree. */
public final class Trees {
    private Trees() {}

    /** Memory for leaves: zeros, aligned. Freed with the process. */
    public static long leaves(int count) {
        long length = count * 8L + 64;
        long block = UnsafeApi.allocateMemory(length);
        for (long at = 0; at < length; at += 256 << 10) {
            UnsafeApi.setMemory(block + at, Math.min(256 << 10, length - at), (byte) 0);
        }
        return (block + 63) & -64;
    }

    /** Every sum is that of what is below it: with no operation under way. */
    public static void requireExact(SumTree tree) {
        for (int level = 0; level < tree.height(); level++) {
            for (int node = 0; node < tree.size(level); node++) {
                long below = below(tree, level, node);
                if (tree.sum(level, node) != below) {
                    assertThat(tree.sum(level, node))
                            .as("level=%d, node=%d", level, node)
                            .isEqualTo(below);
                }
            }
        }
    }

    /** No sum is less than what is below it: also while threads are stopped in the middle of an operation. */
    public static void requireEnough(SumTree tree) {
        for (int level = 0; level < tree.height(); level++) {
            for (int node = 0; node < tree.size(level); node++) {
                long below = below(tree, level, node);
                if (tree.sum(level, node) < below) {
                    assertThat(tree.sum(level, node))
                            .as("level=%d, node=%d", level, node)
                            .isGreaterThanOrEqualTo(below);
                }
            }
        }
    }

    /** What all masses add up to. */
    public static long total(SumTree tree) {
        long total = 0;
        for (int leaf = 0; leaf < tree.count(); leaf++) {
            total += Leaf.mass(tree.word(leaf));
        }
        return total;
    }

    private static long below(SumTree tree, int level, int node) {
        long sum = 0;
        for (int child = node << SumTree.FAN_SHIFT; child < (node + 1) << SumTree.FAN_SHIFT; child++) {
            if (level == 0) {
                sum += child < tree.count() ? Leaf.mass(tree.word(child)) : 0;
            } else {
                sum += child < tree.size(level - 1) ? tree.sum(level - 1, child) : 0;
            }
        }
        return sum;
    }
}
