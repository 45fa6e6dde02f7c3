package io.engram.replay.offheap.internal.store;

import io.engram.replay.SamplerState;
import io.engram.replay.internal.LanePosition;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a snapshot is, apart from its files' contents. Immutable.
 *
 * @param identity which snapshot
 * @param cut which rows
 * @param files all files of the snapshot but the manifest
 * @param streams where writers stood
 * @param samplers where samplers stood, by name
 * @param leastMasses a lower bound of the masses above 0, by the priority index's name
 */
public record Manifest(
        Identity identity,
        Cut cut,
        List<Entry> files,
        List<LanePosition> streams,
        Map<String, SamplerState> samplers,
        Map<String, Long> leastMasses) {
    /** What {@link Identity#step} is if the trainer has none. */
    public static final long NO_STEP = -1;

    /** Keeps copies. */
    public Manifest {
        files = List.copyOf(files);
        streams = List.copyOf(streams);
        samplers = Map.copyOf(samplers);
        leastMasses = Map.copyOf(leastMasses);
    }

    /**
     * Which snapshot.
     *
     * @param memoryId of the memory
     * @param incarnation the opening in which it was taken
     * @param name as given
     * @param number one more than the highest there was
     * @param taken milliseconds since 1970 UTC
     * @param step of the trainer, or {@link #NO_STEP}
     */
    public record Identity(UUID memoryId, long incarnation, String name, long number, long taken, long step) {}

    /**
     * Which rows, and what is numbered.
     *
     * @param tail the first row
     * @param head one more than the last row
     * @param nextEpisode the number of the next episode
     * @param newestPolicy the newest version of the policy
     */
    public record Cut(long tail, long head, long nextEpisode, long newestPolicy) {}

    /**
     * A file.
     *
     * @param path below the snapshot's directory
     * @param isPrivate whether it was made for the snapshot, not linked
     * @param length bytes
     * @param stored bytes that were written for it, 0 if linked
     * @param crc CRC-32C of the whole file if private, else 0
     */
    public record Entry(String path, boolean isPrivate, long length, long stored, int crc) {}
}
