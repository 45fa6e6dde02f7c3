package io.engram.replay.offheap.internal.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A directory with all that is in it. */
public final class DirectoryTree {
    private DirectoryTree() {}

    /**
     * Removes a directory, or does nothing if there is none. Killed in the middle, it can be called again.
     *
     * @param files how files are reached
     * @param directory which
     * @throws IOException if something in it cannot be removed
     */
    public static void delete(FileLayer files, Path directory) throws IOException {
        FileLayer.Kind kind = files.kind(directory);
        if (kind == FileLayer.Kind.DIRECTORY) {
            try {
                for (Path entry : files.list(directory)) {
                    delete(files, entry);
                }
            } catch (NoSuchFileException e) {
                // Somebody else is removing it, too.
                return;
            }
        }
        if (kind != FileLayer.Kind.NOTHING) {
            files.delete(directory);
        }
    }

    /**
     * Makes the names in a directory and in those below it durable.
     *
     * @param files how files are reached
     * @param directory which
     * @throws IOException if it cannot be done
     */
    public static void sync(FileLayer files, Path directory) throws IOException {
        for (Path entry : files.list(directory)) {
            if (files.kind(entry) == FileLayer.Kind.DIRECTORY) {
                sync(files, entry);
            }
        }
        files.syncDirectory(directory);
    }

    /** Removes a file that is of no use; returns why it cannot be, to be told with why it is of no use. */
    static @Nullable IOException discard(FileLayer files, Path file) {
        try {
            files.delete(file);
            return null;
        } catch (IOException e) {
            return e;
        }
    }
}
