package io.engram.replay.internal;

import io.engram.replay.StreamException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The streams of a memory: their names, the numbers that rows carry for them, and which are open. A name keeps its
 * number for as long as the memory lives. Safe for use by any number of threads.
 */
public final class StreamRegistry {
    /** The longest name, in characters. */
    public static final int MAX_NAME_LENGTH = 200;

    /** Where an owner keeps a new stream before any row can carry its number. */
    @FunctionalInterface
    public interface NewStream {
        /**
         * Called once for each new name, before it is used, with the registry locked. If it throws, the stream is not
         * registered and its number is offered again.
         *
         * @param id the stream's number
         * @param name the stream's name
         */
        void register(int id, String name);
    }

    private final NewStream owner;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Set<Integer> numbers = new HashSet<>();
    private final Set<Integer> open = new HashSet<>();
    private int nextId;

    /**
     * A registry without streams.
     *
     * @param owner told of each new stream
     */
    public StreamRegistry(NewStream owner) {
        this.owner = owner;
    }

    /**
     * Takes back a stream that was registered in an earlier life of the memory. It is closed; the owner is not told.
     *
     * @param id its number, at least 0
     * @param name its name
     * @throws IllegalArgumentException if the number or the name is taken, or the number is negative
     * @throws StreamException if the name is bad
     */
    public synchronized void restore(int id, String name) {
        checkName(name);
        if (id < 0 || id == Integer.MAX_VALUE || ids.containsKey(name) || numbers.contains(id)) {
            throw new IllegalArgumentException(
                    "stream '" + name + "' cannot be restored: id=" + id + ", registered are " + ids);
        }
        ids.put(name, id);
        numbers.add(id);
        nextId = Math.max(nextId, id + 1);
    }

    /**
     * Opens a stream, new or known.
     *
     * @param name 1 to {@value #MAX_NAME_LENGTH} characters, no control characters
     * @return its number, at least 0
     * @throws StreamException if the name is bad or the stream is open already
     */
    public synchronized int open(String name) {
        checkCanOpen(name);
        return register(name);
    }

    /**
     * Opens several streams, or none.
     *
     * @param names a name each, all different, at least one
     * @return their numbers, in the order of the names
     * @throws StreamException if a name is bad, repeated or open already, or there is none
     */
    public synchronized int[] openAll(List<String> names) {
        if (names.isEmpty()) {
            throw new StreamException("streams=[], expected a name for each lane, at least one");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            checkCanOpen(name);
            if (!seen.add(name)) {
                throw new StreamException("stream '" + name + "' is named twice in streams=" + names
                        + "; each lane needs a stream of its own");
            }
        }
        List<Integer> opened = new ArrayList<>();
        try {
            names.forEach(name -> opened.add(register(name)));
        } catch (RuntimeException | Error e) {
            open.removeAll(Set.copyOf(opened));
            throw e;
        }
        return opened.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Closes a stream, which can then be opened again. Closing one that is not open does nothing.
     *
     * @param id its number
     */
    public synchronized void close(int id) {
        open.remove(id);
    }

    /**
     * All streams ever registered, open or not.
     *
     * @return a copy, names by number, ascending
     */
    public synchronized Map<Integer, String> names() {
        Map<Integer, String> names = new TreeMap<>();
        ids.forEach((name, id) -> names.put(id, name));
        return names;
    }

    private int register(String name) {
        Integer known = ids.get(name);
        int id = known != null ? known : nextId;
        if (known == null) {
            owner.register(id, name);
            ids.put(name, id);
            numbers.add(id);
            nextId++;
        }
        open.add(id);
        return id;
    }

    private void checkCanOpen(String name) {
        checkName(name);
        Integer id = ids.get(name);
        if (id != null && open.contains(id)) {
            throw new StreamException(
                    "stream '" + name + "' is open already; close its writer first, or use another name");
        }
    }

    private static void checkName(String name) {
        if (name.isEmpty()) {
            throw new StreamException("a stream has an empty name: expected 1 to " + MAX_NAME_LENGTH + " characters");
        }
        if (name.length() > MAX_NAME_LENGTH) {
            throw new StreamException("stream '" + name.substring(0, 40) + "...' has too long a name: length="
                    + name.length() + ", limit=" + MAX_NAME_LENGTH);
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new StreamException("stream '" + name.replaceAll("\\p{Cntrl}", "?")
                    + "' has a control character in its name; use printable characters only");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new StreamException(
                    "stream '" + name + "' has half a surrogate pair in its name; use whole characters only");
        }
    }
}
