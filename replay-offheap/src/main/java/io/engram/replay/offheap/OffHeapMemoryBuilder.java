package io.engram.replay.offheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.priority.IndexNames;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.AnonymousPages;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexRequest;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.StoreOpener;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import io.engram.replay.offheap.internal.upkeep.Upkeep;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.jspecify.annotations.Nullable;

/** Collects options. Not safe for use by several threads. */
public final class OffHeapMemoryBuilder {
    private final Schema schema;
    private final long capacity;
    private Storage storage = Storage.PERSISTENT;
    private @Nullable Path directory;
    private long segmentRows;
    private final List<PriorityIndex> indexes = new ArrayList<>();
    private final Set<String> droppedIndexes = new HashSet<>();
    private Duration closeTimeout = Duration.ofSeconds(10);
    private Duration syncEvery = Duration.ZERO;
    private FileLayer files = new NioFileLayer();
    private boolean automaticUpkeep = true;
    private long catalogueEntries;
    private int journalPageLength = JournalFiles.PAGE_LENGTH;
    private EpochClock clock = SystemEpochClock.INSTANCE;
    private @Nullable UUID fixedMemoryId;
    private @Nullable Long fixedIncarnation;

    OffHeapMemoryBuilder(Schema schema, long capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity=" + capacity + ", expected at least 1");
        }
        this.schema = schema;
        this.capacity = capacity;
    }

    /** Describes a memory that exists as it is. */
    static OffHeapMemoryBuilder ofExisting(Path directory) {
        Platform.require();
        Path file = directory.resolve(SuperblockDescriptor.FILE_NAME);
        try {
            Superblock superblock = Superblock.read(new NioFileLayer(), file);
            return new OffHeapMemoryBuilder(superblock.schema(), superblock.capacity()).directory(directory);
        } catch (NoSuchFileException e) {
            throw new ForeignFileException("no Engram memory: directory=" + directory + ", expected "
                    + SuperblockDescriptor.FILE_NAME + " in it; give the directory that holds the memory");
        } catch (IOException e) {
            throw new StorageException("the memory could not be opened: directory=" + directory + ": " + e, e);
        }
    }

    /**
     * Where to keep rows.
     *
     * @param newStorage persistent or volatile
     * @return this builder
     */
    public OffHeapMemoryBuilder storage(Storage newStorage) {
        this.storage = newStorage;
        return this;
    }

    /**
     * Where the files are or will be. Needed for persistent storage, and only there.
     *
     * @param newDirectory one that holds a memory, is empty, or does not exist
     * @return this builder
     */
    public OffHeapMemoryBuilder directory(Path newDirectory) {
        this.directory = newDirectory;
        return this;
    }

    /**
     * How many rows a segment has. Chosen from row length and capacity unless said; has no effect on a memory that
     * exists.
     *
     * @param rows a power of two
     * @return this builder
     */
    public OffHeapMemoryBuilder segmentRows(int rows) {
        this.segmentRows = rows;
        return this;
    }

    /**
     * Adds priority indexes. One that the memory does not have yet is made from its rows, which get the initial
     * priority. One that it has keeps its priorities; its kind and alpha must be those stored, its other settings
     * become those given here. Indexes that the memory has and that are not named here are opened with the settings
     * they have.
     *
     * <p>The memory's capacity may then be at most 2^27; with a rank-based index in files 2^27 - 1024, because a
     * file is mapped whole.
     *
     * @param added any number, by different names
     * @return this builder
     */
    public OffHeapMemoryBuilder priorities(PriorityIndex... added) {
        this.indexes.addAll(List.of(added));
        return this;
    }

    /**
     * Removes a priority index for good, before others are added; does nothing if the memory does not have it.
     *
     * @param name of the index
     * @return this builder
     */
    public OffHeapMemoryBuilder dropPriorities(String name) {
        this.droppedIndexes.add(name);
        return this;
    }

    /**
     * How long {@link OffHeapReplayMemory#close} waits for threads inside an operation; ten seconds unless said.
     *
     * @param timeout zero or more
     * @return this builder
     */
    public OffHeapMemoryBuilder closeTimeout(Duration timeout) {
        this.closeTimeout = timeout;
        return this;
    }

    /**
     * Makes everything durable from time to time, as {@link OffHeapReplayMemory#sync} does, by a thread of its own: a
     * power loss then takes what was appended in about that time. Unless said nothing is synced but what is sealed: a
     * power loss takes the last two segments and what is behind them, the death of the process nothing. Appending and
     * sampling wait for neither, but share the disk and its caches; README.md has the cost.
     *
     * @param interval from the end of one sync to the next; zero for never
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public OffHeapMemoryBuilder syncEvery(Duration interval) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("syncEvery=" + interval + ", expected zero or more");
        }
        this.syncEvery = interval;
        return this;
    }

    /**
     * Whether {@link OffHeapReplayMemory#catalogue} has an index, in the directory {@code catalogue} beside the rows.
     * It is opened, kept up to date and made anew in the background; nobody waits for it, and answers are the same
     * without. It needs Chronicle Map and some flags (see README.md); where they are missing the log says so. A
     * volatile memory and a snapshot have none.
     *
     * @param indexed false unless said
     * @return this builder
     */
    public OffHeapMemoryBuilder catalogue(boolean indexed) {
        this.catalogueEntries = indexed ? CatalogueOpening.LEAST_ENTRIES : 0;
        return this;
    }

    /** For tests: an index that begins so small that it grows. */
    OffHeapMemoryBuilder catalogueEntries(long entries) {
        this.catalogueEntries = entries;
        return this;
    }

    OffHeapMemoryBuilder files(FileLayer layer) {
        this.files = layer;
        return this;
    }

    /** For tests: what is random otherwise, so that files can be compared. */
    OffHeapMemoryBuilder identity(UUID memoryId, long incarnation) {
        this.fixedMemoryId = memoryId;
        this.fixedIncarnation = incarnation;
        return this;
    }

    /** For tests: pages of the journal so short that every test crosses many. */
    OffHeapMemoryBuilder journalPages(int length) {
        this.journalPageLength = length;
        return this;
    }

    /** For tests: times that are the same in every run. */
    OffHeapMemoryBuilder clock(EpochClock newClock) {
        this.clock = newClock;
        return this;
    }

    OffHeapMemoryBuilder withoutAutomaticUpkeep() {
        this.automaticUpkeep = false;
        return this;
    }

    /**
     * Opens the memory in the directory, or creates it there if there is none.
     *
     * @return the memory
     * @throws IllegalArgumentException if the options contradict each other
     * @throws UnsupportedPlatformException if the JVM lacks a flag or the machine is not supported
     * @throws StoreLockedException if the directory is in use
     * @throws StoreMismatchException if the memory has another schema or capacity, or a priority index another
     *     kind or alpha
     * @throws StorageException another subclass, which says what is wrong with the files; nothing was changed
     */
    public OffHeapReplayMemory open() {
        Platform.require();
        if ((storage == Storage.PERSISTENT) != (directory != null)) {
            throw new IllegalArgumentException("storage=" + storage + " with directory=" + directory
                    + ": persistent storage needs a directory, volatile storage takes none");
        }
        int payloadLength = new PayloadLayout(schema).length();
        SegmentGeometry geometry = segmentRows == 0
                ? SegmentGeometry.choose(payloadLength, capacity)
                : SegmentGeometry.ofRows(payloadLength, segmentRows);
        geometry.requireFewSegments(capacity);
        IndexRequest request = new IndexRequest(IndexNames.sorted(indexes), droppedIndexes);
        if (!indexes.isEmpty()) {
            Leaves.count(capacity);
        }
        UUID newMemoryId = fixedMemoryId == null ? UUID.randomUUID() : fixedMemoryId;
        long incarnation = fixedIncarnation == null ? new SecureRandom().nextLong() : fixedIncarnation;
        Opening opening = new Opening(
                schema,
                capacity,
                incarnation,
                indexes,
                new Upkeep.Times(clock, closeTimeout, syncEvery),
                automaticUpkeep,
                catalogueEntries);
        if (directory == null) {
            OffHeapReplayMemory memory =
                    new OffHeapReplayMemory(opening, geometry, new AnonymousPages(journalPageLength), null);
            memory.begin(automaticUpkeep);
            return memory;
        }
        Store store = new StoreOpener(files, directory, journalPageLength)
                .open(schema, capacity, request, new StoreOpener.NewMemory(geometry, newMemoryId), incarnation);
        return new Home(files, directory, store).open(opening);
    }
}
