package io.engram.replay.internal;

import io.engram.replay.EpisodeLabel;
import io.engram.replay.StreamException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One stream's place: the row being staged and where its episode stands. A {@link RowSink} reads it. For one thread at
 * a time, but for {@link #position}, which any thread may ask for: what it reads is numbered before and after each
 * change, and read again if the number was odd or another afterwards (Lamport, "Concurrent Reading and Writing", 1977).
 */
public final class Lane {
    /** What {@link #previous()} is for the first row of an episode. */
    public static final long NONE = -1;
    /** What {@link #priority()} is unless the writer gives one. */
    public static final double UNRATED = -1;

    private static final VarHandle CHANGES;

    static {
        try {
            CHANGES = MethodHandles.lookup().findVarHandle(Lane.class, "changes", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String stream;
    private final int streamId;
    private final StagedRow row;
    private final boolean selfContained;
    private boolean inEpisode;
    private long episode;
    private int step;
    private long previous = NONE;
    private double priority = UNRATED;
    private long policyVersion;
    private EpisodeLabel label = EpisodeLabel.NONE;
    private byte[] labelText = LabelText.encode(EpisodeLabel.NONE);
    private final EpisodeProgress progress = new EpisodeProgress();
    /** Odd while the lane changes. */
    private int changes;
    /** The episode that no row may come of any more; set by whoever erases it, seen by the writer's next call. */
    private volatile long erased = NONE;
    /** Whether the label is of somebody who was erased; no position tells of it until the writer uses it again. */
    private volatile boolean labelHidden;

    /**
     * A stream with no episode open.
     *
     * @param stream its name
     * @param streamId the number that rows carry for it
     * @param row where its values are staged
     */
    public Lane(String stream, int streamId, StagedRow row) {
        this.stream = stream;
        this.streamId = streamId;
        this.row = row;
        this.selfContained = row.layout().nextOffset() > 0;
    }

    /**
     * The stream's name.
     *
     * @return as given
     */
    public String stream() {
        return stream;
    }

    /**
     * The number that rows carry for the stream.
     *
     * @return at least 0
     */
    public int streamId() {
        return streamId;
    }

    /**
     * The staged row.
     *
     * @return the same object always
     */
    public StagedRow row() {
        return row;
    }

    /**
     * The episode that the next row belongs to.
     *
     * @return its number
     */
    public long episode() {
        return episode;
    }

    /**
     * The place of the next row in its episode.
     *
     * @return 0 for the first row
     */
    public int step() {
        return step;
    }

    /**
     * The row before the next one in its episode.
     *
     * @return its sequence, or {@link #NONE}
     */
    public long previous() {
        return previous;
    }

    /**
     * The row that a transition starts from.
     *
     * @param end the row that it leads to, about to be or just appended for this lane and not the first of an episode
     * @return its sequence
     */
    public long start(long end) {
        return selfContained ? end : previous;
    }

    /**
     * Whether a row is a whole transition.
     *
     * @return false with arrival rows
     */
    public boolean isSelfContained() {
        return selfContained;
    }

    /**
     * Whether an episode is open.
     *
     * @return true between begin and end
     */
    public boolean inEpisode() {
        return inEpisode;
    }

    /**
     * The priority of the transition that the next row ends.
     *
     * @return at least 0, or {@link #UNRATED}
     */
    public double priority() {
        return priority;
    }

    /**
     * The version of the policy that acts.
     *
     * @return at least 0
     */
    public long policyVersion() {
        return policyVersion;
    }

    /**
     * What the next episode is about.
     *
     * @return as set last
     */
    public EpisodeLabel label() {
        return label;
    }

    /**
     * What the next episode is about, as {@link LabelText} writes it.
     *
     * @return the array itself
     */
    public byte[] labelText() {
        return labelText;
    }

    /**
     * How far the episode has come, or came that was the last one.
     *
     * @return the same object always
     */
    public EpisodeProgress progress() {
        return progress;
    }

    /**
     * Says that an episode is being erased: no row of it is appended any more by calls that begin after this one
     * returned; a call under way that has to claim its row again appends nothing either. Of several the latest counts:
     * nothing comes of the others any more. For any thread, one at a time.
     *
     * @param number of the episode, which is the lane's last one, or about to be
     */
    public void erase(long number) {
        erased = Math.max(erased, number);
    }

    /**
     * Whether the episode is being erased, so that nothing may be recorded of it. For any thread.
     *
     * @return true once {@link #erase} was called with the lane's episode
     */
    public boolean isErased() {
        return erased == episode && erased != NONE;
    }

    /**
     * Keeps the label of the next episode out of positions, because what it names was erased, until the writer sets a
     * label or begins an episode with this one. For any thread.
     */
    public void hideLabel() {
        labelHidden = true;
    }

    /** Rows that {@link #step} needs. */
    int rowsToStep() {
        return isErased() ? 0 : 1;
    }

    /** Says what episodes are about that begin from now on. */
    void describe(EpisodeLabel newLabel) {
        byte[] text = LabelText.encode(newLabel);
        beginChange();
        labelHidden = false;
        label = newLabel;
        labelText = text;
        endChange();
    }

    /** Says which version of the policy acts from the next row on. */
    void actBy(long version, RowSink sink) {
        PolicyVersions.check(version);
        sink.usesPolicy(version);
        beginChange();
        policyVersion = version;
        endChange();
    }

    /** Rates the transition of the next step. */
    void prioritize(double rating) {
        if (!(rating >= 0 && rating < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "priority=" + rating + " of stream '" + stream + "', expected a finite number of at least 0");
        }
        priority = rating;
    }

    /** Rows that {@link #begin} needs. */
    int rowsToBegin() {
        return selfContained ? 0 : 1;
    }

    /** Begins an episode with the staged state, whose rows the sink has room for. */
    long begin(RowSink sink) {
        long number = sink.nextEpisode(this);
        abandon(sink);
        beginChange();
        try {
            labelHidden = false;
            progress.begin(number, row.noReward());
            episode = number;
            step = 0;
            previous = NONE;
            priority = UNRATED;
            sink.episodeBegins(this);
            if (selfContained) {
                row.promoteNextState();
            } else {
                row.clearSteps();
                appendFirst(sink);
            }
            inEpisode = true;
        } finally {
            endChange();
        }
        return previous;
    }

    private void appendFirst(RowSink sink) {
        if (isErased()) {
            return;
        }
        try {
            previous = sink.append(this, RowFlags.FIRST);
        } catch (Throwable t) {
            sink.episodeEnded(this, 0);
            throw t;
        }
        if (previous == NONE) {
            return;
        }
        progress.firstRow(previous);
        step = 1;
    }

    /** Appends the staged step, whose row the sink has room for; of an episode that is being erased nothing. */
    long step(RowSink sink, int flags) {
        long sequence = isErased() ? NONE : sink.append(this, flags);
        if (sequence == NONE) {
            priority = UNRATED;
            if (flags != 0) {
                abandon(sink);
            }
            return NONE;
        }
        beginChange();
        previous = sequence;
        progress.transition(sequence, row.reward());
        priority = UNRATED;
        step++;
        if (flags != 0) {
            inEpisode = false;
        } else if (selfContained) {
            row.promoteNextState();
        }
        endChange();
        if (flags != 0) {
            sink.episodeEnded(this, flags);
        }
        return sequence;
    }

    void abandon(RowSink sink) {
        priority = UNRATED;
        if (inEpisode) {
            beginChange();
            inEpisode = false;
            endChange();
            sink.episodeEnded(this, 0);
        }
    }

    /** Goes on where another lane of the same stream stood. Before any other use. */
    public void resume(LanePosition position) {
        policyVersion = position.policyVersion();
        labelText = position.labelText();
        label = LabelText.decode(ByteBuffer.wrap(labelText).order(ByteOrder.LITTLE_ENDIAN));
        if (position.inEpisode()) {
            inEpisode = true;
            episode = position.episode();
            step = position.step();
            previous = position.previous();
            progress.resume(episode, position.first(), previous, position.length(), position.totalReward());
            row.putState(position.state());
        }
    }

    /**
     * Where the lane stands between two calls of its writer. For any thread.
     *
     * @return the position, or null if the lane is being changed at this moment
     */
    public @Nullable LanePosition position() {
        int before = (int) CHANGES.getAcquire(this);
        boolean open = inEpisode && !isErased();
        LanePosition found = new LanePosition(
                streamId,
                open ? episode : NONE,
                step,
                previous,
                policyVersion,
                labelHidden ? LabelText.encode(EpisodeLabel.NONE) : labelText,
                progress.first(),
                progress.length(),
                progress.totalReward(),
                selfContained && open ? row.state() : new byte[0]);
        VarHandle.acquireFence();
        return (before & 1) == 0 && (int) CHANGES.getOpaque(this) == before ? found : null;
    }

    private void beginChange() {
        CHANGES.setOpaque(this, changes + 1);
        VarHandle.storeStoreFence();
    }

    private void endChange() {
        CHANGES.setRelease(this, changes + 1);
    }

    void requireEpisode() {
        if (!inEpisode) {
            throw new StreamException(
                    "stream '" + stream + "' has no open episode; call begin with its first observation before step");
        }
    }
}
