package io.engram.replay.offheap.exchange;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A structured array, a row an element. */
final class NpySource implements Source {
    private static final int BUFFER = 256 << 10;

    private final Path file;
    private final NpyHeader header;
    private final List<RecordColumn> columns;

    NpySource(Path file, RecordLayout layout) throws IOException {
        this.file = file;
        try (CountingStream in = stream()) {
            this.header = NpyHeader.read(in, file.toString());
            if (header.type() != null) {
                throw new ExchangeException("an array without a structured dtype: file=" + file
                        + ", expected a field for each column; arrays of one column each go into an npz");
            }
            long expected = in.count() + header.elements() * header.stride();
            long length = Files.size(file);
            if (length != expected) {
                throw new ExchangeException("a NumPy file is too " + (length < expected ? "short" : "long") + ": file="
                        + file + ", length=" + length + ", expected " + expected + " for " + header.elements()
                        + " elements");
            }
        }
        this.columns = ColumnMatch.require(layout.columns(), header.columns(), Set.of(), file.toString());
    }

    private CountingStream stream() throws IOException {
        return new CountingStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
    }

    @Override
    public long rows() {
        return header.elements();
    }

    @Override
    public long elements() {
        return header.elements();
    }

    @Override
    public Cursor open() throws IOException {
        InputStream in = stream();
        NpyHeader.read(in, file.toString());
        byte[] element = new byte[header.stride()];
        Map<String, RecordColumn> places = header.columns();
        boolean numbered = ColumnMatch.hasSequences(columns);
        return new Cursor() {
            private long next;

            @Override
            public boolean next(byte[] record) throws IOException {
                if (next == header.elements()) {
                    return false;
                }
                if (in.readNBytes(element, 0, element.length) < element.length) {
                    throw new ExchangeException("a NumPy file ends within its elements: file=" + file);
                }
                for (RecordColumn column : columns) {
                    RecordColumn place = places.getOrDefault(column.name(), column);
                    System.arraycopy(element, place.offset(), record, column.offset(), column.length());
                }
                if (!numbered) {
                    RecordLayout.view(record).putLong(RecordLayout.SEQUENCE_OFFSET, next);
                }
                next++;
                return true;
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }
}
