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
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
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
 * <p><b>Invariants.</b> Of every record before the published place, the index has what it says, or it was appended
 * again behind: ended episodes in map and columns, others among the half known. Who asks reads on in the journal from
 * there.
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
 *
 * <p>Pages that the journal gives up before they are read cost nothing: reading goes on at the first page there is. So
 * a busy memory can delay the index, and is never the reason to make it anew.
 */
public final class CatalogueIndex implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueIndex.class);
    /** Records of one turn, during which nothing is unmapped. */
    private static final int RECORDS = 256;

    /** So many pages behind, it does not rest any more: they may be given up soon. */
    private static final int PAGES_BEHIND = 2;

    private static final int MAX_REBUILDS = 3;
    private static final int THREAD_END_MILLIS = 60_000;

    /** How far the index is. */
    public enum State {
        /** Not opened yet. */
        NEW,
        /** Not all of the journal was read yet. */
        READING,
        /** It answers. */
        READY,
        /** It is done without. */
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
    private final HalfKnown half = new HalfKnown();
    private volatile State state = State.NEW;
    private volatile boolean distrusted;
    private final Renewal renewal = new Renewal();
    private int distrusts;
    private final AtomicInteger timesMadeAnew = new AtomicInteger();
    private volatile String reason = "";
    private @Nullable CatalogueMark mark;
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

    /**
     * Looks whether an index is there that is of this memory and this journal: before pages are given up, and in no
     * time, since it reads 96 bytes and one record.
     */
    public void recognise() {
        try {
            byte[] bytes = files.readMark();
            CatalogueMark found = bytes == null ? null : CatalogueMark.decode(bytes);
            JournalCursor at = new JournalCursor(journal);
            if (bytes == null) {
                reason = files.hasAny() ? "the memory was not closed cleanly" : "there was none";
            } else if (found == null
                    || !found.memoryId().equals(settings.memoryId())
                    || found.schema() != settings.schema()) {
                reason = "it is damaged, or of another version, memory or schema";
            } else if (!at.goTo(found.place())) {
                reason = "it is of a part of the journal that is not there any more";
            } else {
                mark = found;
                cursor = at;
            }
        } catch (IOException e) {
            reason = e.toString();
        }
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

    /**
     * Stores the rest and leaves files that the next opening can trust. When nobody uses the memory any more.
     *
     * @param open says which episodes have not ended
     */
    public void finish(OpenTest open) {
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
            // What is open is in no map. A clean close ends all but what was never gone on with after a restore; an
            // end that found no room, or lies behind a place that was never published, would miss its begin.
            if (at.isAtEnd() && journal.owed().isEmpty() && !half.hasOpen(open)) {
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
        files.removeMark();
        if (!tryOpen()) {
            makeAnew(reason);
        }
        move(State.READING);
        return 1;
    }

    /** Opens the map that was recognised, or returns false. */
    private boolean tryOpen() {
        CatalogueMark recognised = mark;
        if (recognised == null) {
            return false;
        }
        mark = null;
        try {
            Path file = files.markedMap(recognised);
            if (file == null) {
                reason = "its file is not there or has changed";
                return false;
            }
            episodes = GrowingMap.opened(files, file, recognised, settings.entries());
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.debug("the catalogue's index cannot be opened", e);
            reason = e.toString();
            return false;
        }
    }

    private void makeAnew(String why) throws IOException {
        LOG.info("the catalogue's index is made anew, since {}: {}", why, settings.directory());
        // Nobody asks while this is not ready; who asks still must have ended.
        underLock(() -> {
            if (episodes != null) {
                episodes.close();
            }
            episodes = null;
            place = null;
            half.clear();
        });
        files.clear();
        GrowingMap made = GrowingMap.made(files, settings.entries());
        JournalCursor from = new JournalCursor(journal);
        underLock(() -> {
            episodes = made;
            cursor = from;
            distrusted = false;
        });
        reason = why;
        timesMadeAnew.incrementAndGet();
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
        if (renewal.isAskedFor()) {
            move(State.READING);
            makeAnew("something was erased");
            renewal.happened();
            return 1;
        }
        if (distrusted) {
            move(State.READING);
            if (++distrusts > MAX_REBUILDS) {
                fail("it was made anew " + MAX_REBUILDS + " times and does not agree with the rows");
                return 0;
            }
            makeAnew("it did not agree with the rows");
            return 1;
        }
        int read = readOn(at, map);
        if (read < RECORDS && state == State.READING) {
            move(State.READY);
        }
        // Once ready it rests after each turn: what is not read yet is read by who asks, and writers need the cores.
        return state == State.READY && at.pagesBehind() < PAGES_BEHIND ? 0 : read;
    }

    /** Reads some records and takes in what they say; returns how many. */
    private int readOn(JournalCursor at, GrowingMap map) throws IOException {
        EpisodeBook book = new EpisodeBook();
        int read = insideEpoch(() -> at.advance(RECORDS, book));
        if (at.isLost()) {
            underLock(() -> {
                half.clear();
                at.goOn();
                place = at.place();
            });
            return RECORDS;
        }
        long tail = ring.tail(ring.head());
        for (Map.Entry<Long, EpisodeBook.Entry> each : book.entries().entrySet()) {
            take(map, each.getKey(), each.getValue(), tail);
        }
        underLock(() -> {
            half.forgetBefore(tail);
            place = at.place();
        });
        return read;
    }

    private void take(GrowingMap map, long number, EpisodeBook.Entry entry, long tail) throws IOException {
        StoredEpisode known = map.get(number);
        if (known != null) {
            // Of what has ended a begin is a copy, and so is an end, or the end was found out once more.
            StoredEpisode told =
                    new StoredEpisode(number, known.begin(), entry.end() == null ? known.end() : entry.end());
            if (!known.equals(told)) {
                underLock(() -> map.replace(told));
            }
            return;
        }
        EpisodeBook.Begin begin = entry.begin() == null ? half.begin(number) : entry.begin();
        EpisodeBook.End end = entry.end() == null ? half.end(number) : entry.end();
        boolean gone = end != null && end.last() < tail;
        if (begin != null && end != null && !gone) {
            map.store(new StoredEpisode(number, begin, end), this::underLock, tail);
        }
        underLock(() -> {
            if (gone || (begin != null && end != null)) {
                half.remove(number);
            } else if (begin != null) {
                half.put(number, begin);
            } else if (end != null) {
                half.put(number, end);
            }
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

    private synchronized void fail(String why) {
        if (state != State.FAILED) {
            reason = why;
            state = State.FAILED;
            LOG.warn(
                    "the catalogue has no index, questions are answered from the journal, which takes longer: {}", why);
        }
    }

    /**
     * How far it is.
     *
     * @return at this moment
     */
    public State state() {
        return state == State.READY && distrusted ? State.READING : state;
    }

    /**
     * How often it was made anew.
     *
     * @return 0 if what an earlier life of the memory left is used
     */
    public int timesMadeAnew() {
        return timesMadeAnew.get();
    }

    /**
     * Why it was made anew the last time, or is done without.
     *
     * @return a part of a sentence; empty if neither
     */
    public String reason() {
        return reason;
    }

    private boolean isReady() {
        return state == State.READY && !distrusted && renewal.isOver();
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
            half.tell(book);
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
        renewal.announce();
    }

    /**
     * Has the index made anew, and waits until the files of the old one are gone, in which there is what was erased.
     *
     * @param timeout how long to wait
     * @return false if they may be there still
     * @throws IOException if they cannot be removed
     */
    public boolean renew(Duration timeout) throws IOException {
        renewal.ask();
        if (!renewal.await(timeout, () -> runner == null || state == State.FAILED)) {
            return false;
        }
        if (!renewal.isOver()) {
            // Nobody stores any more, or not yet.
            files.clear();
            renewal.happened();
        }
        return true;
    }

    /** Says that the index does not agree with the rows: it is made anew. */
    public void distrust() {
        LOG.warn("the catalogue's index does not agree with the rows: {}", settings.directory());
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
