package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.store.DirectoryLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is in a directory, byte for byte; of the lock file only that it is there. Reading the lock file would free the
 * lock that this process may hold on it.
 *
 * @param entries by path: a file's bytes, or a word for what else it is
 */
record DirectoryImage(Map<String, String> entries, Map<String, byte[]> files) {
    static DirectoryImage of(Path directory) {
        Map<String, String> entries = new TreeMap<>();
        Map<String, byte[]> files = new TreeMap<>();
        try {
            if (!Files.isDirectory(directory)) {
                return new DirectoryImage(entries, files);
            }
            try (Stream<Path> walk = Files.walk(directory)) {
                for (Path path : walk.toList()) {
                    String name = directory.relativize(path).toString();
                    entries.put(name, kind(path, name));
                    if (entries.get(name).equals("file")) {
                        files.put(name, Files.readAllBytes(path));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new DirectoryImage(entries, files);
    }

    /** Makes a directory like this one, without the lock. */
    void writeTo(Path directory) {
        try {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                if (entry.getValue().equals("directory")) {
                    Files.createDirectories(directory.resolve(entry.getKey()));
                }
            }
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a directory with all that is in it. */
    static void delete(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kind(Path path, String name) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return "link to " + Files.readSymbolicLink(path);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return "directory";
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return "neither file nor directory";
        }
        return name.equals(DirectoryLock.FILE_NAME) ? "lock" : "file";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DirectoryImage that && differences(that).isEmpty();
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }

    private List<String> differences(DirectoryImage that) {
        return Stream.of(this, that)
                .flatMap(image -> image.entries.keySet().stream())
                .distinct()
                .filter(name -> !entries.getOrDefault(name, "nothing").equals(that.entries.get(name))
                        || !Arrays.equals(files.get(name), that.files.get(name)))
                .toList();
    }
}
