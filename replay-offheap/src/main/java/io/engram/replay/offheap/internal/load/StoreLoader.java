package io.engram.replay.offheap.internal.load;

import io.engram.replay.Episode;
import io.engram.replay.Schema;
import io.engram.replay.internal.EpisodeProgress;
import io.engram.replay.internal.LabelText;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.RecordImage;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentCloser;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Slot;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexRequest;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.StoreOpener;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Makes a memory in a directory of its own, row by row: streams and episodes first, then rows by ascending sequence.
 * Rows keep their sequences, so what left the window before stays away, and a row whose predecessor is missing is no
 * episode's first one. The result is an ordinary memory. For one thread.
 */
public final class StoreLoader implements AutoCloseable {
    /** As many segments are left unsealed as a running memory leaves. */
    private static final int UNSEALED = 2;

    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final Store store;
    private final SegmentGeometry geometry;
    private final EpisodeJournal journal;
    private final RecordImage record;
    private final byte[] image;
    private final ByteBuffer view;
    private final CRC32C crc = new CRC32C();
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    /** By stream. */
    private final Map<Integer, Last> last = new HashMap<>();

    private long next = -1;

    private record Last(long episode, int step, long sequence) {}

    /**
     * An empty memory.
     *
     * @param files how files are reached
     * @param directory that does not exist
     * @param schema the fields
     * @param capacity rows to keep
     * @throws StorageException if it cannot be made
     */
    public StoreLoader(FileLayer files, Path directory, Schema schema, long capacity) {
        this.geometry = SegmentGeometry.choose(new PayloadLayout(schema).length(), capacity);
        geometry.requireFewSegments(capacity);
        this.store = new StoreOpener(files, directory, JournalFiles.PAGE_LENGTH)
                .open(
                        schema,
                        capacity,
                        new IndexRequest(List.of(), Set.of()),
                        new StoreOpener.NewMemory(geometry, UUID.randomUUID()),
                        new SecureRandom().nextLong());
        this.journal = new EpisodeJournal(
                store.journal().files(),
                store.superblock().memoryId(),
                store.journal().before());
        this.record = journal.newImage();
        this.image = new byte[geometry.rowLength()];
        this.view = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        store.segmentFiles().setJournalForce(journal::force);
    }

    /**
     * The oldest sequence that a memory can hold rows of whose head is given.
     *
     * @param first the first row there is
     * @param head one more than the last
     * @return behind which nobody looks
     */
    public long tail(long first, long head) {
        long floor = geometry.firstSequence(geometry.ordinal(first));
        return Math.max(floor, head - store.superblock().capacity());
    }

    /**
     * Names a stream.
     *
     * @param id its number; from 0 without a gap
     * @param name its name
     */
    public void stream(int id, String name) {
        record.stream(id, name);
        journal.append(record);
    }

    /**
     * Records an episode.
     *
     * @param stream its stream's number
     * @param episode what is known of it; one that is open gets no end
     */
    public void episode(int stream, Episode episode) {
        record.begin(
                stream,
                episode.number(),
                episode.startMillis(),
                episode.policyVersion(),
                Math.max(0, episode.firstSequence()),
                LabelText.encode(episode.label()));
        journal.append(record);
        if (episode.kind() != Episode.Kind.OPEN) {
            EpisodeProgress progress = new EpisodeProgress();
            progress.resume(
                    episode.number(),
                    episode.firstSequence(),
                    episode.lastSequence(),
                    episode.length(),
                    episode.totalReward());
            record.end(stream, progress, episode.endMillis(), episode.kind(), episode.recovered());
            journal.append(record);
        }
    }

    /**
     * What the next row holds, to be filled before {@link #append}.
     *
     * @return header and payload, little-endian; of the header episode, policy, stream and step count
     */
    public ByteBuffer row() {
        return view;
    }

    /**
     * Appends the row.
     *
     * @param sequence above that of the row before
     * @param flags of {@link io.engram.replay.internal.RowFlags}
     */
    public void append(long sequence, int flags) {
        Segment segment = reach(sequence);
        long episode = view.getLong(RowDescriptor.EPISODE_OFFSET);
        int stream = view.getInt(RowDescriptor.STREAM_OFFSET);
        int step = view.getInt(RowDescriptor.STEP_OFFSET);
        Last before = last.put(stream, new Last(episode, step, sequence));
        int back = step == 0 ? 0 : RowDescriptor.BACK_TOO_FAR;
        if (step > 0 && before != null && before.episode == episode && before.step == step - 1) {
            back = RowDescriptor.back(sequence, before.sequence);
            link(before.sequence, back);
        }
        long stamp = Stamp.published(sequence, flags);
        view.putLong(RowDescriptor.STAMP_OFFSET, Stamp.withoutState(stamp))
                .putInt(RowDescriptor.BACK_OFFSET, back)
                .putInt(RowDescriptor.CRC_OFFSET, 0);
        crc.reset();
        crc.update(image);
        view.putInt(RowDescriptor.CRC_OFFSET, (int) crc.getValue());
        long address = address(segment, sequence);
        UnsafeApi.copyMemory(
                image, ARRAY_BASE + Long.BYTES, null, address + Long.BYTES, (long) image.length - Long.BYTES);
        UnsafeApi.putLongVolatile(null, address, stamp);
        next = sequence + 1;
    }

    /** Makes segments up to that of the sequence, and closes the slots that are passed over. */
    private Segment reach(long sequence) {
        long from = next >= 0 ? next : geometry.firstSequence(geometry.ordinal(sequence));
        if (sequence < from) {
            throw new IllegalArgumentException("sequence=" + sequence + ", expected at least " + from);
        }
        for (long ordinal = geometry.ordinal(from); ordinal <= geometry.ordinal(sequence); ordinal++) {
            segments.computeIfAbsent(
                    ordinal, each -> new Segment(each, store.segmentSource().create(each), Segment.Life.LIVE));
        }
        for (long skipped = from; skipped < sequence; skipped++) {
            Slot.giveUp(address(segment(skipped), skipped), skipped);
        }
        return segment(sequence);
    }

    private Segment segment(long sequence) {
        Segment segment = segments.get(geometry.ordinal(sequence));
        if (segment == null) {
            throw new IllegalStateException("no segment for sequence=" + sequence);
        }
        return segment;
    }

    private long address(Segment segment, long sequence) {
        return segment.rowsAddress() + (sequence & (geometry.rows() - 1L)) * geometry.stride();
    }

    private void link(long sequence, int distance) {
        long links = segment(sequence).region().address() + geometry.linksOffset();
        UnsafeApi.putInt(links + (sequence & (geometry.rows() - 1L)) * Integer.BYTES, distance);
    }

    /**
     * Makes everything durable and seals what a running memory would have sealed.
     *
     * @throws StorageException if that is not certain
     */
    public void finish() {
        journal.force();
        SegmentCloser closer = new SegmentCloser(geometry);
        long open = segments.isEmpty() ? 0 : segments.lastKey() - UNSEALED + 1;
        for (Segment segment : segments.values()) {
            if (segment.ordinal() < open) {
                store.segmentSource().seal(segment, closer.close(segment));
            } else {
                store.segmentFiles().force(segment);
            }
        }
        store.segmentFiles().forceNames();
    }

    @Override
    public void close() {
        segments.values().forEach(segment -> store.segmentSource().unmap(segment.region()));
        segments.clear();
        for (@Nullable JournalPage page = journal.first().next(); page != null; page = page.next()) {
            journal.source().unmap(page);
        }
        store.close();
    }
}
