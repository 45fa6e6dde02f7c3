package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import io.engram.replay.offheap.internal.journal.RecordImage;
import io.engram.replay.offheap.internal.journal.RecordWord;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.PageHeader;
import io.engram.replay.offheap.internal.store.PageWalk;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/**
 * Takes what a journal says of erased episodes out of one page, which may be in use meanwhile. Where a record was, a
 * closed place of its length is, and zeros; where the last one was, a record that says up to which number episodes
 * have been, so that none is given again. For one thread.
 */
final class PageScrub {
    private final FileLayer files;
    private final Superblock superblock;
    private final SharedFile file;

    PageScrub(FileLayer files, Superblock superblock, SharedFile file) {
        this.files = files;
        this.superblock = superblock;
        this.file = file;
    }

    /**
     * What is to go: records, and bytes without a meaning in closed places. {@code nextEpisode}: what is to be said of
     * numbers in the place of the last record; 0 if the page says it already.
     */
    private record Plan(List<Place> places, boolean records, long nextEpisode) {}

    /** {@code record}: false for a closed place that is one already. */
    private record Place(int offset, int length, boolean record) {}

    SharedFile file() {
        return file;
    }

    /** Returns whether anything changed. Durable when this returns. */
    boolean scrub() throws IOException {
        try (StoredPage page = StoredPage.open(files, file.path(), superblock)) {
            Plan plan = plan(page);
            boolean resealed = page.wasUnsealed() || (page.isSealed() && plan.records());
            if (plan.places().isEmpty() && !resealed) {
                return false;
            }
            try (OpenFile open = files.open(file.path())) {
                if (page.isSealed() && plan.records()) {
                    unseal(open, page);
                }
                // From the last one back: as long as the begin of an episode stands, which comes first, another run
                // finds what is left.
                for (int i = plan.places().size() - 1; i >= 0; i--) {
                    close(open, page, plan, i);
                }
                open.sync();
                if (resealed) {
                    seal(open, page);
                }
            }
            return true;
        }
    }

    private Plan plan(StoredPage page) {
        PageReader reader = new PageReader(superblock.memoryId());
        List<Place> places = new ArrayList<>();
        boolean[] records = new boolean[1];
        long[] nextEpisode = new long[2];
        new PageWalk(reader).walk(page.page(), page.isSealed(), (at, length, place) -> {
            if (place == PageWalk.Place.CLOSED && !isZero(page.address() + at, length)) {
                places.add(new Place(at, length, false));
            } else if (place == PageWalk.Place.RECORD) {
                nextEpisode[1] = Math.max(nextEpisode[1], nextEpisode(page.address() + at));
                long episode = doomedEpisode(page.address() + at);
                if (episode >= 0) {
                    places.add(new Place(at, RecordDescriptor.align(length), true));
                    records[0] = true;
                    nextEpisode[0] = Math.max(nextEpisode[0], episode + 1);
                }
            }
        });
        return new Plan(places, records[0], nextEpisode[0] > nextEpisode[1] ? nextEpisode[0] : 0);
    }

    /** What a record says of numbers that were given out. */
    private static long nextEpisode(long record) {
        return UnsafeApi.getInt(record + RecordDescriptor.TYPE_OFFSET) == RecordDescriptor.KEPT
                ? UnsafeApi.getLong(record + RecordDescriptor.NEXT_EPISODE_OFFSET)
                : 0;
    }

    /** The number of the episode that a record tells of, or -1 if that stays. */
    private long doomedEpisode(long record) {
        int type = UnsafeApi.getInt(record + RecordDescriptor.TYPE_OFFSET);
        if (type != RecordDescriptor.BEGIN && type != RecordDescriptor.END) {
            return -1;
        }
        long episode = UnsafeApi.getLong(record + RecordDescriptor.EPISODE_OFFSET);
        for (Container each : file.holders()) {
            if (each.episodes().containsKey(episode)) {
                return episode;
            }
        }
        return -1;
    }

    private static boolean isZero(long place, int length) {
        for (int at = Integer.BYTES; at < length; at += Integer.BYTES) {
            if (UnsafeApi.getInt(place + at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** One write, so that a process that dies leaves all of it or nothing. */
    private void close(OpenFile open, StoredPage page, Plan plan, int index) throws IOException {
        Place place = plan.places().get(index);
        ByteBuffer bytes = ByteBuffer.allocate(place.length()).order(ByteOrder.LITTLE_ENDIAN);
        boolean last =
                plan.places().subList(index + 1, plan.places().size()).stream().noneMatch(Place::record);
        int from = 0;
        if (place.record() && last && plan.nextEpisode() > 0) {
            RecordImage kept = new RecordImage(superblock.memoryId());
            kept.kept(0, plan.nextEpisode());
            bytes.put(0, kept.at(page.page().number(), place.offset()), 0, RecordDescriptor.KEPT_LENGTH);
            from = RecordDescriptor.KEPT_LENGTH;
        }
        bytes.putInt(from, RecordWord.CLOSED + place.length() - from);
        open.write(bytes, place.offset());
    }

    /** The magic stays, so that another run knows that there was a seal; the checksum is wrong. */
    private static void unseal(OpenFile open, StoredPage page) throws IOException {
        ByteBuffer seal = PageHeader.encodeSeal(page.page().number(), 0, 0).order(ByteOrder.LITTLE_ENDIAN);
        int crcOffset = PageDescriptor.SEAL_CRC_OFFSET - PageDescriptor.SEAL_OFFSET;
        seal.putInt(crcOffset, ~seal.getInt(crcOffset));
        open.write(seal.clear(), PageDescriptor.SEAL_OFFSET);
        open.sync();
    }

    private void seal(OpenFile open, StoredPage page) throws IOException {
        CRC32C digest = new CRC32C();
        int[] records = new int[1];
        ByteBuffer crc = ByteBuffer.allocate(Integer.BYTES);
        new PageReader(superblock.memoryId()).read(page.page(), page.length(), (of, offset, entry) -> {
            records[0]++;
            digest.update(crc.clear().putInt(PageHeader.checksumOf(entry)).flip());
        });
        ByteBuffer seal = PageHeader.encodeSeal(page.page().number(), records[0], (int) digest.getValue());
        open.write(seal.clear(), PageDescriptor.SEAL_OFFSET);
        open.sync();
    }
}
