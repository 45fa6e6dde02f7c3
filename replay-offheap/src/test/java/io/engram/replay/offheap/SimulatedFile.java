package io.engram.replay.offheap;

import io.engram.replay.offheap.WatchedFiles.Kind;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;

/** An open file of {@link SimulatedFiles}. */
final class SimulatedFile implements FileLayer.OpenFile {
    private final SimulatedFiles files;
    private final SimulatedInode inode;
    private final Path path;
    private final boolean writable;
    private boolean closed;

    SimulatedFile(SimulatedFiles files, SimulatedInode inode, Path path, boolean writable) {
        this.files = files;
        this.inode = inode;
        this.path = path;
        this.writable = writable;
    }

    private void run(Kind kind, SimulatedFiles.Action action) throws IOException {
        files.run(new Operation(kind, path), () -> {
            if (closed) {
                throw new ClosedChannelException();
            }
            action.run();
        });
    }

    private void requireWritable() {
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }

    @Override
    public long length() throws IOException {
        long[] length = new long[1];
        run(Kind.LENGTH, () -> length[0] = inode.length());
        return length[0];
    }

    @Override
    public void read(ByteBuffer target, long position) throws IOException {
        run(Kind.READ, () -> inode.read(target, position));
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int half = source.remaining() / 2;
        ByteBuffer firstHalf = source.duplicate();
        firstHalf.limit(source.position() + half);
        run(Kind.WRITE, () -> writeNow(firstHalf, position));
        source.position(source.position() + half);
        run(Kind.WRITE, () -> writeNow(source, position + half));
    }

    private void writeNow(ByteBuffer source, long position) throws IOException {
        requireWritable();
        files.write(inode, source, position);
    }

    @Override
    public void truncate(long length) throws IOException {
        run(Kind.TRUNCATE, () -> {
            requireWritable();
            inode.truncate(length);
        });
    }

    @Override
    public void sync() throws IOException {
        run(Kind.SYNC, () -> inode.sync(0, inode.length()));
    }

    @Override
    public FileLayer.Mapping map(long length) throws IOException {
        return mapping(length, false);
    }

    @Override
    public FileLayer.Mapping mapForReading(long length) throws IOException {
        long[] address = new long[1];
        run(Kind.MAP, () -> address[0] = inode.map(length));
        return new SimulatedMapping(address[0], length, false);
    }

    @Override
    public FileLayer.Mapping mapPrivately(long length) throws IOException {
        return mapping(length, true);
    }

    private FileLayer.Mapping mapping(long length, boolean copied) throws IOException {
        long[] address = new long[1];
        run(Kind.MAP, () -> {
            requireWritable();
            address[0] = inode.map(length);
        });
        return new SimulatedMapping(copied ? files.copyOf(address[0], length) : address[0], length, copied);
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class SimulatedMapping implements FileLayer.Mapping {
        private final long address;
        private final long length;
        private final boolean copied;
        private boolean ended;

        SimulatedMapping(long address, long length, boolean copied) {
            this.address = address;
            this.length = length;
            this.copied = copied;
            files.countMapping(1);
        }

        @Override
        public long address() {
            requireMapped();
            return address;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void force(int offset, int bytes) throws IOException {
            requireMapped();
            files.run(new Operation(Kind.FORCE, path, path, offset, bytes), () -> {
                if (!copied) {
                    inode.sync(offset, bytes);
                }
            });
        }

        @Override
        public void unmap() {
            requireMapped();
            ended = true;
            files.countMapping(-1);
        }

        private void requireMapped() {
            if (ended) {
                throw new IllegalStateException("the mapping has ended: file=" + path);
            }
        }
    }
}
