package io.engram.replay.offheap.exchange;

import io.engram.replay.Episode;
import io.engram.replay.Schema;
import io.engram.replay.StreamException;
import io.engram.replay.internal.StreamRegistry;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.load.StoreLoader;
import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new memory of rows that {@link Export} wrote, or that another tool wrote in the same columns. Rows keep their
 * sequences, episodes, steps and flags; what was not exported (an evicted beginning) stays missing. Files are read
 * twice and checked before a row is taken over. Not safe for use by several threads.
 *
 * <p>An episode that was open when it was exported is as that of a process that died: the next opening of the memory
 * ends it.
 */
public final class Import {
    private static final int PROGRESS_EVERY = 1 << 14;

    private final FileLayer files = new NioFileLayer();
    private final Path source;
    private final ExchangeFormat format;
    private @Nullable Schema schema;
    private long capacity;
    private ExchangeProgress progress = (rows, of) -> {};

    private Import(Path source, ExchangeFormat format) {
        this.source = source;
        this.format = format;
    }

    /**
     * An import.
     *
     * @param source the file or directory
     * @param format of it
     * @return the import, which has not begun
     */
    public static Import of(Path source, ExchangeFormat format) {
        return new Import(source, format);
    }

    /**
     * The schema of rows that do not bring their own: of {@code .npy} and {@code .npz} files that Engram did not write.
     *
     * @param fields as they are in the columns
     * @return this
     */
    public Import schema(Schema fields) {
        this.schema = fields;
        return this;
    }

    /**
     * How many rows the memory keeps; unless said as many as the one that was exported, or as there are.
     *
     * @param rows at least as many sequences as the rows span
     * @return this
     */
    public Import capacity(long rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("capacity=" + rows + ", expected at least 1");
        }
        this.capacity = rows;
        return this;
    }

    /**
     * Who is told how far it has come.
     *
     * @param listener called by the importing thread
     * @return this
     */
    public Import progress(ExchangeProgress listener) {
        this.progress = listener;
        return this;
    }

    /**
     * Makes the memory, under a temporary name until it is whole and durable.
     *
     * @param directory of the new memory, which must not exist
     * @return what was made
     * @throws IllegalArgumentException if the directory exists, or no schema is known
     * @throws ExchangeException if the source is missing or damaged or its columns are not the schema's; then nothing
     *     is left of the memory
     * @throws StorageException if the memory cannot be made; then nothing is left of it
     */
    public ExchangeReport to(Path directory) {
        Platform.require();
        Publication publication = new Publication(files, directory);
        publication.requireFree("");
        try {
            Description description = description();
            Schema fields = description != null ? description.schema() : schema;
            if (fields == null) {
                throw new IllegalArgumentException("the rows bring no schema: source=" + source
                        + "; say which fields they have, and which of them are states");
            }
            if (schema != null && !schema.equals(fields)) {
                throw new IllegalArgumentException("the rows bring another schema: source=" + source + ", found=["
                        + fields + "], asked for=[" + schema + "]");
            }
            RecordLayout layout = new RecordLayout(fields);
            Source rows = open(layout);
            EpisodeRows episodes = survey(rows, layout);
            publication.begin();
            long made = load(publication.temporary().resolve("memory"), rows, episodes, layout, description);
            files.rename(publication.temporary().resolve("memory"), publication.path());
            publication.end();
            return new ExchangeReport(publication.path(), format, episodes.count(), rows.elements(), made, 0, 0);
        } catch (NoSuchFileException e) {
            throw new ExchangeException("there is no such file: file=" + e.getFile(), e);
        } catch (IOException e) {
            throw new StorageException("the import failed: source=" + source + ": " + e, e);
        } finally {
            publication.cleanUp();
        }
    }

    private @Nullable Description description() throws IOException {
        if (!Files.exists(source)) {
            throw new NoSuchFileException(source.toString());
        }
        if (Files.isDirectory(source) != (format == ExchangeFormat.TENSORDICT)) {
            throw new ExchangeException("the source is not of its format: source=" + source + ", format="
                    + format.text() + ", expected "
                    + (format == ExchangeFormat.TENSORDICT ? "a directory" : "a file"));
        }
        if (format == ExchangeFormat.NPZ) {
            String json = NpzSource.description(source);
            return json == null ? null : Description.fromJson(json, source + ", entry=" + Description.FILE_NAME);
        }
        Path side = format == ExchangeFormat.NPY
                ? source.resolveSibling(source.getFileName() + NpyTarget.SIDE_SUFFIX)
                : source.resolve(Description.FILE_NAME);
        return Files.exists(side)
                ? Description.fromJson(Files.readString(side, StandardCharsets.UTF_8), side.toString())
                : null;
    }

    private Source open(RecordLayout layout) throws IOException {
        return switch (format) {
            case NPY -> new NpySource(source, layout);
            case NPZ -> new NpzSource(source, layout);
            case TENSORDICT -> new TensorDictSource(source, layout);
        };
    }

    /** Looks at every row before anything is made. */
    private EpisodeRows survey(Source rows, RecordLayout layout) throws IOException {
        EpisodeRows episodes = new EpisodeRows(layout, source.toString());
        byte[] record = new byte[layout.length()];
        try (Source.Cursor cursor = rows.open()) {
            while (cursor.next(record)) {
                episodes.add(record);
                tell(episodes.count(), rows);
            }
        }
        return episodes;
    }

    private void tell(long seen, Source rows) {
        if (seen % PROGRESS_EVERY == 0) {
            progress.at(seen, 2 * rows.rows());
        }
    }

    private long load(
            Path directory, Source rows, EpisodeRows found, RecordLayout layout, @Nullable Description description)
            throws IOException {
        long span = found.count() == 0 ? 0 : found.head() - found.first();
        long kept = capacity > 0 ? capacity : description != null ? description.capacity() : Math.max(1, span);
        if (span > kept) {
            throw new ExchangeException("the rows span more sequences than the memory keeps: source=" + source
                    + ", span=" + span + ", capacity=" + kept + "; give a larger capacity");
        }
        List<String> streams = streams(found, description);
        try (StoreLoader loader = new StoreLoader(files, directory, layout.schema(), kept)) {
            for (int i = 0; i < streams.size(); i++) {
                loader.stream(i, streams.get(i));
            }
            List<Episode> episodes = episodes(found, description, streams, loader);
            for (Episode episode : episodes) {
                loader.episode(streams.indexOf(episode.stream()), episode);
            }
            copy(rows, found, layout, loader);
            loader.finish();
            return episodes.size();
        }
    }

    private List<String> streams(EpisodeRows found, @Nullable Description description) {
        List<String> streams = new ArrayList<>(description == null ? List.of() : description.streams());
        if (description != null && streams.size() < found.streams()) {
            throw new ExchangeException("rows are of streams that have no name: source=" + source + ", @stream="
                    + (found.streams() - 1) + ", names=" + streams.size());
        }
        while (streams.size() < found.streams()) {
            streams.add("stream-" + streams.size());
        }
        StreamRegistry names = new StreamRegistry((id, name) -> {});
        for (int i = 0; i < streams.size(); i++) {
            try {
                names.restore(i, streams.get(i));
            } catch (IllegalArgumentException | StreamException e) {
                throw new ExchangeException(
                        "a name of a stream cannot be: source=" + source + ": " + e.getMessage(), e);
            }
        }
        return streams;
    }

    private List<Episode> episodes(
            EpisodeRows found, @Nullable Description description, List<String> streams, StoreLoader loader) {
        long now = System.currentTimeMillis();
        List<Episode> episodes = new ArrayList<>();
        if (description == null) {
            found.episodes()
                    .forEach((number, rows) -> episodes.add(found.describe(number, streams.get(rows.stream()), now)));
            return episodes;
        }
        long tail = found.count() == 0 ? 0 : loader.tail(found.first(), found.head());
        Map<Long, EpisodeRows.Rows> missing = new HashMap<>(found.episodes());
        for (Episode episode : description.episodes()) {
            EpisodeRows.Rows rows = missing.remove(episode.number());
            if (rows == null) {
                // All its rows left the window while it was exported, or it never had any.
                continue;
            }
            if (!streams.get(rows.stream()).equals(episode.stream())) {
                throw new ExchangeException("rows and what goes with them contradict each other: source=" + source
                        + ", episode=" + episode.number() + ", stream of its rows=" + streams.get(rows.stream())
                        + ", expected " + episode.stream());
            }
            episodes.add(within(episode, rows, tail));
        }
        if (!missing.isEmpty()) {
            throw new ExchangeException("rows are of episodes that are not described: source=" + source + ", episodes="
                    + missing.keySet().stream().limit(10).toList());
        }
        return episodes;
    }

    /** An episode of which the first rows may be gone, or the last, with what is left of it. */
    private static Episode within(Episode episode, EpisodeRows.Rows rows, long tail) {
        boolean cut = episode.firstSequence() >= tail && episode.firstSequence() != rows.first();
        boolean whole = episode.lastSequence() == rows.last();
        return new Episode(
                episode.number(),
                episode.stream(),
                whole ? episode.kind() : Episode.Kind.OPEN,
                episode.recovered(),
                episode.length(),
                episode.totalReward(),
                cut ? rows.first() : episode.firstSequence(),
                rows.last(),
                episode.startMillis(),
                episode.endMillis(),
                episode.policyVersion(),
                episode.label());
    }

    private void copy(Source rows, EpisodeRows found, RecordLayout layout, StoreLoader loader) throws IOException {
        byte[] record = new byte[layout.length()];
        ByteBuffer from = RecordLayout.view(record);
        ByteBuffer row = loader.row();
        long copied = 0;
        try (Source.Cursor cursor = rows.open()) {
            while (cursor.next(record)) {
                row.putLong(RowDescriptor.EPISODE_OFFSET, from.getLong(RecordLayout.EPISODE_OFFSET))
                        .putLong(RowDescriptor.POLICY_OFFSET, from.getLong(RecordLayout.POLICY_OFFSET))
                        .putInt(RowDescriptor.STREAM_OFFSET, from.getInt(RecordLayout.STREAM_OFFSET))
                        .putInt(RowDescriptor.STEP_OFFSET, from.getInt(RecordLayout.STEP_OFFSET))
                        .put(
                                RowDescriptor.HEADER_LENGTH,
                                record,
                                RecordLayout.PAYLOAD_OFFSET,
                                record.length - RecordLayout.PAYLOAD_OFFSET);
                loader.append(from.getLong(RecordLayout.SEQUENCE_OFFSET), RecordLayout.flags(record));
                tell(found.count() + ++copied, rows);
            }
        }
    }
}
