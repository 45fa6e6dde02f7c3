package io.engram.replay.internal;

import io.engram.replay.EpisodeLabel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a lane stands between two calls of its writer: all that is needed to go on with its episode in another process.
 * Immutable; arrays are handed on and never changed.
 *
 * @param streamId the number that rows carry for the stream
 * @param episode the episode that is open; {@link Lane#NONE} if none is
 * @param step the place of the next row in the episode
 * @param previous the last row of the episode, or {@link Lane#NONE}
 * @param policyVersion of the policy that acts
 * @param labelText what the next episode is about, as {@link LabelText} writes it
 * @param first the first row of the episode, or {@link Lane#NONE}
 * @param length transitions of the episode so far
 * @param totalReward the sum of their rewards
 * @param state with self-contained rows the state that the next transition starts from, else empty
 */
@SuppressWarnings("ArrayRecordComponent") // compared by the methods below
public record LanePosition(
        int streamId,
        long episode,
        int step,
        long previous,
        long policyVersion,
        byte[] labelText,
        long first,
        long length,
        double totalReward,
        byte[] state) {
    /**
     * Whether an episode is open.
     *
     * @return true if rows are to follow
     */
    public boolean inEpisode() {
        return episode != Lane.NONE;
    }

    /**
     * The same place, but that the next episode is about nothing unless its writer says so.
     *
     * @return this position if it has no label
     */
    public LanePosition withoutLabel() {
        byte[] none = LabelText.encode(EpisodeLabel.NONE);
        return Arrays.equals(none, labelText)
                ? this
                : new LanePosition(
                        streamId, episode, step, previous, policyVersion, none, first, length, totalReward, state);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LanePosition that
                && streamId == that.streamId
                && episode == that.episode
                && step == that.step
                && previous == that.previous
                && policyVersion == that.policyVersion
                && first == that.first
                && length == that.length
                && Double.compare(totalReward, that.totalReward) == 0
                && Arrays.equals(labelText, that.labelText)
                && Arrays.equals(state, that.state);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(episode) * 31 + streamId;
    }
}
