package io.engram.replay.offheap.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that can be read and nothing else, for a rehearsal: what would be removed is only remembered, and storing into
 * a mapping kills the process. For one thread.
 */
final class ReadingFiles implements FileLayer {
    private final FileLayer files;
    private final List<Path> deleted = new ArrayList<>();

    ReadingFiles(FileLayer files) {
        this.files = files;
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
        return new Reading(path, files.openForReading(path));
    }

    @Override
    public OpenFile openForReading(Path path) throws IOException {
        return open(path);
    }

    @Override
    public Kind kind(Path path) {
        return files.kind(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return files.isDirectory(path);
    }

    @Override
    public Lock lock(Path directory) {
        throw new IllegalStateException("a rehearsal takes no lock: directory=" + directory);
    }

    @Override
    public void createDirectories(Path path) throws IOException {
        throw refused(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(directory);
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
        return files.linkCount(path);
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
