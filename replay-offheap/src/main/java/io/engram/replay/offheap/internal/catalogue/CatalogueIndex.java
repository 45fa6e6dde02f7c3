package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.JournalCursor;
import io.engram.replay.offheap.internal.ring.Ring;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of a memory's episodes: reads the journal in the background and keeps what has ended in an {@link
 * EpisodeMap}. The journal is the truth; whatever is wrong with the index, it is made anew or done without.
 *
 * <p><b>Invariants.</b> Of every record before the published place, the index has what it says: ended episodes in map
 * and columns, open ones among the begun. Who asks reads on in the journal from there.
 *
 * <p><b>Threads.</b> One thread stores. Any thread may ask, inside an epoch, and gets no answer while the storing
 * thread holds the lock; nobody waits for it.
 *
 * <pre>
 *   NEW --open--> READING --all read--> READY
 *    |               ^                    |
 *    |               +----distrusted------+
 *    +------- anything that fails -----------> FAILED
 * </pre>
 */
public final class CatalogueIndex implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueIndex.class);
    /** Records of one turn, during which nothing is unmapped. */
    private static final int RECORDS = 256;

    private static final int MAX_REBUILDS = 3;
    private static final int THREAD_END_MILLIS = 60_000;
    private static final int RENEWAL_LOOK_MILLIS = 100;

    private enum State {
        NEW,
        READING,
        READY,
        FAILED
    }

    /**
     * Of what and where.
     *
     * @param directory of the index alone
     * @param memoryId of the memory
     * @param schema a hash of its schema and capacity
     * @param entries how many episodes the first map is for
     */
    public record Settings(Path directory, UUID memoryId, long schema, long entries) {}

    private final Settings settings;
    private final EpisodeJournal journal;
    private final Ring ring;
    private final Epochs epochs;
    private final CatalogueFiles files;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Long, EpisodeBook.Begin> begun = new HashMap<>();
    private volatile State state = State.NEW;
    private volatile boolean distrusted;
    /** Not null while it is to be made anew because something was erased from the journal. */
    private volatile @Nullable CountDownLatch renewal;

    private volatile boolean paused;
    private int rebuilds;
    private JournalCursor.@Nullable Place place;
    private @Nullable JournalCursor cursor;
    private @Nullable GrowingMap episodes;
    private @Nullable AgentRunner runner;
    private @Nullable EpochRecord epoch;

    /**
     * An index that is not open yet.
     *
     * @param settings of what and where
     * @param journal to read
     * @param ring of the rows
     * @param epochs of the ring's users
     */
    public CatalogueIndex(Settings settings, EpisodeJournal journal, Ring ring, Epochs epochs) {
        this.settings = settings;
        this.journal = journal;
        this.ring = ring;
        this.epochs = epochs;
        this.files = new CatalogueFiles(settings.directory());
    }

    /** Begins to open and to read, in the background. */
    public void start() {
        AgentRunner started = new AgentRunner(new SleepingMillisIdleStrategy(2), this::fail, null, this);
        runner = started;
        AgentRunner.startOnThread(started, task -> {
            Thread thread = new Thread(task, roleName());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Ends the thread. Nothing is stored after this but by {@link #finish}. */
    public void stop() {
        AgentRunner running = runner;
        if (running != null) {
            running.close(
                    THREAD_END_MILLIS,
                    thread -> LOG.error("thread {} does not end; waiting for its disk operation", thread.getName()));
        }
    }

    /** Stores the rest and leaves files that the next opening can trust. When nobody uses the memory any more. */
    public void finish() {
        GrowingMap map = episodes;
        JournalCursor at = cursor;
        if (map == null || at == null || state == State.FAILED || distrusted) {
            return;
        }
        try {
            int read;
            do {
                read = readOn(at, map);
            } while (read > 0);
            // What is open is in no map. A clean close ends all but what was never gone on with after a restore.
            if (!at.isLost() && begun.isEmpty()) {
                map.closeCleanly(settings, at);
            }
        } catch (Exception | LinkageError | InternalError e) {
            fail(e);
        }
    }

    @Override
    public String roleName() {
        return "engram-catalogue";
    }

    @Override
    public void onClose() {
        EpochRecord own = epoch;
        if (own != null) {
            epoch = null;
            epochs.unregister(own);
        }
    }

    @Override
    public int doWork() {
        if (state == State.FAILED) {
            return 0;
        }
        try {
            return state == State.NEW ? open() : turn();
        } catch (Exception | LinkageError | InternalError e) {
            fail(e);
            return 0;
        }
    }

    private int open() throws IOException {
        epoch = epochs.register();
        String missing = ChronicleFlags.missing().orElse(null);
        if (missing != null) {
            fail(missing);
            return 0;
        }
        CatalogueMark mark = files.takeMark();
        boolean found = mark != null && tryOpen(mark);
        if (!found) {
            makeAnew();
        }
        move(State.READING);
        return 1;
    }

    /** Opens the map of a mark and goes on where it ends, or returns false. */
    private boolean tryOpen(CatalogueMark mark) throws IOException {
        boolean own = mark.memoryId().equals(settings.memoryId()) && mark.schema() == settings.schema();
        Path file = own ? files.markedMap(mark) : null;
        JournalCursor at = new JournalCursor(journal);
        if (file == null || !insideEpoch(() -> at.goTo(mark.place()))) {
            LOG.info("the catalogue's index is not that of this journal and is made anew: {}", settings.directory());
            return false;
        }
        cursor = at;
        episodes = GrowingMap.opened(files, file, mark, settings.entries());
        return true;
    }

    private void makeAnew() throws IOException {
        // Nobody asks while this is not ready; who asks still must have ended.
        underLock(() -> {
            if (episodes != null) {
                episodes.close();
            }
            episodes = null;
            place = null;
            begun.clear();
        });
        files.clear();
        GrowingMap made = GrowingMap.made(files, settings.entries());
        JournalCursor from = new JournalCursor(journal);
        underLock(() -> {
            episodes = made;
            cursor = from;
            distrusted = false;
        });
    }

    /** Runs a change that nobody is to see half of. */
    private void underLock(Runnable change) {
        try {
            // Who asks may be stopped for ever; the thread must end all the same.
            lock.writeLock().lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a question was being answered", e);
        }
        try {
            change.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private synchronized void move(State to) {
        if (state != State.FAILED) {
            state = to;
        }
    }

    private int turn() throws IOException {
        JournalCursor at = cursor;
        GrowingMap map = episodes;
        if (at == null || map == null || ring.isClosed()) {
            return 0;
        }
        if (at.isLost()) {
            // It was outrun, which says nothing against it.
            move(State.READING);
            makeAnew();
            return 1;
        }
        CountDownLatch asked = renewal;
        if (asked != null) {
            move(State.READING);
            makeAnew();
            renewal = null;
            asked.countDown();
            return 1;
        }
        if (distrusted) {
            move(State.READING);
            if (++rebuilds > MAX_REBUILDS) {
                fail("it was made anew " + MAX_REBUILDS + " times and does not agree with the rows");
                return 0;
            }
            makeAnew();
            return 1;
        }
        int read = readOn(at, map);
        if (read < RECORDS && !at.isLost() && state == State.READING) {
            move(State.READY);
        }
        // Once ready it rests after each turn: what is not read yet is read by who asks, and writers need the cores.
        return state == State.READY ? 0 : read;
    }

    /** Reads some records and takes in what they say; returns how many. */
    private int readOn(JournalCursor at, GrowingMap map) throws IOException {
        EpisodeBook book = new EpisodeBook();
        int read = insideEpoch(() -> at.advance(RECORDS, book));
        if (at.isLost()) {
            return 0;
        }
        long tail = ring.tail(ring.head());
        for (Map.Entry<Long, EpisodeBook.Entry> each : book.entries().entrySet()) {
            take(map, each.getKey(), each.getValue(), tail);
        }
        underLock(() -> place = at.place());
        return read;
    }

    private void take(GrowingMap map, long number, EpisodeBook.Entry entry, long tail) throws IOException {
        StoredEpisode known = map.get(number);
        EpisodeBook.Begin begin =
                known != null ? known.begin() : entry.begin() != null ? entry.begin() : begun.get(number);
        EpisodeBook.End end = entry.end();
        if (begin == null || (end == null && known != null)) {
            // Given up, because none of its rows is held; or written once more, when its page was given up.
            return;
        }
        StoredEpisode told = end == null ? null : new StoredEpisode(number, begin, end);
        boolean held = told != null && told.end().last() >= tail;
        if (told != null && held && known == null) {
            map.store(told, this::underLock, tail);
        }
        underLock(() -> {
            if (told == null) {
                begun.put(number, begin);
                return;
            }
            if (known != null && !known.equals(told)) {
                map.replace(told);
            }
            begun.remove(number);
        });
    }

    private <T> T insideEpoch(Supplier<T> call) {
        EpochRecord own = epoch;
        if (own == null) {
            return call.get();
        }
        own.enter();
        try {
            return call.get();
        } finally {
            own.exit();
        }
    }

    private void fail(Throwable cause) {
        fail(cause.toString());
        LOG.debug("the catalogue's index failed", cause);
    }

    private synchronized void fail(String reason) {
        if (state != State.FAILED) {
            state = State.FAILED;
            LOG.warn(
                    "the catalogue has no index, questions are answered from the journal, which takes longer: {}",
                    reason);
        }
    }

    /**
     * Whether questions are answered.
     *
     * @return at this moment
     */
    public boolean isReady() {
        return state == State.READY && !distrusted && !paused && renewal == null;
    }

    /**
     * Begins to ask. Inside an epoch; to be closed.
     *
     * @return null if there is no answer now
     */
    public @Nullable IndexReading tryRead() {
        if (!isReady() || !lock.readLock().tryLock()) {
            return null;
        }
        GrowingMap map = episodes;
        JournalCursor.Place from = place;
        EpisodeBook book = new EpisodeBook();
        try {
            begun.forEach(book::assume);
            if (map != null && from != null && JournalCursor.readBehind(journal, from, book)) {
                journal.owed().forEach(book::add);
                return new IndexReading(map, book, new RowCheck(ring), lock.readLock()::unlock);
            }
        } catch (RuntimeException | Error e) {
            lock.readLock().unlock();
            throw e;
        }
        lock.readLock().unlock();
        return null;
    }

    /** Answers no question until {@link #renew} is called: it knows of what is being erased. */
    public void pause() {
        paused = true;
    }

    /**
     * Has the index made anew, and waits until the files of the old one are gone, in which there is what was erased.
     *
     * @param timeout how long to wait
     * @return false if they may be there still
     * @throws IOException if they cannot be removed
     */
    public boolean renew(Duration timeout) throws IOException {
        CountDownLatch asked = new CountDownLatch(1);
        renewal = asked;
        paused = false;
        try {
            long start = System.nanoTime();
            while (runner != null && state != State.FAILED) {
                if (asked.await(RENEWAL_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
                if (System.nanoTime() - start > timeout.toNanos()) {
                    return false;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        // Nobody stores any more, or not yet.
        files.clear();
        renewal = null;
        return true;
    }

    /** Says that the index does not agree with the rows: it is made anew. */
    public void distrust() {
        LOG.warn("the catalogue's index does not agree with the rows and is made anew: {}", settings.directory());
        distrusted = true;
    }

    /**
     * Says that asking met an error: the index is done without.
     *
     * @param cause the error
     */
    public void failed(Throwable cause) {
        fail(cause);
    }
}
