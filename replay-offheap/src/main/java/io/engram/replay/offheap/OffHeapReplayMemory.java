package io.engram.replay.offheap;

import io.engram.replay.Episode;
import io.engram.replay.MemoryStats;
import io.engram.replay.Prioritization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.PolicyVersions;
import io.engram.replay.internal.SamplerNames;
import io.engram.replay.internal.priority.IndexNames;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.JournalWriter;
import io.engram.replay.offheap.internal.journal.RecordImage;
import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.priority.RingIndexes;
import io.engram.replay.offheap.internal.ring.Links;
import io.engram.replay.offheap.internal.ring.OpenEpisodes;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.SegmentSource;
import io.engram.replay.offheap.internal.ring.Timeline;
import io.engram.replay.offheap.internal.sample.PrioritizedSampler;
import io.engram.replay.offheap.internal.sample.Source;
import io.engram.replay.offheap.internal.sample.UniformSampler;
import io.engram.replay.offheap.internal.store.AnonymousPages;
import io.engram.replay.offheap.internal.store.AnonymousSegments;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexRequest;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.StoreOpener;
import io.engram.replay.offheap.internal.upkeep.LostEnds;
import io.engram.replay.offheap.internal.upkeep.Upkeep;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.jspecify.annotations.Nullable;

/**
 * A replay memory off the heap: a lock-free ring of rows in memory-mapped segment files, or in anonymous memory.
 *
 * <p>The files are the memory: a step whose append returned survives the death of the process, and opening takes time
 * that does not depend on the bytes stored. After a power loss everything appended before the last {@link #sync} is
 * there; what was torn is recognised by its checksum and dropped.
 *
 * <p>Appending and sampling take no lock and wait for nobody; {@code CONCURRENCY.md} states the progress of each
 * operation. Safe for use by any number of threads; a writer or sampler is for one thread at a time.
 */
public final class OffHeapReplayMemory implements ReplayMemory {
    private final Schema schema;
    private final PayloadLayout layout;
    private final long capacity;
    private final long incarnation;
    private final Ring ring;
    private final Epochs epochs;
    private final RingIndexes indexes;
    private final Upkeep upkeep;
    private final Timeline timeline;
    private final @Nullable Store store;
    private final Streams streams;
    private final SamplerNames samplerNames = new SamplerNames();
    private final OpenEpisodes openEpisodes = new OpenEpisodes();
    private final EpisodeJournal journal;
    private final Episodes episodes;
    private final Participants participants = new Participants();
    private final Writers writers;

    private OffHeapReplayMemory(Builder builder, SegmentGeometry geometry, long incarnation, @Nullable Store store) {
        this.schema = builder.schema;
        this.layout = new PayloadLayout(schema);
        this.capacity = builder.capacity;
        this.incarnation = incarnation;
        this.store = store;
        this.epochs = new Epochs();
        SegmentSource source = store == null ? new AnonymousSegments(geometry) : store.segmentFiles();
        Store.Recovered recovered = store == null ? new Store.Recovered(List.of(), 0, 0, 0, 0) : store.recovered();
        this.ring = new Ring(geometry, capacity, source, recovered.floor(), recovered.head());
        ring.policyVersions().raiseTo(recovered.newestPolicy());
        this.journal = store == null
                ? new EpisodeJournal(
                        new AnonymousPages(builder.journalPageLength), new UUID(0, 0), JournalPage.before(0))
                : new EpisodeJournal(
                        store.journal().files(),
                        store.superblock().memoryId(),
                        store.journal().before());
        this.episodes = new Episodes(ring, journal, openEpisodes, layout, builder.clock, recovered.nextEpisode());
        this.streams = new Streams(store == null ? null : this::recordStream);
        this.timeline = new Timeline(builder.clock);
        if (store != null) {
            EpisodeBook book = store.journal().book();
            book.streams().forEach(streams::restore);
            book.begins().forEach(begin -> timeline.note(begin.head(), begin.begun()));
        }
        timeline.note(recovered.head());
        for (Segment segment : recovered.segments()) {
            ring.install(segment);
            ring.raiseLimit(segment.ordinal());
        }
        long unsealed = recovered.segments().stream()
                .filter(segment -> segment.life() == Segment.Life.LIVE)
                .mapToLong(segment -> geometry.firstSequence(segment.ordinal()))
                .min()
                .orElse(recovered.head());
        Links.rebuildBehind(ring, recovered.floor(), unsealed);
        this.indexes = Indexes.load(ring, openEpisodes, schema, builder.indexes, store, unsealed);
        if (store != null) {
            new LostEnds(ring, layout, new JournalWriter(journal, builder.clock), unsealed)
                    .record(store.journal().book());
        }
        this.writers = new Writers(this, streams, episodes, participants);
        this.upkeep = new Upkeep(
                ring,
                timeline,
                epochs,
                geometry.ordinal(recovered.floor()),
                builder.closeTimeout,
                new Upkeep.Rest(journal, episodes::endAll, indexes::free));
        if (builder.automaticUpkeep) {
            upkeep.start();
        }
    }

    /**
     * Starts to describe a memory.
     *
     * @param schema what a transition is made of
     * @param capacity how many rows to keep, at least 1; see {@link ReplayMemory#capacity}
     * @return a builder, persistent unless said otherwise
     * @throws IllegalArgumentException if the capacity is below 1
     */
    public static Builder builder(Schema schema, long capacity) {
        return new Builder(schema, capacity);
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public long capacity() {
        return capacity;
    }

    @Override
    public long size() {
        ring.requireOpen();
        long head = ring.head();
        return head - ring.tail(head);
    }

    /**
     * The number of this opening of the memory, which handles carry.
     *
     * @return a random number, new each time the memory is opened
     */
    public long incarnation() {
        return incarnation;
    }

    @Override
    public StreamWriter writer(String stream) {
        ring.requireOpen();
        int id = streams.open(stream);
        syncStreams(id);
        return writers.writer(stream, id);
    }

    @Override
    public VectorWriter vectorWriter(List<String> names) {
        ring.requireOpen();
        int[] ids = streams.openAll(names);
        syncStreams(ids);
        return writers.vectorWriter(names, ids);
    }

    @Override
    public Sampler sampler(SamplerSpec spec) {
        ring.requireOpen();
        SamplerSpec checked = spec.forMemory(schema, capacity, priorityIndexes());
        samplerNames.open(checked.name());
        EpochRecord epoch = epochs.register();
        var counters = participants.newSampler();
        Source source = new Source(schema, ring, openEpisodes, timeline, incarnation);
        Runnable onClose = () -> {
            participants.retire(counters);
            epochs.unregister(epoch);
            samplerNames.close(checked.name());
        };
        Prioritization prioritization = checked.prioritization();
        return prioritization == null
                ? new UniformSampler(checked, source, epoch, counters, onClose)
                : new PrioritizedSampler(
                        checked, source, indexes.index(prioritization.index()), epoch, counters, onClose);
    }

    @Override
    public List<PriorityIndex> priorityIndexes() {
        return indexes.settings();
    }

    @Override
    public List<Episode> episodes() {
        return inside(() -> episodes.held(streams.names()));
    }

    @Override
    public long policyVersion() {
        ring.requireOpen();
        return ring.policyVersions().newest();
    }

    @Override
    public void policyVersion(long version) {
        PolicyVersions.check(version);
        ring.requireOpen();
        ring.policyVersions().raiseTo(version);
    }

    @Override
    public MemoryStats stats() {
        return participants.stats(size(), ring, upkeep);
    }

    /**
     * Makes everything appended before this call durable: it survives a power loss. Takes the disk's time; appending
     * and sampling go on meanwhile. Does nothing for volatile storage.
     *
     * @throws StorageException if that is not certain; from then on the memory can only be read
     * @throws StoreFailedException if the storage failed earlier: trying again would not tell what was lost
     * @throws io.engram.replay.MemoryClosedException if the memory is closed
     */
    public void sync() {
        ring.requireWritable();
        if (store != null) {
            upkeep.sync(store.segmentFiles());
        }
    }

    /**
     * Ends the memory, as {@link ReplayMemory#close}, and makes it durable. If a thread stays inside an operation
     * longer than the close timeout, its memory stays mapped and the directory locked until the process ends, which is
     * logged.
     *
     * @throws StorageException if the memory could not be made durable; it is closed all the same
     */
    @Override
    public void close() {
        upkeep.close(store);
    }

    /** For tests: does what the background threads would. */
    Upkeep upkeep() {
        return upkeep;
    }

    /** For tests: the ring itself. */
    Ring ring() {
        return ring;
    }

    /** For tests: the priorities. */
    RingIndexes indexes() {
        return indexes;
    }

    /** For tests: the journal. */
    EpisodeJournal journal() {
        return journal;
    }

    /** For tests: the epochs of the ring's users. */
    Epochs epochs() {
        return epochs;
    }

    private void recordStream(int id, String name) {
        inside(() -> {
            ring.requireWritable();
            RecordImage image = journal.newImage();
            image.stream(id, name);
            journal.append(image);
            return id;
        });
    }

    /** Before a row can name them. */
    private void syncStreams(int... opened) {
        if (store != null) {
            streams.sync(() -> upkeep.syncStreams(store.segmentFiles()), ring::requireOpen, opened);
        }
    }

    /** Runs what looks at mapped memory. */
    private <T> T inside(Supplier<T> call) {
        EpochRecord epoch = epochs.register();
        try {
            epoch.enter();
            ring.requireOpen();
            return call.get();
        } finally {
            epoch.exit();
            epochs.unregister(epoch);
        }
    }

    /** Collects options. Not safe for use by several threads. */
    public static final class Builder {
        private final Schema schema;
        private final long capacity;
        private Storage storage = Storage.PERSISTENT;
        private @Nullable Path directory;
        private long segmentRows;
        private final List<PriorityIndex> indexes = new ArrayList<>();
        private final Set<String> droppedIndexes = new HashSet<>();
        private Duration closeTimeout = Duration.ofSeconds(10);
        private FileLayer files = new NioFileLayer();
        private boolean automaticUpkeep = true;
        private int journalPageLength = JournalFiles.PAGE_LENGTH;
        private EpochClock clock = SystemEpochClock.INSTANCE;
        private @Nullable UUID fixedMemoryId;
        private @Nullable Long fixedIncarnation;

        private Builder(Schema schema, long capacity) {
            if (capacity < 1) {
                throw new IllegalArgumentException("capacity=" + capacity + ", expected at least 1");
            }
            this.schema = schema;
            this.capacity = capacity;
        }

        /**
         * Where to keep rows.
         *
         * @param newStorage persistent or volatile
         * @return this builder
         */
        public Builder storage(Storage newStorage) {
            this.storage = newStorage;
            return this;
        }

        /**
         * Where the files are or will be. Needed for persistent storage, and only there.
         *
         * @param newDirectory one that holds a memory, is empty, or does not exist
         * @return this builder
         */
        public Builder directory(Path newDirectory) {
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
        public Builder segmentRows(int rows) {
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
        public Builder priorities(PriorityIndex... added) {
            this.indexes.addAll(List.of(added));
            return this;
        }

        /**
         * Removes a priority index for good, before others are added; does nothing if the memory does not have it.
         *
         * @param name of the index
         * @return this builder
         */
        public Builder dropPriorities(String name) {
            this.droppedIndexes.add(name);
            return this;
        }

        /**
         * How long {@link OffHeapReplayMemory#close} waits for threads inside an operation; ten seconds unless said.
         *
         * @param timeout zero or more
         * @return this builder
         */
        public Builder closeTimeout(Duration timeout) {
            this.closeTimeout = timeout;
            return this;
        }

        Builder files(FileLayer layer) {
            this.files = layer;
            return this;
        }

        /** For tests: what is random otherwise, so that files can be compared. */
        Builder identity(UUID memoryId, long incarnation) {
            this.fixedMemoryId = memoryId;
            this.fixedIncarnation = incarnation;
            return this;
        }

        /** For tests: pages of the journal so short that every test crosses many. */
        Builder journalPages(int length) {
            this.journalPageLength = length;
            return this;
        }

        /** For tests: times that are the same in every run. */
        Builder clock(EpochClock newClock) {
            this.clock = newClock;
            return this;
        }

        Builder withoutAutomaticUpkeep() {
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
            if (directory == null) {
                return new OffHeapReplayMemory(this, geometry, incarnation, null);
            }
            Store store = new StoreOpener(files, directory, journalPageLength)
                    .open(schema, capacity, request, new StoreOpener.NewMemory(geometry, newMemoryId), incarnation);
            try {
                return new OffHeapReplayMemory(this, store.superblock().geometry(), incarnation, store);
            } catch (Throwable t) {
                // Such as no memory for sums: the directory is free for another try.
                store.close();
                throw t;
            }
        }
    }
}
