package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.internal.snapshot.SnapshotShelf;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Checks the snapshots of a memory, each for itself. For one thread. */
final class SnapshotsCheck {
    private final FileLayer files;
    private final Path directory;
    private final SealedFiles sealed;
    private final Findings findings;

    /** {@code memory}: its directory; {@code sealed}: of its segments, those that were read. */
    SnapshotsCheck(FileLayer files, Path memory, SealedFiles sealed, Findings findings) {
        this.files = files;
        this.directory = memory.resolve(ManifestDescriptor.DIRECTORY);
        this.sealed = sealed;
        this.findings = findings;
    }

    /** {@code superblock}: of the memory, null if it cannot be read. */
    void check(@Nullable Superblock superblock) throws IOException {
        if (files.kind(directory) == FileLayer.Kind.NOTHING) {
            return;
        }
        if (files.kind(directory) != FileLayer.Kind.DIRECTORY) {
            findings.refused(
                    directory,
                    new ForeignFileException("not a directory: file=" + directory
                            + ", expected the directory of an Engram memory's snapshots; move it away"));
            return;
        }
        for (Path entry : files.list(directory)) {
            if (String.valueOf(entry.getFileName()).endsWith(Store.TEMPORARY_SUFFIX)) {
                Examination.leftover(entry, findings);
            } else if (files.kind(entry) != FileLayer.Kind.DIRECTORY || !hasName(entry)) {
                findings.add(Directories.foreign(entry, "snapshots"));
            } else {
                Findings found = new SnapshotCheck(files, entry, sealed).check(superblock);
                // Snapshots can be deleted while nobody has the memory open.
                if (files.kind(entry) != FileLayer.Kind.NOTHING) {
                    findings.addSnapshot(found, entry);
                }
            }
        }
    }

    private static boolean hasName(Path entry) {
        try {
            SnapshotShelf.checkName(String.valueOf(entry.getFileName()));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
