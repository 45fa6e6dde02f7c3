package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.SegmentFiles;
import io.engram.replay.offheap.internal.store.SegmentHeader;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Checks the files of segments, each for itself; one that is sealed, and has several names, under the first that comes
 * up. For one thread.
 */
final class SegmentsCheck {
    private final FileLayer files;
    private final Superblock superblock;
    private final SegmentGeometry geometry;
    private final SegmentCheck each;
    private final SealedFiles sealed;
    private final Findings findings;

    /** {@code sealed}: takes the sealed files, and says which were checked before. */
    SegmentsCheck(FileLayer files, Superblock superblock, EpisodeBook book, SealedFiles sealed, Findings findings) {
        this.files = files;
        this.superblock = superblock;
        this.geometry = superblock.geometry();
        this.each = new SegmentCheck(superblock, book, findings);
        this.sealed = sealed;
        this.findings = findings;
    }

    void check(Path directory) throws IOException {
        for (Path file : files.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(SegmentFiles.SUFFIX)) {
                findings.files++;
                findings.segments++;
                try (FileLayer.OpenFile open = files.openForReading(file)) {
                    checkOnce(file, open);
                } catch (StorageException | IOException e) {
                    findings.refused(file, e);
                } catch (InternalError e) {
                    findings.unreadable(file, e);
                }
            } else if (!name.endsWith(SegmentFiles.SUFFIX + Store.TEMPORARY_SUFFIX)) {
                findings.add(Directories.foreign(file, "segments"));
            }
        }
    }

    private void checkOnce(Path file, FileLayer.OpenFile open) throws IOException {
        SealedFiles.Checked before = sealed.get(file);
        if (before == null) {
            long errors = findings.errors;
            if (check(file, open)) {
                sealed.put(file, findings.errors == errors);
            }
        } else if (!before.sound()) {
            findings.add(new Finding(
                    Severity.ERROR,
                    file,
                    -1,
                    "a segment that has several names is damaged",
                    "see " + before.file(),
                    "",
                    "restore it from a copy"));
        }
    }

    private boolean check(Path file, FileLayer.OpenFile open) throws IOException {
        long length = open.length();
        ByteBuffer page = ByteBuffer.allocate((int) Math.min(length, SegmentGeometry.PAGE))
                .order(ByteOrder.LITTLE_ENDIAN);
        open.read(page, 0);
        SegmentHeader header = SegmentHeader.decode(file, page, superblock);
        if (length < geometry.length()) {
            throw new TruncatedStoreException("a segment is too short: file=" + file + ", length=" + length
                    + ", expected " + geometry.length() + "; restore it from a copy");
        }
        if (length > geometry.length()) {
            throw new CorruptStoreException("a segment is too long: file=" + file + ", length=" + length + ", expected "
                    + geometry.length() + "; restore it from a copy");
        }
        FileLayer.Mapping mapping = open.mapForReading(length);
        try {
            return each.check(file, header, mapping.address());
        } finally {
            mapping.unmap();
        }
    }
}
