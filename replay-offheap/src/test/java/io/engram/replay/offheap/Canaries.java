package io.engram.replay.offheap;

import io.engram.replay.DType;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.agrona.collections.Long2LongHashMap;

/**
 * Random bytes by which states, and whom they are about, are known again wherever they lie. A state has 32 bytes that
 * all states of its subject have, and 16 of its own; a subject's name is random, too. Eight bytes in a row are enough
 * to tell.
 */
final class Canaries {
    /** Bytes of a state. */
    static final int STATE = 48;

    private static final int SUBJECT_LONGS = 4;
    private static final int STATE_LONGS = 2;
    private static final int NAME_LONGS = 2;
    private static final long NONE = -1;
    private static final int SUBJECT = 0;
    private static final int NAME = 1;
    private static final int OWN = 2;

    private final long seed;
    /** From eight bytes to what they are of: kind, subject, number of the state. */
    private final Long2LongHashMap known = new Long2LongHashMap(NONE);

    private final Map<String, Integer> names = new HashMap<>();
    private final Map<Integer, Integer> states = new HashMap<>();

    /**
     * What was found: by subject, and by state, the file that it was found in.
     *
     * @param subjects by the bytes of a state
     * @param names by the name
     * @param states by the bytes that only one has
     */
    record Found(Map<Integer, String> subjects, Map<Integer, String> names, Map<Long, String> states) {}

    Canaries(long seed) {
        this.seed = seed;
    }

    static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.U8, STATE)
                .action(DType.I64)
                .reward()
                .rowLayout(layout)
                .build();
    }

    private SplitMix64 random(long what) {
        return new SplitMix64(seed * 0x9e3779b97f4a7c15L + what * 0xbf58476d1ce4e5b9L);
    }

    /** A subject's name. */
    synchronized String name(int subject) {
        SplitMix64 random = random(-1 - subject);
        ByteBuffer bytes = ByteBuffer.allocate(NAME_LONGS * Long.BYTES);
        for (int i = 0; i < NAME_LONGS; i++) {
            bytes.putLong(random.nextLong());
        }
        String name = HexFormat.of().formatHex(bytes.array());
        if (names.putIfAbsent(name, subject) == null) {
            ByteBuffer text =
                    ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)).order(ByteOrder.LITTLE_ENDIAN);
            while (text.hasRemaining()) {
                known.put(text.getLong(), key(NAME, subject, 0));
            }
        }
        return name;
    }

    /** Whose name it is. */
    synchronized int subject(String name) {
        return names.get(name);
    }

    /** A state that there was not before. */
    synchronized byte[] next(int subject) {
        int number = states.merge(subject, 1, Integer::sum);
        ByteBuffer bytes = ByteBuffer.allocate(STATE).order(ByteOrder.LITTLE_ENDIAN);
        SplitMix64 random = random(subject);
        for (int i = 0; i < SUBJECT_LONGS; i++) {
            put(bytes, random.nextLong(), key(SUBJECT, subject, 0));
        }
        random = random(key(OWN, subject, number));
        for (int i = 0; i < STATE_LONGS; i++) {
            put(bytes, random.nextLong(), key(OWN, subject, number));
        }
        return bytes.array();
    }

    private void put(ByteBuffer bytes, long value, long key) {
        bytes.putLong(value);
        known.put(value, key);
    }

    private static long key(int kind, int subject, int number) {
        return (long) kind << 60 | (long) subject << 24 | number;
    }

    private static int kind(long key) {
        return (int) (key >>> 60);
    }

    private static int subjectOf(long key) {
        return (int) (key >>> 24 & 0xfffffff);
    }

    /** Whom a state in a batch or a row is about, or -1 if that is padding. */
    synchronized int subject(ByteBuffer bytes, int at) {
        long value = bytes.getLong(at);
        if (value == 0) {
            return -1;
        }
        long key = known.get(value);
        if (key == NONE || kind(key) != SUBJECT) {
            throw new AssertionError("no state of anybody: " + Long.toHexString(value));
        }
        return subjectOf(key);
    }

    /** What bytes hold. */
    synchronized Found find(byte[] bytes) {
        return find(Map.of("", bytes));
    }

    /** What files hold. */
    synchronized Found find(Map<String, byte[]> files) {
        Found found = new Found(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        files.forEach((file, bytes) -> find(file, bytes == null ? new byte[0] : bytes, found));
        return found;
    }

    /** What all files below a directory hold. */
    Found find(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            Map<String, byte[]> files = new TreeMap<>();
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                files.put(file.toString(), Files.readAllBytes(file));
            }
            return find(files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void find(String file, byte[] bytes, Found found) {
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + Long.BYTES <= bytes.length; at++) {
            long value = view.getLong(at);
            long key = value == 0 ? NONE : known.get(value);
            if (key != NONE) {
                String where = file + " at " + at;
                switch (kind(key)) {
                    case SUBJECT -> found.subjects.putIfAbsent(subjectOf(key), where);
                    case NAME -> found.names.putIfAbsent(subjectOf(key), where);
                    default -> found.states.putIfAbsent(key, where);
                }
            }
        }
    }
}
