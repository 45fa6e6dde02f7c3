package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * What a memory owes: every row whose append returned after its process was killed, every one that a sync covered after
 * a power loss, never a torn one, and to go on.
 */
final class Promises {
    private final Scenario.Shape shape;
    private final Path place;
    private final PublishedSnapshots snapshots;
    private final List<Promises> forks;
    /** What it may owe instead: it is being restored. */
    private Promises alternative;

    private boolean certain = true;
    private final TreeMap<Long, Row> appended = new TreeMap<>();
    private long synced = -1;
    private long claimed;

    private record Row(String stream, long count) {}

    Promises(Scenario.Shape shape, Path place, PublishedSnapshots snapshots, List<Promises> forks) {
        this.shape = shape;
        this.place = place;
        this.snapshots = snapshots;
        this.forks = forks;
    }

    /** The same of a memory elsewhere, or of another time. */
    Promises copy(Path otherPlace, PublishedSnapshots otherSnapshots, List<Promises> otherForks) {
        Promises copy = new Promises(shape, otherPlace, otherSnapshots, otherForks);
        copy.appended.putAll(appended);
        copy.synced = synced;
        copy.claimed = claimed;
        return copy;
    }

    /** What a memory owes that is made of a snapshot with this head: everything. */
    Promises durable(long head) {
        Promises durable = copy(place, snapshots, forks);
        durable.appended.tailMap(head).clear();
        durable.synced = head - 1;
        durable.claimed = head;
        return durable;
    }

    /** One more than the last row, right after a snapshot was restored. */
    long head() {
        return claimed;
    }

    /** A fork, which need not be there yet. */
    void beingMade() {
        certain = false;
    }

    void made() {
        certain = true;
    }

    /** It may owe that instead; null: no more. */
    void restoring(Promises instead) {
        alternative = instead;
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
        requireAnyOf(files, (promises, left) -> promises.requireOwnAfterDeath(left, incarnation));
    }

    /** The power went: all that was synced is there, in its place; whatever else is there is what was appended. */
    void requireAfterPowerCut(SimulatedFiles files, long incarnation) {
        requireAnyOf(files, (promises, left) -> promises.requireOwnAfterPowerCut(left, incarnation));
    }

    /** The power went, maybe after rows were appended that are not known here: snapshots are as they were. */
    void requireSnapshotsAfterPowerCut(SimulatedFiles files, long incarnation) {
        snapshots.requireWhole(files);
        shape.open(files, place, incarnation).close();
        requireNothingLeft(files);
        snapshots.requireWhole(files);
    }

    private void requireAnyOf(SimulatedFiles files, BiConsumer<Promises, SimulatedFiles> check) {
        if (!certain && files.kind(place) == FileLayer.Kind.NOTHING) {
            return;
        }
        if (alternative == null) {
            check.accept(this, files);
            return;
        }
        Promises restored = alternative.copy(place, snapshots, forks);
        try (SimulatedFiles copy = files.copy()) {
            check.accept(this, copy);
        } catch (AssertionError asItWas) {
            try {
                check.accept(restored, files);
            } catch (AssertionError e) {
                e.addSuppressed(asItWas);
                throw e;
            }
        }
    }

    private void requireOwnAfterDeath(SimulatedFiles files, long incarnation) {
        try (OffHeapReplayMemory memory = shape.open(files, place, incarnation)) {
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            Map<Integer, String> streams = StoredJournal.streams(files, place);
            Acknowledged oracle = new Acknowledged(shape.layout(), shape.capacity());
            appended.forEach((sequence, row) -> oracle.add(row.stream(), row.count(), sequence));
            oracle.requireHeld(held, streams, Math.max(claimed, memory.ring().head()));
            HeldEpisodes.requireFor(memory, held, streams);
            HeldPriorities.requireFor(memory, held);
            goOn(memory, incarnation);
        }
        requireNothingLeft(files);
        snapshots.requireWhole(files);
        if (!forks.isEmpty() && incarnation % 3 == 0) {
            forks.forEach(fork -> fork.requireAfterDeath(files, incarnation));
        }
    }

    private void requireOwnAfterPowerCut(SimulatedFiles files, long incarnation) {
        StoredFooters.requireTrue(files.contents(place));
        if (incarnation % 2 == 0) {
            snapshots.requireWhole(files);
        }
        try (OffHeapReplayMemory memory = shape.open(files, place, incarnation)) {
            files.watchedBy(new WatchedFiles.Watch() {});
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            Map<Integer, String> streams = StoredJournal.streams(files, place);
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
        snapshots.requireWhole(files);
        if (!forks.isEmpty() && incarnation % 3 == 0) {
            forks.forEach(fork -> fork.requireAfterPowerCut(files, incarnation));
        }
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

    private void requireNothingLeft(SimulatedFiles files) {
        assertThat(files.mappings()).as("mappings after the close").isZero();
        assertThat(files.contents(place).keySet())
                .as("leftovers")
                .noneMatch(name -> name.endsWith(".tmp") || name.startsWith("restore"));
        CheckReport report = StoreCheck.of(files, place).run();
        assertThat(report.isSound()).as("%s", report.findings()).isTrue();
    }

    @Override
    public String toString() {
        return "appended=" + appended.size() + ", synced=" + synced + ", claimed=" + claimed + ", " + snapshots
                + ", forks=" + forks.size();
    }
}
