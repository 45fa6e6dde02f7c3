package io.engram.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Named values in one array of bytes that is read whole or refused: the file of the best network, or the state of a run
 * in a snapshot of its memory. Immutable.
 *
 * <p>The bytes, little-endian: magic (8 bytes), version (i32), number of entries (i32), length of the entries (i64),
 * the entries, CRC32C of all before (i32). An entry: length of its name (i32), the name (UTF-8), length of its value
 * (i32), the value.
 *
 * <p>{@link #write} replaces a file as a whole: whenever the machine stops, the old or the new one is there.
 */
final class Checkpoint {
    private static final byte[] MAGIC = "ENGRAMCP".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int HEADER_LENGTH = MAGIC.length + 2 * Integer.BYTES + Long.BYTES;

    private final String source;
    private final Map<String, byte[]> entries;

    private Checkpoint(String source, Map<String, byte[]> entries) {
        this.source = source;
        this.entries = new LinkedHashMap<>(entries);
    }

    /** Starts an empty one. */
    static Builder builder() {
        return new Builder();
    }

    /** Reads a file; throws {@link CheckpointException} unless every byte is as it was written. */
    static Checkpoint read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CheckpointException("cannot read the checkpoint " + file + ": " + e, e);
        }
        return of(file.toString(), bytes);
    }

    /** Takes bytes, named for messages; throws {@link CheckpointException} unless every one is as it was written. */
    static Checkpoint of(String source, byte[] bytes) {
        if (bytes.length < MAGIC.length
                || !ByteBuffer.wrap(bytes, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw new CheckpointException(source + " is not a checkpoint: it does not begin with the right magic");
        }
        if (bytes.length < HEADER_LENGTH + Integer.BYTES) {
            throw new CheckpointException(
                    "the checkpoint " + source + " was cut short within its header: length=" + bytes.length);
        }
        ByteBuffer in = little(bytes).position(MAGIC.length);
        int version = in.getInt();
        if (version != VERSION) {
            throw new CheckpointException(
                    "the checkpoint " + source + " has another format: version=" + version + ", expected " + VERSION);
        }
        int count = in.getInt();
        long entriesLength = in.getLong();
        long expected = HEADER_LENGTH + entriesLength + Integer.BYTES;
        if (bytes.length != expected) {
            throw new CheckpointException("the checkpoint " + source + " has the wrong length: length=" + bytes.length
                    + ", expected " + expected);
        }
        int stored = in.getInt(bytes.length - Integer.BYTES);
        int computed = crc(bytes, bytes.length - Integer.BYTES);
        if (stored != computed) {
            throw new CheckpointException("the checkpoint " + source + " is damaged: crc="
                    + Integer.toHexString(computed) + ", expected " + Integer.toHexString(stored));
        }
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            entries.put(new String(next(in), StandardCharsets.UTF_8), next(in));
        }
        return new Checkpoint(source, entries);
    }

    /** All of it. */
    byte[] toBytes() {
        int length = entries.entrySet().stream()
                .mapToInt(entry -> 2 * Integer.BYTES
                        + entry.getKey().getBytes(StandardCharsets.UTF_8).length
                        + entry.getValue().length)
                .sum();
        byte[] bytes = new byte[HEADER_LENGTH + length + Integer.BYTES];
        ByteBuffer out =
                little(bytes).put(MAGIC).putInt(VERSION).putInt(entries.size()).putLong(length);
        entries.forEach((name, value) -> {
            byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
            out.putInt(nameBytes.length).put(nameBytes).putInt(value.length).put(value);
        });
        out.putInt(crc(bytes, out.position()));
        return bytes;
    }

    /** Writes the file: a temporary one, forced to the disk, then moved into place, then the directory forced. */
    void write(Path file) {
        ByteBuffer out = ByteBuffer.wrap(toBytes());
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                while (out.hasRemaining()) {
                    channel.write(out);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        } catch (IOException e) {
            throw new RunException("cannot save the checkpoint " + file + ": " + e, e);
        }
    }

    /** A text. */
    String getText(String name) {
        return new String(value(name), StandardCharsets.UTF_8);
    }

    /** A whole number. */
    long getLong(String name) {
        return sized(name, Long.BYTES).getLong();
    }

    /** A real number. */
    double getDouble(String name) {
        return sized(name, Double.BYTES).getDouble();
    }

    /** An array of exactly so many floats. */
    float[] getFloats(String name, int size) {
        float[] values = new float[size];
        sized(name, size * Float.BYTES).asFloatBuffer().get(values);
        return values;
    }

    /** An array of exactly so many bytes. */
    byte[] getBytes(String name, int size) {
        byte[] values = new byte[size];
        sized(name, size).get(values);
        return values;
    }

    /** An array of exactly so many doubles. */
    double[] getDoubles(String name, int size) {
        double[] values = new double[size];
        sized(name, size * Double.BYTES).asDoubleBuffer().get(values);
        return values;
    }

    /** An array of any number of doubles. */
    double[] getDoubles(String name) {
        return getDoubles(name, value(name).length / Double.BYTES);
    }

    private ByteBuffer sized(String name, int length) {
        byte[] value = value(name);
        if (value.length != length) {
            throw new CheckpointException("the checkpoint " + source + " does not fit: entry=" + name + ", length="
                    + value.length + ", expected " + length);
        }
        return little(value);
    }

    private byte[] value(String name) {
        byte[] value = entries.get(name);
        if (value == null) {
            throw new CheckpointException("the checkpoint " + source + " lacks the entry '" + name + "'");
        }
        return value;
    }

    private static byte[] next(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Collects values. Not safe for use by several threads. */
    static final class Builder {
        private final Map<String, byte[]> entries = new LinkedHashMap<>();

        private Builder() {}

        Builder put(String name, String text) {
            return add(name, text.getBytes(StandardCharsets.UTF_8));
        }

        Builder put(String name, long number) {
            byte[] bytes = new byte[Long.BYTES];
            little(bytes).putLong(number);
            return add(name, bytes);
        }

        Builder put(String name, double number) {
            byte[] bytes = new byte[Double.BYTES];
            little(bytes).putDouble(number);
            return add(name, bytes);
        }

        Builder put(String name, byte[] bytes) {
            return add(name, bytes.clone());
        }

        Builder put(String name, float[] numbers) {
            byte[] bytes = new byte[numbers.length * Float.BYTES];
            little(bytes).asFloatBuffer().put(numbers);
            return add(name, bytes);
        }

        Builder put(String name, double[] numbers) {
            byte[] bytes = new byte[numbers.length * Double.BYTES];
            little(bytes).asDoubleBuffer().put(numbers);
            return add(name, bytes);
        }

        Checkpoint build() {
            return new Checkpoint("in memory", entries);
        }

        private Builder add(String name, byte[] value) {
            if (entries.put(name, value) != null) {
                throw new IllegalArgumentException("entry '" + name + "' is put twice");
            }
            return this;
        }
    }
}
