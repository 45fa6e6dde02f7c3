package io.engram.replay.offheap.internal.snapshot;

import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.SnapshotException;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.ErasureDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.HardLinks;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.PendingErasure;
import io.engram.replay.offheap.internal.store.PendingRestore;
import io.engram.replay.offheap.internal.store.SnapshotOpener;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Makes memories of a snapshot: of what no memory changes the files get one more name, of the rest copies are made. The
 * snapshot is only read. For one thread at a time.
 */
public final class MemoryCopy {
    private final FileLayer files;
    private final Path snapshot;
    private final Manifest manifest;
    private final FilePieces pieces = new FilePieces();
    private final HardLinks links;

    /**
     * Of one snapshot.
     *
     * @param files how files are reached
     * @param snapshot its directory
     * @param manifest what is in it
     */
    public MemoryCopy(FileLayer files, Path snapshot, Manifest manifest) {
        this.files = files;
        this.snapshot = snapshot;
        this.manifest = manifest;
        this.links = new HardLinks(files);
    }

    /**
     * Makes the memory go back to the snapshot. From the moment when the copies are durable and have their name, it
     * has; what a killed process leaves half moved is moved by the next open.
     *
     * @param memory the directory of the snapshot's memory, locked by the caller
     * @throws IOException if something cannot be linked, copied or moved
     */
    public void restore(Path memory) throws IOException {
        // Of what it shares only these look whether it is whole, and the old parts are gone then.
        SnapshotOpener opener = new SnapshotOpener(files, snapshot);
        opener.check();
        opener.requireOf(memory);
        PendingRestore pending = new PendingRestore(files, memory);
        pending.finish();
        try {
            copyParts(pending.temporary(), false);
            pending.commit();
        } catch (Throwable t) {
            discard(pending.temporary(), t);
            throw t;
        }
        pending.finish();
    }

    /**
     * Makes another memory.
     *
     * @param memory the directory of the snapshot's memory
     * @param target the new one's directory, missing or empty
     * @throws IOException if something cannot be linked or copied
     */
    public void fork(Path memory, Path target) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (absolute.startsWith(memory.toAbsolutePath().normalize())) {
            throw new SnapshotException("a fork cannot lie inside the memory that it is made of: directory=" + target
                    + ", memory=" + memory + "; give a directory beside it");
        }
        boolean free = files.kind(absolute) == FileLayer.Kind.NOTHING
                || (files.kind(absolute) == FileLayer.Kind.DIRECTORY
                        && files.list(absolute).isEmpty());
        if (!free || parent == null) {
            throw new SnapshotException("a fork needs a directory of its own: directory=" + target
                    + ", expected one that does not exist or is empty");
        }
        Path temporary = absolute.resolveSibling(absolute.getFileName() + ".fork" + Store.TEMPORARY_SUFFIX);
        requireNoErasure(memory);
        Set<String> erasures = erasures(memory);
        new SnapshotOpener(files, snapshot).check();
        DirectoryTree.create(files, parent);
        DirectoryTree.discard(files, temporary);
        // Before there is a fork: an erasure in either must know of the other. Where none comes to be, it looks in
        // vain.
        ErasureShelf shelf = new ErasureShelf(files, memory);
        shelf.addKin(absolute);
        // All know of all: any of them may be gone when an erasure looks for those that were forked of it.
        shelf.introduce(absolute, memoryId(memory));
        try {
            ErasureShelf own = new ErasureShelf(files, temporary);
            own.addKin(memory);
            for (Path each : shelf.kin()) {
                if (!each.equals(absolute)) {
                    own.addKin(each);
                }
            }
            copyParts(temporary, true);
            // One that began meanwhile may not have found the fork.
            requireNoErasure(memory);
            DirectoryTree.publish(files, temporary, absolute);
        } catch (Throwable t) {
            discard(temporary, t);
            throw t;
        }
        requireNoErasureSince(erasures, memory, absolute, temporary);
    }

    /** One that looked before the fork had its name did not find it; from here on none misses it. */
    private void requireNoErasureSince(Set<String> before, Path memory, Path fork, Path temporary) throws IOException {
        try {
            requireNoErasure(memory);
            if (!erasures(memory).equals(before)) {
                throw new SnapshotException(
                        "something was erased from the memory meanwhile, the fork was removed again:" + " directory="
                                + memory + "; fork it anew");
            }
        } catch (Throwable t) {
            try {
                files.rename(fork, temporary);
            } catch (IOException e) {
                t.addSuppressed(e);
                throw t;
            }
            discard(temporary, t);
            throw t;
        }
    }

    /** The names of the records. */
    private Set<String> erasures(Path memory) throws IOException {
        Set<String> names = new HashSet<>();
        Path directory = memory.resolve(ErasureDescriptor.DIRECTORY);
        if (files.kind(directory) == FileLayer.Kind.DIRECTORY) {
            for (Path file : files.list(directory)) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(ErasureDescriptor.SUFFIX)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private UUID memoryId(Path memory) throws IOException {
        return Superblock.read(files, memory.resolve(SuperblockDescriptor.FILE_NAME))
                .memoryId();
    }

    private void requireNoErasure(Path memory) throws IOException {
        if (PendingErasure.isIn(files, memory)) {
            throw new SnapshotException("an erasure is under way in the memory, or was interrupted: directory=" + memory
                    + "; if no process has it open, open it once to finish the erasure, and fork it then");
        }
    }

    private void discard(Path temporary, Throwable cause) {
        try {
            DirectoryTree.discard(files, temporary);
        } catch (IOException e) {
            // It does not count; the next who looks for it removes it.
            cause.addSuppressed(e);
        }
    }

    private void copyParts(Path target, boolean withSuperblock) throws IOException {
        for (String part : PendingRestore.PARTS) {
            files.createDirectories(target.resolve(part));
        }
        Path resume = target.resolve(ManifestDescriptor.RESUME_DIRECTORY);
        files.createDirectories(resume.resolve(ManifestDescriptor.STATE_DIRECTORY));
        for (Manifest.Entry entry : manifest.files()) {
            if (entry.path().startsWith(ManifestDescriptor.STATE_DIRECTORY + "/")) {
                copy(entry, resume.resolve(entry.path()));
            } else if (withSuperblock || !entry.path().equals(SuperblockDescriptor.FILE_NAME)) {
                copy(entry, target.resolve(entry.path()));
            }
        }
        pieces.copy(
                files, snapshot.resolve(ManifestDescriptor.FILE_NAME), resume.resolve(ManifestDescriptor.FILE_NAME));
        DirectoryTree.sync(files, target);
    }

    private void copy(Manifest.Entry entry, Path to) throws IOException {
        Path from = snapshot.resolve(entry.path());
        if (!entry.isPrivate() && links.add(from, to)) {
            return;
        }
        int crc = pieces.copy(files, from, to);
        if (entry.isPrivate() && crc != entry.crc()) {
            throw new CorruptStoreException("a file of the snapshot is damaged: file=" + from + ", crc32c found="
                    + Integer.toHexString(crc) + ", expected=" + Integer.toHexString(entry.crc())
                    + "; take another snapshot");
        }
    }
}
