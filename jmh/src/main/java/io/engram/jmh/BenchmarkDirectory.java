package io.engram.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A new directory for the files of one benchmark, deleted at its end. It lies in the directory that the system property
 * {@value #PROPERTY} names, or in the system's temporary directory.
 */
final class BenchmarkDirectory implements AutoCloseable {
    /** Names the directory that benchmarks put their files in. */
    static final String PROPERTY = "engram.bench.directory";

    private final Path path;

    private BenchmarkDirectory(Path path) {
        this.path = path;
    }

    static BenchmarkDirectory create() {
        Path parent = parent();
        try {
            Files.createDirectories(parent);
            return new BenchmarkDirectory(Files.createTempDirectory(parent, "engram-bench-"));
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for the benchmark's files: parent=" + parent, e);
        }
    }

    Path path() {
        return path;
    }

    /** The file system's type, device and mount options, without the place it is mounted at. */
    String fileSystem() {
        try {
            FileStore store = Files.getFileStore(path);
            return store.type() + " on " + store.name() + options(store);
        } catch (IOException e) {
            throw new UncheckedIOException("the file system cannot be told: directory=" + path, e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> entries = Files.walk(path)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the benchmark's files could not be deleted: directory=" + path, e);
        }
    }

    private static Path parent() {
        return Path.of(System.getProperty(PROPERTY, System.getProperty("java.io.tmpdir")));
    }

    private static String options(FileStore store) throws IOException {
        Path mounts = Path.of("/proc/self/mounts");
        if (!Files.isReadable(mounts)) {
            return "";
        }
        List<String> lines = Files.readAllLines(mounts);
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words.length > 3 && words[0].equals(store.name()) && words[2].equals(store.type())) {
                return " (" + words[3] + ")";
            }
        }
        return "";
    }
}
