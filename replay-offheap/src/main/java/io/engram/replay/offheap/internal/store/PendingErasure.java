package io.engram.replay.offheap.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Whether files of a memory may be half erased, for who finds one that is not as it should be. */
public final class PendingErasure {
    private PendingErasure() {}

    /**
     * Looks for a record of an erasure that is not finished.
     *
     * @param files how files are reached
     * @param memory the memory's directory
     * @return true if there is one
     * @throws IOException if the records cannot be read
     */
    public static boolean isIn(FileLayer files, Path memory) throws IOException {
        Path directory = memory.resolve(ErasureDescriptor.DIRECTORY);
        if (files.kind(directory) != FileLayer.Kind.DIRECTORY) {
            return false;
        }
        for (Path file : files.list(directory)) {
            boolean record = String.valueOf(file.getFileName()).endsWith(ErasureDescriptor.SUFFIX);
            if (record && files.kind(file) == FileLayer.Kind.FILE && isPending(files, file)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPending(FileLayer files, Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            ByteBuffer block =
                    ByteBuffer.allocate(ErasureDescriptor.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            long magic = block.getLong(ErasureDescriptor.MAGIC_OFFSET);
            // An old record is overwritten before the new one takes its place.
            return magic == 0
                    || (magic == ErasureDescriptor.MAGIC
                            && block.getInt(ErasureDescriptor.STATE_OFFSET) == ErasureDescriptor.PENDING);
        } catch (NoSuchFileException e) {
            // Replaced meanwhile, which happens at the end.
            return false;
        }
    }
}
