package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.WatchedFiles.Kind;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.store.JournalFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of streams are there before their rows. */
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
        journal = directory.resolve(JournalFiles.DIRECTORY);
    }

    @Test
    void newNamesAreDurableBeforeAWriterIsThere() {
        try (OffHeapReplayMemory memory = open()) {
            operations.clear();
            memory.writer("first");
            assertThat(pageOperations()).endsWith(Kind.FORCE).contains(Kind.SYNC);
            memory.vectorWriter(List.of("second", "third"));
            assertThat(pageOperations()).contains(Kind.FORCE);
            memory.writer("fourth").close();
            pageOperations();
            memory.writer("fourth");
            assertThat(pageOperations()).isEmpty();
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

    private List<Kind> pageOperations() {
        List<Kind> kinds = operations.stream()
                .filter(operation -> journal.equals(operation.path().getParent()))
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
                        if (failing && operation.kind() == Kind.FORCE) {
                            throw new IOException("planted");
                        }
                    }
                }))
                .withoutAutomaticUpkeep()
                .open();
    }
}
