package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The real file system with somebody looking on, who may throw. A write is split into two halves, so that a process can
 * die, or a disk be full, between them. Nothing is synced unless asked for: a test that kills processes, not machines,
 * has no use for it.
 */
final class WatchedFiles implements FileLayer {
    enum Kind {
        CREATE,
        OPEN,
        CREATE_DIRECTORIES,
        LIST,
        RENAME,
        LINK,
        DELETE,
        SYNC_DIRECTORY,
        LENGTH,
        READ,
        WRITE,
        TRUNCATE,
        SYNC,
        MAP,
        FORCE
    }

    /**
     * What the store asked for.
     *
     * @param path which file, by the name it was opened with
     * @param to the new name of a rename, else the path again
     * @param offset where a force begins, else 0
     * @param length how long a force is, else 0
     */
    record Operation(Kind kind, Path path, Path to, int offset, int length) {
        Operation(Kind kind, Path path) {
            this(kind, path, path, 0, 0);
        }

        @Override
        public String toString() {
            return kind + " " + path.getFileName();
        }
    }

    /** Called around each operation; what it throws, the operation throws. */
    interface Watch {
        default void before(Operation operation) throws IOException {}

        default void after(Operation operation) throws IOException {}
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private interface Action {
        void run() throws IOException;
    }

    private final FileLayer real = new NioFileLayer();
    private final Watch watch;
    private final boolean syncing;

    private WatchedFiles(Watch watch, boolean syncing) {
        this.watch = watch;
        this.syncing = syncing;
    }

    static WatchedFiles watchedBy(Watch watch) {
        return new WatchedFiles(watch, false);
    }

    /** Unwatched and never synced, for speed. */
    static WatchedFiles unsynced() {
        return new WatchedFiles(new Watch() {}, false);
    }

    /** Every sync reaches the disk. */
    static WatchedFiles syncedAndWatchedBy(Watch watch) {
        return new WatchedFiles(watch, true);
    }

    @Override
    public OpenFile create(Path path) throws IOException {
        return new WatchedFile(path, call(Kind.CREATE, path, () -> real.create(path)));
    }

    @Override
    public OpenFile open(Path path) throws IOException {
        return new WatchedFile(path, call(Kind.OPEN, path, () -> real.open(path)));
    }

    @Override
    public OpenFile openForReading(Path path) throws IOException {
        return new WatchedFile(path, call(Kind.OPEN, path, () -> real.openForReading(path)));
    }

    @Override
    public FileLayer.Kind kind(Path path) {
        return real.kind(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return real.isDirectory(path);
    }

    @Override
    public Semaphore turn(Path directory) {
        return real.turn(directory);
    }

    @Override
    public Lock lock(Path directory) {
        return real.lock(directory);
    }

    @Override
    public void createDirectories(Path path) throws IOException {
        run(Kind.CREATE_DIRECTORIES, path, () -> real.createDirectories(path));
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return call(Kind.LIST, directory, () -> real.list(directory));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        run(new Operation(Kind.RENAME, from, to, 0, 0), () -> real.rename(from, to));
    }

    @Override
    public void link(Path existing, Path added) throws IOException {
        run(new Operation(Kind.LINK, existing, added, 0, 0), () -> real.link(existing, added));
    }

    @Override
    public Object fileKey(Path path) throws IOException {
        return real.fileKey(path);
    }

    @Override
    public int linkCount(Path path) throws IOException {
        return real.linkCount(path);
    }

    @Override
    public void delete(Path path) throws IOException {
        run(Kind.DELETE, path, () -> real.delete(path));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        sync(new Operation(Kind.SYNC_DIRECTORY, directory), () -> real.syncDirectory(directory));
    }

    private void sync(Operation operation, Action action) throws IOException {
        run(operation, () -> {
            if (syncing) {
                action.run();
            }
        });
    }

    private void run(Kind kind, Path path, Action action) throws IOException {
        run(new Operation(kind, path), action);
    }

    private void run(Operation operation, Action action) throws IOException {
        watch.before(operation);
        action.run();
        watch.after(operation);
    }

    private <T> T call(Kind kind, Path path, Call<T> call) throws IOException {
        Operation operation = new Operation(kind, path);
        watch.before(operation);
        T result = call.run();
        watch.after(operation);
        return result;
    }

    private final class WatchedFile implements OpenFile {
        private final Path path;
        private final OpenFile file;

        WatchedFile(Path path, OpenFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public long length() throws IOException {
            return call(Kind.LENGTH, path, file::length);
        }

        @Override
        public void read(ByteBuffer target, long position) throws IOException {
            run(Kind.READ, path, () -> file.read(target, position));
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            int half = source.remaining() / 2;
            ByteBuffer firstHalf = source.duplicate();
            firstHalf.limit(source.position() + half);
            run(Kind.WRITE, path, () -> file.write(firstHalf, position));
            source.position(source.position() + half);
            run(Kind.WRITE, path, () -> file.write(source, position + half));
        }

        @Override
        public void truncate(long length) throws IOException {
            run(Kind.TRUNCATE, path, () -> file.truncate(length));
        }

        @Override
        public void sync() throws IOException {
            WatchedFiles.this.sync(new Operation(Kind.SYNC, path), file::sync);
        }

        @Override
        public Mapping map(long length) throws IOException {
            return new WatchedMapping(path, call(Kind.MAP, path, () -> file.map(length)));
        }

        @Override
        public Mapping mapForReading(long length) throws IOException {
            return new WatchedMapping(path, call(Kind.MAP, path, () -> file.mapForReading(length)));
        }

        @Override
        public Mapping mapPrivately(long length) throws IOException {
            return new WatchedMapping(path, call(Kind.MAP, path, () -> file.mapPrivately(length)));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private final class WatchedMapping implements Mapping {
        private final Path path;
        private final Mapping mapping;

        WatchedMapping(Path path, Mapping mapping) {
            this.path = path;
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
            sync(new Operation(Kind.FORCE, path, path, offset, length), () -> mapping.force(offset, length));
        }

        @Override
        public void unmap() {
            mapping.unmap();
        }
    }
}
