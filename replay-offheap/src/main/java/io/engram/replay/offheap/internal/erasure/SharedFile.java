package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file with all the names that it has in a memory and its snapshots. It is looked at once, for all of them: what one
 * of them wants gone goes, what one of them has in its window stays. For one thread.
 */
final class SharedFile {
    private final Path path;
    private final String name;
    private final List<Container> holders = new ArrayList<>();
    private final List<Path> paths = new ArrayList<>();
    private boolean complete;

    private SharedFile(Path path, String name) {
        this.path = path;
        this.name = name;
    }

    /** All files of a part of the containers. {@code memory}: names are told from there. */
    static List<SharedFile> of(FileLayer files, Path memory, List<Container> containers, String part, String suffix)
            throws IOException {
        Map<Object, SharedFile> found = new LinkedHashMap<>();
        for (Container container : containers) {
            for (Path file : Resolver.filesIn(files, container.directory().resolve(part), suffix)) {
                try {
                    Object key = files.fileKey(file);
                    SharedFile one = found.computeIfAbsent(key, unused -> new SharedFile(file, name(memory, file)));
                    one.holders.add(container);
                    one.paths.add(file);
                } catch (NoSuchFileException e) {
                    // It left the window since the directory was listed.
                }
            }
        }
        List<SharedFile> shared = new ArrayList<>();
        for (SharedFile each : found.values()) {
            try {
                each.complete = files.linkCount(each.path) <= each.holders.size();
                shared.add(each);
            } catch (NoSuchFileException e) {
                // If another directory has it too, it counts as incomplete, which asks for less.
                if (each.holders.size() > 1) {
                    shared.add(each);
                }
            }
        }
        return List.copyOf(shared);
    }

    private static String name(Path memory, Path file) {
        return memory.relativize(file).toString().replace('\\', '/');
    }

    /** Its names in the containers: while the memory is in use it may lose its own. */
    List<Path> paths() {
        return paths;
    }

    /** One of its names. */
    Path path() {
        return path;
    }

    /** The same, below the memory's directory. */
    String name() {
        return name;
    }

    List<Container> holders() {
        return holders;
    }

    /** Whether nobody else has it, such as a fork, who may keep rows that nobody here does. */
    boolean isComplete() {
        return complete;
    }

    boolean isLive() {
        return holders.get(0).isLive();
    }

    /** Whether blocks of it may not be allocated: a copy that was made for a snapshot. */
    boolean isSparse() {
        return holders.get(0).isPrivate(path);
    }

    /** Whether one of the holders wants a row gone. */
    boolean dooms(long sequence, long episode) {
        for (Container each : holders) {
            if (each.dooms(sequence, episode)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a row may be in somebody's window. */
    boolean isHeld(long sequence) {
        for (Container each : holders) {
            if (each.holds(sequence)) {
                return true;
            }
        }
        return !complete;
    }

    /** Whether a row is newer than all that is meant. */
    boolean isNew(long sequence) {
        return isLive() && sequence >= holders.get(0).head();
    }
}
