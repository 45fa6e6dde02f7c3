package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.ring.Segment;
import java.util.List;

/**
 * A memory's directory, opened, locked and recovered.
 *
 * <pre>
 *   DIR/lock            one owner at a time             {@link DirectoryLock}
 *   DIR/memory.engram   what the memory is              {@link SuperblockDescriptor}
 *   DIR/journal/        streams and episodes            {@link JournalFiles}
 *   DIR/segments/       rows                            {@link SegmentDescriptor}
 *   DIR/priorities/     priorities, if there are any    {@link IndexDescriptor}
 * </pre>
 */
public final class Store implements AutoCloseable {
    /** The suffix of files that are being written. */
    public static final String TEMPORARY_SUFFIX = SegmentFiles.TEMPORARY_SUFFIX;

    private final FileLayer.Lock lock;
    private final Superblock superblock;
    private final OpenJournal journal;
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

    /**
     * The journal.
     *
     * @param files where pages come from
     * @param before what stands before the pages there are
     * @param book what they say
     */
    public record OpenJournal(JournalFiles files, JournalPage before, EpisodeBook book) {}

    Store(
            FileLayer.Lock lock,
            Superblock superblock,
            OpenJournal journal,
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
     * The journal's pages and what they say.
     *
     * @return mapped
     */
    public OpenJournal journal() {
        return journal;
    }

    /** Frees the lock; mappings are the ring's and the journal's to unmap. */
    @Override
    public void close() {
        lock.close();
    }
}
