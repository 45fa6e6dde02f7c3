package io.engram.replay.offheap.exchange;

import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A structured array, a row an element. */
final class NpyTarget implements Target {
    static final String SIDE_SUFFIX = ".json";

    private final FileLayer files;
    private final Path array;
    private final Path side;
    private final List<RecordColumn> columns;
    private final long most;
    private final OutFile out;
    private long elements;

    NpyTarget(FileLayer files, Path temporary, RecordLayout layout, long most) throws IOException {
        this.files = files;
        this.array = temporary.resolve("array");
        this.side = temporary.resolve("side");
        this.columns = layout.columns();
        this.most = most;
        this.out = new OutFile(files, array);
        byte[] room = NpyHeader.structured(columns, 0, most);
        out.write(room, 0, room.length);
    }

    @Override
    public void add(byte[] record) throws IOException {
        for (RecordColumn column : columns) {
            out.write(record, column.offset(), column.length());
        }
        elements++;
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public void finish(Description description) throws IOException {
        out.finish(NpyHeader.structured(columns, elements, most));
        OutFile.write(files, side, description.toJson());
    }

    @Override
    public void publish(Path path) throws IOException {
        Path sidePath = path.resolveSibling(path.getFileName() + SIDE_SUFFIX);
        files.rename(side, sidePath);
        try {
            files.rename(array, path);
        } catch (IOException e) {
            files.delete(sidePath);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
