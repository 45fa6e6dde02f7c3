package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.ring.Segment;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A memory's directory, opened, locked and recovered.
 *
 * <pre>
 *   DIR/lock            one owner at a time             {@link DirectoryLock}
 *   DIR/memory.engram   what the memory is              {@link SuperblockDescriptor}
 *   DIR/journal.log     streams                         {@link JournalDescriptor}
 *   DIR/segments/       rows                            {@link SegmentDescriptor}
 *   DIR/priorities/     priorities, if there are any    {@link IndexDescriptor}
 * </pre>
 */
public final class Store implements AutoCloseable {
    /** The suffix of files that are being written. */
    static final String TEMPORARY_SUFFIX = SegmentFiles.TEMPORARY_SUFFIX;

    private final DirectoryLock lock;
    private final Superblock superblock;
    private final Journal journal;
    private final SegmentFiles segmentFiles;
    private final Recovered recovered;
    private final List<IndexFiles.OpenIndex> indexes;

    /**
     * Where the rows are.
     *
     * @param segments contiguous, ascending; those that can still take rows are LIVE
     * @param floor the oldest row there may be
     * @param head the next row to be claimed
     * @param nextEpisode the next episode's number
     * @param newestPolicy the highest policy version of a row
     */
    public record Recovered(List<Segment> segments, long floor, long head, long nextEpisode, long newestPolicy) {}

    Store(
            DirectoryLock lock,
            Superblock superblock,
            Journal journal,
            SegmentFiles segmentFiles,
            Recovered recovered,
            List<IndexFiles.OpenIndex> indexes) {
        this.lock = lock;
        this.superblock = superblock;
        this.journal = journal;
        this.segmentFiles = segmentFiles;
        this.recovered = recovered;
        this.indexes = List.copyOf(indexes);
    }

    /**
     * What the memory is.
     *
     * @return as stored
     */
    public Superblock superblock() {
        return superblock;
    }

    /**
     * Where new segments come from.
     *
     * @return the source
     */
    public SegmentFiles segmentFiles() {
        return segmentFiles;
    }

    /**
     * What was there when the store was opened.
     *
     * @return rows and counters
     */
    public Recovered recovered() {
        return recovered;
    }

    /**
     * The priority indexes.
     *
     * @return by name in ascending order, mapped and not yet loaded
     */
    public List<IndexFiles.OpenIndex> indexes() {
        return indexes;
    }

    /**
     * Streams that were registered before.
     *
     * @return names by number
     */
    public Map<Integer, String> streams() {
        return journal.streams();
    }

    /**
     * Records a new stream.
     *
     * @param id its number
     * @param name its name
     * @throws StorageException if it cannot be recorded
     */
    public void recordStream(int id, String name) {
        journal.appendStream(id, name);
    }

    /**
     * Makes the names of new streams durable: rows may reach the disk at any time, and must not do so without them.
     *
     * @throws StorageException if that is not certain
     */
    public void syncStreams() {
        try {
            journal.sync();
        } catch (IOException e) {
            throw new StorageException("a new stream could not be made durable: " + e, e);
        }
    }

    /**
     * Whether there are streams whose names are not known to be durable.
     *
     * @return true between {@link #recordStream} and {@link #syncStreams}
     */
    public boolean hasNewStreams() {
        return journal.isUnsynced();
    }

    /** Closes the journal and frees the lock; mappings are the ring's to unmap. */
    @Override
    public void close() {
        try (lock) {
            journal.close();
        } catch (IOException e) {
            throw new StorageException("the journal could not be closed: " + e, e);
        }
    }
}
