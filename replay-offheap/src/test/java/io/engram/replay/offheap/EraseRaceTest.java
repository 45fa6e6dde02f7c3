package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Subjects are erased, one after the other, while others append, sample and take snapshots, in real files: from the
 * return of {@code beginErasure} on no batch has anything of them, no row of them is appended, nobody else loses
 * anything, and at last no byte of them is in any file.
 */
class EraseRaceTest {
    private static final int CAPACITY = 2_048;
    private static final int SEGMENT_ROWS = 32;
    private static final int WRITERS = 3;
    private static final int STEPS = 8;
    private static final long REST_NANOS = 300_000;

    @TempDir
    Path place;

    private final Canaries canaries = new Canaries(23);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    /** Whose last episode has begun, oldest first. */
    private final ConcurrentLinkedQueue<Integer> begun = new ConcurrentLinkedQueue<>();
    /** Who is being erased, or was. */
    private final Set<Integer> asked = ConcurrentHashMap.newKeySet();
    /** Whose erasure had begun when it was noted here. */
    private final Set<Integer> concealed = ConcurrentHashMap.newKeySet();

    private final Map<Long, byte[]> told = new ConcurrentSkipListMap<>();
    private final AtomicInteger erasing = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private RowLayout layout;

    @ParameterizedTest
    @EnumSource
    void nothingOfTheErasedIsReadAndNothingElseIsLost(RowLayout layoutOfRows) throws InterruptedException {
        run(layoutOfRows, 20, 3 + layoutOfRows.ordinal());
    }

    @Test
    @Tag("soak")
    void nothingOfTheErasedIsReadForMinutes() throws InterruptedException {
        run(RowLayout.SELF_CONTAINED, 2_000, 77);
    }

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(Canaries.schema(layout), CAPACITY)
                .segmentRows(SEGMENT_ROWS)
                .directory(place.resolve("memory"))
                .journalPages(PageDescriptor.MIN_LENGTH)
                .files(WatchedFiles.unsynced())
                .priorities(CanaryPlay.indexes())
                .catalogue(true)
                .open();
    }

    private void run(RowLayout layoutOfRows, int erasures, long seed) throws InterruptedException {
        layout = layoutOfRows;
        long appended;
        try (OffHeapReplayMemory memory = open()) {
            erasing.set(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int stream = i;
                threads.add(start("writer " + i, () -> write(memory, stream, new SplitMix64(seed * 10 + stream))));
            }
            CanaryPlay.specs(seed).forEach(spec -> threads.add(start(spec.name(), () -> sample(memory, spec))));
            threads.add(start("snapshots", () -> shoot(memory)));
            threads.add(start("erasures", () -> erase(memory, erasures, new SplitMix64(seed))));
            for (Thread thread : threads) {
                thread.join();
            }
            for (Throwable failure : failures) {
                throw new AssertionError("seed=" + seed + ", failures=" + failures.size(), failure);
            }
            appended = memory.stats().appendedRows();
            requireRows(memory);
        }
        System.out.printf(
                "layout=%s, rows=%d, erased subjects=%d, steps of erased episodes=%d, batches=%d%n",
                layout, appended, asked.size(), refused.get(), batches.get());
        assertThat(appended).as("laps").isGreaterThan(2L * CAPACITY);
        assertThat(List.of(refused.get(), batches.get())).allMatch(count -> count > 0);
        try (OffHeapReplayMemory memory = open()) {
            requireRows(memory);
        }
        CheckReport report = StoreCheck.of(place.resolve("memory")).run();
        assertThat(report.isSound()).as("%s", report.findings()).isTrue();
        Canaries.Found found = canaries.find(place);
        found.subjects().keySet().retainAll(asked);
        found.names().keySet().retainAll(asked);
        assertThat(found.subjects()).as("states of the erased").isEmpty();
        assertThat(found.names()).as("names of the erased").isEmpty();
    }

    private Thread start(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable t) {
                        failures.add(new AssertionError(name, t));
                        erasing.set(0);
                    }
                },
                name);
        thread.start();
        return thread;
    }

    /** Of each subject two episodes, one after the other. */
    private void write(OffHeapReplayMemory memory, int stream, SplitMix64 random) {
        try (StreamWriter writer = memory.writer("stream-" + stream)) {
            for (int subject = stream; erasing.get() > 0; subject += WRITERS) {
                writer.label(EpisodeLabel.of(canaries.name(subject), Set.of("tag-" + subject)));
                for (int episode = 0; episode < 2; episode++) {
                    byte[] first = stage(writer, subject);
                    long sequence = writer.begin();
                    if (sequence != StreamWriter.NO_ROW) {
                        told.put(sequence, first);
                    }
                    if (episode == 1) {
                        begun.add(subject);
                    }
                    // The second one long enough to be open still when it is erased.
                    int steps = 1 + random.nextInt(episode == 0 ? STEPS : 20 * STEPS);
                    for (int i = 0; i < steps; i++) {
                        step(writer, subject, i == steps - 1);
                        LockSupport.parkNanos(REST_NANOS);
                    }
                }
            }
            writer.label(EpisodeLabel.NONE);
        }
    }

    private void step(StreamWriter writer, int subject, boolean last) {
        boolean none = concealed.contains(subject);
        byte[] state = stage(writer, subject);
        writer.field("action").set(1L);
        writer.field("reward").set(1f);
        long sequence = writer.step(last, false);
        if (sequence == StreamWriter.NO_ROW) {
            refused.incrementAndGet();
            assertThat(asked).contains(subject);
        } else {
            assertThat(none).as("a row of subject %s, which is erased", subject).isFalse();
            told.put(sequence, state);
        }
    }

    private byte[] stage(StreamWriter writer, int subject) {
        byte[] state = canaries.next(subject);
        writer.field(Field.OBSERVATION).set(new UnsafeBuffer(state), 0);
        return state;
    }

    private void sample(OffHeapReplayMemory memory, SamplerSpec spec) {
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            while (erasing.get() > 0) {
                Set<Integer> certain = Set.copyOf(concealed);
                if (sampler.trySample(batch)) {
                    assertThat(CanaryPlay.subjects(canaries, batch)).noneMatch(certain::contains);
                    batches.incrementAndGet();
                }
                LockSupport.parkNanos(REST_NANOS);
            }
        }
    }

    private void shoot(OffHeapReplayMemory memory) {
        for (int i = 0; erasing.get() > 0; i++) {
            memory.beginSnapshot(SnapshotRequest.named("shot-" + i).retention(Retention.last(3)))
                    .await();
            LockSupport.parkNanos(40 * REST_NANOS);
        }
    }

    private void erase(OffHeapReplayMemory memory, int erasures, SplitMix64 random) {
        int last = -1;
        while (failures.isEmpty() && (asked.size() < erasures || memory.ring().head() < 2 * CAPACITY + SEGMENT_ROWS)) {
            Integer subject = begun.poll();
            // Mostly the newest, whose episode may be open.
            for (int skip = random.nextInt(4) == 0 ? 0 : begun.size(); subject != null && skip > 0; skip--) {
                Integer newer = begun.poll();
                subject = newer == null ? subject : newer;
            }
            if (subject == null) {
                LockSupport.parkNanos(REST_NANOS);
                continue;
            }
            last = subject;
            asked.add(subject);
            PendingErasure pending = memory.beginErasure(
                    random.nextInt(2) == 0
                            ? ErasureRequest.subject(canaries.name(subject))
                            : ErasureRequest.tag("tag-" + subject));
            concealed.add(subject);
            pending.await();
        }
        assertThat(last).isNotNegative();
        erasing.set(0);
    }

    private void requireRows(OffHeapReplayMemory memory) {
        TreeMap<Long, StoredRow> held = HeldRows.of(memory);
        Set<Integer> subjects = new TreeSet<>();
        held.values()
                .forEach(row ->
                        subjects.addAll(canaries.find(row.payload()).subjects().keySet()));
        assertThat(subjects).isNotEmpty().doesNotContainAnyElementsOf(asked);
        long tail = memory.ring().tail(memory.ring().head());
        told.forEach((sequence, state) -> {
            Set<Integer> subject = canaries.find(state).subjects().keySet();
            if (sequence >= tail && !asked.containsAll(subject)) {
                assertThat(held).as("survivor").containsKey(sequence);
                assertThat(canaries.find(held.get(sequence).payload()).states())
                        .containsKeys(canaries.find(state).states().keySet().toArray(new Long[0]));
            }
        });
    }
}
