package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.onheap.HeapReplayMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What could go wrong with priorities and once did. */
class PriorityLossTest {
    private static final int CAPACITY = 200;

    @TempDir
    Path place;

    private OffHeapReplayMemory open(Path directory, PriorityIndex... indexes) {
        return OffHeapReplayMemory.builder(Story.schema(RowLayout.ARRIVAL), CAPACITY)
                .directory(directory)
                .segmentRows(8)
                .priorities(indexes)
                .withoutAutomaticUpkeep()
                .open();
    }

    @Test
    void transitionWhoseEndAPowerLossTookIsTakenOutByTheFirstDraws() throws IOException {
        Path lost = place.resolve("lost");
        try (OffHeapReplayMemory memory = open(
                place.resolve("memory"), PriorityIndex.proportional("default").build())) {
            StreamWriter slow = memory.writer("slow");
            StreamWriter fast = memory.writer("fast");
            Story.tell(slow, 1, 0);
            for (long n = 0; n < 60; n++) {
                Story.tell(fast, 2, n);
                memory.upkeep().turn();
            }
            // Its start is sealed, its end is in the segment that will be lost.
            Story.tell(slow, 1, 1);
            DirectoryImage.of(place.resolve("memory")).writeTo(lost);
        }
        wipeLastRows(lost);
        try (OffHeapReplayMemory memory = open(lost)) {
            assertThat(memory.indexes().index("default").transitions())
                    .as("believed at the open")
                    .isGreaterThan(
                            HeldPriorities.starts(memory, HeldRows.of(memory)).size());
            try (Sampler sampler =
                    memory.sampler(SamplerSpec.prioritized("learner", 500).build())) {
                Batch batch = sampler.newBatch();
                for (int i = 0; i < 20; i++) {
                    Story.check(sampler.sample(batch));
                }
                assertThat(memory.stats().redraws()).isPositive();
                HeldPriorities.requireFor(memory, HeldRows.of(memory));
            }
        }
    }

    /** Zeros the rows of every segment that is not sealed and has any. */
    private static void wipeLastRows(Path directory) throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.list(directory.resolve("segments"))) {
            segments = files.sorted().toList();
        }
        SegmentGeometry geometry =
                SegmentGeometry.ofRows(new PayloadLayout(Story.schema(RowLayout.ARRIVAL)).length(), 8);
        StoredSegments stored = StoredSegments.read(directory);
        for (Path segment : segments) {
            long ordinal = Long.parseLong(segment.getFileName().toString().substring(0, 16), 16);
            if (!stored.sealed().contains(ordinal)) {
                try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                    file.write(ByteBuffer.allocate(8 * geometry.stride()), SegmentGeometry.ROWS_OFFSET);
                }
            }
        }
    }

    @Test
    void batchThatWasNeverFilledRatesNothing() {
        PriorityIndex index = PriorityIndex.proportional("default").build();
        try (ReplayMemory offHeap = open(place.resolve("memory"), index);
                ReplayMemory onHeap = new HeapReplayMemory(Story.schema(RowLayout.ARRIVAL), CAPACITY, index)) {
            for (ReplayMemory memory : List.of(offHeap, onHeap)) {
                StreamWriter writer = memory.writer("writer");
                Story.tell(writer, 1, 0, 6);
                Sampler sampler = memory.sampler(SamplerSpec.prioritized("s", 2).build());
                sampler.updatePriorities(sampler.newBatch(), new float[] {1000, 1000});
                assertThat(memory.stats().staleUpdates()).isEqualTo(2);
                assertThat(memory.stats().priorityUpdates()).isZero();
                Batch batch = sampler.sample(sampler.newBatch());
                assertThat(batch.probability(0)).isEqualTo(1.0 / 5);
            }
        }
    }

    @Test
    void negativeZeroIsZeroInARankBasedIndexAlsoAfterReopening() {
        PriorityIndex ranked = PriorityIndex.rankBased("default").rerankEvery(1).build();
        long never;
        try (OffHeapReplayMemory memory = open(place.resolve("memory"), ranked)) {
            Story.tell(memory.writer("writer"), 1, 0, 6);
            Sampler sampler = memory.sampler(SamplerSpec.prioritized("s", 1).build());
            Batch batch = sampler.sample(sampler.newBatch());
            never = batch.sequence(0);
            sampler.updatePriorities(batch, new float[] {-0.0f});
            requireNever(memory, never);
        }
        try (OffHeapReplayMemory memory = open(place.resolve("memory"))) {
            requireNever(memory, never);
        }
    }

    private static void requireNever(OffHeapReplayMemory memory, long never) {
        try (Sampler sampler =
                memory.sampler(SamplerSpec.prioritized("reader", 200).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            for (int row = 0; row < batch.size(); row++) {
                assertThat(batch.sequence(row)).isNotEqualTo(never);
            }
        }
    }

    @Test
    void diskThatIsFullWhenAnIndexIsReplacedLeavesTheOldOne() {
        PriorityIndex old = PriorityIndex.proportional("default").build();
        PriorityIndex other = PriorityIndex.proportional("default").alpha(0.3).build();
        Path directory = place.resolve("memory");
        open(directory, old).close();
        DirectoryImage before = DirectoryImage.of(directory);
        HookedFiles files = new HookedFiles();
        files.beforeSync = () -> {
            throw new IOException("No space left on device");
        };
        assertThatThrownBy(() -> OffHeapReplayMemory.builder(Story.schema(RowLayout.ARRIVAL), CAPACITY)
                        .directory(directory)
                        .files(files)
                        .dropPriorities("default")
                        .priorities(other)
                        .open())
                .isInstanceOf(StorageFullException.class)
                .hasMessageContainingAll("default", "no index was changed");
        DirectoryImage after = DirectoryImage.of(directory);
        assertThat(after.entries()).isEqualTo(before.entries());
        assertThat(after.files().get("priorities/default.index"))
                .isEqualTo(before.files().get("priorities/default.index"));
        try (OffHeapReplayMemory memory = open(directory)) {
            assertThat(memory.priorityIndexes()).containsExactly(old);
        }
    }
}
