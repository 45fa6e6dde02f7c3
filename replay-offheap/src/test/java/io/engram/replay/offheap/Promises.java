package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a memory owes: every row whose append returned after its process was killed, every one that a sync covered after
 * a power loss, never a torn one, and to go on.
 */
final class Promises {
    private final Scenario.Shape shape;
    private final TreeMap<Long, Row> appended = new TreeMap<>();
    private long synced = -1;
    private long claimed;

    private record Row(String stream, long count) {}

    Promises(Scenario.Shape shape) {
        this.shape = shape;
    }

    void appended(String stream, long count, long sequence) {
        appended.put(sequence, new Row(stream, count));
        claimed = Math.max(claimed, sequence + 1);
    }

    /** A sync returned that began when this was the last row. */
    void synced(long through) {
        synced = Math.max(synced, through);
    }

    /** How far rows were claimed; nothing behind can ever be found. */
    void claimed(OffHeapReplayMemory memory) {
        if (memory != null) {
            claimed = Math.max(claimed, memory.ring().head());
        }
    }

    /** The process was killed, or closed the memory in some state: all that was appended is there. */
    void requireAfterDeath(SimulatedFiles files, long incarnation) {
        try (OffHeapReplayMemory memory = shape.open(files, incarnation)) {
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            Map<Integer, String> streams = StoredJournal.streams(files, Scenario.PLACE);
            Acknowledged oracle = new Acknowledged(shape.layout(), shape.capacity());
            appended.forEach((sequence, row) -> oracle.add(row.stream(), row.count(), sequence));
            oracle.requireHeld(held, streams, Math.max(claimed, memory.ring().head()));
            HeldEpisodes.requireFor(memory, held, streams);
            HeldPriorities.requireFor(memory, held);
            goOn(memory, incarnation);
        }
        requireNothingLeft(files);
    }

    /** The power went: all that was synced is there, in its place; whatever else is there is what was appended. */
    void requireAfterPowerCut(SimulatedFiles files, long incarnation) {
        StoredFooters.requireTrue(files.contents(Scenario.PLACE));
        try (OffHeapReplayMemory memory = shape.open(files, incarnation)) {
            files.watchedBy(new WatchedFiles.Watch() {});
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            Map<Integer, String> streams = StoredJournal.streams(files, Scenario.PLACE);
            HeldEpisodes.requireFor(memory, held, streams);
            HeldPriorities.requireAtLeastFor(memory, held);
            long head = memory.ring().head();
            if (head > claimed) {
                throw new AssertionError("head=" + head + ", though nobody got beyond " + claimed);
            }
            TreeMap<Long, Row> found = new TreeMap<>();
            held.forEach((sequence, row) -> {
                String stream = streams.get(row.stream());
                assertThat(stream).as("name of the stream of %s", row).isNotNull();
                found.put(sequence, new Row(stream, Experience.count(row, shape.layout(), stream)));
            });
            // A window cannot have moved on further than rows were claimed.
            long tail = claimed - shape.capacity();
            appended.forEach((sequence, row) -> {
                Row there = found.get(sequence);
                if (there == null ? sequence <= synced && sequence >= tail : !there.equals(row)) {
                    throw new AssertionError("lost: " + row + " at sequence=" + sequence + ", found " + there
                            + ", synced through " + synced + ", claimed=" + claimed + ", head=" + head);
                }
            });
            goOn(memory, incarnation);
        }
        requireNothingLeft(files);
    }

    private void goOn(OffHeapReplayMemory memory, long incarnation) {
        new ExperienceActor(memory, "afterwards-" + incarnation).play(10, incarnation);
        for (SamplerSpec spec : new SamplerSpec[] {
            SamplerSpec.uniform("uniform", 4).seed(incarnation).build(),
            SamplerSpec.prioritized("prioritized", 4).seed(incarnation).build()
        }) {
            if (shape.prioritized() || spec.prioritization() == null) {
                try (Sampler sampler = memory.sampler(spec)) {
                    Batch batch = sampler.newBatch();
                    if (sampler.trySample(batch)) {
                        assertThat(batch.size()).isPositive();
                    }
                }
            }
        }
        memory.upkeep().turn();
    }

    private static void requireNothingLeft(SimulatedFiles files) {
        assertThat(files.mappings()).as("mappings after the close").isZero();
        assertThat(files.contents(Scenario.PLACE).keySet()).as("leftovers").noneMatch(name -> name.endsWith(".tmp"));
    }

    @Override
    public String toString() {
        return "appended=" + appended.size() + ", synced=" + synced + ", claimed=" + claimed;
    }
}
