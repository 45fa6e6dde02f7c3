package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.priority.HandUpdate;
import io.engram.replay.offheap.internal.priority.SumTree;
import io.engram.replay.offheap.internal.priority.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A thread that stops for ever inside an update, an insertion or an eviction, at each step of it, while others append,
 * update and sample, and go round the ring: no sum is less than what is below it, every other transition can be drawn,
 * and when the thread goes on after all, everything is exact.
 */
class ParkedPriorityTest {
    private static final int CAPACITY = 2000;
    private static final int BATCH = 256;

    private OffHeapReplayMemory memory;
    private SumTree tree;
    private Sampler sampler;
    private StreamWriter writer;
    private long told;

    /** Which operation is stopped. */
    enum Operation {
        RAISE,
        LOWER,
        INSERT,
        EVICT
    }

    record Stop(Operation operation, int steps) {}

    static Stream<Stop> stops() {
        List<Stop> stops = new ArrayList<>();
        // One or two steps at the leaves, and one for the sums: a tree of this size has one level.
        for (Operation operation : Operation.values()) {
            int steps = operation == Operation.EVICT ? 3 : 2;
            for (int i = 1; i <= steps; i++) {
                stops.add(new Stop(operation, i));
            }
        }
        return stops.stream();
    }

    @BeforeEach
    void open() {
        memory = OffHeapReplayMemory.builder(Story.schema(RowLayout.SELF_CONTAINED), CAPACITY)
                .storage(Storage.VOLATILE)
                .priorities(PriorityIndex.proportional("default").alpha(1).build())
                .segmentRows(64)
                .withoutAutomaticUpkeep()
                .open();
        tree = memory.indexes().index("default").tree();
        sampler = memory.sampler(SamplerSpec.prioritized("learner", BATCH).build());
        writer = memory.writer("writer");
        tell(3000);
    }

    @AfterEach
    void close() {
        memory.close();
    }

    private void tell(int transitions) {
        long end = memory.ring().head() + transitions;
        while (memory.ring().head() < end) {
            Story.tell(writer, 1, told++);
            memory.upkeep().turn();
        }
    }

    @ParameterizedTest
    @MethodSource("stops")
    void threadStoppedAtAnyStepHoldsUpNobody(Stop stop) {
        long tail = memory.ring().tail(memory.ring().head());
        // Any sampler evicts to the tail first; what is stopped is in the middle of the window, or next to be evicted.
        long middle = tail + CAPACITY / 2;
        // Two rows of one node that leave the window next; not at the end of a node.
        long next = tail % 16 == 15 ? tail + 1 : tail;
        sample();
        HandUpdate parked = switch (stop.operation) {
            case RAISE -> HandUpdate.raise(tree, leaf(middle), 1L << 30);
            case LOWER -> HandUpdate.lower(tree, leaf(middle), 1L << 19);
            case INSERT -> HandUpdate.insert(tree, memory.ring().head(), 1L << 30);
            case EVICT -> HandUpdate.evict(tree, next);
        };
        assertThat(parked.length()).isGreaterThanOrEqualTo(stop.steps);
        parked.go(stop.steps);
        Trees.requireEnough(tree);

        Supplier<Set<Long>> held = this::heldNow;
        Set<Long> expected = held.get();
        if (stop.operation == Operation.EVICT) {
            for (int i = 0; i < Math.min(2, stop.steps); i++) {
                expected.remove(next + i);
            }
        }
        assertThat(drawn()).containsAll(expected);
        if (stop.operation == Operation.INSERT && stop.steps == parked.length()) {
            // Its row was never appended, so what it inserted is finished by hand; the rest is about the others.
            return;
        }
        Trees.requireEnough(tree);
        for (int lap = 0; lap < 3; lap++) {
            tell(CAPACITY);
            assertThat(drawn()).containsAll(heldNow());
            Trees.requireEnough(tree);
        }
        assertThat(memory.stats().failedAppends()).isZero();
        if (stop.operation == Operation.LOWER || stop.operation == Operation.EVICT) {
            // It owes only what it has not subtracted yet.
            parked.finish();
            sample();
            Trees.requireExact(tree);
        }
    }

    private int leaf(long sequence) {
        return (int) (sequence % tree.count());
    }

    /** Every transition of the window has mass. */
    private Set<Long> heldNow() {
        Set<Long> held = new HashSet<>();
        long head = memory.ring().head();
        for (long sequence = memory.ring().tail(head); sequence < head; sequence++) {
            held.add(sequence);
        }
        return held;
    }

    private Batch sample() {
        Batch batch = sampler.sample(sampler.newBatch());
        Story.check(batch);
        return batch;
    }

    /** What is drawn when everything is drawn a hundred times on average. Chance of missing one: below 1e-30. */
    private Set<Long> drawn() {
        Set<Long> drawn = new HashSet<>();
        Batch batch = sampler.newBatch();
        long tail = memory.ring().tail(memory.ring().head());
        for (int i = 0; i < 100 * CAPACITY / BATCH; i++) {
            sampler.sample(batch);
            for (int row = 0; row < BATCH; row++) {
                assertThat(batch.sequence(row)).isGreaterThanOrEqualTo(tail);
                drawn.add(batch.sequence(row));
            }
        }
        return drawn;
    }
}
