package io.engram.replay.offheap.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * Files that can be read and nothing else, for a rehearsal: what would be removed is only remembered, and storing into
 * a mapping kills the process. Parts of a memory that a committed restore has not moved yet are seen where the next
 * opening moves them. For one thread.
 */
final class ReadingFiles implements FileLayer {
    private final FileLayer files;
    private final List<Path> deleted = new ArrayList<>();
    /** By the place where a part is seen, the place where it is. */
    private final Map<Path, Path> moved = new HashMap<>();

    ReadingFiles(FileLayer files) {
        this.files = files;
    }

    /** Of a memory, of which a restore may wait to be finished. */
    ReadingFiles(FileLayer files, Path memory) {
        this.files = files;
        Path committed = memory.resolve(ManifestDescriptor.RESTORE_DIRECTORY);
        for (String part : PendingRestore.PARTS) {
            if (files.kind(committed.resolve(part)) != Kind.NOTHING) {
                moved.put(memory.resolve(part), committed.resolve(part));
            }
        }
    }

    private Path real(Path path) {
        for (Map.Entry<Path, Path> part : moved.entrySet()) {
            if (path.startsWith(part.getKey())) {
                return part.getValue().resolve(part.getKey().relativize(path));
            }
        }
        return path;
    }

    /** What would have been removed. */
    List<Path> deleted() {
        return deleted;
    }

    @Override
    public OpenFile create(Path path) throws IOException {
        throw refused(path);
    }

    @Override
    public OpenFile open(Path path) throws IOException {
        return new Reading(path, files.openForReading(real(path)));
    }

    @Override
    public OpenFile openForReading(Path path) throws IOException {
        return open(path);
    }

    @Override
    public Kind kind(Path path) {
        return files.kind(real(path));
    }

    @Override
    public boolean isDirectory(Path path) {
        return files.isDirectory(real(path));
    }

    @Override
    public Lock lock(Path directory) {
        throw new IllegalStateException("a rehearsal takes no lock: directory=" + directory);
    }

    @Override
    public Semaphore turn(Path directory) {
        throw new IllegalStateException("a rehearsal changes nothing: directory=" + directory);
    }

    @Override
    public void createDirectories(Path path) throws IOException {
        throw refused(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(real(directory)).stream()
                .map(entry -> directory.resolve(String.valueOf(entry.getFileName())))
                .toList();
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        throw refused(from);
    }

    @Override
    public void link(Path existing, Path added) throws IOException {
        throw refused(added);
    }

    @Override
    public int linkCount(Path path) throws IOException {
        return files.linkCount(real(path));
    }

    @Override
    public Object fileKey(Path path) throws IOException {
        return files.fileKey(real(path));
    }

    @Override
    public void delete(Path path) {
        deleted.add(path);
    }

    @Override
    public void syncDirectory(Path directory) {
        // Nothing was changed.
    }

    private static IOException refused(Path path) {
        return new IOException("a rehearsal changes nothing: file=" + path);
    }

    private record Reading(Path path, OpenFile file) implements OpenFile {
        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public void read(ByteBuffer target, long position) throws IOException {
            file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            throw refused(path);
        }

        @Override
        public void truncate(long length) throws IOException {
            throw refused(path);
        }

        @Override
        public void sync() {
            // Nothing was changed.
        }

        @Override
        public Mapping map(long length) throws IOException {
            return file.mapForReading(length);
        }

        @Override
        public Mapping mapForReading(long length) throws IOException {
            return file.mapForReading(length);
        }

        @Override
        public Mapping mapPrivately(long length) throws IOException {
            throw refused(path);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
