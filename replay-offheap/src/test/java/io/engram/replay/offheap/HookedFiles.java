package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The real file system, with something to happen after each change of a name and before each forced write and each
 * sync.
 */
final class HookedFiles implements FileLayer {
    /** What happens. */
    @FunctionalInterface
    interface Hook {
        void run() throws IOException;
    }

    private final FileLayer files = new NioFileLayer();
    Hook afterNameChange = () -> {};
    Hook beforeForce = () -> {};
    Hook beforeSync = () -> {};
    String fileSystem = "";

    @Override
    public OpenFile create(Path path) throws IOException {
        return new HookedFile(files.create(path));
    }

    @Override
    public OpenFile open(Path path) throws IOException {
        return new HookedFile(files.open(path));
    }

    @Override
    public OpenFile openForReading(Path path) throws IOException {
        return new HookedFile(files.openForReading(path));
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
    public String fileSystem(Path directory) {
        return fileSystem;
    }

    @Override
    public Semaphore turn(Path directory) {
        return files.turn(directory);
    }

    @Override
    public Lock lock(Path directory) {
        return files.lock(directory);
    }

    @Override
    public void createDirectories(Path path) throws IOException {
        files.createDirectories(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return files.list(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
        afterNameChange.run();
    }

    @Override
    public void link(Path existing, Path added) throws IOException {
        files.link(existing, added);
        afterNameChange.run();
    }

    @Override
    public Object fileKey(Path path) throws IOException {
        return files.fileKey(path);
    }

    @Override
    public int linkCount(Path path) throws IOException {
        return files.linkCount(path);
    }

    @Override
    public void delete(Path path) throws IOException {
        files.delete(path);
        afterNameChange.run();
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        files.syncDirectory(directory);
    }

    private final class HookedFile implements OpenFile {
        private final OpenFile file;

        HookedFile(OpenFile file) {
            this.file = file;
        }

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
            file.write(source, position);
        }

        @Override
        public void truncate(long length) throws IOException {
            file.truncate(length);
        }

        @Override
        public void sync() throws IOException {
            beforeSync.run();
            file.sync();
        }

        @Override
        public Mapping map(long length) throws IOException {
            return new HookedMapping(file.map(length));
        }

        @Override
        public Mapping mapForReading(long length) throws IOException {
            return new HookedMapping(file.mapForReading(length));
        }

        @Override
        public Mapping mapPrivately(long length) throws IOException {
            return new HookedMapping(file.mapPrivately(length));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private final class HookedMapping implements Mapping {
        private final Mapping mapping;

        HookedMapping(Mapping mapping) {
            this.mapping = mapping;
        }

        @Override
        public long address() {
            return mapping.address();
        }

        @Override
        public long length() {
            return mapping.length();
        }

        @Override
        public void force(int offset, int length) throws IOException {
            beforeForce.run();
            mapping.force(offset, length);
        }

        @Override
        public void unmap() {
            mapping.unmap();
        }
    }
}
