package io.engram.replay.offheap.exchange;

import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A new file that is written from its begin to its end. For one thread. */
final class OutFile implements Closeable {
    private static final int BUFFER = 64 << 10;

    private final FileLayer.OpenFile file;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private long flushed;

    OutFile(FileLayer files, Path path) throws IOException {
        this.file = files.create(path);
    }

    static void write(FileLayer files, Path path, String text) throws IOException {
        try (OutFile out = new OutFile(files, path)) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.write(bytes, 0, bytes.length);
            out.finish();
        }
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        while (at < offset + length) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int part = Math.min(buffer.remaining(), offset + length - at);
            buffer.put(bytes, at, part);
            at += part;
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        int length = buffer.remaining();
        file.write(buffer, flushed);
        flushed += length;
        buffer.clear();
    }

    /** Writes all that is left, and then something over the first bytes. */
    void finish(byte[] begin) throws IOException {
        flush();
        file.write(ByteBuffer.wrap(begin), 0);
        file.sync();
    }

    void finish() throws IOException {
        flush();
        file.sync();
    }

    OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                OutFile.this.write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                OutFile.this.write(bytes, offset, length);
            }
        };
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
