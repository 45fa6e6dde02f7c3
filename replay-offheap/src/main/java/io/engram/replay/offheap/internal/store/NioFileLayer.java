package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.ForeignFileException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.agrona.BufferUtil;

/** The real file system. */
public final class NioFileLayer implements FileLayer {
    private static final Map<Path, Semaphore> TURNS = new ConcurrentHashMap<>();

    /** Stateless. */
    public NioFileLayer() {}

    @Override
    public OpenFile create(Path path) throws IOException {
        return NioFile.create(path);
    }

    @Override
    public OpenFile open(Path path) throws IOException {
        requireRegular(path);
        return new NioFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public OpenFile openForReading(Path path) throws IOException {
        requireRegular(path);
        return new NioFile(path, StandardOpenOption.READ);
    }

    private static void requireRegular(Path path) throws IOException {
        // A FIFO or a device would block or worse, and a link could lead out of the store.
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isRegularFile()) {
            String kind = found.isDirectory() ? "a directory" : found.isSymbolicLink() ? "a link" : "a device or pipe";
            throw new ForeignFileException("not a file of an Engram memory: file=" + path + ", found " + kind
                    + ", expected a regular file; move it away");
        }
    }

    @Override
    public Kind kind(Path path) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return Kind.FILE;
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return Kind.DIRECTORY;
        }
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? Kind.OTHER : Kind.NOTHING;
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public String fileSystem(Path directory) throws IOException {
        return Files.getFileStore(directory).type();
    }

    @Override
    public Semaphore turn(Path directory) {
        return TURNS.computeIfAbsent(directory, each -> new Semaphore(1, true));
    }

    @Override
    public Lock lock(Path directory) {
        return DirectoryLock.acquire(directory);
    }

    @Override
    public void createDirectories(Path path) throws IOException {
        Files.createDirectories(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void link(Path existing, Path added) throws IOException {
        try {
            Files.createLink(added, existing);
        } catch (UnsupportedOperationException e) {
            throw new IOException("the file system has no hard links: " + e, e);
        }
    }

    @Override
    public int linkCount(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Object fileKey(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return key == null ? path.toRealPath() : key;
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (NioFile open = new NioFile(directory, StandardOpenOption.READ)) {
            open.sync();
        }
    }

    /** What is done with a channel. */
    @FunctionalInterface
    private interface Operation<T> {
        T on(FileChannel channel) throws IOException;
    }

    /**
     * Java closes the channel under an operation whose thread is interrupted. A store must not break because an actor
     * or a learner is cancelled in the middle of an append: the interrupt is kept for later, the file opened again and
     * the operation repeated, which is harmless because every position is given.
     */
    private static final class NioFile implements OpenFile {
        private final Path path;
        private final OpenOption[] reopenOptions;
        private FileChannel channel;

        NioFile(Path path, OpenOption... options) throws IOException {
            this.path = path;
            this.reopenOptions = options;
            this.channel = FileChannel.open(path, options);
        }

        /** Creates the file. */
        static NioFile create(Path path) throws IOException {
            FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .close();
            return new NioFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        private <T> T uninterrupted(Operation<T> operation) throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                while (true) {
                    try {
                        return operation.on(channel);
                    } catch (ClosedByInterruptException e) {
                        interrupted |= Thread.interrupted();
                        channel = FileChannel.open(path, reopenOptions);
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public long length() throws IOException {
            return uninterrupted(FileChannel::size);
        }

        @Override
        public void read(ByteBuffer target, long position) throws IOException {
            int start = target.position();
            uninterrupted(open -> {
                target.position(start);
                int read = 0;
                while (target.hasRemaining() && read >= 0) {
                    read = open.read(target, position + target.position() - start);
                }
                return read;
            });
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            int start = source.position();
            uninterrupted(open -> {
                source.position(start);
                while (source.hasRemaining()) {
                    long at = position + source.position() - start;
                    if (open.write(source, at) == 0) {
                        throw new EOFException("nothing could be written at position=" + at);
                    }
                }
                return source;
            });
        }

        @Override
        public void truncate(long length) throws IOException {
            uninterrupted(open -> open.truncate(length));
        }

        @Override
        public void sync() throws IOException {
            uninterrupted(open -> {
                open.force(true);
                return open;
            });
        }

        @Override
        public Mapping map(long length) throws IOException {
            return map(FileChannel.MapMode.READ_WRITE, length);
        }

        @Override
        public Mapping mapForReading(long length) throws IOException {
            return map(FileChannel.MapMode.READ_ONLY, length);
        }

        @Override
        public Mapping mapPrivately(long length) throws IOException {
            return map(FileChannel.MapMode.PRIVATE, length);
        }

        private Mapping map(FileChannel.MapMode mode, long length) throws IOException {
            return new NioMapping(uninterrupted(open -> open.map(mode, 0, length)));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private record NioMapping(MappedByteBuffer buffer, long address) implements Mapping {
        NioMapping(MappedByteBuffer buffer) {
            this(buffer, BufferUtil.address(buffer));
        }

        @Override
        public long length() {
            return buffer.capacity();
        }

        @Override
        public void force(int offset, int length) throws IOException {
            try {
                buffer.force(offset, length);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public void unmap() {
            BufferUtil.free(buffer);
        }
    }
}
