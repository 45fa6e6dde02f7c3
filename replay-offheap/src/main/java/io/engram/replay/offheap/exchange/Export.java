package io.engram.replay.offheap.exchange;

import io.engram.replay.Episode;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a memory's rows for other tools: of a memory that nobody has open, of a snapshot, or of a memory in use, whose
 * window is read as it was at the begin; rows that leave it meanwhile are left out and counted. Every row is checked to
 * be whole. Into the memory's directory nothing is written. Rows are copied one by one, so that no heap is too small.
 *
 * <p>With the rows go streams, episodes, subjects and tags; {@link Import} makes a memory of them again. Priorities,
 * snapshots and where samplers and writers stand stay behind. Not safe for use by several threads.
 */
public final class Export {
    private static final int PROGRESS_EVERY = 1 << 14;

    private final FileLayer files = new NioFileLayer();
    private final Path directory;
    private ExchangeProgress progress = (rows, of) -> {};

    private Export(Path directory) {
        this.directory = directory;
    }

    /**
     * An export.
     *
     * @param directory of a memory, in use or not, or of a snapshot
     * @return the export, which has not begun
     */
    public static Export of(Path directory) {
        return new Export(directory);
    }

    /**
     * Who is told how far it has come.
     *
     * @param listener called by the exporting thread
     * @return this
     */
    public Export progress(ExchangeProgress listener) {
        this.progress = listener;
        return this;
    }

    /**
     * Writes the files. Under temporary names until they are whole and durable: what has the name that was asked for is
     * complete.
     *
     * @param target the file, or with {@link ExchangeFormat#TENSORDICT} the directory, which must not exist
     * @param format how to write
     * @return what was written
     * @throws IllegalArgumentException if the target exists, or cannot hold such a schema
     * @throws StorageException if the memory cannot be read, or the target not be written; then nothing is left of it
     */
    public ExchangeReport to(Path target, ExchangeFormat format) {
        Publication publication = new Publication(files, target);
        publication.requireFree(format == ExchangeFormat.NPY ? NpyTarget.SIDE_SUFFIX : "");
        try (StoreView view = StoreView.open(files, directory)) {
            publication.begin();
            ExchangeReport report = export(view, publication, format);
            publication.end();
            return report;
        } catch (IOException e) {
            throw new StorageException("the export could not be written: target=" + target + ": " + e, e);
        } finally {
            publication.cleanUp();
        }
    }

    private ExchangeReport export(StoreView view, Publication publication, ExchangeFormat format) throws IOException {
        RecordLayout layout = new RecordLayout(view.superblock().schema());
        long most = view.head() - view.tail();
        try (Target target = switch (format) {
            case NPY -> new NpyTarget(files, publication.temporary(), layout, most);
            case NPZ -> new NpzTarget(files, publication.temporary(), layout);
            case TENSORDICT -> new TensorDictTarget(files, publication.temporary(), layout, most);
        }) {
            Map<RowCursor.Found, Long> counts = new EnumMap<>(RowCursor.Found.class);
            rows(view, layout, target, counts);
            List<Episode> episodes = view.episodes();
            target.finish(new Description(
                    view.superblock().schema(),
                    view.superblock().capacity(),
                    new ArrayList<>(view.book().streams().values()),
                    episodes));
            target.publish(publication.path());
            return new ExchangeReport(
                    publication.path(),
                    format,
                    counts.getOrDefault(RowCursor.Found.ROW, 0L),
                    target.elements(),
                    episodes.size(),
                    counts.getOrDefault(RowCursor.Found.GONE, 0L),
                    counts.getOrDefault(RowCursor.Found.DAMAGED, 0L));
        }
    }

    private void rows(StoreView view, RecordLayout layout, Target target, Map<RowCursor.Found, Long> counts)
            throws IOException {
        RowCursor rows = view.rows();
        byte[] record = new byte[layout.length()];
        for (long sequence = view.tail(); sequence < view.head(); sequence++) {
            RowCursor.Found found = rows.read(sequence);
            counts.merge(found, 1L, Long::sum);
            if (found == RowCursor.Found.ROW) {
                fill(record, sequence, rows);
                target.add(record);
            }
            long seen = sequence + 1 - view.tail();
            if (seen % PROGRESS_EVERY == 0) {
                progress.at(seen, view.head() - view.tail());
            }
        }
    }

    static void fill(byte[] record, long sequence, RowCursor rows) {
        ByteBuffer row = rows.row();
        RecordLayout.view(record)
                .putLong(RecordLayout.SEQUENCE_OFFSET, sequence)
                .putLong(RecordLayout.EPISODE_OFFSET, rows.episode())
                .putLong(RecordLayout.POLICY_OFFSET, rows.policy())
                .putInt(RecordLayout.STREAM_OFFSET, rows.stream())
                .putInt(RecordLayout.STEP_OFFSET, rows.step());
        RecordLayout.putFlags(record, rows.flags());
        row.get(
                RowDescriptor.HEADER_LENGTH,
                record,
                RecordLayout.PAYLOAD_OFFSET,
                record.length - RecordLayout.PAYLOAD_OFFSET);
    }
}
