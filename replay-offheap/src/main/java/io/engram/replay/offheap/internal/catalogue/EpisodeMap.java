package io.engram.replay.offheap.internal.catalogue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import net.openhft.chronicle.map.ChronicleMap;
import org.jspecify.annotations.Nullable;

/**
 * A Chronicle Map from an episode's number to its {@link StoredEpisode}, in a file of fixed length. The only class that
 * knows Chronicle Map, so that all others load without it. Safe for use by any thread.
 */
final class EpisodeMap implements AutoCloseable {
    private static final int CHUNK = 64;
    private static final int AVERAGE_VALUE = 128;

    static {
        // Else it asks for the user's e-mail in every log.
        for (String each : List.of("chronicle.announcer.disable", "chronicle.analytics.disable")) {
            if (System.getProperty(each) == null) {
                System.setProperty(each, "true");
            }
        }
    }

    private final ChronicleMap<Long, byte[]> map;

    private EpisodeMap(ChronicleMap<Long, byte[]> map) {
        this.map = map;
    }

    /**
     * Opens the map of a file, or makes it.
     *
     * @param entries how many it is to have at most; half as many more are provided for, since some parts fill first
     */
    static EpisodeMap open(Path file, long entries) throws IOException {
        return new EpisodeMap(ChronicleMap.of(Long.class, byte[].class)
                .name("engram-catalogue")
                .entries(entries + entries / 2)
                .averageValueSize(AVERAGE_VALUE)
                .actualChunkSize(CHUNK)
                // Of 64 bytes each: room for the longest label.
                .maxChunksPerEntry(CHUNK)
                // Else the file would grow under a mapping, where a full disk kills the process.
                .allowSegmentTiering(false)
                .createPersistedTo(file.toFile()));
    }

    /** Stores an episode; false if there is no room. */
    boolean put(long number, byte[] value) {
        try {
            map.put(number, value);
            return true;
        } catch (IllegalStateException e) {
            if (map.isOpen()) {
                return false;
            }
            throw e;
        }
    }

    byte @Nullable [] get(long number) {
        return map.get(number);
    }

    long size() {
        return map.longSize();
    }

    void forEach(Consumer<byte[]> visitor) {
        map.forEachEntry(entry -> visitor.accept(entry.value().get()));
    }

    @Override
    public void close() {
        map.close();
    }
}
