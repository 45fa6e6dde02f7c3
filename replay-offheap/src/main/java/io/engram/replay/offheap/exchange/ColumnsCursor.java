package io.engram.replay.offheap.exchange;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** Rows put together from a stream for each column. */
final class ColumnsCursor implements Source.Cursor {
    private static final int BUFFER = 64 << 10;

    private final Path file;
    private final List<RecordColumn> columns;
    private final List<InputStream> streams;
    private final long elements;
    private final Closeable owner;
    private final boolean numbered;
    private long next;

    /** {@code streams}: at the first element of each column; {@code owner}: is closed last. */
    ColumnsCursor(Path file, List<RecordColumn> columns, List<InputStream> streams, long elements, Closeable owner) {
        this.file = file;
        this.columns = columns;
        this.streams = streams.stream()
                .map(in -> (InputStream) new BufferedInputStream(in, BUFFER))
                .toList();
        this.elements = elements;
        this.owner = owner;
        this.numbered = ColumnMatch.hasSequences(columns);
    }

    @Override
    public boolean next(byte[] record) throws IOException {
        if (next == elements) {
            return false;
        }
        for (int i = 0; i < columns.size(); i++) {
            RecordColumn column = columns.get(i);
            if (streams.get(i).readNBytes(record, column.offset(), column.length()) < column.length()) {
                throw new ExchangeException("a column ends too early: file=" + file + ", column=" + column.name()
                        + ", element=" + next + " of " + elements);
            }
        }
        if (!numbered) {
            RecordLayout.view(record).putLong(RecordLayout.SEQUENCE_OFFSET, next);
        }
        next++;
        return true;
    }

    @Override
    public void close() throws IOException {
        for (InputStream stream : streams) {
            stream.close();
        }
        owner.close();
    }
}
