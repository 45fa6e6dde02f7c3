package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.WatchedFiles.Kind;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.store.JournalDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of streams are there before their rows, and what is left of a name that was being written is cut off. */
class StreamJournalTest {
    @TempDir
    Path place;

    private Path directory;
    private Path journal;
    private final List<Operation> operations = new ArrayList<>();
    private boolean failing;

    @BeforeEach
    void prepare() {
        directory = place.resolve("memory");
        journal = directory.resolve(JournalDescriptor.FILE_NAME);
    }

    @Test
    void unfinishedRecordIsCutOffTheJournal() throws IOException {
        try (OffHeapReplayMemory memory = open()) {
            new ExperienceActor(memory, "first").begin();
            new ExperienceActor(memory, "second").begin();
        }
        byte[] sound = Files.readAllBytes(journal);
        byte[] record = new byte[13 + "first".length()];
        System.arraycopy(sound, 0, record, 0, record.length);
        for (int length = 1; length < record.length; length++) {
            byte[] torn = Arrays.copyOf(sound, sound.length + length);
            System.arraycopy(record, 0, torn, sound.length, length);
            Files.write(journal, torn);
            open().close();
            assertThat(Files.readAllBytes(journal)).isEqualTo(sound);
        }
        for (int length : new int[] {1, 8, 9, 100, 800, 5000, 20_000}) {
            // What a power loss may leave: the file has grown, the bytes were not written.
            Files.write(journal, Arrays.copyOf(sound, sound.length + length));
            open().close();
            assertThat(Files.readAllBytes(journal)).isEqualTo(sound);
        }
    }

    @Test
    void newNamesAreDurableBeforeAWriterIsThere() {
        try (OffHeapReplayMemory memory = open()) {
            operations.clear();
            memory.writer("first");
            assertThat(journalOperations()).containsExactly(Kind.LENGTH, Kind.WRITE, Kind.WRITE, Kind.SYNC);
            memory.vectorWriter(List.of("second", "third"));
            assertThat(journalOperations())
                    .containsExactly(
                            Kind.LENGTH, Kind.WRITE, Kind.WRITE, Kind.LENGTH, Kind.WRITE, Kind.WRITE, Kind.SYNC);
            memory.writer("fourth").close();
            journalOperations();
            memory.writer("fourth");
            assertThat(journalOperations()).isEmpty();
        }
    }

    @Test
    void nameThatCouldNotBeMadeDurableLetsNothingBeAppendedAnyMore() {
        try (OffHeapReplayMemory memory = open()) {
            ExperienceActor before = new ExperienceActor(memory, "before");
            before.begin();
            failing = true;
            assertThatThrownBy(() -> memory.writer("new"))
                    .isExactlyInstanceOf(StorageException.class)
                    .hasMessageContaining("planted");
            failing = false;
            assertThatThrownBy(before::begin).isInstanceOf(StoreFailedException.class);
            assertThatThrownBy(() -> memory.writer("new")).isInstanceOf(StoreFailedException.class);
            assertThat(HeldRows.of(memory)).hasSize(1);
        }
        try (OffHeapReplayMemory memory = open()) {
            assertThat(HeldRows.of(memory)).hasSize(1);
            new ExperienceActor(memory, "new").begin();
        }
    }

    @Test
    void manyStreamsAreThereAgain() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            names.add("lane-" + i + "-" + "\u00fc".repeat(i % 190));
        }
        for (int opening = 0; opening < 2; opening++) {
            try (OffHeapReplayMemory memory = open()) {
                memory.vectorWriter(names);
            }
        }
        assertThat(StoredJournal.streams(directory).values()).containsExactlyElementsOf(names);
    }

    private List<Kind> journalOperations() {
        List<Kind> kinds = operations.stream()
                .filter(operation -> operation.path().equals(journal))
                .map(Operation::kind)
                .toList();
        operations.clear();
        return kinds;
    }

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 4000)
                .directory(directory)
                .files(WatchedFiles.watchedBy(new WatchedFiles.Watch() {
                    @Override
                    public void before(Operation operation) throws IOException {
                        operations.add(operation);
                        if (failing && operation.kind() == Kind.SYNC) {
                            throw new IOException("planted");
                        }
                    }
                }))
                .withoutAutomaticUpkeep()
                .open();
    }
}
