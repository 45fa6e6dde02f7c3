package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.internal.LabelText;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Which episode a number stands for: after a restore the same number is given to another one.
 *
 * @param episode the number
 * @param identity the first eight bytes of the SHA-256 of number, stream, begun, policy, head and label
 */
public record KnownEpisode(long episode, long identity) {
    private static final int NUMBERS = 4 * Long.BYTES + Integer.BYTES;

    /**
     * Of a begin.
     *
     * @param episode its number
     * @param begin how it began
     * @return both
     */
    public static KnownEpisode of(long episode, EpisodeBook.Begin begin) {
        byte[] label = LabelText.encode(begin.label());
        ByteBuffer bytes = ByteBuffer.allocate(NUMBERS + label.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(episode)
                .putLong(begin.begun())
                .putLong(begin.policyVersion())
                .putLong(begin.head())
                .putInt(begin.stream())
                .put(label);
        return new KnownEpisode(
                episode,
                ByteBuffer.wrap(Hashes.digest(bytes.array()))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong());
    }
}
