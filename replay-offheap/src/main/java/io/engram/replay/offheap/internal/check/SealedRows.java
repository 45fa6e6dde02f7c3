package io.engram.replay.offheap.internal.check;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.RowReader;
import io.engram.replay.offheap.internal.store.Superblock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/**
 * Checks the rows of a sealed segment, which an opening does not look at: every slot is closed, every published row
 * whole, and all together are what the footer says. For one thread.
 */
final class SealedRows {
    private static final int MOST_NAMED = 16;

    private final SegmentGeometry geometry;
    private final RowLayout layout;
    private final Findings findings;
    private final RowReader reader;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer entry =
            ByteBuffer.allocate(Long.BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    SealedRows(Superblock superblock, Findings findings) {
        this.geometry = superblock.geometry();
        this.layout = superblock.schema().rowLayout();
        this.findings = findings;
        this.reader = new RowReader(geometry);
    }

    /** {@code rows}: the address of the first. */
    void check(Path file, long ordinal, long rows, SealFacts facts) {
        long first = geometry.firstSequence(ordinal);
        int published = 0;
        int abandoned = 0;
        int erased = 0;
        long nextEpisode = 0;
        long newestPolicy = 0;
        int nextStream = 0;
        Lost lost = new Lost();
        crc.reset();
        for (int i = 0; i < geometry.rows(); i++) {
            long address = rows + (long) i * geometry.stride();
            long offset = address - rows + SegmentGeometry.ROWS_OFFSET;
            long stamp = UnsafeApi.getLong(address);
            if (Stamp.isPublished(stamp, first + i)) {
                published++;
                entry.putLong(0, stamp).putInt(Long.BYTES, UnsafeApi.getInt(address + RowDescriptor.CRC_OFFSET));
                crc.update(entry.array());
                nextEpisode = Math.max(nextEpisode, UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET) + 1);
                newestPolicy = Math.max(newestPolicy, UnsafeApi.getLong(address + RowDescriptor.POLICY_OFFSET));
                nextStream = Math.max(nextStream, UnsafeApi.getInt(address + RowDescriptor.STREAM_OFFSET) + 1);
                if (!isSound(file, offset, address)) {
                    lost.add(first + i);
                }
            } else if (isClosed(stamp, first + i)) {
                abandoned += Stamp.state(stamp) == Stamp.ABANDONED ? 1 : 0;
                erased += Stamp.state(stamp) == Stamp.ERASED ? 1 : 0;
            } else {
                lost.add(first + i);
                tell(
                        file,
                        offset,
                        "a slot of a sealed segment is not closed",
                        "stamp=" + Long.toHexString(stamp),
                        "sequence=" + (first + i) + ", published, abandoned, dead or erased");
            }
        }
        findings.rows += published;
        SealFacts found =
                new SealFacts(published, abandoned, nextEpisode, newestPolicy, nextStream, (int) crc.getValue());
        // Writers of abandoned rows give up later than the segment is sealed.
        SealFacts expected = abandoned < facts.abandonedRows() ? withAbandoned(facts, abandoned) : facts;
        if (erased > 0) {
            found = withHighest(found, facts);
        }
        if (!found.equals(expected)) {
            tell(
                    file,
                    geometry.footerOffset(),
                    "a sealed segment does not hold what its footer says",
                    found.toString(),
                    facts.toString());
        }
        if (lost.count > 0 || !found.equals(expected)) {
            findings.add(new Remedy(Remedy.Kind.ZERO_FOOTER, file, "damage in a sealed segment" + lost.effect()));
        }
    }

    private static SealFacts withAbandoned(SealFacts facts, int abandoned) {
        return new SealFacts(
                facts.publishedRows(),
                abandoned,
                facts.nextEpisode(),
                facts.newestPolicy(),
                facts.nextStream(),
                facts.digest());
    }

    /** Erased rows may have had numbers that no row has any more; a footer keeps them. */
    private static SealFacts withHighest(SealFacts found, SealFacts facts) {
        boolean lower = found.nextEpisode() <= facts.nextEpisode()
                && found.newestPolicy() <= facts.newestPolicy()
                && found.nextStream() <= facts.nextStream();
        return !lower
                ? found
                : new SealFacts(
                        found.publishedRows(),
                        found.abandonedRows(),
                        facts.nextEpisode(),
                        facts.newestPolicy(),
                        facts.nextStream(),
                        found.digest());
    }

    /** Rows that cannot be saved: how many, and the first of them by name. */
    private static final class Lost {
        private final List<Long> named = new ArrayList<>();
        private long count;

        void add(long sequence) {
            count++;
            if (named.size() < MOST_NAMED) {
                named.add(sequence);
            }
        }

        String effect() {
            return count == 0
                    ? "; every row that is there is whole, a missing one is lost"
                    : "; lost rows=" + count + ", sequences=" + named + (count > named.size() ? " and more" : "");
        }
    }

    private boolean isSound(Path file, long offset, long address) {
        if (!reader.isWhole(address)) {
            tell(
                    file,
                    offset,
                    "a row of a sealed segment is damaged",
                    "another crc32c than " + Integer.toHexString(UnsafeApi.getInt(address + RowDescriptor.CRC_OFFSET)),
                    "the one stored");
            return false;
        }
        String wrong = RowSense.wrong(reader.row(), layout);
        if (wrong != null) {
            findings.add(new Finding(
                    Severity.ERROR,
                    file,
                    offset,
                    "a row makes no sense",
                    wrong,
                    "",
                    "report it: its checksum is right, so it was written like that"));
        }
        return true;
    }

    private static boolean isClosed(long stamp, long sequence) {
        return stamp == Stamp.of(sequence, Stamp.ABANDONED)
                || stamp == Stamp.of(sequence, Stamp.DEAD)
                || stamp == Stamp.of(sequence, Stamp.ERASED);
    }

    private void tell(Path file, long offset, String problem, String found, String expected) {
        findings.add(new Finding(
                Severity.ERROR,
                file,
                offset,
                problem,
                found,
                expected,
                "restore the file from a copy, or repair: then the next opening drops what is damaged"));
    }
}
