package io.engram.replay.offheap.internal.snapshot;

import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.SnapshotException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The snapshots of one memory, as they are in its directory. A snapshot is there from the moment when its directory
 * gets its name, and gone from the moment when it loses it.
 */
public final class SnapshotShelf {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final FileLayer files;
    private final Path memory;
    private final Path directory;

    /**
     * The snapshots of a memory.
     *
     * @param files how files are reached
     * @param memory the memory's directory
     */
    public SnapshotShelf(FileLayer files, Path memory) {
        this.files = files;
        this.memory = memory;
        this.directory = memory.resolve(ManifestDescriptor.DIRECTORY);
    }

    /**
     * Throws unless a name can be that of a snapshot or of a trainer's state.
     *
     * @param name any
     * @throws IllegalArgumentException if it cannot
     */
    public static void checkName(String name) {
        if (!NAME.matcher(name).matches() || name.endsWith(Store.TEMPORARY_SUFFIX)) {
            throw new IllegalArgumentException("name='" + name.replaceAll("\\p{Cntrl}", "?")
                    + "', expected 1 to 64 letters, digits, '_', '-' or '.', the first a letter or digit, not ending in"
                    + " '" + Store.TEMPORARY_SUFFIX + "'");
        }
    }

    /**
     * Where all snapshots are.
     *
     * @return the directory, which may be missing
     */
    Path directory() {
        return directory;
    }

    /**
     * Where a snapshot is.
     *
     * @param name of the snapshot
     * @return its directory
     */
    public Path path(String name) {
        checkName(name);
        return directory.resolve(name);
    }

    /** Where a snapshot is while it is being made or removed. */
    Path temporary(String name) {
        return directory.resolve(name + Store.TEMPORARY_SUFFIX);
    }

    /**
     * Throws if there is a snapshot of that name.
     *
     * @param name of a snapshot
     * @throws SnapshotException if so
     */
    public void requireFree(String name) {
        Path path = path(name);
        if (files.kind(path) != FileLayer.Kind.NOTHING) {
            throw new SnapshotException("there is a snapshot of that name already: name=" + name + ", directory=" + path
                    + "; delete it first, or take another name");
        }
    }

    /**
     * All snapshots.
     *
     * @return oldest first
     */
    public List<Snapshot> list() {
        List<Snapshot> snapshots = new ArrayList<>();
        for (String name : names()) {
            try {
                snapshots.add(describe(name));
            } catch (SnapshotException e) {
                // Deleted meanwhile.
                if (files.kind(directory.resolve(name)) != FileLayer.Kind.NOTHING) {
                    throw e;
                }
            }
        }
        snapshots.sort(Comparator.comparingLong(Snapshot::number));
        return snapshots;
    }

    /** The highest number of a snapshot, 0 without any. */
    public long highestNumber() {
        return names().stream()
                .map(this::manifest)
                .mapToLong(manifest -> manifest.identity().number())
                .max()
                .orElse(0);
    }

    private List<String> names() {
        requireMemory();
        if (files.kind(directory) == FileLayer.Kind.NOTHING) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try {
            for (Path entry : files.list(directory)) {
                String name = String.valueOf(entry.getFileName());
                if (!name.endsWith(Store.TEMPORARY_SUFFIX)) {
                    if (!NAME.matcher(name).matches() || files.kind(entry) != FileLayer.Kind.DIRECTORY) {
                        throw new ForeignFileException("something that is not a snapshot is among the snapshots: file="
                                + entry + "; move it away");
                    }
                    names.add(name);
                }
            }
        } catch (IOException e) {
            throw new SnapshotException("the snapshots cannot be listed: directory=" + directory + ": " + e, e);
        }
        return names;
    }

    private void requireMemory() {
        if (!files.isDirectory(memory)) {
            throw new SnapshotException(
                    "there is no memory: directory=" + memory + "; give the directory that holds the memory");
        }
    }

    /**
     * What a snapshot says of itself.
     *
     * @param name of the snapshot
     * @return its manifest
     * @throws SnapshotException if there is none of that name
     * @throws StorageException if the manifest is damaged
     */
    public Manifest manifest(String name) {
        Path path = path(name);
        if (files.kind(path) != FileLayer.Kind.DIRECTORY) {
            throw new SnapshotException("there is no such snapshot: name=" + name + ", directory=" + directory);
        }
        try {
            return ManifestCodec.read(files, path.resolve(ManifestDescriptor.FILE_NAME));
        } catch (IOException e) {
            throw new SnapshotException("the snapshot cannot be read: directory=" + path + ": " + e, e);
        }
    }

    /**
     * What is known of a snapshot.
     *
     * @param name of the snapshot
     * @return with the bytes that are its own now
     */
    public Snapshot describe(String name) {
        Manifest manifest = manifest(name);
        Path path = path(name);
        long own = 0;
        long shared = 0;
        try {
            for (Manifest.Entry entry : manifest.files()) {
                if (files.linkCount(path.resolve(entry.path())) > 1) {
                    shared += entry.length();
                } else {
                    own += entry.isPrivate() ? entry.stored() : entry.length();
                }
            }
        } catch (IOException e) {
            throw new SnapshotException("a file of the snapshot is missing: directory=" + path + ": " + e, e);
        }
        Manifest.Identity identity = manifest.identity();
        return new Snapshot(
                name,
                path,
                identity.number(),
                Instant.ofEpochMilli(identity.taken()),
                identity.step(),
                manifest.cut().tail(),
                manifest.cut().head(),
                own,
                shared);
    }

    /**
     * What a trainer gave to a snapshot.
     *
     * @param name of the snapshot
     * @param trainer which
     * @return its bytes; nothing if the snapshot has no such state
     */
    public Optional<byte[]> state(String name, String trainer) {
        return state(files, path(name), manifest(name), trainer);
    }

    /**
     * What a trainer gave to a snapshot.
     *
     * @param files how files are reached
     * @param home where manifest and states are
     * @param manifest that says what there is
     * @param trainer which
     * @return its bytes; nothing if there is no such state
     */
    public static Optional<byte[]> state(FileLayer files, Path home, Manifest manifest, String trainer) {
        String path = ManifestDescriptor.STATE_DIRECTORY + "/" + trainer + ManifestDescriptor.STATE_SUFFIX;
        for (Manifest.Entry entry : manifest.files()) {
            if (entry.path().equals(path)) {
                return Optional.of(read(files, home.resolve(path), entry));
            }
        }
        return Optional.empty();
    }

    private static byte[] read(FileLayer files, Path file, Manifest.Entry entry) {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            byte[] bytes = new byte[Math.toIntExact(open.length())];
            open.read(ByteBuffer.wrap(bytes), 0);
            int crc = FilePieces.checksum(bytes);
            if (bytes.length != entry.length() || crc != entry.crc()) {
                throw new CorruptStoreException("a trainer's state in a snapshot is damaged: file=" + file + ", length="
                        + bytes.length + ", crc32c found=" + Integer.toHexString(crc) + ", expected length="
                        + entry.length() + ", crc32c=" + Integer.toHexString(entry.crc()) + "; restore it from a copy");
            }
            return bytes;
        } catch (IOException e) {
            throw new SnapshotException("a trainer's state cannot be read: file=" + file + ": " + e, e);
        }
    }

    /**
     * Deletes a snapshot. What it has alone is freed.
     *
     * @param name of the snapshot
     * @throws SnapshotException if there is none of that name, or it cannot be removed
     */
    public void delete(String name) {
        Path path = path(name);
        if (files.kind(path) != FileLayer.Kind.DIRECTORY) {
            throw new SnapshotException("there is no such snapshot: name=" + name + ", directory=" + directory);
        }
        try {
            DirectoryTree.discard(files, temporary(name));
            files.rename(path, temporary(name));
            DirectoryTree.discard(files, temporary(name));
        } catch (NoSuchFileException e) {
            throw new SnapshotException("the snapshot was removed by somebody else meanwhile: directory=" + path, e);
        } catch (IOException e) {
            throw new SnapshotException("the snapshot could not be removed: directory=" + path + ": " + e, e);
        }
    }
}
