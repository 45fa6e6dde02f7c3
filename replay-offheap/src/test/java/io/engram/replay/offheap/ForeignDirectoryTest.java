package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that hold no memory and must not become one. */
@DamagesStores
class ForeignDirectoryTest {
    private static final String HEAD = SuperblockDescriptor.FILE_NAME;
    private static final String JOURNAL = JournalFiles.DIRECTORY;

    @TempDir
    Path place;

    @Test
    void fileInsteadOfADirectoryIsRefused() throws IOException {
        Path file = Files.writeString(place.resolve("file"), "text");
        assertThatThrownBy(() -> open(file))
                .isExactlyInstanceOf(ForeignFileException.class)
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("text");
    }

    @Test
    void directoryOfSomebodyElseGetsNotEvenALock() throws IOException {
        Path foreign = Files.createDirectories(place.resolve("foreign"));
        Files.writeString(foreign.resolve("thesis.tex"), "text");
        DirectoryImage before = DirectoryImage.of(foreign);
        assertThatThrownBy(() -> open(foreign)).isExactlyInstanceOf(ForeignFileException.class);
        assertThat(DirectoryImage.of(foreign)).isEqualTo(before);
        Path named = Files.createDirectories(place.resolve("named"));
        Files.writeString(named.resolve(HEAD), "a file of that name but of another kind");
        before = DirectoryImage.of(named);
        assertThatThrownBy(() -> open(named)).isExactlyInstanceOf(ForeignFileException.class);
        assertThat(DirectoryImage.of(named)).isEqualTo(before);
    }

    @Test
    void halfMadeMemoryWithSomethingForeignInItIsLeftUntouched() throws IOException {
        for (String name : List.of("segments", HEAD + ".tmp", JOURNAL)) {
            Path half = Files.createDirectories(place.resolve("half-" + name));
            Files.createFile(half.resolve("lock"));
            if (!name.equals(JOURNAL)) {
                Files.createDirectories(half.resolve(JOURNAL));
            }
            if (name.equals("segments") || name.equals(JOURNAL)) {
                Files.createFile(half.resolve(name));
            } else {
                Files.createDirectories(half.resolve(name));
            }
            DirectoryImage before = DirectoryImage.of(half);
            assertThatThrownBy(() -> open(half))
                    .isExactlyInstanceOf(ForeignFileException.class)
                    .hasMessageContaining(name);
            assertThat(DirectoryImage.of(half)).isEqualTo(before);
        }
    }

    @Test
    void unreadableFileIsRefused() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("the superuser reads everything")
                .isNotEqualTo("root");
        Path directory = place.resolve("memory");
        open(directory).close();
        Files.setPosixFilePermissions(directory.resolve(HEAD), PosixFilePermissions.fromString("---------"));
        assertThatThrownBy(() -> open(directory))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(HEAD);
    }

    private static OffHeapReplayMemory open(Path directory) {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 40)
                .directory(directory)
                .files(WatchedFiles.unsynced())
                .withoutAutomaticUpkeep()
                .open();
    }
}
