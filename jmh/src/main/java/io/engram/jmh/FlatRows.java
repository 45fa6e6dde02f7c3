package io.engram.jmh;

import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.Storage;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.agrona.BufferUtil;
import org.agrona.IoUtil;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Rows of random bytes in one mapped file or one block of anonymous memory, laid out as the memory lays them out.
 */
final class FlatRows implements AutoCloseable {
    private static final PayloadLayout LAYOUT = new PayloadLayout(Experience.schema(RowLayout.SELF_CONTAINED));

    /** The state, from the start of a row of W1 of either layout. */
    static final long STATE = offset(Field.OBSERVATION);
    /** The action, from the start of a row of W1 of either layout. */
    static final long ACTION = offset(Field.ACTION);
    /** The reward, from the start of a row of W1 of either layout. */
    static final long REWARD = offset(Field.REWARD);
    /** The next state, from the start of a self-contained row of W1. */
    static final long NEXT_STATE = offset(Schema.NEXT + Field.OBSERVATION);
    /** The last word of a self-contained row of W1. */
    static final long LAST_WORD = NEXT_STATE + 8;

    private static final int PAGE = 4096;

    private final int stride;
    private final long address;
    private final long block;
    private final @Nullable MappedByteBuffer mapping;
    private final @Nullable BenchmarkDirectory directory;

    /** Rows of W1. */
    FlatRows(RowLayout layout, Storage storage, int rows) {
        this(Workload.SMALL, layout, storage, rows);
    }

    FlatRows(Workload workload, RowLayout layout, Storage storage, int rows) {
        stride = RowDescriptor.stride(new PayloadLayout(workload.schema(layout)).length());
        long length = (long) rows * stride;
        if (storage == Storage.PERSISTENT) {
            directory = BenchmarkDirectory.create();
            mapping = map(directory, length);
            block = 0;
            address = BufferUtil.address(mapping);
        } else {
            directory = null;
            mapping = null;
            block = UnsafeApi.allocateMemory(length + PAGE);
            address = (block + PAGE - 1) & -PAGE;
        }
        SplitMix64 random = new SplitMix64(6);
        for (long at = 0; at < length; at += Long.BYTES) {
            UnsafeApi.putLong(address + at, random.nextLong());
        }
    }

    long address() {
        return address;
    }

    int stride() {
        return stride;
    }

    @Override
    public void close() {
        if (mapping != null) {
            IoUtil.unmap(mapping);
        } else {
            UnsafeApi.freeMemory(block);
        }
        if (directory != null) {
            directory.close();
        }
    }

    private static MappedByteBuffer map(BenchmarkDirectory directory, long length) {
        try (FileChannel channel = FileChannel.open(
                directory.path().resolve("rows"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException("the rows cannot be mapped: directory=" + directory.path(), e);
        }
    }

    private static long offset(String column) {
        return (long) RowDescriptor.HEADER_LENGTH + LAYOUT.slot(column).offset();
    }
}
