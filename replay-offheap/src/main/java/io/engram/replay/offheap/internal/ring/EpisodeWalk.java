package io.engram.replay.offheap.internal.ring;

import io.engram.replay.internal.RowFlags;
import org.agrona.UnsafeApi;

/**
 * Goes from row to row of an episode. For one thread, inside an epoch.
 *
 * <p><b>Forward</b> it first guesses that the next row is as far on as the last one was, which is so with one writer
 * and with writers that take turns: the row itself confirms it with its link back, so that the walk waits neither for
 * the forward link nor, on a processor that speculates, for the row before. Otherwise it follows the link. What it
 * reads is to be trusted only if the stamps of all rows that were walked over are found unchanged afterwards.
 */
public final class EpisodeWalk {
    private static final int ENDS = RowFlags.TERMINATED | RowFlags.TRUNCATED;

    private final Ring ring;
    private final OpenEpisodes openEpisodes;
    private int distance = 1;
    private long sequence;
    private long address;
    private long stamp;

    /**
     * A walk through the episodes of a ring.
     *
     * @param ring of the rows
     * @param openEpisodes which of them can go on
     */
    public EpisodeWalk(Ring ring, OpenEpisodes openEpisodes) {
        this.ring = ring;
        this.openEpisodes = openEpisodes;
    }

    /**
     * Goes to a row.
     *
     * @param row its sequence
     * @return false, and nowhere, if it cannot be read
     */
    public boolean goTo(long row) {
        long at = ring.rowAddress(row);
        if (at == 0) {
            return false;
        }
        long found = UnsafeApi.getLongVolatile(null, at);
        if (!Stamp.isPublished(found, row)) {
            return false;
        }
        sequence = row;
        address = at;
        stamp = found;
        return true;
    }

    /**
     * Goes to the next row of the episode.
     *
     * @return false, and nowhere, if there is none that can be read
     */
    public boolean goForward() {
        if (follows(distance)) {
            return true;
        }
        long link = ring.linkAddress(sequence);
        int linked = link == 0 ? 0 : UnsafeApi.getInt(link);
        if (linked <= 0 || linked == distance || !follows(linked)) {
            return false;
        }
        distance = linked;
        return true;
    }

    /**
     * Where a row of an episode most likely is.
     *
     * @param row a row
     * @param rows how many further on in its episode
     * @return a sequence
     */
    public long guess(long row, int rows) {
        return row + (long) rows * distance;
    }

    /**
     * Goes to the row before in the episode.
     *
     * @param tail the oldest row there is
     * @return false, and nowhere, if it cannot be read or is older
     */
    public boolean goBack(long tail) {
        int back = UnsafeApi.getInt(address + RowDescriptor.BACK_OFFSET);
        return back > 0 && back != RowDescriptor.BACK_TOO_FAR && sequence - back >= tail && goTo(sequence - back);
    }

    /**
     * Whether the episode was closed to more rows, by a flag or without. If so, whoever found no next row before this
     * call must look once more: the last ones may have come in between.
     *
     * @return false if it can go on
     */
    public boolean isClosed() {
        if (isLast()) {
            return true;
        }
        int stream = UnsafeApi.getInt(address + RowDescriptor.STREAM_OFFSET);
        long episode = UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET);
        return !openEpisodes.isOpen(stream, episode);
    }

    /**
     * Whether the row says itself that the episode ends with it.
     *
     * @return true if it is flagged
     */
    public boolean isLast() {
        return (Stamp.flags(stamp) & ENDS) != 0;
    }

    /**
     * Which row the walk is at.
     *
     * @return its sequence
     */
    public long sequence() {
        return sequence;
    }

    /**
     * Where the row lies.
     *
     * @return a raw address
     */
    public long address() {
        return address;
    }

    /**
     * The row's stamp, as it was found.
     *
     * @return the word
     */
    public long stamp() {
        return stamp;
    }

    /**
     * The row's place in its episode.
     *
     * @return 0 for the first
     */
    public int step() {
        return UnsafeApi.getInt(address + RowDescriptor.STEP_OFFSET);
    }

    private boolean follows(int rows) {
        long next = sequence + rows;
        long at = ring.rowAddress(next);
        if (at == 0) {
            return false;
        }
        long found = UnsafeApi.getLongVolatile(null, at);
        if (!Stamp.isPublished(found, next) || UnsafeApi.getInt(at + RowDescriptor.BACK_OFFSET) != rows) {
            return false;
        }
        sequence = next;
        address = at;
        stamp = found;
        return true;
    }
}
