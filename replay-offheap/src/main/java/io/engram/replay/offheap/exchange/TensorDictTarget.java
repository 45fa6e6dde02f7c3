package io.engram.replay.offheap.exchange;

import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A directory of raw columns, a transition an element. With arrival rows a transition has the state of one row and all
 * of the next; rows that no transition leads to, such as the first one of an episode, go into a structured array beside
 * the columns, so that nothing is lost.
 */
final class TensorDictTarget implements Target {
    static final String META = "meta.json";
    static final String STORAGE = "storage_metadata.json";
    static final String SUFFIX = ".memmap";
    static final String REST = "engram.npy";

    private final FileLayer files;
    private final Path root;
    private final RecordLayout layout;
    private final List<RecordColumn> starts;
    private final List<RecordColumn> ends;
    private final Map<String, OutFile> columns = new TreeMap<>();
    private final NpyTarget rest;
    /** By stream, its last row. */
    private final Map<Integer, byte[]> last = new HashMap<>();

    private long elements;

    TensorDictTarget(FileLayer files, Path temporary, RecordLayout layout, long most) throws IOException {
        this.files = files;
        this.root = temporary.resolve("tensordict");
        this.layout = layout;
        this.starts = layout.startColumns();
        this.ends = layout.endColumns();
        requirePaths();
        Path parts = temporary.resolve("rest");
        files.createDirectories(parts);
        this.rest = new NpyTarget(files, parts, layout, most);
        for (RecordColumn column : all()) {
            Path file = root.resolve(column.name() + SUFFIX);
            Path parent = file.getParent();
            if (parent != null) {
                files.createDirectories(parent);
            }
            columns.put(column.name(), new OutFile(files, file));
        }
    }

    private List<RecordColumn> all() {
        List<RecordColumn> all = new ArrayList<>(starts);
        all.addAll(ends);
        return all;
    }

    /** Names become paths of files, which must differ from each other and from those that have a meaning. */
    private void requirePaths() {
        Set<String> directories = new HashSet<>();
        Set<String> taken = new HashSet<>(Set.of(META, STORAGE, REST, Description.FILE_NAME));
        for (RecordColumn column : all()) {
            String name = column.name();
            for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
                directories.add(name.substring(0, slash));
            }
        }
        directories.forEach(directory -> taken.add(directory + "/" + META));
        for (RecordColumn column : all()) {
            boolean relative = List.of(column.name().split("/", -1)).stream().anyMatch(part -> part.matches("\\.\\.?"));
            if (relative || !taken.add(column.name() + SUFFIX) || directories.contains(column.name())) {
                throw unusable(column.name());
            }
        }
        for (String directory : directories) {
            if (taken.contains(directory)) {
                throw unusable(directory + "/");
            }
        }
    }

    private static IllegalArgumentException unusable(String name) {
        return new IllegalArgumentException("the field behind the key '" + name
                + "' cannot be a part of a TensorDict's directory: its path is taken, or leads elsewhere;"
                + " export to npz");
    }

    @Override
    public void add(byte[] record) throws IOException {
        if (layout.isSelfContained()) {
            transition(record, record);
            return;
        }
        int stream = RecordLayout.view(record).getInt(RecordLayout.STREAM_OFFSET);
        byte[] before = last.get(stream);
        if (before != null && follows(before, record)) {
            transition(before, record);
            System.arraycopy(record, 0, before, 0, record.length);
        } else {
            rest.add(record);
            last.put(stream, record.clone());
        }
    }

    private static boolean follows(byte[] before, byte[] record) {
        ByteBuffer a = RecordLayout.view(before);
        ByteBuffer b = RecordLayout.view(record);
        return a.getLong(RecordLayout.EPISODE_OFFSET) == b.getLong(RecordLayout.EPISODE_OFFSET)
                && a.getInt(RecordLayout.STEP_OFFSET) + 1 == b.getInt(RecordLayout.STEP_OFFSET);
    }

    private void transition(byte[] start, byte[] end) throws IOException {
        for (RecordColumn column : starts) {
            write(column, start);
        }
        for (RecordColumn column : ends) {
            write(column, end);
        }
        elements++;
    }

    private void write(RecordColumn column, byte[] record) throws IOException {
        OutFile file = columns.get(column.name());
        if (file != null) {
            file.write(record, column.offset(), column.length());
        }
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public void finish(Description description) throws IOException {
        for (OutFile file : columns.values()) {
            file.finish();
        }
        writeMeta("");
        OutFile.write(
                files, root.resolve(STORAGE), "{\"metadata\": {}, \"is_pytree\": false, \"len\": " + elements + "}\n");
        rest.finish(description);
        rest.publish(root.resolve(REST));
        // What goes with the rows lies beside them already, under the name that it has there.
        files.rename(root.resolve(REST + NpyTarget.SIDE_SUFFIX), root.resolve(Description.FILE_NAME));
        DirectoryTree.sync(files, root);
    }

    /** Of a directory and of those below it; {@code prefix}: its path, ended by a slash unless it is the root's. */
    private void writeMeta(String prefix) throws IOException {
        Set<String> nested = new HashSet<>();
        StringBuilder meta = new StringBuilder("{");
        for (RecordColumn column : all()) {
            if (column.name().startsWith(prefix)) {
                String name = column.name().substring(prefix.length());
                int slash = name.indexOf('/');
                if (slash < 0) {
                    meta.append("\"" + name + "\": {\"device\": \"cpu\", \"shape\": " + shape(column)
                            + ", \"dtype\": \"" + column.torchType() + "\", \"is_nested\": false}, ");
                } else if (nested.add(name.substring(0, slash))) {
                    meta.append("\"" + name.substring(0, slash) + "\": {\"type\": \"TensorDict\"}, ");
                }
            }
        }
        meta.append("\"shape\": [" + elements
                + "], \"device\": \"cpu\", \"_type\": \"<class 'tensordict._td.TensorDict'>\"}\n");
        OutFile.write(files, root.resolve(prefix + META), meta.toString());
        for (String each : nested) {
            writeMeta(prefix + each + "/");
        }
    }

    private List<Long> shape(RecordColumn column) {
        List<Long> shape = new ArrayList<>(List.of(elements));
        column.shape().forEach(dimension -> shape.add((long) dimension));
        return shape;
    }

    @Override
    public void publish(Path path) throws IOException {
        files.rename(root, path);
    }

    @Override
    public void close() throws IOException {
        rest.close();
        for (OutFile file : columns.values()) {
            file.close();
        }
    }
}
