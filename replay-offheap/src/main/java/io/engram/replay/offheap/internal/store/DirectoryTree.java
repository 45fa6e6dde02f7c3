package io.engram.replay.offheap.internal.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
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
     * Removes a directory that lost the name by which it counted, or does nothing if there is none. The loss is made
     * durable first: a power loss must not bring the old name back and find the directory half empty.
     *
     * @param files how files are reached
     * @param directory which
     * @throws IOException if that is not certain, and then nothing was removed; or if something cannot be removed
     */
    public static void discard(FileLayer files, Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && files.kind(directory) != FileLayer.Kind.NOTHING) {
            files.syncDirectory(parent);
            delete(files, directory);
        }
    }

    /**
     * Gives a directory, durable with all that is in it, the name by which it counts.
     *
     * @param files how files are reached
     * @param temporary its name so far, in the same directory
     * @param published its new name
     * @throws IOException if it is not certain that it outlives a power loss; then it has its old name, if that can be,
     *     and is to be removed by {@link #discard}
     */
    public static void publish(FileLayer files, Path temporary, Path published) throws IOException {
        files.rename(temporary, published);
        try {
            Path parent = published.getParent();
            if (parent != null) {
                files.syncDirectory(parent);
            }
        } catch (IOException e) {
            try {
                files.rename(published, temporary);
            } catch (IOException onReturn) {
                e.addSuppressed(onReturn);
            }
            throw e;
        }
    }

    /**
     * Makes a directory, and its name durable: a sync of what is in it does not keep that. Parents are made one by one,
     * so that whoever tries again after a failure need look at no name but that of the last one there is.
     *
     * @param files how files are reached
     * @param directory which; nothing happens but a sync of its parent if it is there
     * @throws IOException if it cannot be made, or that is not certain
     */
    public static void create(FileLayer files, Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        Path there = directory.toAbsolutePath();
        for (Path parent = there.getParent();
                parent != null && files.kind(there) == FileLayer.Kind.NOTHING;
                there = parent, parent = parent.getParent()) {
            missing.push(there);
        }
        syncParent(files, there);
        for (Path each : missing) {
            files.createDirectories(each);
            files.syncDirectory(Objects.requireNonNull(each.getParent()));
        }
    }

    /**
     * Makes a directory's own name durable.
     *
     * @param files how files are reached
     * @param directory which
     * @throws IOException if that is not certain
     */
    public static void syncParent(FileLayer files, Path directory) throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            try {
                files.syncDirectory(parent);
            } catch (AccessDeniedException e) {
                // Then it was not made by this process, nor by one like it.
            }
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
    static @Nullable IOException tryDelete(FileLayer files, Path file) {
        try {
            files.delete(file);
            return null;
        } catch (IOException e) {
            return e;
        }
    }
}
