package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.ring.Tombstones;
import java.nio.file.Path;
import org.agrona.UnsafeApi;

/**
 * Checks what an erasure leaves in a segment: the slot's stamp is ERASED, its tombstone is set, and the rest is zeros.
 * For one thread.
 */
final class ErasedRows {
    private final SegmentGeometry geometry;
    private final Findings findings;

    ErasedRows(SegmentGeometry geometry, Findings findings) {
        this.geometry = geometry;
        this.findings = findings;
    }

    /** {@code address}: where the mapped file begins. */
    void check(Path file, long ordinal, long address, Zeros zeros) {
        long first = geometry.firstSequence(ordinal);
        Tally unnoted = new Tally();
        Tally full = new Tally();
        Tally untrue = new Tally();
        for (int row = 0; row < geometry.rows(); row++) {
            long offset = SegmentGeometry.ROWS_OFFSET + (long) row * geometry.stride();
            boolean erased = UnsafeApi.getLong(address + offset) == Stamp.of(first + row, Stamp.ERASED);
            boolean noted = Tombstones.isSet(address, geometry, row);
            if (erased && !noted) {
                unnoted.add(first + row);
            } else if (noted && !erased) {
                untrue.add(first + row);
            }
            if (erased && !zeros.areAll(offset + Long.BYTES, offset + geometry.stride())) {
                full.add(first + row);
            }
        }
        String remedy = "nothing need be: the next opening finishes the erasure that was interrupted";
        tell(Severity.INFORMATION, file, first, unnoted, "rows are erased and have no tombstone", remedy);
        tell(Severity.INFORMATION, file, first, full, "rows are erased and their bytes are not zeros", remedy);
        tell(
                Severity.WARNING,
                file,
                first,
                untrue,
                "rows have a tombstone and are not erased",
                "open the memory: if an erasure was interrupted, that finishes it; else the disk may be failing");
    }

    private void tell(Severity severity, Path file, long first, Tally rows, String problem, String remedy) {
        if (rows.count > 0) {
            findings.add(new Finding(
                    severity,
                    file,
                    SegmentGeometry.ROWS_OFFSET + (rows.first - first) * geometry.stride(),
                    problem,
                    "rows=" + rows.count + ", first sequence=" + rows.first,
                    "",
                    remedy));
        }
    }
}
