package io.engram.replay.offheap.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.SplitMix64;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeMap;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SumTreeTest {
    private static final int LEAVES = 100_032;

    private final long block = zeros(LEAVES * 8L + 64);
    private final SumTree tree = new SumTree((block + 63) & -64, LEAVES);

    private static long zeros(long length) {
        long address = UnsafeApi.allocateMemory(length);
        UnsafeApi.setMemory(address, length, (byte) 0);
        return address;
    }

    @AfterEach
    void free() {
        tree.free();
        UnsafeApi.freeMemory(block);
    }

    @Test
    void everySumEqualsItsLeavesAfterLongRandomHistories() {
        SplitMix64 random = new SplitMix64(7);
        long[] masses = new long[LEAVES];
        long head = 0;
        long tail = 0;
        for (int i = 0; i < 300_000; i++) {
            int what = random.nextInt(4);
            if (what == 0) {
                long mass = random.nextLong(1L << 35);
                if (head - tail >= LEAVES - 64) {
                    tree.evict(tail, tail + 64);
                    for (long s = tail; s < tail + 64; s++) {
                        masses[(int) (s % LEAVES)] = 0;
                    }
                    tail += 64;
                }
                assertThat(tree.insert((int) (head % LEAVES), Leaf.generation(head, LEAVES), mass))
                        .isTrue();
                masses[(int) (head % LEAVES)] = mass;
                head++;
            } else if (head > tail) {
                long sequence = tail + random.nextLong(head - tail);
                long mass = random.nextInt(5) == 0 ? 0 : random.nextLong(1L << 35);
                int leaf = (int) (sequence % LEAVES);
                assertThat(tree.set(leaf, Leaf.generation(sequence, LEAVES), mass))
                        .isTrue();
                masses[leaf] = mass;
            }
        }
        assertThat(head).isGreaterThan(70_000);
        requireExact(masses);
    }

    @Test
    void unitOfMassIsFoundInTheLeafThatHasIt() {
        assertThat(1 << SumTree.FAN_SHIFT).as("what the walk halves").isEqualTo(16);
        SplitMix64 random = new SplitMix64(8);
        TreeMap<Long, Integer> byFirstUnit = new TreeMap<>();
        long total = 0;
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            long mass = random.nextInt(3) == 0 ? 0 : random.nextLong(1L << (1 + random.nextInt(35)));
            tree.insert(leaf, 1, mass);
            if (mass > 0) {
                byFirstUnit.put(total, leaf);
            }
            total += mass;
        }
        TreeWalk walk = new TreeWalk(tree, 100);
        for (int round = 0; round < 200; round++) {
            assertThat(walk.total()).isEqualTo(total);
            long[] units = new long[100];
            for (int i = 0; i < units.length; i++) {
                units[i] = random.nextLong(total);
            }
            if (round % 2 == 0) {
                Arrays.sort(units);
            }
            units[5] = 0;
            units[6] = total - 1;
            for (int i = 0; i < units.length; i++) {
                walk.set(i, units[i]);
            }
            walk.find(units.length);
            for (int i = 0; i < units.length; i++) {
                int expected = byFirstUnit.floorEntry(units[i]).getValue();
                assertThat(walk.leaf(i)).isEqualTo(expected);
                assertThat(walk.word(i)).isEqualTo(tree.word(expected));
            }
        }
    }

    /** With two levels of sums: a thread stopped at any step leaves every sum large enough and every leaf in reach. */
    @Test
    void operationStoppedAtAnyStepLeavesSumsLargeEnough() {
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            tree.insert(leaf, 1, 1000);
        }
        TreeWalk walk = new TreeWalk(tree, LEAVES);
        for (int operation = 0; operation < 4; operation++) {
            for (int steps = 1; steps <= (operation == 3 ? 4 : 3); steps++) {
                int leaf = 40_000 + 100 * (4 * operation + steps);
                tree.evict(leaf + 50, leaf + 51);
                HandUpdate update = switch (operation) {
                    case 0 -> HandUpdate.raise(tree, leaf, 7);
                    case 1 -> HandUpdate.lower(tree, leaf, 7);
                    case 2 -> HandUpdate.insert(tree, leaf + 50 + (long) LEAVES, 9);
                    default -> HandUpdate.evict(tree, leaf);
                };
                update.go(steps);
                Trees.requireEnough(tree);
                requireReach(walk);
                update.finish();
                Trees.requireExact(tree);
            }
        }
    }

    /** Every leaf with mass is found by some unit of the total. */
    private void requireReach(TreeWalk walk) {
        long total = walk.total();
        BitSet found = new BitSet(LEAVES);
        int place = 0;
        for (long unit = 0; unit < total; unit += 990) {
            walk.set(place++, unit);
            if (place == LEAVES || unit + 990 >= total) {
                walk.find(place);
                for (int i = 0; i < place; i++) {
                    if (walk.leaf(i) >= 0) {
                        found.set(walk.leaf(i));
                    }
                }
                place = 0;
            }
        }
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            if (Leaf.mass(tree.word(leaf)) >= 990) {
                assertThat(found.get(leaf)).as("leaf=%d", leaf).isTrue();
            }
        }
    }

    private void requireExact(long[] masses) {
        long[] below = masses;
        for (int level = 0; level < tree.height(); level++) {
            long[] sums = new long[tree.size(level)];
            for (int i = 0; i < below.length; i++) {
                sums[i >> SumTree.FAN_SHIFT] += below[i];
            }
            for (int node = 0; node < sums.length; node++) {
                assertThat(tree.sum(level, node))
                        .as("level=%d, node=%d", level, node)
                        .isEqualTo(sums[node]);
            }
            below = sums;
        }
    }
}
