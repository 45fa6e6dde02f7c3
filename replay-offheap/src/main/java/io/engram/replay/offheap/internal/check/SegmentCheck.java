package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentFooter;
import io.engram.replay.offheap.internal.store.SegmentHeader;
import io.engram.replay.offheap.internal.store.Superblock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** Checks one segment of the right length and with a whole header. For one thread. */
final class SegmentCheck {
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final SegmentGeometry geometry;
    private final SealedRows sealedRows;
    private final UnsealedRows unsealedRows;
    private final Findings findings;

    SegmentCheck(Superblock superblock, EpisodeBook book, Findings findings) {
        this.geometry = superblock.geometry();
        this.sealedRows = new SealedRows(superblock, findings);
        this.unsealedRows = new UnsealedRows(superblock, book, findings);
        this.findings = findings;
    }

    /** Returns whether the segment is sealed. */
    boolean check(Path file, SegmentHeader header, long address) {
        Zeros zeros = new Zeros(file, address, findings);
        zeros.require(
                "what lies behind the segment's header", SegmentDescriptor.HEADER_LENGTH, SegmentGeometry.ROWS_OFFSET);
        long rowsEnd = SegmentGeometry.ROWS_OFFSET + ((long) geometry.stride() << geometry.rowsShift());
        long linksEnd = geometry.linksOffset() + ((long) Integer.BYTES << geometry.rowsShift());
        zeros.require("what lies between rows and links", rowsEnd, geometry.linksOffset());
        zeros.require("what lies behind the links", linksEnd, geometry.tombstonesOffset());
        long tombstonesEnd = geometry.tombstonesOffset() + (geometry.rows() + 7L) / 8;
        zeros.require("what lies behind the tombstones", tombstonesEnd, geometry.footerOffset());
        new ErasedRows(geometry, findings).check(file, header.ordinal(), address, zeros);
        int footer = geometry.footerOffset();
        zeros.require(
                "what lies behind the segment's footer", footer + SegmentDescriptor.FOOTER_LENGTH, geometry.length());
        SealFacts facts = footer(header, address + footer);
        if (facts != null) {
            findings.sealedSegments++;
            sealedRows.check(file, header.ordinal(), address + SegmentGeometry.ROWS_OFFSET, facts);
            return true;
        }
        if (!zeros.areAll(footer, footer + SegmentDescriptor.FOOTER_LENGTH)) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    footer,
                    "the footer of a segment is not whole",
                    "neither zeros nor a right checksum with incarnation=" + header.incarnation() + " and ordinal="
                            + header.ordinal(),
                    "either",
                    "nothing need be: opening reads the rows one by one; a repair zeroes it"));
            findings.add(new Remedy(Remedy.Kind.ZERO_FOOTER, file, "a footer that is not whole; no row is lost by it"));
        }
        unsealedRows.check(file, header.ordinal(), address + SegmentGeometry.ROWS_OFFSET);
        return false;
    }

    private static @Nullable SealFacts footer(SegmentHeader header, long address) {
        byte[] block = new byte[SegmentDescriptor.FOOTER_LENGTH];
        UnsafeApi.copyMemory(null, address, block, ARRAY_BASE, block.length);
        return SegmentFooter.decode(ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN), header);
    }
}
