package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Episode;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A memory with a snapshot, and one that was made from it, as version 1 wrote them, kept: today's code must open both,
 * find exactly what was there, and write the same bytes for the same history. Version 1 is frozen; see {@link
 * GoldenFileTest}.
 */
class GoldenSnapshotTest {
    private static final String NAME = "kept";
    private static final int CUT = 28;
    private static final byte[] STATE = {3, 1, 4, 1, 5};

    @TempDir
    Path place;

    @ParameterizedTest
    @EnumSource
    void keptSnapshotIsOpenedAndRestored(RowLayout layout) throws IOException {
        addIfAsked(layout);
        String expected = GoldenFiles.text(name(layout, "snapshot"));
        Path memory = place.resolve("memory");
        GoldenFiles.image(name(layout, "snapshot")).writeTo(memory);
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(memory, NAME)) {
            assertThat(text(snapshot, memory.resolve("snapshots/kept/snapshot.engram")))
                    .isEqualTo(expected);
        }
        try (OffHeapReplayMemory opened = GoldenFileTest.builder(layout, memory).open()) {
            assertThat(GoldenFileTest.rows(opened)).isEqualTo(GoldenFiles.text(name(layout, "snapshot-rows")));
        }
        Snapshots.of(memory).restore(NAME);
        requireResumed(layout, memory, expected);
    }

    @ParameterizedTest
    @EnumSource
    void keptMemoryThatWasMadeFromASnapshotGoesOn(RowLayout layout) throws IOException {
        addIfAsked(layout);
        Path memory = place.resolve("memory");
        GoldenFiles.image(name(layout, "resume")).writeTo(memory);
        requireResumed(layout, memory, GoldenFiles.text(name(layout, "snapshot")));
    }

    private static void requireResumed(RowLayout layout, Path directory, String expected) throws IOException {
        try (OffHeapReplayMemory memory =
                GoldenFileTest.builder(layout, directory).open()) {
            assertThat(text(memory, directory.resolve("resume/snapshot.engram")))
                    .isEqualTo(expected);
            ResumePoint point = memory.resumePoint().orElseThrow();
            assertThat(point.name()).isEqualTo(NAME);
            assertThat(point.step()).isEqualTo(CUT);
            assertThat(point.state("learner").orElseThrow()).isEqualTo(STATE);
            assertThat(point.samplerState("learner").orElseThrow().batches()).isEqualTo(2);
            try (StreamWriter left = memory.writer("left");
                    StreamWriter right = memory.writer("right \u00e4\u4e16")) {
                assertThat(left.inEpisode() || right.inEpisode()).isTrue();
                for (int i = CUT; i < CUT + 5; i++) {
                    GoldenFileTest.act(i % 3 == 0 ? right : left, i);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sameHistoryIsWrittenAsTheSameBytes(RowLayout layout) throws IOException {
        addIfAsked(layout);
        write(layout, place.resolve("today"));
        Snapshots.of(place.resolve("today")).fork(NAME, place.resolve("fork"));
        requireSame(layout, "snapshot", place.resolve("today"));
        requireSame(layout, "resume", place.resolve("fork"));
    }

    private static void requireSame(RowLayout layout, String what, Path directory) throws IOException {
        DirectoryImage expected = GoldenFiles.image(name(layout, what));
        DirectoryImage found = DirectoryImage.of(directory);
        found.entries().remove("lock");
        // A memory and its fork note where the other one is: of this place, under a random name.
        assertThat(found.entries().keySet().removeIf(name -> name.matches("erasure(/[0-9a-f-]{36}\\.kin)?")))
                .isTrue();
        assertThat(found.entries()).isEqualTo(expected.entries());
        expected.files()
                .forEach((name, bytes) -> assertThat(found.files().get(name))
                        .as("%s of layout %s", name, layout)
                        .isEqualTo(bytes));
    }

    /** A memory whose writers and sampler are at work when the snapshot is taken, and go on. */
    private static void write(RowLayout layout, Path directory) {
        try (OffHeapReplayMemory memory =
                        GoldenFileTest.builder(layout, directory).open();
                StreamWriter left = memory.writer("left");
                StreamWriter right = memory.writer("right \u00e4\u4e16");
                Sampler learner = memory.sampler(SamplerSpec.prioritized("learner", 3)
                        .seed(5)
                        .nStep(NStep.of(2, 0.75))
                        .build())) {
            for (int i = 0; i < CUT + 5; i++) {
                if (i == 20) {
                    GoldenFileTest.rate(memory, "by-rank");
                }
                if (i == 18 || i == 25) {
                    learner.updateTdErrors(learner.sample(learner.newBatch()), new float[] {-2, 0.5f, 3});
                }
                if (i == CUT) {
                    memory.beginSnapshot(SnapshotRequest.named(NAME).step(CUT).state("learner", Captured.of(STATE)))
                            .await();
                }
                GoldenFileTest.act(i % 3 == 0 ? right : left, i);
                memory.upkeep().turn();
            }
        }
    }

    /** Rows, priorities, episodes, and where writers and samplers stood. */
    private static String text(OffHeapReplayMemory memory, Path manifest) throws IOException {
        StringBuilder text = new StringBuilder(GoldenFileTest.rows(memory));
        for (PriorityIndex index : memory.priorityIndexes()) {
            HeldPriorities.masses(memory, index.name())
                    .forEach((start, mass) -> text.append(index.name())
                            .append(' ')
                            .append(start)
                            .append(" mass=")
                            .append(mass)
                            .append('\n'));
        }
        for (Episode episode : memory.episodes()) {
            text.append(episode).append('\n');
        }
        Manifest at = ManifestCodec.read(new NioFileLayer(), manifest);
        text.append(at.identity()).append('\n').append(at.cut()).append('\n');
        for (LanePosition position : at.streams()) {
            text.append("stream ")
                    .append(position.streamId())
                    .append(" episode=")
                    .append(position.episode())
                    .append(" step=")
                    .append(position.step())
                    .append(" previous=")
                    .append(position.previous())
                    .append(" policy=")
                    .append(position.policyVersion())
                    .append(" first=")
                    .append(position.first())
                    .append(" length=")
                    .append(position.length())
                    .append(" reward=")
                    .append(position.totalReward())
                    .append(" label=")
                    .append(HexFormat.of().formatHex(position.labelText()))
                    .append(" state=")
                    .append(HexFormat.of().formatHex(position.state()))
                    .append('\n');
        }
        text.append(new TreeMap<>(at.samplers())).append('\n');
        return text.append(new TreeMap<>(at.leastMasses())).append('\n').toString();
    }

    private void addIfAsked(RowLayout layout) throws IOException {
        if (System.getProperty("engram.golden.write") == null) {
            return;
        }
        Path written = place.resolve("written");
        write(layout, written);
        GoldenFiles.addIfAsked(name(layout, "snapshot"), written);
        Snapshots.of(written).fork(NAME, place.resolve("written-fork"));
        GoldenFiles.addIfAsked(name(layout, "resume"), place.resolve("written-fork"));
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(written, NAME)) {
            GoldenFiles.addIfAsked(
                    name(layout, "snapshot"), text(snapshot, written.resolve("snapshots/kept/snapshot.engram")));
        }
        try (OffHeapReplayMemory memory =
                GoldenFileTest.builder(layout, written).open()) {
            GoldenFiles.addIfAsked(name(layout, "snapshot-rows"), GoldenFileTest.rows(memory));
        }
    }

    private static String name(RowLayout layout, String what) {
        return "v1-" + layout.text() + "-" + what;
    }
}
