package io.engram.replay.offheap.internal.check;

import io.engram.replay.PriorityIndex;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.priority.IndexMemory;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.IndexHeader;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Checks the files of priority indexes. For one thread. */
final class PrioritiesCheck {
    private final FileLayer files;
    private final Superblock superblock;
    private final @Nullable HeldRows rows;
    private final Findings findings;

    /** {@code rows}: null if it is not known which there are. */
    PrioritiesCheck(FileLayer files, Superblock superblock, @Nullable HeldRows rows, Findings findings) {
        this.files = files;
        this.superblock = superblock;
        this.rows = rows;
        this.findings = findings;
    }

    void check(Path directory) throws IOException {
        if (files.kind(directory) == FileLayer.Kind.NOTHING) {
            return;
        }
        if (!files.isDirectory(directory)) {
            findings.refused(
                    directory,
                    new ForeignFileException("not a directory: file=" + directory
                            + ", expected the directory of an Engram memory's priorities; move it away"));
            return;
        }
        for (Path file : files.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(IndexDescriptor.SUFFIX)) {
                findings.files++;
                findings.indexes++;
                check(file, name);
            } else if (name.endsWith(IndexDescriptor.SUFFIX + Store.TEMPORARY_SUFFIX)) {
                findings.files++;
                Examination.leftover(file, findings);
            } else {
                findings.add(Directories.foreign(file, "priority indexes"));
            }
        }
    }

    private void check(Path file, String name) throws IOException {
        if (files.kind(file) != FileLayer.Kind.FILE) {
            findings.refused(
                    file,
                    new ForeignFileException("not a file of an Engram memory: file=" + file
                            + ", expected a regular file; move it away"));
            return;
        }
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            check(file, open);
        } catch (ForeignFileException e) {
            findings.refused(file, e);
        } catch (InternalError e) {
            findings.unreadable(file, e);
        } catch (StorageException e) {
            findings.refused(file, e);
            findings.add(new Remedy(
                    Remedy.Kind.REMOVE,
                    file,
                    "a priority index that cannot be read; lost: its priorities, which are initial ones again where "
                            + name + " is asked for at an opening"));
        }
    }

    private void check(Path file, FileLayer.OpenFile open) throws IOException {
        long length = open.length();
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(length, IndexDescriptor.HEADER_LENGTH))
                .order(ByteOrder.LITTLE_ENDIAN);
        open.read(block, 0);
        PriorityIndex settings = IndexHeader.decode(file, block, superblock).settings();
        boolean ranked = settings.kind() == PriorityIndex.Kind.RANK;
        int leaves = Leaves.count(superblock.capacity());
        long expected = IndexMemory.length(leaves, ranked);
        if (length < expected) {
            throw new TruncatedStoreException("a priority index is too short: file=" + file + ", length=" + length
                    + ", expected " + expected + "; restore it from a copy, or drop the index");
        }
        if (length > expected) {
            throw new CorruptStoreException("a priority index is too long: file=" + file + ", length=" + length
                    + ", expected " + expected + "; restore it from a copy, or drop the index");
        }
        FileLayer.Mapping mapping = open.mapForReading(length);
        try {
            Zeros zeros = new Zeros(file, mapping.address(), findings);
            zeros.require(
                    "what lies behind the index's header", IndexDescriptor.HEADER_LENGTH, IndexMemory.MAXIMUM_OFFSET);
            new LeafCheck(file, settings, leaves, mapping.address(), findings)
                    .check(zeros, superblock.schema().rowLayout(), rows);
        } finally {
            mapping.unmap();
        }
    }
}
