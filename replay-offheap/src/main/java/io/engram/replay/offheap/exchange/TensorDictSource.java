package io.engram.replay.offheap.exchange;

import io.engram.replay.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory as {@link TensorDictTarget} writes it. The states that transitions start from are not read with arrival
 * rows: each is that of the row before.
 */
final class TensorDictSource implements Source {
    private static final long MAX_META = 16 << 20;

    private final Path directory;
    private final List<RecordColumn> columns = new ArrayList<>();
    private final NpySource rest;
    private final long elements;

    TensorDictSource(Path directory, RecordLayout layout) throws IOException {
        this.directory = directory;
        Map<String, RecordColumn> found = new LinkedHashMap<>();
        this.elements = count(meta(""), "");
        read("", found);
        List<RecordColumn> starts = layout.startColumns();
        List<RecordColumn> ends = layout.endColumns();
        Set<String> none = Set.of();
        List<RecordColumn> all = new ArrayList<>(starts);
        all.addAll(ends);
        ColumnMatch.require(all, found, none, directory.toString());
        if (layout.isSelfContained()) {
            columns.addAll(starts);
        }
        columns.addAll(ends);
        for (RecordColumn column : all) {
            requireLength(column);
        }
        if (!found.containsKey(RecordLayout.SEQUENCE)) {
            throw new ExchangeException("a column is missing: file=" + directory + ", column=" + RecordLayout.SEQUENCE
                    + "; without it transitions cannot be put in order");
        }
        this.rest = new NpySource(directory.resolve(TensorDictTarget.REST), layout);
    }

    private void requireLength(RecordColumn column) throws IOException {
        Path file = directory.resolve(column.name() + TensorDictTarget.SUFFIX);
        long expected = elements * column.length();
        long length = Files.size(file);
        if (length != expected) {
            throw new ExchangeException("a column has another length than meta.json says: file=" + file + ", length="
                    + length + ", expected " + expected);
        }
    }

    private Map<?, ?> meta(String prefix) throws IOException {
        Path file = directory.resolve(prefix + TensorDictTarget.META);
        try {
            if (Files.size(file) > MAX_META) {
                throw new ExchangeException("not a TensorDict's meta.json: file=" + file + ", it is too long");
            }
            Object meta = Literal.parse(Files.readString(file, StandardCharsets.UTF_8));
            if (meta instanceof Map<?, ?> map) {
                return map;
            }
            throw new ExchangeException("not a TensorDict's meta.json: file=" + file + ", expected an object");
        } catch (NoSuchFileException e) {
            throw new ExchangeException("a part of a TensorDict's directory is missing: file=" + file, e);
        } catch (IllegalArgumentException e) {
            throw new ExchangeException("not a TensorDict's meta.json: file=" + file + ": " + e.getMessage(), e);
        }
    }

    private long count(Map<?, ?> meta, String prefix) {
        if (meta.get("shape") instanceof List<?> shape
                && shape.size() == 1
                && shape.get(0) instanceof Long count
                && count >= 0) {
            return count;
        }
        throw damaged(prefix, "shape=" + meta.get("shape") + ", expected one dimension");
    }

    private void read(String prefix, Map<String, RecordColumn> found) throws IOException {
        Map<?, ?> meta = meta(prefix);
        if (count(meta, prefix) != elements) {
            throw damaged(prefix, "shape=" + meta.get("shape") + ", expected [" + elements + "]");
        }
        for (Map.Entry<?, ?> entry : meta.entrySet()) {
            if (entry.getValue() instanceof Map<?, ?> value) {
                String key = String.valueOf(entry.getKey());
                if (key.contains("/") || key.startsWith("..")) {
                    throw damaged(prefix, "key=" + key);
                }
                if ("TensorDict".equals(value.get("type"))) {
                    read(prefix + key + "/", found);
                } else {
                    found.put(prefix + key, column(prefix, prefix + key, value));
                }
            }
        }
    }

    private RecordColumn column(String prefix, String name, Map<?, ?> value) {
        DType dtype = dtype(value.get("dtype"));
        if (dtype == null) {
            throw damaged(
                    prefix,
                    "key=" + name + " has dtype=" + value.get("dtype")
                            + ", which no field has; expected one of torch.float32 float64 int8 int16 int32 int64 uint8"
                            + " bool");
        }
        if (!(value.get("shape") instanceof List<?> shape)
                || shape.isEmpty()
                || !(shape.get(0) instanceof Long count)
                || count != elements) {
            throw damaged(
                    prefix, "key=" + name + " has shape=" + value.get("shape") + ", expected [" + elements + ", ...]");
        }
        List<Integer> inner = new ArrayList<>();
        for (Object dimension : shape.subList(1, shape.size())) {
            if (!(dimension instanceof Long size) || size < 1 || size > Integer.MAX_VALUE) {
                throw damaged(prefix, "key=" + name + " has shape=" + shape);
            }
            inner.add(size.intValue());
        }
        return new RecordColumn(name, dtype, inner, 0);
    }

    private static @Nullable DType dtype(@Nullable Object text) {
        for (DType dtype : DType.values()) {
            if (new RecordColumn("", dtype, List.of(), 0).torchType().equals(text)) {
                return dtype;
            }
        }
        return null;
    }

    private ExchangeException damaged(String prefix, String what) {
        return new ExchangeException("not what a TensorDict's meta.json can say: file="
                + directory.resolve(prefix + TensorDictTarget.META) + ", " + what);
    }

    @Override
    public long rows() {
        return elements + rest.rows();
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public Cursor open() throws IOException {
        List<InputStream> streams = new ArrayList<>();
        for (RecordColumn column : columns) {
            streams.add(Files.newInputStream(directory.resolve(column.name() + TensorDictTarget.SUFFIX)));
        }
        return new Merged(new ColumnsCursor(directory, columns, streams, elements, () -> {}), rest.open());
    }

    /** Rows of both by ascending sequence. */
    private static final class Merged implements Cursor {
        private final Cursor transitions;
        private final Cursor others;
        private byte @Nullable [] transition;
        private byte @Nullable [] other;
        private boolean begun;

        Merged(Cursor transitions, Cursor others) {
            this.transitions = transitions;
            this.others = others;
        }

        @Override
        public boolean next(byte[] record) throws IOException {
            if (!begun) {
                begun = true;
                transition = read(transitions, new byte[record.length]);
                other = read(others, new byte[record.length]);
            }
            byte[] first = transition;
            byte[] second = other;
            if (first != null && (second == null || sequence(first) <= sequence(second))) {
                System.arraycopy(first, 0, record, 0, record.length);
                transition = read(transitions, first);
                return true;
            }
            if (second != null) {
                System.arraycopy(second, 0, record, 0, record.length);
                other = read(others, second);
            }
            return second != null;
        }

        private static byte @Nullable [] read(Cursor from, byte[] record) throws IOException {
            return from.next(record) ? record : null;
        }

        private static long sequence(byte[] record) {
            return RecordLayout.view(record).getLong(RecordLayout.SEQUENCE_OFFSET);
        }

        @Override
        public void close() throws IOException {
            transitions.close();
            others.close();
        }
    }
}
