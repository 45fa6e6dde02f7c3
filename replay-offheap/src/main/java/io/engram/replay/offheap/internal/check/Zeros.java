package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import java.nio.file.Path;
import org.agrona.UnsafeApi;

/** Looks for what is not zero where the format has zeros. */
final class Zeros {
    private final Path file;
    private final long address;
    private final Findings findings;

    /** {@code address}: where the mapped file begins. */
    Zeros(Path file, long address, Findings findings) {
        this.file = file;
        this.address = address;
        this.findings = findings;
    }

    /** Tells of the first byte that is not zero. */
    void require(String what, long from, long to) {
        long at = firstOther(from, to);
        if (at < to) {
            findings.add(new Finding(
                    Severity.WARNING,
                    file,
                    at,
                    what + " is not all zeros",
                    "byte=" + (UnsafeApi.getByte(address + at) & 0xff),
                    "0",
                    "nothing reads it; the disk may be failing"));
        }
    }

    boolean areAll(long from, long to) {
        return firstOther(from, to) == to;
    }

    private long firstOther(long from, long to) {
        long at = from;
        while (at < to && at % Long.BYTES != 0 && UnsafeApi.getByte(address + at) == 0) {
            at++;
        }
        if (at % Long.BYTES == 0) {
            while (at + Long.BYTES <= to && UnsafeApi.getLong(address + at) == 0) {
                at += Long.BYTES;
            }
        }
        while (at < to && UnsafeApi.getByte(address + at) == 0) {
            at++;
        }
        return at;
    }
}
