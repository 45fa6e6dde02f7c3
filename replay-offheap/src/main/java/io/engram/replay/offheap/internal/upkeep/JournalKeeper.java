package io.engram.replay.offheap.internal.upkeep;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.NeededRecords;
import io.engram.replay.offheap.internal.journal.OwedEnd;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import io.engram.replay.offheap.internal.journal.RecordImage;
import io.engram.replay.offheap.internal.ring.Ring;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a page ahead of the journal's records, makes full pages durable, and gives up old ones: what they hold of
 * episodes in the window is appended again, then they are dropped.
 *
 * <p>{@link #prepare} is for one thread, {@link #tidy} for one, which may be another. Writers wait for neither.
 */
final class JournalKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(JournalKeeper.class);
    private static final int CYCLES_BETWEEN_TRIES = 100;
    /** So few pages are never given up. */
    private static final int LEAST_PAGES = 4;

    private final EpisodeJournal journal;
    private final NeededRecords needed = new NeededRecords();
    private final Ring ring;
    private final Epochs epochs;
    private final TakeBackGate gate;
    private final Deque<Doomed> doomed = new ArrayDeque<>();
    private final RecordImage ends;
    private final RecordImage survivors;
    private long goal = LEAST_PAGES;
    private int pause;
    private int cleaningPause;
    private @Nullable String lastComplaint;

    /** A page that nobody can find any more, and the epoch that must pass before it is unmapped. */
    private record Doomed(JournalPage page, long epoch) {}

    JournalKeeper(EpisodeJournal journal, Ring ring, Epochs epochs, TakeBackGate gate) {
        this.gate = gate;
        this.journal = journal;
        this.ring = ring;
        this.epochs = epochs;
        this.ends = journal.newImage();
        this.survivors = journal.newImage();
    }

    /** Makes the page behind, and records ends that found no room. */
    int prepare() {
        if (ring.hasFailed()) {
            return 0;
        }
        if (pause > 0) {
            pause--;
            return 0;
        }
        try {
            int work = journal.prepare() ? 1 : 0;
            for (OwedEnd owed = journal.owed().peek();
                    owed != null;
                    owed = journal.owed().peek()) {
                owed.writeTo(ends);
                journal.append(ends);
                // It may be gone: its episode is being erased.
                journal.owed().remove(owed);
                work++;
            }
            lastComplaint = null;
            return work;
        } catch (StorageFullException e) {
            // Writers that begin an episode get the same error; here it is tried again until there is space.
            complain(e);
            pause = CYCLES_BETWEEN_TRIES;
            return 0;
        }
    }

    /** At the end: records ends that found no room before, if there is some now. */
    void settle() {
        pause = 0;
        prepare();
    }

    /** Makes full pages durable and gives up old ones; {@code forceRows} makes all rows durable, false if it fails. */
    int tidy(BooleanSupplier forceRows) {
        int work = unmap();
        if (!ring.hasFailed()) {
            work += seal();
            work += clean(forceRows);
        }
        return work;
    }

    private int seal() {
        int sealed = 0;
        JournalPage last = journal.current();
        for (JournalPage page = journal.first(); page != last; page = requireNext(page)) {
            if (page.life() != JournalPage.Life.SEALED) {
                page.shut();
                if (!makeDurable(page, true)) {
                    return sealed;
                }
                page.setSealed();
                sealed++;
            }
        }
        return sealed;
    }

    private boolean makeDurable(JournalPage page, boolean sealing) {
        // The system reports a failed write once, to this thread or to a caller of sync.
        synchronized (ring.source()) {
            try {
                ring.requireNotFailed();
                if (sealing) {
                    journal.source().seal(page);
                } else {
                    journal.force();
                }
                return true;
            } catch (StorageException e) {
                ring.fail(e);
                LOG.error("the journal failed, the memory can only be read from here on: {}", e.getMessage());
                return false;
            }
        }
    }

    /**
     * Gives up the oldest pages, as many as pay best: a page is worth its length, a record that is needed costs its own
     * twice. While less than half of the journal is needed some pay, so it stays below twice what is needed.
     */
    private int clean(BooleanSupplier forceRows) {
        JournalPage last = journal.current();
        if (cleaningPause > 0) {
            cleaningPause--;
            return 0;
        }
        if (last.number() - journal.first().number() < goal) {
            return 0;
        }
        // First of all: what leaves the window from here on is kept until the next time.
        long tail = ring.tail(ring.head());
        needed.clear();
        journal.forEach(needed);
        JournalPage cut = bestCut(tail, last);
        goal = Math.max(LEAST_PAGES, last.number() - cut.number() + LEAST_PAGES);
        // A power loss must not bring the head back to where the window held what is given up here.
        if (cut == journal.first() || !forceRows.getAsBoolean()) {
            return 0;
        }
        try {
            // A snapshot that is under way goes on to look for what is given up here.
            if (!gate.tryEnter()) {
                return 0;
            }
            try {
                giveUpBefore(cut, tail);
            } finally {
                gate.exit();
            }
            goal = Math.max(LEAST_PAGES, 2 * (journal.current().number() - cut.number() + 1));
            return 1;
        } catch (StorageFullException e) {
            complain(e);
            cleaningPause = CYCLES_BETWEEN_TRIES;
            return 0;
        }
    }

    private JournalPage bestCut(long tail, JournalPage last) {
        JournalPage best = journal.first();
        long gain = 0;
        long bestGain = 0;
        PageReader reader = journal.newReader();
        for (JournalPage page = journal.first(); page != last; page = requireNext(page)) {
            long[] length = new long[1];
            reader.read(page, page.limit(), (of, offset, entry) -> {
                if (needed.isNeeded(of, offset, entry, tail)) {
                    length[0] += RecordDescriptor.align(entry.limit());
                }
            });
            gain += page.limit() - 2 * length[0];
            if (gain > bestGain) {
                bestGain = gain;
                best = requireNext(page);
            }
        }
        return best;
    }

    private void giveUpBefore(JournalPage cut, long tail) {
        PageReader reader = journal.newReader();
        JournalPage oldest = journal.first();
        for (JournalPage page = oldest; page != cut; page = requireNext(page)) {
            reader.read(page, page.limit(), (of, offset, entry) -> {
                if (needed.isNeeded(of, offset, entry, tail)) {
                    survivors.copyOf(entry);
                    journal.append(survivors);
                }
            });
        }
        // A power loss must not keep the record that gives the pages up and lose what was copied out of them.
        if (!makeDurable(cut, false)) {
            return;
        }
        survivors.kept(cut.number(), needed.nextEpisode());
        journal.append(survivors);
        if (!makeDurable(cut, false)) {
            return;
        }
        journal.dropBefore(cut);
        for (JournalPage page = oldest; page != cut; page = requireNext(page)) {
            if (page.limit() > 0) {
                unlink(page);
                doomed.add(new Doomed(page, epochs.advance()));
            }
        }
    }

    private void unlink(JournalPage page) {
        try {
            journal.source().unlink(page);
        } catch (StorageException e) {
            complain(e);
        }
    }

    private int unmap() {
        int unmapped = 0;
        while (!doomed.isEmpty() && epochs.isQuiescent(doomed.peek().epoch())) {
            journal.source().unmap(doomed.remove().page());
            unmapped++;
        }
        return unmapped;
    }

    /** Frees all that is held. Called when nobody uses the journal any more. */
    void unmapAll() {
        doomed.forEach(each -> journal.source().unmap(each.page()));
        for (JournalPage page = journal.first(); page != null; page = page.next()) {
            if (page.limit() > 0) {
                journal.source().unmap(page);
            }
        }
    }

    private static JournalPage requireNext(JournalPage page) {
        return Objects.requireNonNull(page.next());
    }

    private void complain(StorageException e) {
        String complaint = String.valueOf(e.getMessage());
        if (!complaint.equals(lastComplaint)) {
            lastComplaint = complaint;
            LOG.warn("{}", complaint);
        }
    }
}
