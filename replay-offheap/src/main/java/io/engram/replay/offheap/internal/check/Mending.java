package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.PendingRestore;
import io.engram.replay.offheap.internal.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Does what can be done about what an examination found, under the directory's lock: never anything that loses a row or
 * a record that is whole. For one thread.
 */
public final class Mending {
    private final FileLayer files;
    private final Path directory;

    /**
     * A mending.
     *
     * @param files how files are reached
     * @param directory of a memory
     */
    public Mending(FileLayer files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /**
     * Examines, mends and examines again.
     *
     * @return what was found the second time, and what was changed
     * @throws StorageException if the memory is in use, or there is none, or it cannot be read or changed
     */
    public CheckReport run() {
        if (Directories.isSnapshot(files, directory)) {
            // Nobody changes a snapshot.
            return new Examination(files, directory).run();
        }
        Directories.requireMemory(files, directory);
        FileLayer.Lock lock = files.lock(directory);
        try {
            List<String> repairs = new ArrayList<>();
            finishRestore(repairs);
            mend(new Examination(files, directory).look(), repairs);
            CheckReport after = new Examination(files, directory).look().report(directory);
            return new CheckReport(directory, after.counts(), after.findings(), repairs);
        } finally {
            lock.close();
        }
    }

    /** As the next opening would. */
    private void finishRestore(List<String> repairs) {
        Path committed = directory.resolve(ManifestDescriptor.RESTORE_DIRECTORY);
        if (files.kind(committed) == FileLayer.Kind.NOTHING) {
            return;
        }
        try {
            new PendingRestore(files, directory).finish();
            repairs.add("finished the restore in " + committed + ": nothing is lost");
        } catch (IOException e) {
            throw new StorageException("a restore could not be finished: file=" + committed + ": " + e, e);
        }
    }

    private void mend(Findings found, List<String> repairs) {
        // What is known of a file later, such as that it is left over, counts.
        Map<Path, Remedy> remedies = new LinkedHashMap<>();
        found.remedies().forEach(remedy -> remedies.put(remedy.file(), remedy));
        for (Remedy remedy : remedies.values()) {
            try {
                mend(remedy);
            } catch (IOException e) {
                throw new StorageException(
                        "a repair failed: file=" + remedy.file() + ", " + remedy.effect() + ": " + e
                                + "; repaired so far: " + repairs,
                        e);
            }
            String what = remedy.kind() == Remedy.Kind.REMOVE ? "removed" : "zeroed the footer of";
            repairs.add(what + " " + remedy.file() + ": " + remedy.effect());
        }
    }

    private void mend(Remedy remedy) throws IOException {
        switch (remedy.kind()) {
            case REMOVE -> {
                DirectoryTree.delete(files, remedy.file());
                syncParent(remedy.file());
            }
            case ZERO_FOOTER -> {
                if (files.linkCount(remedy.file()) > 1) {
                    replace(remedy.file());
                } else {
                    zeroFooter(remedy.file());
                }
            }
        }
    }

    private void zeroFooter(Path file) throws IOException {
        try (FileLayer.OpenFile open = files.open(file)) {
            open.write(ByteBuffer.allocate(SegmentGeometry.PAGE), open.length() - SegmentGeometry.PAGE);
            open.sync();
        }
    }

    /** The file is that of snapshots, too, of which no byte may change: the memory gets a copy of its own. */
    private void replace(Path file) throws IOException {
        Path copy = file.resolveSibling(file.getFileName() + Store.TEMPORARY_SUFFIX);
        files.delete(copy);
        new FilePieces().copy(files, file, copy);
        zeroFooter(copy);
        files.rename(copy, file);
        syncParent(file);
    }

    private void syncParent(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            files.syncDirectory(parent);
        }
    }
}
