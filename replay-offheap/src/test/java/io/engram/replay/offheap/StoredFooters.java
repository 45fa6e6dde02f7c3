package io.engram.replay.offheap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;

/** What the footers of sealed segments vouch for, read by FORMAT.md and nothing else. */
final class StoredFooters {
    private static final int PAGE = 4096;
    private static final int FOOTER = 64;
    private static final int CRC = 12;

    private StoredFooters() {}

    /** As many rows are published in each sealed segment as its footer says. */
    static void requireTrue(Map<String, byte[]> files) {
        files.forEach((name, bytes) -> {
            if (name.endsWith(".seg") && bytes.length > 2 * PAGE) {
                ByteBuffer segment = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                ByteBuffer footer = segment.slice(bytes.length - PAGE, FOOTER).order(ByteOrder.LITTLE_ENDIAN);

                if (counts(segment, footer) && footer.getInt(32) != published(segment)) {
                    throw new AssertionError("the footer of " + name + " vouches for " + footer.getInt(32)
                            + " rows, found " + published(segment));
                }
            }
        });
    }

    private static boolean counts(ByteBuffer segment, ByteBuffer footer) {
        CRC32C crc = new CRC32C();
        crc.update(footer.duplicate().limit(CRC));
        crc.update(new byte[Integer.BYTES]);
        crc.update(footer.duplicate().position(CRC + Integer.BYTES));
        return (int) crc.getValue() == footer.getInt(CRC)
                && footer.getLong(16) == segment.getLong(32)
                && footer.getLong(24) == segment.getLong(40);
    }

    private static int published(ByteBuffer segment) {
        int rows = segment.getInt(48);
        int stride = segment.getInt(52);
        int published = 0;
        for (int i = 0; i < rows; i++) {
            long stamp = segment.getLong(PAGE + i * stride);
            if (StoredRow.isPublished(stamp) && StoredRow.sequence(stamp) == segment.getLong(40) * rows + i) {
                published++;
            }
        }
        return published;
    }
}
