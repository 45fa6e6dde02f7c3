package io.engram.replay.offheap.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was exported and imported again is what it was. The memories that are made are checked after every test. */
class RoundTripTest {
    private static final long SEED = 20261123;

    @TempDir
    Path place;

    static Stream<Arguments> everything() {
        return Stream.of(ExchangeFormat.values())
                .flatMap(format -> Stream.of(RowLayout.values()).map(layout -> Arguments.of(format, layout)));
    }

    private Path target(ExchangeFormat format) {
        return place.resolve("rows" + (format == ExchangeFormat.TENSORDICT ? "" : "." + format.text()));
    }

    private OffHeapReplayMemory open(RowLayout layout, long capacity) {
        return OffHeapReplayMemory.builder(ExchangeStory.schema(layout), capacity)
                .directory(place.resolve("memory"))
                .segmentRows(16)
                .open();
    }

    @ParameterizedTest
    @MethodSource("everything")
    void importedRowsAndEpisodesAreTheExportedOnes(ExchangeFormat format, RowLayout layout) throws IOException {
        try (OffHeapReplayMemory memory = open(layout, 1000)) {
            ExchangeStory.play(memory, 600, SEED);
        }
        requireSame(format, place.resolve("memory"));
    }

    @ParameterizedTest
    @MethodSource("everything")
    void evictedBeginningsStayMissing(ExchangeFormat format, RowLayout layout) throws IOException {
        try (OffHeapReplayMemory memory = open(layout, 100)) {
            ExchangeStory.play(memory, 1000, SEED);
        }
        requireSame(format, place.resolve("memory"));
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.open(place.resolve("imported"))) {
            assertThat(memory.size()).isEqualTo(100);
            ExchangeStory.play(memory, 300, SEED + 1);
            assertThat(memory.size()).isEqualTo(100);
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void openEpisodesOfAMemoryInUseAndOfASnapshotAreExported(ExchangeFormat format, RowLayout layout)
            throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(layout, 1000);
                StreamWriter writer = memory.writer("open \u00e9")) {
            SplitMix64 random = new SplitMix64(SEED);
            ExchangeStory.play(memory, 50, SEED);
            writer.label(EpisodeLabel.ofTags("held"));
            while (memory.size() < 120 || !writer.inEpisode()) {
                ExchangeStory.act(writer, memory.schema(), random);
            }
            memory.snapshot("cut");
            assertThat(ExchangeStory.episodes(directory))
                    .containsExactlyElementsOf(
                            memory.episodes().stream().map(Episode::toString).toList());
            requireSame(format, directory);
        }
        Path snapshot = directory.resolve("snapshots").resolve("cut");
        Export.of(snapshot).to(place.resolve("of-snapshot.npz"), ExchangeFormat.NPZ);
        Import.of(place.resolve("of-snapshot.npz"), ExchangeFormat.NPZ).to(place.resolve("from-snapshot"));
        assertThat(ExchangeStory.rows(place.resolve("from-snapshot")))
                .isEqualTo(ExchangeStory.rows(snapshot))
                .hasSize(120);
        Path fork = place.resolve("fork");
        Snapshots.of(directory).fork("cut", fork);
        assertThat(ExchangeStory.rows(fork)).isEqualTo(ExchangeStory.rows(snapshot));
    }

    private void requireSame(ExchangeFormat format, Path directory) throws IOException {
        List<String> rows = ExchangeStory.rows(directory);
        List<String> episodes = ExchangeStory.episodes(directory);
        ExchangeReport exported = Export.of(directory).to(target(format), format);
        assertThat(exported.rows()).isEqualTo(rows.size()).isPositive();
        assertThat(exported.episodes()).isEqualTo(episodes.size());
        assertThat(exported.gone() + exported.damaged()).isZero();
        Path imported = place.resolve("imported");
        ExchangeReport report =
                Import.of(target(format), ExchangeFormat.of(target(format))).to(imported);
        assertThat(report.rows()).isEqualTo(rows.size());
        assertThat(ExchangeStory.rows(imported)).isEqualTo(rows);
        assertThat(ExchangeStory.episodes(imported)).isEqualTo(episodes);
        try (Stream<Path> left = Files.list(place)) {
            assertThat(left).noneMatch(path -> path.toString().endsWith(".tmp"));
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void emptyMemoryIsExchanged(ExchangeFormat format, RowLayout layout) {
        open(layout, 100).close();
        assertThat(Export.of(place.resolve("memory")).to(target(format), format).rows())
                .isZero();
        assertThat(Import.of(target(format), format)
                        .to(place.resolve("imported"))
                        .rows())
                .isZero();
        OffHeapReplayMemory.open(place.resolve("imported")).close();
    }

    @Test
    void whatExistsIsLeftAsItIs() throws IOException {
        open(RowLayout.ARRIVAL, 100).close();
        Path memory = place.resolve("memory");
        for (ExchangeFormat format : ExchangeFormat.values()) {
            Path target = target(format);
            Files.writeString(target, "mine");
            assertThatThrownBy(() -> Export.of(memory).to(target, format))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the target exists")
                    .hasMessageContaining(target.toString());
            assertThat(target).hasContent("mine");
            Files.delete(target);
        }
        Path side = place.resolve("rows.npy.json");
        Files.writeString(side, "mine");
        assertThatThrownBy(() -> Export.of(memory).to(target(ExchangeFormat.NPY), ExchangeFormat.NPY))
                .hasMessageContaining(side.toString());
        Export.of(memory).to(place.resolve("a.npz"), ExchangeFormat.NPZ);
        assertThatThrownBy(() ->
                        Import.of(place.resolve("a.npz"), ExchangeFormat.NPZ).to(memory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the target exists");
        assertThat(side).hasContent("mine");
    }

    @Test
    void largerCapacityTakesTheRowsThatAreThere() {
        try (OffHeapReplayMemory memory = open(RowLayout.ARRIVAL, 100)) {
            ExchangeStory.play(memory, 1000, SEED);
        }
        Path target = target(ExchangeFormat.NPZ);
        Export.of(place.resolve("memory")).to(target, ExchangeFormat.NPZ);
        Import.of(target, ExchangeFormat.NPZ).capacity(5000).to(place.resolve("imported"));
        assertThat(ExchangeStory.rows(place.resolve("imported")))
                .isEqualTo(ExchangeStory.rows(place.resolve("memory")));
        assertThatThrownBy(
                        () -> Import.of(target, ExchangeFormat.NPZ).capacity(99).to(place.resolve("small")))
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining("span=100, capacity=99");
        assertThat(place.resolve("small")).doesNotExist();
    }

    @Test
    void fieldsThatCannotBeFilesAreRefused() {
        Schema schema = Schema.builder()
                .observation(DType.F32, 1)
                .add(Field.step("../outside", DType.I8))
                .build();
        OffHeapReplayMemory.builder(schema, 10)
                .directory(place.resolve("memory"))
                .open()
                .close();
        assertThatThrownBy(() -> Export.of(place.resolve("memory")).to(place.resolve("td"), ExchangeFormat.TENSORDICT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("../outside");
        assertThat(place.resolve("td")).doesNotExist();
        Export.of(place.resolve("memory")).to(place.resolve("a.npz"), ExchangeFormat.NPZ);
    }

    @Test
    void documentHasTheColumns() throws IOException {
        String document = Files.readString(Path.of(System.getProperty("engram.root"), "replay-offheap", "FORMAT.md"));
        RecordLayout layout = new RecordLayout(ExchangeStory.schema(RowLayout.SELF_CONTAINED));
        for (RecordColumn column : layout.columns()) {
            boolean own = column.offset() < RecordLayout.FIRST_OFFSET;
            assertThat(document.contains(
                            "| `" + column.name() + "` | " + column.dtype().text() + " |"))
                    .as(column.name())
                    .isEqualTo(own);
        }
        assertThat(document)
                .contains("| `first`, `terminated`, `truncated` | bool |", "beside it `NAME.npy.json`")
                .contains(Description.FILE_NAME, TensorDictTarget.REST, TensorDictTarget.STORAGE);
    }
}
