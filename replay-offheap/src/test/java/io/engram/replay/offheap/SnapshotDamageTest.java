package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damage to what a snapshot has alone is found out when it is opened; senseless manifests are refused or harmless. */
class SnapshotDamageTest {
    private static final Scenario.Shape SHAPE =
            new Scenario.Shape("damaged", RowLayout.ARRIVAL, 24, 4, true, 0, 60, Scenario.Plot.NONE);
    private static final Path SNAPSHOT = Scenario.PLACE.resolve("snapshots/s");
    private static final Path MANIFEST = SNAPSHOT.resolve("snapshot.engram");
    private static final int CRC = 12;

    private final SimulatedFiles files = Scenario.disk();
    private final TreeMap<String, byte[]> contents = new TreeMap<>();

    @BeforeEach
    void takeSnapshot() throws IOException {
        try (OffHeapReplayMemory memory = SHAPE.open(files, 1)) {
            SplitMix64 random = new SplitMix64(3);
            ExperienceActor actor = new ExperienceActor(memory, "actor");
            for (int i = 0; i < 60; i++) {
                actor.act(random);
                memory.upkeep().turn();
            }
            memory.beginSnapshot(SnapshotRequest.named("s")
                            .state("learner", Captured.of("some state".getBytes(StandardCharsets.UTF_8))))
                    .await();
        }
        for (Map.Entry<String, byte[]> file : files.contents(SNAPSHOT).entrySet()) {
            // What has other names is not read whole when it is opened.
            if (file.getValue() != null && files.linkCount(SNAPSHOT.resolve(file.getKey())) == 1) {
                contents.put(file.getKey(), file.getValue());
            }
        }
        assertThat(contents.keySet())
                .contains("snapshot.engram", "memory.engram", "priorities/default.index", "state/learner.state")
                .anyMatch(name -> name.endsWith(".seg"))
                .anyMatch(name -> name.endsWith(".page"));
    }

    @AfterEach
    void close() {
        files.close();
    }

    @Test
    void everyDamagedBitIsFoundOut() {
        int flips = 0;
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            int every = file.getValue().length < 4096 ? 1 : 509;
            for (int bit = 0; bit < file.getValue().length * Byte.SIZE; bit += every) {
                byte[] bytes = file.getValue().clone();
                bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                requireRefused(file.getKey(), bytes, "bit " + bit);
                flips++;
            }
        }
        System.out.println("bits damaged=" + flips + ", undetected=0");
        assertThat(flips).isGreaterThan(5_000);
    }

    @Test
    void fileCutAnywhereIsFoundOut() {
        int cuts = 0;
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            for (int length = 0; length < file.getValue().length; length += file.getValue().length < 4096 ? 1 : 512) {
                requireRefused(file.getKey(), Arrays.copyOf(file.getValue(), length), "cut to " + length);
                cuts++;
            }
        }
        System.out.println("files cut=" + cuts + ", undetected=0");
        assertThat(cuts).isGreaterThan(500);
    }

    private void requireRefused(String name, byte[] bytes, String what) {
        files.put(SNAPSHOT.resolve(name), bytes);
        try {
            ReadOnlyOpening.open(files, Scenario.PLACE, "s").close();
        } catch (StorageException e) {
            assertThat(e.getClass()).as(what).isNotEqualTo(StorageException.class);
            assertThat(e.getMessage()).as(what).contains("/s/");
            assertThat(files.mappings()).as("%s of %s", what, name).isZero();
            files.put(SNAPSHOT.resolve(name), contents.get(name));
            return;
        }
        throw new AssertionError("undetected: " + what + " of " + name);
    }

    @Test
    void manifestsOfAnyContentAreOpenedOrRefused() {
        fuzz(1_000);
    }

    @Test
    @Tag("soak")
    void manifestsOfAnyContentAreOpenedOrRefusedManyTimes() {
        fuzz(Integer.getInteger("engram.cases", 50_000));
    }

    /** Their checksum is right. They are those of a snapshot, and of a memory that was restored to it. */
    private void fuzz(int cases) {
        Snapshots.of(files, Scenario.PLACE).restore("s");
        Long only = Long.getLong("engram.fault.seed");
        int[] outcomes = new int[2];
        byte[] sound = contents.get("snapshot.engram");
        for (long seed = only == null ? 0 : only; seed < (only == null ? cases : only + 1); seed++) {
            byte[] bytes = mutate(sound, new SplitMix64(seed));
            try (SimulatedFiles copy = files.copy()) {
                copy.put(MANIFEST, bytes);
                copy.put(Scenario.PLACE.resolve("resume/snapshot.engram"), bytes);
                outcomes[open(() -> ReadOnlyOpening.open(copy, Scenario.PLACE, "s"))]++;
                outcomes[open(() -> SHAPE.open(copy, 7))]++;
                assertThat(copy.mappings()).as("mappings").isZero();
                assertThat(copy.kind(Scenario.PLACE)).isEqualTo(FileLayer.Kind.DIRECTORY);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed=" + seed + "; run it again with -Dengram.fault.seed=" + seed, e);
            }
        }
        System.out.println("manifests opened=" + outcomes[0] + ", refused=" + outcomes[1]);
    }

    private interface Opener {
        OffHeapReplayMemory open();
    }

    private static int open(Opener opener) {
        try (OffHeapReplayMemory memory = opener.open()) {
            memory.episodes();
            HeldRows.of(memory);
            return 0;
        } catch (StorageException e) {
            assertThat(e.getMessage()).contains(Scenario.PLACE.toString());
            return 1;
        }
    }

    private static byte[] mutate(byte[] sound, SplitMix64 random) {
        ByteBuffer bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
        long[] extremes = {0, 1, -1, 7, 8, 64, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 54, Long.MAX_VALUE};
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = 32 + random.nextInt((sound.length - 40) / 4) * 4;
            switch (random.nextInt(4)) {
                case 0 -> bytes.put(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
                case 1 -> bytes.putInt(at, (int) extremes[random.nextInt(extremes.length)]);
                case 2 -> bytes.putLong(at, random.nextLong());
                default -> bytes.putLong(at, extremes[random.nextInt(extremes.length)]);
            }
        }
        bytes.putInt(CRC, 0);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array());
        bytes.putInt(CRC, (int) crc.getValue());
        return bytes.array();
    }
}
