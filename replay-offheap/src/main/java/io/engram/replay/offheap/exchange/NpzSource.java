package io.engram.replay.offheap.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** A column an array, in a zip; also in one that is compressed. */
final class NpzSource implements Source {
    private static final String SUFFIX = ".npy";
    private static final int MAX_DESCRIPTION = 1 << 30;

    private final Path file;
    private final List<RecordColumn> columns;
    private final long elements;

    NpzSource(Path file, RecordLayout layout) throws IOException {
        this.file = file;
        Map<String, RecordColumn> found = new LinkedHashMap<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        try (ZipFile zip = zip(file)) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (entry.getName().endsWith(SUFFIX)) {
                    String column = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
                    NpyHeader header = header(zip, entry);
                    RecordColumn type = header.type();
                    if (type == null) {
                        throw new ExchangeException("an array of a structured dtype within an npz: file=" + file
                                + ", entry=" + entry.getName() + ", expected an array for each column");
                    }
                    found.put(column, type);
                    counts.put(column, header.elements());
                }
            }
        }
        this.columns = ColumnMatch.require(layout.columns(), found, Set.of(), file.toString());
        long count = counts.values().iterator().next();
        counts.forEach((column, rows) -> {
            if (rows != count) {
                throw new ExchangeException("columns of different lengths: file=" + file + ", column=" + column
                        + ", rows=" + rows + ", others have " + count);
            }
        });
        this.elements = count;
    }

    private static ZipFile zip(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw new ExchangeException("not a zip: file=" + file + ": " + e.getMessage(), e);
        }
    }

    private NpyHeader header(ZipFile zip, ZipEntry entry) throws IOException {
        String name = file + ", entry=" + entry.getName();
        try (CountingStream in = new CountingStream(zip.getInputStream(entry))) {
            NpyHeader header = NpyHeader.read(in, name);
            long expected = in.count() + header.elements() * header.stride();
            if (entry.getSize() != expected) {
                throw new ExchangeException("an array has another length than it says: file=" + name + ", length="
                        + entry.getSize() + ", expected " + expected);
            }
            return header;
        }
    }

    /** The text of what goes with the rows, or null. */
    static @Nullable String description(Path file) throws IOException {
        try (ZipFile zip = zip(file)) {
            ZipEntry entry = zip.getEntry(Description.FILE_NAME);
            if (entry == null) {
                return null;
            }
            try (InputStream in = zip.getInputStream(entry)) {
                return new String(in.readNBytes(MAX_DESCRIPTION), StandardCharsets.UTF_8);
            }
        }
    }

    @Override
    public long rows() {
        return elements;
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public Cursor open() throws IOException {
        ZipFile zip = zip(file);
        List<InputStream> streams = new ArrayList<>();
        try {
            for (RecordColumn column : columns) {
                InputStream in = zip.getInputStream(zip.getEntry(column.name() + SUFFIX));
                NpyHeader.read(in, file.toString());
                streams.add(in);
            }
        } catch (Throwable t) {
            zip.close();
            throw t;
        }
        return new ColumnsCursor(file, columns, streams, elements, zip);
    }
}
