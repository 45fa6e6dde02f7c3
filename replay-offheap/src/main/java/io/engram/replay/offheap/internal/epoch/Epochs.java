package io.engram.replay.offheap.internal.epoch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.UnsafeApi;

/**
 * Epoch-based reclamation (Fraser, "Practical lock-freedom", 2004, section 5.2.3), with records instead of three global
 * lists.
 *
 * <p><b>Assumptions.</b> Memory is unpublished (taken out of the segment table) before {@link #advance} is called for
 * it; participants look it up between {@code enter} and {@code exit} only.
 *
 * <p><b>Guarantees.</b> Once {@link #isQuiescent} is true for the value that {@code advance} returned, nobody can use
 * what was unpublished before. A participant that is stopped for ever inside keeps it from becoming true: the memory
 * stays mapped and is counted, and nobody waits. One whose thread ended does not.
 *
 * <p><b>Progress.</b> Entering and leaving are wait-free; everything else is off the hot path.
 */
public final class Epochs {
    private final AtomicLong epoch = new AtomicLong(1);
    private final List<EpochRecord> records = new CopyOnWriteArrayList<>();

    /** No participants, the first epoch. */
    public Epochs() {}

    /**
     * Adds a participant.
     *
     * @return its record, to be given to {@link #unregister} at the end
     */
    public EpochRecord register() {
        return register(false);
    }

    /**
     * Adds a participant that stays inside while it waits for the disk, and neither appends nor samples.
     *
     * @return its record, to be given to {@link #unregister} at the end
     */
    public EpochRecord registerForDisk() {
        return register(true);
    }

    private EpochRecord register(boolean waitsForDisk) {
        EpochRecord epochRecord = new EpochRecord(this, waitsForDisk);
        records.add(epochRecord);
        return epochRecord;
    }

    /**
     * Ends a participation. May be called while the owner is inside, as by a thread that closes another thread's
     * sampler: the record counts until its owner has left, and {@link EpochRecord#enter} fails from now on.
     *
     * @param epochRecord from {@link #register}
     */
    public void unregister(EpochRecord epochRecord) {
        epochRecord.unregister();
        removeGone();
    }

    long current() {
        return epoch.get();
    }

    /**
     * Starts a new epoch.
     *
     * @return the epoch that ended: what was unpublished before this call belongs to it
     */
    public long advance() {
        removeGone();
        return epoch.getAndIncrement();
    }

    /**
     * Whether every participant has left since the end of an epoch.
     *
     * @param ended what {@link #advance} returned
     * @return true if nobody can use what was unpublished in that epoch or before
     */
    public boolean isQuiescent(long ended) {
        // Pairs with that of enter. An atomic addition before, as in advance, is no full fence on every processor.
        UnsafeApi.fullFence();
        for (EpochRecord epochRecord : records) {
            if (epochRecord.mayUse(ended)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether every append and sample that was under way at the end of an epoch is over. As {@link #isQuiescent}, but
     * for participants that wait for the disk.
     *
     * @param ended what {@link #advance} returned
     * @return true if so
     */
    public boolean hasPassed(long ended) {
        UnsafeApi.fullFence();
        for (EpochRecord epochRecord : records) {
            if (!epochRecord.waitsForDisk() && epochRecord.mayUse(ended)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The threads that keep an epoch from passing.
     *
     * @param ended what {@link #advance} returned
     * @return their names, for a message
     */
    public List<String> holders(long ended) {
        List<String> names = new ArrayList<>();
        for (EpochRecord epochRecord : records) {
            Thread owner = epochRecord.thread;
            if (epochRecord.mayUse(ended) && owner != null) {
                names.add(owner.getName());
            }
        }
        return names;
    }

    private void removeGone() {
        records.removeIf(EpochRecord::isGone);
    }
}
