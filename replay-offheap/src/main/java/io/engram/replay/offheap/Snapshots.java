package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.snapshot.MemoryCopy;
import io.engram.replay.offheap.internal.snapshot.SnapshotOrder;
import io.engram.replay.offheap.internal.snapshot.SnapshotShelf;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of a memory's directory, whether the memory is open (here or in another process) or not; only {@link
 * #restore} needs it closed. Safe for use by any number of threads; within a process one thing at a time is changed.
 *
 * <p>A snapshot is a directory with all that a memory needs; what does not change any more it shares with the memory
 * and other snapshots by hard links, so it costs what is new in it. Removing the directory as a whole deletes the
 * snapshot.
 */
public final class Snapshots {
    private final FileLayer files;
    private final Path memory;
    private final SnapshotShelf shelf;
    private final SnapshotOrder order;

    private Snapshots(FileLayer files, Path memory) {
        this.files = files;
        this.memory = memory;
        this.shelf = new SnapshotShelf(files, memory);
        this.order = SnapshotOrder.of(files, memory);
    }

    /**
     * Those of a memory.
     *
     * @param directory of the memory
     * @return its snapshots, of which there may be none
     */
    public static Snapshots of(Path directory) {
        return of(new NioFileLayer(), directory);
    }

    static Snapshots of(FileLayer files, Path directory) {
        return new Snapshots(files, directory);
    }

    /** Those of a memory that is open, if it has files. */
    static List<Snapshot> of(Ring ring, @Nullable Home home) {
        ring.requireOpen();
        return home == null ? List.of() : of(home.files(), home.directory()).list();
    }

    /**
     * Lists the snapshots.
     *
     * @return oldest first
     * @throws StorageException if one is damaged
     */
    public List<Snapshot> list() {
        return shelf.list();
    }

    /**
     * What is known of a snapshot.
     *
     * @param name of the snapshot
     * @return of this moment
     * @throws SnapshotException if there is none of that name
     */
    public Snapshot get(String name) {
        return shelf.describe(name);
    }

    /**
     * What a trainer gave to a snapshot.
     *
     * @param name of the snapshot
     * @param trainer which
     * @return its bytes; nothing if the snapshot has no such state
     * @throws SnapshotException if there is no snapshot of that name
     * @throws StorageException if the state is damaged
     */
    public Optional<byte[]> state(String name, String trainer) {
        return shelf.state(name, trainer);
    }

    /**
     * What the memory was restored or forked from last, without opening it; for who has to know schema and capacity
     * first, which a trainer's state may tell. Gone once the memory is opened with rows more; until then only {@link
     * OffHeapReplayMemory#resumePoint} tells whether the memory is at that place still.
     *
     * @return nothing if the memory was not made from a snapshot, or has gone on since
     * @throws StorageException if it is damaged
     */
    public Optional<ResumePoint> origin() {
        return ResumePoint.read(files, memory);
    }

    /**
     * Deletes a snapshot, which frees {@link Snapshot#ownBytes}. Processes that have it open keep what they have.
     *
     * @param name of the snapshot
     * @throws SnapshotException if there is none of that name, or it cannot be removed
     */
    public void delete(String name) {
        order.run(() -> shelf.delete(name));
    }

    /**
     * Deletes the snapshots that a rule does not keep.
     *
     * @param retention the rule
     * @return the names of those deleted, oldest first
     * @throws SnapshotException if one cannot be removed
     */
    public List<String> retain(Retention retention) {
        List<String> deleted = new ArrayList<>();
        order.run(() -> deleted.addAll(retain(shelf, retention)));
        return deleted;
    }

    static List<String> retain(SnapshotShelf shelf, Retention retention) {
        List<String> deleted = new ArrayList<>();
        for (Snapshot snapshot : retention.surplus(shelf.list())) {
            shelf.delete(snapshot.name());
            deleted.add(snapshot.name());
        }
        return deleted;
    }

    /**
     * Makes the memory go back to a snapshot: its rows, priorities and episodes are those of the snapshot when it is
     * opened next, and it knows where to go on ({@link OffHeapReplayMemory#resumePoint}). What was appended since is
     * gone, but for what other snapshots hold. No snapshot changes, this one included. Interrupted at any moment, the
     * memory is as it was or as the snapshot is.
     *
     * @param name of the snapshot
     * @throws SnapshotException if there is none of that name, or something cannot be written
     * @throws StoreLockedException if the memory is open
     * @throws UnsupportedPlatformException if the JVM lacks a flag or the machine is not supported
     * @throws StorageException another subclass, if the snapshot is damaged; the memory is as it was
     */
    public void restore(String name) {
        Platform.require();
        order.run(() -> {
            MemoryCopy copy = new MemoryCopy(files, shelf.path(name), shelf.manifest(name));
            FileLayer.Lock lock = files.lock(memory);
            try (lock) {
                copy.restore(memory);
            } catch (IOException e) {
                throw new SnapshotException(
                        "the memory could not be restored: directory=" + memory + ", snapshot=" + name + ": " + e, e);
            }
        });
    }

    /**
     * Makes another memory, which begins as the snapshot and goes its own way. It shares what does not change.
     *
     * @param name of the snapshot
     * @param directory of the new memory, which must not exist or be empty
     * @throws SnapshotException if there is no snapshot of that name, the directory is in use, or something cannot be
     *     written; then there is no new memory
     * @throws StorageException another subclass, if the snapshot is damaged
     */
    public void fork(String name, Path directory) {
        Platform.require();
        order.run(() -> {
            try {
                new MemoryCopy(files, shelf.path(name), shelf.manifest(name)).fork(memory, directory);
            } catch (IOException e) {
                throw new SnapshotException(
                        "the fork could not be made: directory=" + directory + ", snapshot=" + shelf.path(name) + ": "
                                + e,
                        e);
            }
        });
    }
}
