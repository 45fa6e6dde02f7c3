package io.engram.replay.offheap.internal.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.BufferUtil;

/** The real file system. */
public final class NioFileLayer implements FileLayer {
    /** Stateless. */
    public NioFileLayer() {}

    @Override
    public OpenFile create(Path path) throws IOException {
        return new NioFile(FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public OpenFile open(Path path) throws IOException {
        // A FIFO or a device would block or worse, and a link could lead out of the store.
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(path.toString(), null, "not a regular file");
        }
        return new NioFile(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
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
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private record NioFile(FileChannel channel) implements OpenFile {
        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public void read(ByteBuffer target, long position) throws IOException {
            long from = position;
            while (target.hasRemaining()) {
                int read = channel.read(target, from);
                if (read < 0) {
                    return;
                }
                from += read;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            long to = position;
            while (source.hasRemaining()) {
                int written = channel.write(source, to);
                if (written == 0) {
                    throw new EOFException("nothing could be written at position=" + to);
                }
                to += written;
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            channel.truncate(length);
        }

        @Override
        public void sync() throws IOException {
            channel.force(true);
        }

        @Override
        public Mapping map(long length) throws IOException {
            return new NioMapping(channel.map(FileChannel.MapMode.READ_WRITE, 0, length));
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
