package io.engram.replay.offheap.internal.ring;

import io.engram.replay.internal.Lane;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.internal.RowSink;
import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.journal.JournalWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/**
 * A writer's way into the ring: claim, then for each row mark, store, publish. For one thread at a time.
 *
 * <p>The epoch is entered before the claim and left after the last publish, so no slot that this writer may store into
 * is unmapped under it. A row whose slot sealing closed is appended again under a new sequence, together with the rest
 * of its claim, so that the rows of a stream stay in order.
 */
public final class RingAppender implements RowSink {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);
    private static final int BULK_LENGTH = 512;
    private static final int PIECE = 256 << 10;

    private final Ring ring;
    private final EpochRecord epoch;
    private final EpisodeLog log;
    private final OpenEpisodes openEpisodes;
    private final Runnable onClose;
    private final AppendCounters counters;
    private final TransitionListener listener;
    private final JournalWriter journal;
    private final int rowLength;
    private final long sequenceMask;
    private final CRC32C crc = new CRC32C();
    private long next;
    private long end;
    /** Whether the epoch is entered. */
    private boolean inside;

    /**
     * An appender.
     *
     * @param ring what to append to
     * @param epoch this writer's record
     * @param log is told of each episode
     * @param counters this writer's
     * @param listener is told of each transition
     * @param onClose frees the writer's streams and its record
     */
    public RingAppender(
            Ring ring,
            EpochRecord epoch,
            EpisodeLog log,
            AppendCounters counters,
            TransitionListener listener,
            Runnable onClose) {
        this.ring = ring;
        this.epoch = epoch;
        this.log = log;
        this.openEpisodes = log.open();
        this.counters = counters;
        this.listener = listener;
        this.journal = log.journal();
        this.onClose = onClose;
        this.rowLength = ring.geometry().rowLength();
        this.sequenceMask = ring.geometry().rows() - 1L;
    }

    @Override
    public void claim(int rows) {
        enter();
        try {
            claimNext(rows);
        } catch (Throwable t) {
            leave();
            throw t;
        }
    }

    private void claimNext(int rows) {
        try {
            next = ring.claim(rows);
            end = next + rows;
        } catch (StorageFullException e) {
            counters.countFailure();
            throw e;
        }
    }

    @Override
    public long append(Lane lane, int flags) {
        while (true) {
            long sequence = next;
            if (tryAppend(sequence, lane, flags)) {
                next = sequence + 1;
                if ((flags & RowFlags.FIRST) == 0) {
                    counters.countTransition();
                    tellOf(lane, sequence);
                }
                return sequence;
            }
            counters.countLostRace();
            int rest = (int) (end - sequence);
            giveUpRest();
            claimNext(rest);
            // After the claim: who erases closes what was claimed before, and what was not is seen here.
            if (lane.isErased()) {
                return Lane.NONE;
            }
        }
    }

    /** Only now, because whoever finds the transition may read it at once. */
    private void tellOf(Lane lane, long sequence) {
        if (lane.previous() != Lane.NONE) {
            Links.put(ring, lane.previous(), sequence);
        }
        if (listener.published(lane.streamId(), transition(lane), lane.start(sequence), lane.priority())) {
            counters.countClamped();
        }
        if (lane.previous() < sequence - (sequence & sequenceMask) && lane.previous() != Lane.NONE) {
            Links.note(ring, lane.previous());
        }
    }

    /** The place in its episode of the transition that the lane's next row ends. */
    private static int transition(Lane lane) {
        return lane.isSelfContained() ? lane.step() : lane.step() - 1;
    }

    @Override
    public void release() {
        giveUpRest();
        leave();
    }

    private void enter() {
        epoch.enter();
        inside = true;
    }

    private void leave() {
        inside = false;
        epoch.exit();
    }

    @Override
    public long nextEpisode(Lane lane) {
        boolean alone = !inside;
        if (alone) {
            epoch.enter();
        }
        try {
            ring.requireWritable();
            long episode = log.beginNumber();
            beginInJournal(lane, episode, alone ? ring.head() : next);
            return episode;
        } finally {
            log.beginRecorded();
            if (alone) {
                epoch.exit();
            }
        }
    }

    private void beginInJournal(Lane lane, long episode, long head) {
        try {
            journal.begin(lane, episode, head);
        } catch (StorageFullException e) {
            counters.countFailure();
            throw e;
        }
    }

    @Override
    public void episodeBegins(Lane lane) {
        openEpisodes.begin(lane.streamId(), lane.episode());
        // Whoever erases it marks the lane first and says then that it is not open: one of the two sees the other.
        if (lane.isErased()) {
            openEpisodes.erase(lane.streamId(), lane.episode());
        }
    }

    @Override
    public void episodeEnded(Lane lane, int flags) {
        boolean alone = !inside;
        if (alone) {
            enter();
        }
        try {
            if (lane.isErased()) {
                listener.ended(lane.streamId(), transition(lane));
                return;
            }
            // Otherwise who closed the memory ends the episode, or the next who opens it.
            if (journal.end(lane, flags)) {
                openEpisodes.end(lane.streamId());
                if (!alone || !ring.isClosed()) {
                    listener.ended(lane.streamId(), transition(lane));
                }
            }
        } finally {
            if (alone) {
                leave();
            }
        }
    }

    @Override
    public void usesPolicy(long version) {
        ring.requireOpen();
        ring.policyVersions().raiseTo(version);
    }

    @Override
    public void close() {
        onClose.run();
    }

    /** Rows that were claimed and will not be appended. */
    private void giveUpRest() {
        for (long sequence = next; sequence < end; sequence++) {
            long address = ring.rowAddress(sequence);
            if (address != 0) {
                Slot.giveUp(address, sequence);
            }
        }
        next = end;
    }

    private boolean tryAppend(long sequence, Lane lane, int flags) {
        long address = ring.rowAddress(sequence);
        if (address == 0 || !Slot.mark(address, sequence)) {
            return false;
        }
        byte[] image = lane.row().image();
        LONGS.set(image, RowDescriptor.STAMP_OFFSET, Stamp.withoutState(Stamp.published(sequence, flags)));
        LONGS.set(image, RowDescriptor.EPISODE_OFFSET, lane.episode());
        LONGS.set(image, RowDescriptor.POLICY_OFFSET, lane.policyVersion());
        // Two fields at a time: what is stored in halves and loaded whole right after cannot be forwarded.
        LONGS.set(image, RowDescriptor.STREAM_OFFSET, pair(lane.streamId(), lane.step()));
        int back = RowDescriptor.back(sequence, lane.previous());
        LONGS.set(image, RowDescriptor.BACK_OFFSET, pair(back, 0));
        crc.reset();
        crc.update(image, 0, rowLength);
        LONGS.set(image, RowDescriptor.BACK_OFFSET, pair(back, (int) crc.getValue()));
        store(image, address);
        return Slot.publish(address, sequence, flags);
    }

    /** Two neighbouring ints as one long, little-endian. */
    private static long pair(int first, int second) {
        return Integer.toUnsignedLong(first) | (long) second << Integer.SIZE;
    }

    /** Copies everything behind the stamp. */
    private void store(byte[] image, long address) {
        if (rowLength < BULK_LENGTH) {
            for (int i = Long.BYTES; i < rowLength; i += Long.BYTES) {
                UnsafeApi.putLong(address + i, UnsafeApi.getLong(image, ARRAY_BASE + i));
            }
        } else {
            // In pieces, because no thread reaches a safepoint inside a copy.
            for (int i = Long.BYTES; i < rowLength; i += PIECE) {
                UnsafeApi.copyMemory(image, ARRAY_BASE + i, null, address + i, Math.min(PIECE, rowLength - i));
            }
        }
    }
}
