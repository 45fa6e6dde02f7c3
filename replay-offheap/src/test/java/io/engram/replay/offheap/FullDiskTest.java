package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.engram.replay.Batch;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real file system that is full. Only where the machine lets this process mount a small one; {@link FailingFilesTest}
 * does the same everywhere with a file system that says it is full.
 */
class FullDiskTest {
    private static final long CAPACITY = 1 << 20;
    private static final int SIZE = 4 << 20;

    @TempDir
    Path place;

    private Path mount;

    @AfterEach
    void unmount() throws Exception {
        if (mount != null) {
            assertThat(run("umount", mount.toString())).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tmpfs", "ext4"})
    void memoryOnAFullDiskStaysReadableAndGoesOnWhenThereIsSpace(String kind) throws Exception {
        mount(kind);
        Path directory = mount.resolve("memory");
        Path filler = mount.resolve("filler");
        long acknowledged;
        try (OffHeapReplayMemory memory = open(directory);
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            actor.begin();
            fill(filler, SIZE / 2);
            appendUntilFull(actor);
            long head = memory.ring().head();
            assertThat(head).isEqualTo(actor.count()).isGreaterThan(100);
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            long failed = memory.stats().failedAppends();
            for (int i = 1; i <= 5; i++) {
                assertThatThrownBy(actor::begin).isInstanceOf(StorageFullException.class);
                assertThat(memory.stats().failedAppends()).isEqualTo(failed + i);
            }
            assertThat(memory.ring().head()).isEqualTo(head);
            assertThat(HeldRows.of(memory)).isEqualTo(held).hasSize((int) head);
            requireSampled(memory);
            memory.sync();
            Files.delete(filler);
            appendUntilFull(actor);
            assertThat(actor.count()).isGreaterThan(head + 100);
            acknowledged = actor.count();
        }
        assertThat(temporaryFiles(directory)).isEmpty();
        try (OffHeapReplayMemory memory = open(directory)) {
            assertThat(HeldRows.of(memory)).hasSize((int) acknowledged);
            assertThat(memory.ring().head()).isEqualTo(acknowledged);
            requireSampled(memory);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tmpfs", "ext4"})
    void memoryCannotBeCreatedOnAFullDiskAndCanAfterwards(String kind) throws Exception {
        mount(kind);
        Path directory = mount.resolve("memory");
        Path filler = mount.resolve("filler");
        fill(filler, SIZE);
        assertThatThrownBy(() -> open(directory))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("No space left on device");
        Files.delete(filler);
        try (OffHeapReplayMemory memory = open(directory);
                ExperienceActor actor = new ExperienceActor(memory, "a")) {
            assertThat(actor.play(50, 1)).isGreaterThanOrEqualTo(49);
        }
    }

    /** Until it is full for good: an append and the background thread may each take room that would do for one. */
    private static void appendUntilFull(ExperienceActor actor) throws InterruptedException {
        for (int failures = 0; failures < 10; ) {
            try {
                actor.step(false, false);
                failures = 0;
            } catch (StorageFullException e) {
                assertThat(e).hasMessageContainingAll("No space left on device", "bytes needed=");
                failures++;
                Thread.sleep(20);
            }
        }
    }

    private static void requireSampled(OffHeapReplayMemory memory) {
        try (Sampler sampler =
                memory.sampler(SamplerSpec.uniform("learner", 64).seed(3).build())) {
            Batch batch = sampler.newBatch();
            for (int i = 0; i < 10; i++) {
                sampler.sample(batch);
                for (int row = 0; row < batch.size(); row++) {
                    long first = batch.column("observation").longs().get(row * Experience.STATE_WORDS);
                    assertThat(first).isEqualTo(Experience.stateWord("a", batch.sequence(row) + 1, 0));
                }
            }
        }
    }

    private static OffHeapReplayMemory open(Path directory) {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), CAPACITY)
                .directory(directory)
                .segmentRows(256)
                .open();
    }

    private static List<Path> temporaryFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".tmp")).toList();
        }
    }

    /** Writes until so many bytes are written or the disk is full. */
    private static void fill(Path filler, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int written = 0; written < length; ) {
                written += channel.write(ByteBuffer.allocate(4096));
            }
            channel.force(true);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private void mount(String kind) throws Exception {
        Path point = Files.createDirectory(place.resolve("disk"));
        boolean mounted;
        if (kind.equals("tmpfs")) {
            mounted = run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", point.toString()) == 0;
        } else {
            Path image = place.resolve("image");
            Files.write(image, new byte[2 * SIZE]);
            mounted = run("mkfs.ext4", "-q", "-F", "-b", "4096", image.toString()) == 0
                    && run("mount", "-o", "loop", image.toString(), point.toString()) == 0;
        }
        assumeThat(mounted)
                .as("this process may not mount a small %s here; FailingFilesTest stands in", kind)
                .isTrue();
        mount = point;
    }

    private static int run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } catch (IOException e) {
            // No such command here.
            return -1;
        }
    }
}
