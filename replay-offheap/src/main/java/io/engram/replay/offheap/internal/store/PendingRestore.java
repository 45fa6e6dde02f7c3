package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.ForeignFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A memory that goes back to a snapshot: new parts that wait in a directory of their own to take the place of the old
 * ones. Once that directory has its name, the old parts do not count any more, whoever moves the new ones.
 */
public final class PendingRestore {
    /** What is restored. */
    public static final List<String> PARTS = List.of(
            SegmentDescriptor.DIRECTORY,
            JournalFiles.DIRECTORY,
            IndexDescriptor.DIRECTORY,
            ManifestDescriptor.RESUME_DIRECTORY);

    private final FileLayer files;
    private final Path memory;
    private final Path committed;

    /**
     * That of a memory.
     *
     * @param files how files are reached
     * @param memory the memory's directory, locked by the caller
     */
    public PendingRestore(FileLayer files, Path memory) {
        this.files = files;
        this.memory = memory;
        this.committed = memory.resolve(ManifestDescriptor.RESTORE_DIRECTORY);
    }

    /**
     * Where new parts are made.
     *
     * @return a directory that does not count
     */
    public Path temporary() {
        return memory.resolve(ManifestDescriptor.RESTORE_DIRECTORY + Store.TEMPORARY_SUFFIX);
    }

    /**
     * Makes the new parts count, which are durable.
     *
     * @throws IOException if that is not certain
     */
    public void commit() throws IOException {
        DirectoryTree.publish(files, temporary(), committed);
    }

    /**
     * Removes what does not count; moves what does, if anything waits. Killed in the middle, it can be called again.
     *
     * @throws IOException if something cannot be removed or moved
     */
    public void finish() throws IOException {
        DirectoryTree.discard(files, temporary());
        if (files.kind(committed) == FileLayer.Kind.NOTHING) {
            return;
        }
        requirePartsOnly();
        // Of another journal than that to come.
        DirectoryTree.delete(files, memory.resolve(StoreOpener.CATALOGUE_DIRECTORY));
        for (String part : PARTS) {
            Path made = committed.resolve(part);
            if (files.kind(made) != FileLayer.Kind.NOTHING) {
                DirectoryTree.delete(files, memory.resolve(part));
                files.rename(made, memory.resolve(part));
                files.syncDirectory(memory);
                files.syncDirectory(committed);
            }
        }
        DirectoryTree.delete(files, committed);
        files.syncDirectory(memory);
    }

    /** Before anything is removed. */
    private void requirePartsOnly() throws IOException {
        if (files.kind(committed) == FileLayer.Kind.DIRECTORY) {
            for (Path entry : files.list(committed)) {
                if (!PARTS.contains(String.valueOf(entry.getFileName()))
                        || files.kind(entry) != FileLayer.Kind.DIRECTORY) {
                    throw foreign(entry);
                }
            }
        } else {
            throw foreign(committed);
        }
    }

    private static ForeignFileException foreign(Path file) {
        return new ForeignFileException("not a part of a memory that is restored: file=" + file
                + ", expected a directory with the names " + PARTS + " below " + ManifestDescriptor.RESTORE_DIRECTORY
                + "/; move it away");
    }
}
