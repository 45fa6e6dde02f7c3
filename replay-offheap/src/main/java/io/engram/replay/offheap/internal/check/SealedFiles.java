package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sealed segments whose rows were read, whatever they are called: a memory and its snapshots share them, and each is
 * read once. For one thread.
 */
final class SealedFiles {
    private final FileLayer files;
    private final Map<Object, Checked> checked = new HashMap<>();

    /** The name under which a file was read, and whether it was as it should be. */
    record Checked(Path file, boolean sound) {}

    SealedFiles(FileLayer files) {
        this.files = files;
    }

    /** What was found when the file was read, or null if it was not. */
    @Nullable
    Checked get(Path file) throws IOException {
        return checked.get(files.fileKey(file));
    }

    void put(Path file, boolean sound) throws IOException {
        checked.put(files.fileKey(file), new Checked(file, sound));
    }
}
