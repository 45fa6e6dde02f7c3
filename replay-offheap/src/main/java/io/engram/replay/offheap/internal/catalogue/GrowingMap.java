package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.offheap.internal.journal.JournalCursor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A map of episodes and its columns. When the map is full, a bigger one is made, what is still in the window is copied,
 * and the new one takes its place: so nothing is ever removed from a map, and what left the window is forgotten by not
 * being copied. One thread stores, under the index's lock where it says so; any reads.
 */
final class GrowingMap implements AutoCloseable {
    private final CatalogueFiles files;
    private final long least;
    private Path file;
    private EpisodeMap map;
    private EpisodeColumns columns;
    private long entries;

    private GrowingMap(
            CatalogueFiles files, Path file, EpisodeMap map, EpisodeColumns columns, long entries, long least) {
        this.files = files;
        this.file = file;
        this.map = map;
        this.columns = columns;
        this.entries = entries;
        this.least = least;
    }

    static GrowingMap made(CatalogueFiles files, long entries) throws IOException {
        Path file = files.newMap();
        return new GrowingMap(files, file, make(file, entries), new EpisodeColumns(), entries, entries);
    }

    /** Of a file whose bytes are those of a mark. */
    static GrowingMap opened(CatalogueFiles files, Path file, CatalogueMark mark, long least) throws IOException {
        files.keepMarked();
        EpisodeMap map = EpisodeMap.open(file, mark.entries());
        EpisodeColumns columns = new EpisodeColumns();
        try {
            map.forEach(bytes -> columns.add(StoredEpisode.decode(bytes)));
            if (columns.size() != mark.size()) {
                throw new IOException("episodes=" + columns.size() + ", expected " + mark.size() + ": file=" + file);
            }
        } catch (IOException | RuntimeException | Error e) {
            map.close();
            throw e;
        }
        return new GrowingMap(files, file, map, columns, mark.entries(), least);
    }

    private static EpisodeMap make(Path file, long entries) throws IOException {
        EpisodeMap.open(file, entries).close();
        CatalogueFiles.allocate(file);
        return EpisodeMap.open(file, entries);
    }

    EpisodeColumns columns() {
        return columns;
    }

    @Nullable
    StoredEpisode get(long number) {
        byte[] value = map.get(number);
        return value == null ? null : StoredEpisode.decode(value);
    }

    /**
     * Stores an episode that is not here yet; makes a bigger map if need be. Takes the lock itself: within it, because
     * who is stopped inside Chronicle Map holds a lock of the map, too, for which others would wait.
     */
    void store(StoredEpisode episode, Executor underLock, long tail) throws IOException {
        boolean[] stored = {false};
        byte[] value = episode.encode();
        while (!stored[0]) {
            underLock.execute(() -> {
                stored[0] = columns.size() < entries && map.put(episode.number(), value);
                if (stored[0]) {
                    columns.add(episode);
                }
            });
            if (!stored[0]) {
                grow(underLock, tail);
            }
        }
    }

    /** Gives an episode that is here another end. Under the lock. */
    void replace(StoredEpisode episode) {
        if (!map.put(episode.number(), episode.encode())) {
            throw new IllegalStateException("no room for the same episode again: number=" + episode.number());
        }
        columns.replaceEnd(episode);
    }

    private void grow(Executor underLock, long tail) throws IOException {
        LongArrayList live = columns.live(tail);
        long wanted = Math.max(least, 2L * live.size() + 2);
        EpisodeColumns newColumns = new EpisodeColumns();
        Path newFile = files.newMap();
        EpisodeMap newMap = make(newFile, wanted);
        while (!copy(live, newMap, newColumns)) {
            newMap.close();
            Files.delete(newFile);
            wanted *= 2;
            newColumns = new EpisodeColumns();
            newFile = files.newMap();
            newMap = make(newFile, wanted);
        }
        EpisodeMap oldMap = map;
        Path oldFile = file;
        Grown grown = new Grown(newFile, newMap, newColumns, wanted);
        underLock.execute(() -> take(grown));
        oldMap.close();
        Files.delete(oldFile);
    }

    private record Grown(Path file, EpisodeMap map, EpisodeColumns columns, long entries) {}

    private void take(Grown grown) {
        map = grown.map();
        columns = grown.columns();
        file = grown.file();
        entries = grown.entries();
    }

    private boolean copy(LongArrayList live, EpisodeMap newMap, EpisodeColumns newColumns) {
        for (int i = 0; i < live.size(); i++) {
            long number = live.getLong(i);
            byte[] value = Objects.requireNonNull(map.get(number));
            if (!newMap.put(number, value)) {
                return false;
            }
            newColumns.add(StoredEpisode.decode(value));
        }
        return true;
    }

    /** Closes the map and marks it as whole. */
    void closeCleanly(CatalogueIndex.Settings settings, JournalCursor cursor) throws IOException {
        long size = map.size();
        map.close();
        Path settled = files.settle(file);
        files.putMark(new CatalogueMark(
                settings.memoryId(),
                settings.schema(),
                cursor.place(),
                entries,
                size,
                Files.size(settled),
                CatalogueFiles.crc(settled)));
    }

    @Override
    public void close() {
        map.close();
    }
}
