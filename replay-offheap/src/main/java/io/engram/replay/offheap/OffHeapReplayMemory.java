package io.engram.replay.offheap;

import io.engram.replay.Episode;
import io.engram.replay.MemoryStats;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.PolicyVersions;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.JournalWriter;
import io.engram.replay.offheap.internal.journal.PageSource;
import io.engram.replay.offheap.internal.priority.RingIndexes;
import io.engram.replay.offheap.internal.ring.OpenEpisodes;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Timeline;
import io.engram.replay.offheap.internal.sample.Source;
import io.engram.replay.offheap.internal.store.AnonymousSegments;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.upkeep.LostEnds;
import io.engram.replay.offheap.internal.upkeep.Upkeep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
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
    private final Epochs epochs = new Epochs();
    private final RingIndexes indexes;
    private final Upkeep upkeep;
    private final Timeline timeline;
    private final @Nullable Home home;
    private final @Nullable Store store;
    private final Streams streams;
    private final Samplers samplers;
    private final OpenEpisodes openEpisodes = new OpenEpisodes();
    private final EpisodeJournal journal;
    private final Episodes episodes;
    private final Participants participants = new Participants();
    private final Positions positions;
    private final Writers writers;
    private final @Nullable Snapshotter snapshotter;
    private final Catalogue catalogue;
    private final @Nullable Eraser eraser;

    OffHeapReplayMemory(Opening opening, SegmentGeometry geometry, PageSource newPages, @Nullable Home home) {
        this.schema = opening.schema();
        this.layout = new PayloadLayout(schema);
        this.capacity = opening.capacity();
        this.incarnation = opening.incarnation();
        this.home = home;
        this.store = home == null ? null : home.store();
        FoundSegments found = new FoundSegments(store);
        Store.Recovered recovered = found.recovered();
        this.ring = new Ring(
                geometry,
                capacity,
                store == null ? new AnonymousSegments(geometry) : store.segmentSource(),
                recovered.floor(),
                recovered.head());
        ring.policyVersions().raiseTo(recovered.newestPolicy());
        this.journal = store == null
                ? new EpisodeJournal(newPages, new UUID(0, 0), JournalPage.before(0))
                : new EpisodeJournal(
                        newPages, store.superblock().memoryId(), store.journal().before());
        this.episodes = new Episodes(ring, journal, openEpisodes, layout, opening.clock(), recovered.nextEpisode());
        this.streams = new Streams(store == null ? null : new StreamRecorder(journal, ring, epochs));
        this.timeline = new Timeline(opening.clock());
        if (store != null) {
            EpisodeBook book = store.journal().book();
            book.streams().forEach(streams::restore);
            book.begins().forEach(begin -> timeline.note(begin.head(), begin.begun()));
        }
        timeline.note(recovered.head());
        this.positions = Positions.of(
                recovered.resume(), store == null ? null : store.journal().book());
        episodes.suspend(positions.suspended());
        long unsealed = found.install(ring);
        this.indexes = Indexes.load(ring, openEpisodes, schema, opening.indexes(), store, unsealed);
        if (recovered.resume() != null) {
            positions.resume(indexes, recovered.resume());
        }
        this.writers = new Writers(this, streams, episodes, participants, positions);
        episodes.answerWith(CatalogueOpening.of(opening, home, journal, ring, epochs));
        this.upkeep = new Upkeep(
                ring,
                timeline,
                epochs,
                geometry.ordinal(recovered.floor()),
                opening.times(),
                new Upkeep.Rest(journal, episodes::endAll, indexes::free));
        if (store != null) {
            // By now the journal is made durable with the rows.
            new LostEnds(ring, layout, new JournalWriter(journal, opening.clock()), unsealed)
                    .record(store.journal().book(), positions.episodes(), found::force);
        }
        Home own = isReadOnly() ? null : home;
        this.snapshotter = own == null ? null : new Snapshotter(this, own, opening);
        this.eraser = own == null ? null : new Eraser(this, own, episodes, opening);
        this.catalogue = new Catalogue(
                query -> inside(() -> episodes.select(query, streams.names())),
                opening.clock(),
                new Catalogue.Lineage(() -> isReadOnly() ? List.of() : Snapshots.of(ring, home), this::resumePoint),
                episodes::indexStatus);
        this.samplers = new Samplers(
                this, new Source(schema, ring, openEpisodes, timeline, incarnation, catalogue::select), participants);
    }

    /** Finishes what was interrupted, then starts the threads. Once, before any other use. */
    void begin(boolean automaticUpkeep) {
        if (eraser != null) {
            eraser.start();
        }
        if (automaticUpkeep && !isReadOnly()) {
            upkeep.start();
            episodes.startIndex();
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
    public static OffHeapMemoryBuilder builder(Schema schema, long capacity) {
        return new OffHeapMemoryBuilder(schema, capacity);
    }

    /**
     * Opens a memory that exists, whatever it holds: with the schema, the capacity and the priority indexes that it
     * has. For programs that look after memories; one that appends should say with {@link #builder} what it expects.
     *
     * @param directory of the memory
     * @return the memory
     * @throws ForeignFileException if there is no memory in the directory
     * @throws StoreLockedException if it is in use
     * @throws StorageException another subclass, which says what is wrong with the files; nothing was changed
     * @throws UnsupportedPlatformException if the JVM lacks a flag or the machine is not supported
     */
    public static OffHeapReplayMemory open(Path directory) {
        return OffHeapMemoryBuilder.ofExisting(directory).open();
    }

    /**
     * Opens a snapshot of a memory for reading, where it lies; as many processes as like can, while the memory itself
     * is in use or not. It can be sampled at once, also by priority; priorities that are set are this opening's alone
     * and forgotten when it is closed. Schema and capacity are the memory's. What is the snapshot's own is checked
     * against its checksums; the rows of shared segments are not read.
     *
     * @param directory of the memory
     * @param name of the snapshot
     * @return a memory that {@link #isReadOnly}
     * @throws SnapshotException if there is no such snapshot
     * @throws StorageException another subclass, which says what is wrong with its files
     * @throws UnsupportedPlatformException if the JVM lacks a flag or the machine is not supported
     */
    public static OffHeapReplayMemory openSnapshot(Path directory, String name) {
        return ReadOnlyOpening.open(new NioFileLayer(), directory, name);
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

    /**
     * Whether the memory can only be read, being a snapshot.
     *
     * @return true if {@link #writer} and all else that would change it are refused
     */
    public boolean isReadOnly() {
        return store != null && store.isReadOnly();
    }

    @Override
    public StreamWriter writer(String stream) {
        requireChangeable();
        int id = streams.open(stream);
        syncStreams(id);
        return writers.writer(stream, id);
    }

    @Override
    public VectorWriter vectorWriter(List<String> names) {
        requireChangeable();
        int[] ids = streams.openAll(names);
        syncStreams(ids);
        return writers.vectorWriter(names, ids);
    }

    @Override
    public Sampler sampler(SamplerSpec spec) {
        ring.requireOpen();
        return samplers.open(spec);
    }

    @Override
    public List<PriorityIndex> priorityIndexes() {
        return indexes.settings();
    }

    @Override
    public List<Episode> episodes() {
        return inside(() -> episodes.held(streams.names()));
    }

    /**
     * Looks for episodes.
     *
     * @return for as long as the memory is open
     */
    public Catalogue catalogue() {
        return catalogue;
    }

    @Override
    public long policyVersion() {
        ring.requireOpen();
        return ring.policyVersions().newest();
    }

    @Override
    public void policyVersion(long version) {
        PolicyVersions.check(version);
        requireChangeable();
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
        if (store != null && !store.isReadOnly()) {
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
        if (eraser != null && snapshotter != null) {
            snapshotter.close();
            eraser.close();
        }
        episodes.stopIndex();
        upkeep.close(store);
    }

    /**
     * Takes a snapshot and waits until it is durable. As {@link #beginSnapshot} with nothing but a name.
     *
     * @param name as {@link SnapshotRequest#named}
     * @return the snapshot
     */
    public Snapshot snapshot(String name) {
        return beginSnapshot(SnapshotRequest.named(name)).await();
    }

    /**
     * Takes a snapshot of all rows, priorities, counters, episodes and positions of streams and samplers, while others
     * append and sample. Returns when all that can change is copied; what cannot change any more is written in the
     * background. {@code FORMAT.md} says exactly what the snapshot is of. If nobody appends, samples or sets priorities
     * but the caller, it is of this very moment, and a run that goes on from it goes on as this one does.
     *
     * <p>A stream whose writer is inside a call for as long as the snapshot looks for its position has none: its open
     * episode ends, after a restore, as after a crash. Ranks of rank-based indexes are made anew, here as in a memory
     * that goes on from the snapshot.
     *
     * @param request name, states of trainers, what to keep
     * @return to wait for
     * @throws IllegalArgumentException if the name is none
     * @throws SnapshotException if there is a snapshot of that name, a trainer does not come to a boundary in time, or
     *     the files cannot be written; the memory is as it was, and goes on
     * @throws UnsupportedOperationException if the memory is volatile
     * @throws ReadOnlyMemoryException if the memory is a snapshot itself
     * @throws StoreFailedException if the storage failed earlier
     * @throws io.engram.replay.MemoryClosedException if the memory is closed
     */
    public PendingSnapshot beginSnapshot(SnapshotRequest request) {
        return requireSnapshotter().begin(request);
    }

    /**
     * Erases and waits until all that can be reached is erased. As {@link #beginErasure}.
     *
     * @param request what
     * @return what was erased, and what could not be reached
     */
    public ErasureCertificate erase(ErasureRequest request) {
        return beginErasure(request).await();
    }

    /**
     * Erases, while others append and sample. Returns when nobody can sample, find or append to what is meant any more;
     * its bytes are then made zeros in the background, wherever the memory and its snapshots have them, and forks are
     * asked to do the same. What begins after this was called is not meant. An open episode that is erased gets no row
     * more: {@code step} appends nothing and returns {@link io.engram.replay.StreamWriter#NO_ROW} until the next {@code
     * begin}. A batch that was filled before keeps what it has until it is filled again. Killed at any moment, the next
     * opening finishes the erasure.
     *
     * @param request what
     * @return to wait for
     * @throws ErasureException if it cannot be written down what is to be erased; then nothing is
     * @throws SnapshotException if a snapshot or another erasure is under way for too long; then nothing is
     * @throws UnsupportedOperationException if the memory is volatile
     * @throws ReadOnlyMemoryException if the memory is a snapshot: erase in its memory
     * @throws StoreFailedException if the storage failed earlier
     * @throws io.engram.replay.MemoryClosedException if the memory is closed
     */
    public PendingErasure beginErasure(ErasureRequest request) {
        requireChangeable();
        if (eraser == null) {
            throw new UnsupportedOperationException("a volatile memory keeps nothing that could be erased; close it");
        }
        return eraser.begin(request);
    }

    /**
     * Registers a trainer, whose state every snapshot is to have.
     *
     * @param name tells trainers apart: as {@link SnapshotRequest#named}
     * @param capture copies the trainer's state in memory; called by the trainer's own thread within {@link
     *     Trainer#stepBoundary}
     * @return to be told of boundaries
     * @throws IllegalArgumentException if the name is none or taken
     */
    public Trainer trainer(String name, Supplier<Captured> capture) {
        return requireSnapshotter().trainers().open(name, capture);
    }

    /**
     * Where to go on, if the memory was restored from a snapshot or forked, and no row was appended before it was
     * opened; of a snapshot, where its memory was.
     *
     * @return nothing if the memory is at no snapshot
     */
    public Optional<ResumePoint> resumePoint() {
        return home == null ? Optional.empty() : ResumePoint.of(home);
    }

    private Snapshotter requireSnapshotter() {
        requireChangeable();
        if (snapshotter == null) {
            throw new UnsupportedOperationException("a volatile memory has no snapshots; give it a directory");
        }
        return snapshotter;
    }

    private void requireChangeable() {
        ring.requireOpen();
        if (isReadOnly()) {
            throw new ReadOnlyMemoryException("the memory is a snapshot, opened for reading only: directory="
                    + (home == null ? null : home.directory()) + "; restore or fork it to go on from there");
        }
    }

    /** What a snapshot is to have besides rows. */
    Positions positions() {
        return positions;
    }

    /** How many episodes there were. */
    long nextEpisode() {
        return episodes.nextNumber();
    }

    /** Names of streams by number. */
    Map<Integer, String> streamNames() {
        return streams.names();
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

    /** For tests: with the index, whose turns they take where no thread does. */
    Episodes episodesWithIndex() {
        return episodes;
    }

    /** For tests: the journal. */
    EpisodeJournal journal() {
        return journal;
    }

    /** For tests: the epochs of the ring's users. */
    Epochs epochs() {
        return epochs;
    }

    /** Before a row can name them. */
    private void syncStreams(int... opened) {
        if (store != null) {
            streams.sync(() -> upkeep.syncStreams(store.segmentFiles()), ring::requireOpen, opened);
        }
    }

    /** Runs what looks at mapped memory. */
    <T> T inside(Supplier<T> call) {
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
}
