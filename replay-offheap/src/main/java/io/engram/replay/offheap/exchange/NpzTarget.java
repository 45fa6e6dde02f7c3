package io.engram.replay.offheap.exchange;

import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A column an array, in a zip that is not compressed. Columns are gathered in files of their own first. */
final class NpzTarget implements Target {
    /** The first moment that a zip can tell: the same rows make the same file. */
    private static final long NO_TIME = 315_619_200_000L;

    private static final int PIECE = 64 << 10;

    private final FileLayer files;
    private final Path temporary;
    private final List<RecordColumn> columns;
    private final List<OutFile> gathered = new ArrayList<>();
    private long elements;

    NpzTarget(FileLayer files, Path temporary, RecordLayout layout) throws IOException {
        this.files = files;
        this.temporary = temporary;
        this.columns = layout.columns();
        for (int i = 0; i < columns.size(); i++) {
            gathered.add(new OutFile(files, column(i)));
        }
    }

    private Path column(int index) {
        return temporary.resolve("column-" + index);
    }

    private Path archive() {
        return temporary.resolve("archive");
    }

    @Override
    public void add(byte[] record) throws IOException {
        for (int i = 0; i < columns.size(); i++) {
            RecordColumn column = columns.get(i);
            gathered.get(i).write(record, column.offset(), column.length());
        }
        elements++;
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public void finish(Description description) throws IOException {
        try (OutFile out = new OutFile(files, archive());
                ZipOutputStream zip = new ZipOutputStream(out.stream())) {
            zip.setMethod(ZipOutputStream.STORED);
            for (int i = 0; i < columns.size(); i++) {
                OutFile file = gathered.get(i);
                file.finish();
                file.close();
                store(zip, columns.get(i), column(i));
                files.delete(column(i));
            }
            byte[] json = description.toJson().getBytes(StandardCharsets.UTF_8);
            CRC32 crc = new CRC32();
            crc.update(json);
            begin(zip, Description.FILE_NAME, json.length, crc);
            zip.write(json);
            zip.closeEntry();
            zip.finish();
            out.finish();
        }
    }

    private void store(ZipOutputStream zip, RecordColumn column, Path file) throws IOException {
        byte[] header = NpyHeader.of(column, elements);
        CRC32 crc = new CRC32();
        crc.update(header);
        copy(file, (piece, length) -> crc.update(piece, 0, length));
        begin(zip, column.name() + ".npy", header.length + elements * column.length(), crc);
        zip.write(header);
        copy(file, (piece, length) -> zip.write(piece, 0, length));
        zip.closeEntry();
    }

    private static void begin(ZipOutputStream zip, String name, long length, CRC32 crc) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(NO_TIME);
        entry.setSize(length);
        entry.setCompressedSize(length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
    }

    @FunctionalInterface
    private interface Piece {
        void take(byte[] piece, int length) throws IOException;
    }

    private static void copy(Path file, Piece to) throws IOException {
        byte[] piece = new byte[PIECE];
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                to.take(piece, length);
            }
        }
    }

    @Override
    public void publish(Path path) throws IOException {
        files.rename(archive(), path);
    }

    @Override
    public void close() throws IOException {
        for (OutFile file : gathered) {
            file.close();
        }
    }
}
