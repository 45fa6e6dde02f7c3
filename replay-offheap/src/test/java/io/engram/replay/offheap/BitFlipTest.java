package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A single flipped bit shows in the report of a {@link StoreCheck}, wherever a checksum or zeros are: in the head, the
 * headers, records and free places of the journal, the rows, footers and gaps of segments, the headers of indexes. Not
 * covered, and not flipped here: links, padding of rows, slots without a row, what a closed place of the journal holds,
 * leaves and largest priorities. Of what a snapshot has alone every bit is covered; what it shares is covered as in the
 * memory.
 */
@DamagesStores
class BitFlipTest {
    private static final int PAGE = 4096;
    private static final int ROW_HEADER = 40;
    /** Head, headers and rows of the memory under test. */
    private static final int SHORT = 1_500;

    private static final int LONG = 25_000;

    @TempDir
    Path place;

    /** Bytes that are covered. */
    private record Area(Path file, int from, int to) {}

    @ParameterizedTest
    @EnumSource
    void everyFlippedBitIsFound(RowLayout layout) throws IOException {
        flip(layout, SHORT);
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource
    void everyFlippedBitIsFoundOfVeryMany(RowLayout layout) throws IOException {
        flip(layout, LONG);
    }

    @ParameterizedTest
    @EnumSource
    void everyFlippedBitOfASnapshotIsFound(RowLayout layout) throws IOException {
        flipSnapshot(layout, SHORT);
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource
    void everyFlippedBitOfASnapshotIsFoundOfVeryMany(RowLayout layout) throws IOException {
        flipSnapshot(layout, LONG);
    }

    private void flip(RowLayout layout, int flips) throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory =
                StoreCheckTest.builder(layout, directory).open()) {
            StoreCheckTest.play(memory, 5, 70);
        }
        flip(directory, areas(directory, layout), layout, flips);
    }

    private void flipSnapshot(RowLayout layout, int flips) throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory =
                StoreCheckTest.builder(layout, directory).open()) {
            ExperienceActor[] actors = {new ExperienceActor(memory, "a"), new ExperienceActor(memory, "b")};
            StoreCheckTest.play(memory, actors, 5, 70);
            memory.beginSnapshot(SnapshotRequest.named("s").step(3).state("learner", Captured.of(new byte[300])))
                    .await();
            StoreCheckTest.play(memory, actors, 6, 20);
        }
        Path snapshot = directory.resolve("snapshots/s");
        List<Area> areas = areas(snapshot, layout);
        Manifest manifest = ManifestCodec.read(new NioFileLayer(), snapshot.resolve(ManifestDescriptor.FILE_NAME));
        for (Manifest.Entry entry : manifest.files()) {
            if (entry.isPrivate()) {
                Path file = snapshot.resolve(entry.path());
                areas.removeIf(area -> area.file().equals(file));
                areas.add(new Area(file, 0, (int) entry.length()));
            }
        }
        assertThat(manifest.files()).extracting(Manifest.Entry::isPrivate).contains(true, false);
        flip(directory, areas, layout, flips);
    }

    private static void flip(Path directory, List<Area> areas, RowLayout layout, int flips) throws IOException {
        CheckReport sound = StoreCheck.of(directory).run();
        assertThat(sound.isSound()).isTrue();
        SplitMix64 random = new SplitMix64(flips);
        Map<Severity, Integer> worst = new EnumMap<>(Severity.class);
        for (int i = 0; i < flips; i++) {
            Area area = areas.get(i % areas.size());
            int bit = random.nextInt(Byte.SIZE * (area.to() - area.from())) + Byte.SIZE * area.from();
            Damage.flipBit(area.file(), bit);
            CheckReport report = StoreCheck.of(directory).run();
            assertThat(report)
                    .as("layout=%s, flip=%d, bit=%d of byte=%d of %s", layout, i, bit % 8, bit / 8, area)
                    .isNotEqualTo(sound);
            worst.merge(worst(report), 1, Integer::sum);
            Damage.flipBit(area.file(), bit);
        }
        assertThat(StoreCheck.of(directory).run()).isEqualTo(sound);
        System.out.printf(
                "layout=%s snapshots=%d flips=%d areas=%d undetected=0 worst findings=%s%n",
                layout, sound.counts().snapshots(), flips, areas.size(), worst);
    }

    private static Severity worst(CheckReport report) {
        return report.count(Severity.ERROR) > 0
                ? Severity.ERROR
                : report.count(Severity.WARNING) > 0 ? Severity.WARNING : Severity.INFORMATION;
    }

    private static List<Area> areas(Path directory, RowLayout layout) throws IOException {
        List<Area> areas = new ArrayList<>();
        DirectoryImage.of(directory).files().forEach((name, content) -> {
            Path file = directory.resolve(name);
            ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            if (name.startsWith("segments/")) {
                segment(file, bytes, layout, areas);
            } else if (name.startsWith("journal/")) {
                areas.add(new Area(file, 0, 128));
                page(file, bytes, areas);
            } else if (name.startsWith("priorities/")) {
                areas.add(new Area(file, 0, IndexDescriptor.HEADER_LENGTH));
                areas.add(new Area(file, IndexDescriptor.HEADER_LENGTH, 1024));
            } else {
                areas.add(new Area(file, 0, content.length));
            }
        });
        return areas;
    }

    private static void segment(Path file, ByteBuffer bytes, RowLayout layout, List<Area> areas) {
        int states = layout == RowLayout.ARRIVAL ? 1 : 2;
        int payload = (states * Experience.STATE_WORDS + Experience.STEP_WORDS) * Long.BYTES;
        SegmentGeometry geometry = SegmentGeometry.ofRows(payload, StoreCheckTest.SEGMENT_ROWS);
        areas.add(new Area(file, 0, SegmentDescriptor.HEADER_LENGTH));
        areas.add(new Area(file, SegmentDescriptor.HEADER_LENGTH, PAGE));
        areas.add(new Area(file, geometry.footerOffset(), geometry.footerOffset() + SegmentDescriptor.FOOTER_LENGTH));
        areas.add(new Area(file, geometry.tombstonesOffset(), geometry.length()));
        long ordinal = bytes.getLong(SegmentDescriptor.ORDINAL_OFFSET);
        for (int i = 0; i < geometry.rows(); i++) {
            int at = PAGE + i * geometry.stride();
            if (Stamp.isPublished(bytes.getLong(at), geometry.firstSequence(ordinal) + i)) {
                areas.add(new Area(file, at, at + Long.BYTES));
                areas.add(new Area(file, at, at + ROW_HEADER + payload));
            }
        }
    }

    /** Records, and what is free behind them; of closed places only their words. */
    private static void page(Path file, ByteBuffer bytes, List<Area> areas) {
        for (int at = 128; at < bytes.capacity(); ) {
            int word = bytes.getInt(at);
            if (word > 0) {
                int end = at + (word + 7) / 8 * 8;
                areas.add(new Area(file, at, end));
                at = end;
            } else if (word == 0) {
                areas.add(new Area(file, at, bytes.capacity()));
                return;
            } else {
                areas.add(new Area(file, at, at + Integer.BYTES));
                at += (word - Integer.MIN_VALUE + 7) / 8 * 8;
            }
        }
    }
}
