package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.WatchedFiles.Kind;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** File systems that are full, or fail, at some operation or other. */
class FailingFilesTest {
    private static final long CAPACITY = 24;
    private static final int SEGMENT_ROWS = 4;

    @TempDir
    Path directory;

    private final Failing failing = new Failing();
    private final Acknowledged acknowledged = new Acknowledged(RowLayout.ARRIVAL, CAPACITY);

    /** Fails what the test says, and remembers what was done. */
    private static final class Failing implements WatchedFiles.Watch {
        private final List<Operation> operations = new ArrayList<>();
        private volatile Predicate<Operation> fails = operation -> false;

        @Override
        public synchronized void before(Operation operation) throws IOException {
            operations.add(operation);
            if (fails.test(operation)) {
                throw new IOException("No space left on device");
            }
        }

        synchronized long count(Kind... kinds) {
            return operations.stream()
                    .filter(operation -> List.of(kinds).contains(operation.kind()))
                    .count();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATE", "WRITE", "MAP", "RENAME"})
    void fullDiskIsAnErrorBeforeAnythingIsClaimedAndAppendingGoesOnWhenThereIsSpace(Kind full) {
        try (OffHeapReplayMemory memory = open();
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            append(actor, 21);
            failing.fails = operation -> operation.kind() == full;
            assertThatThrownBy(() -> append(actor, 100))
                    .isInstanceOf(StorageFullException.class)
                    .hasMessageContainingAll("bytes needed=", "No space left on device", "free some space");
            long head = memory.ring().head();
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            for (int i = 1; i <= 3; i++) {
                assertThatThrownBy(() -> append(actor, 1)).isInstanceOf(StorageFullException.class);
                assertThat(memory.stats().failedAppends()).isEqualTo(i + 1);
            }
            memory.upkeep().turn();
            assertThat(memory.ring().head()).isEqualTo(head).isEqualTo(actor.count());
            assertThat(HeldRows.of(memory)).isEqualTo(held).hasSize((int) Math.min(head, CAPACITY));
            requireSampled(memory);
            assertThat(temporaryFiles()).isEmpty();

            failing.fails = operation -> false;
            append(actor, 100);
            assertThat(memory.ring().head()).isGreaterThanOrEqualTo(head + 100).isEqualTo(actor.count());
            assertThat(memory.stats().failedAppends()).isEqualTo(4);
            requireHeld(memory);
        }
        requireReopened();
    }

    @Test
    void secondHalfOfAWriteFailsAsTheFirstDoes() {
        try (OffHeapReplayMemory memory = open();
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            append(actor, 21);
            int[] writes = {0};
            failing.fails = operation -> operation.kind() == Kind.WRITE && writes[0]++ % 4 == 3;
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> append(actor, 100)).isInstanceOf(StorageFullException.class);
                assertThat(temporaryFiles()).isEmpty();
                assertThat(memory.ring().head()).isEqualTo(actor.count());
            }
        }
        requireReopened();
    }

    @Test
    void stagedValuesOutliveTheFullDisk() {
        try (OffHeapReplayMemory memory = open();
                StreamWriter writer = memory.writer("a")) {
            failing.fails = operation -> operation.kind() == Kind.CREATE;
            writer.field("observation").set(Experience.state("a", 1));
            assertThatThrownBy(writer::begin).isInstanceOf(StorageFullException.class);
            failing.fails = operation -> false;
            assertThat(writer.begin()).isZero();
            assertThat(Experience.count(HeldRows.of(memory).get(0L), RowLayout.ARRIVAL, "a"))
                    .isEqualTo(1);
        }
    }

    @Test
    void manyRowsAreAppendedAllOrNoneOnAFullDisk() {
        try (OffHeapReplayMemory memory = open();
                StreamWriter writer = memory.writer("a")) {
            int[] created = {0};
            failing.fails = operation -> operation.kind() == Kind.CREATE && ++created[0] > 3;
            Columns columns = Columns.allocate(memory.schema(), 20);
            assertThatThrownBy(() -> writer.stepAll(columns, 20)).isInstanceOf(StorageFullException.class);
            assertThat(memory.ring().head()).isZero();
            assertThat(memory.size()).isZero();
            assertThat(writer.inEpisode()).isFalse();
            failing.fails = operation -> false;
            assertThat(writer.stepAll(columns, 20)).isEqualTo(20);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FORCE", "SYNC_DIRECTORY"})
    void failedSealingEndsAppendingButNotSamplingAndIsNeverTriedAgain(Kind sync) {
        try (OffHeapReplayMemory memory = open();
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            append(actor, 30);
            failing.fails = operation -> operation.kind() == sync;
            memory.upkeep().turn();
            failing.fails = operation -> false;
            requireFailed(memory, actor);
        }
        requireReopened();
    }

    @ParameterizedTest
    @EnumSource(names = {"FORCE", "SYNC_DIRECTORY"})
    void failedSyncEndsAppendingButNotSamplingAndIsNeverTriedAgain(Kind sync) {
        try (OffHeapReplayMemory memory = open();
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            append(actor, 30);
            failing.fails = operation -> operation.kind() == sync;
            assertThatThrownBy(memory::sync).isInstanceOf(StorageException.class);
            failing.fails = operation -> false;
            requireFailed(memory, actor);
        }
        requireReopened();
    }

    @Test
    void fileThatCouldNotBeRemovedDoesNotStopTheNextOpening() {
        try (OffHeapReplayMemory memory = open();
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            int[] deleted = {0};
            failing.fails = operation -> operation.kind() == Kind.DELETE && deleted[0]++ == 0;
            append(actor, 200);
            memory.upkeep().turn();
            assertThat(deleted[0]).isGreaterThan(1);
        }
        requireReopened();
        assertThat(StoredSegments.read(directory).ordinals()).doesNotContain(0L);
    }

    @Test
    void streamThatCouldNotBeRecordedLeavesNoTrace() {
        String longName = "x".repeat(200);
        try (OffHeapReplayMemory memory = open()) {
            failing.fails = operation -> operation.kind() == Kind.WRITE;
            for (int failures = 1; failures < 4; failures++) {
                assertThatThrownBy(() -> memory.writer(longName))
                        .isInstanceOf(StorageFullException.class)
                        .hasMessageContainingAll("journal", "No space left on device");
            }
            assertThat(temporaryFiles()).isEmpty();
            failing.fails = operation -> false;
            memory.writer("short").close();
        }
        assertThat(StoredJournal.streams(directory)).containsOnly(Map.entry(0, "short"));
        try (OffHeapReplayMemory memory = open()) {
            memory.writer(longName).close();
        }
        assertThat(StoredJournal.streams(directory)).containsEntry(1, longName);
    }

    /** Whatever fails once, no row is lost that was acknowledged, then or after the next opening. */
    @ParameterizedTest
    @ValueSource(strings = {"btrfs", "zfs", "ext4", "xfs", ""})
    void fileSystemThatReservesNothingIsWarnedOf(String fileSystem) {
        HookedFiles files = new HookedFiles();
        files.fileSystem = fileSystem;
        PrintStream console = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), CAPACITY)
                    .directory(directory)
                    .files(files)
                    .open()
                    .close();
        } finally {
            System.setErr(console);
        }
        boolean warned = said.toString(StandardCharsets.UTF_8).contains("file system=" + fileSystem + ",");
        assertThat(warned).isEqualTo(List.of("btrfs", "zfs").contains(fileSystem));
    }

    @Test
    void anyOperationMayFailOnce() {
        PrintStream console = System.err;
        // Hundreds of failures are logged as they should be.
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            failOnceEach();
        } finally {
            System.setErr(console);
        }
    }

    private void failOnceEach() {
        for (int failure = 0; ; failure++) {
            Path place = directory.resolve("failure-" + failure);
            int nth = failure;
            int[] operations = {0};
            Acknowledged rows = new Acknowledged(RowLayout.ARRIVAL, CAPACITY);
            Operation[] failed = {null};
            failing.fails = operation -> {
                boolean now = operations[0]++ == nth;
                failed[0] = now ? operation : failed[0];
                return now;
            };
            playUntilFailure(place, rows);
            if (failed[0] == null) {
                assertThat(failure).isGreaterThan(100);
                return;
            }
            try (OffHeapReplayMemory memory = open(place, WatchedFiles.unsynced())) {
                rows.requireHeld(HeldRows.of(memory), StoredJournal.streams(place), rows.highest() + 1);
                try (ExperienceActor actor = new ExperienceActor(memory, "after")) {
                    actor.play(10, 1);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failure=" + failure + ", " + failed[0], e);
            }
            DirectoryImage.delete(place);
        }
    }

    private void playUntilFailure(Path place, Acknowledged rows) {
        Map<String, Long> counts = new TreeMap<>();
        for (int opening = 0; opening < 2; opening++) {
            try (OffHeapReplayMemory memory = open(place, WatchedFiles.watchedBy(failing))) {
                for (String stream : new String[] {"a", "b"}) {
                    try (ExperienceActor actor = new ExperienceActor(memory, stream, counts.getOrDefault(stream, 0L))) {
                        for (int i = 0; i < 12; i++) {
                            long sequence = i % 5 == 0 ? actor.begin() : actor.step(false, false);
                            rows.add(stream, actor.count(), sequence);
                            counts.put(stream, actor.count());
                            memory.upkeep().turn();
                        }
                    }
                }
            } catch (StorageException e) {
                assertThat(e).hasMessageContaining("No space left on device");
            }
        }
    }

    private void requireFailed(OffHeapReplayMemory memory, ExperienceActor actor) {
        long syncs = failing.count(Kind.FORCE, Kind.SYNC, Kind.SYNC_DIRECTORY);
        SortedMap<Long, StoredRow> held = HeldRows.of(memory);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> append(actor, 1))
                    .isInstanceOf(StoreFailedException.class)
                    .hasMessageContainingAll("No space left on device", "open it again");
            memory.upkeep().turn();
            requireSampled(memory);
        }
        assertThatThrownBy(memory::sync).isInstanceOf(StoreFailedException.class);
        assertThat(HeldRows.of(memory)).isEqualTo(held);
        memory.close();
        assertThat(failing.count(Kind.FORCE, Kind.SYNC, Kind.SYNC_DIRECTORY))
                .as("syncs after one failed")
                .isEqualTo(syncs);
    }

    private void append(ExperienceActor actor, int rows) {
        for (long goal = actor.count() + rows; actor.count() < goal; ) {
            long sequence = actor.count() % 7 == 0 ? actor.begin() : actor.step(false, false);
            acknowledged.add(actor.stream(), actor.count(), sequence);
        }
    }

    private void requireHeld(OffHeapReplayMemory memory) {
        acknowledged.requireHeld(HeldRows.of(memory), StoredJournal.streams(directory), acknowledged.highest() + 1);
    }

    private void requireReopened() {
        try (OffHeapReplayMemory memory = open()) {
            assertThat(memory.ring().head()).isEqualTo(acknowledged.highest() + 1);
            requireHeld(memory);
            requireSampled(memory);
        }
    }

    private static void requireSampled(OffHeapReplayMemory memory) {
        try (Sampler sampler =
                memory.sampler(SamplerSpec.uniform("learner", 16).seed(3).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            for (int row = 0; row < batch.size(); row++) {
                long first = batch.column("observation").longs().get(row * Experience.STATE_WORDS);
                assertThat(first).isEqualTo(Experience.stateWord("a", Experience.count(first), 0));
            }
        }
    }

    private OffHeapReplayMemory open() {
        return open(directory, WatchedFiles.watchedBy(failing));
    }

    private static OffHeapReplayMemory open(Path directory, WatchedFiles files) {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), CAPACITY)
                .directory(directory)
                .segmentRows(SEGMENT_ROWS)
                .files(files)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .withoutAutomaticUpkeep()
                .open();
    }

    private List<Path> temporaryFiles() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".tmp")).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
