package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import io.engram.replay.SplitMix64;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes are in the files: the memory opens, or says which file is wrong, in little time and with little
 * memory. Half of the damaged headers get a checksum that is right again, so that what is behind it is tried, too.
 */
class FuzzTest {
    private static final int CASES_PER_WATCH = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long ALLOCATED = 64L << 20;
    private static final int[] EXTREMES = {
        0, 1, -1, 2, 7, 8, 63, 64, 4095, 4096, 1 << 16, 1 << 27, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE
    };

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private int opened;
    private int refused;

    @Test
    void anyBytesAreOpenedOrRefusedByName() {
        fuzz(1_000);
    }

    @Test
    @Tag("soak")
    void anyBytesAreOpenedOrRefusedByNameManyTimes() {
        fuzz(Integer.getInteger("engram.cases", 50_000));
    }

    private void fuzz(int cases) {
        Long only = Long.getLong("engram.fault.seed");
        try (StoredMemory stored = new StoredMemory()) {
            TreeMap<String, byte[]> contents = stored.contents();
            long first = only == null ? 0 : only;
            long end = only == null ? cases : first + 1;
            for (long from = first; from < end; from += CASES_PER_WATCH) {
                long begin = from;
                assertTimeoutPreemptively(
                        PATIENCE,
                        () -> {
                            for (long seed = begin; seed < Math.min(end, begin + CASES_PER_WATCH); seed++) {
                                open(stored, contents, seed);
                            }
                        },
                        () -> "cases from seed=" + begin + " on");
            }
        }
        System.out.println("opened=" + opened + ", refused=" + refused);
        assertThat(opened + refused).isPositive();
    }

    private void open(StoredMemory stored, TreeMap<String, byte[]> contents, long seed) {
        SplitMix64 random = new SplitMix64(seed);
        String name = pick(contents, random);
        byte[] bytes = mutate(name, contents.get(name), random);
        long total = contents.values().stream().mapToLong(each -> each.length).sum();
        try (SimulatedFiles files = stored.with(name, bytes)) {
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                StoredMemory.SHAPE.open(files, ~seed).close();
                opened++;
            } catch (StorageException e) {
                assertThat(e.getClass()).isNotEqualTo(StorageException.class);
                assertThat(e.getMessage()).contains(Scenario.PLACE.toString());
                refused++;
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated")
                    .isLessThan(ALLOCATED + 4 * total);
            assertThat(files.mappings()).as("mappings").isZero();
        } catch (RuntimeException | AssertionError | OutOfMemoryError e) {
            throw new AssertionError(
                    "seed=" + seed + ", file=" + name + "; run it again with -Dtest=FuzzTest" + " -Dengram.fault.seed="
                            + seed,
                    e);
        }
    }

    /** Any kind of file as often as any other. */
    private static String pick(TreeMap<String, byte[]> contents, SplitMix64 random) {
        String suffix = new String[] {"engram", ".seg", ".page", ".index"}[random.nextInt(4)];
        List<String> names = new ArrayList<>(contents.keySet());
        names.removeIf(name -> !name.endsWith(suffix));
        return names.get(random.nextInt(names.size()));
    }

    private static byte[] mutate(String name, byte[] sound, SplitMix64 random) {
        int header = covered(name, sound.length);
        byte[] bytes = sound.clone();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int within = random.nextInt(3) == 0 ? bytes.length : header;
            int at = random.nextInt(within - Long.BYTES) / Integer.BYTES * Integer.BYTES;
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                case 1 -> buffer.putInt(at, EXTREMES[random.nextInt(EXTREMES.length)]);
                case 2 -> buffer.putLong(at, random.nextLong());
                case 3 -> buffer.putLong(at, EXTREMES[random.nextInt(EXTREMES.length)]);
                default ->
                    Arrays.fill(
                            bytes, at, Math.min(bytes.length, at + random.nextInt(600)), (byte) random.nextInt(256));
            }
        }
        if (random.nextInt(2) == 0) {
            buffer.putLong(
                    0, ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
            buffer.putInt(8, 1);
            buffer.putInt(12, 0);
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, header);
            buffer.putInt(12, (int) crc.getValue());
        }
        if (random.nextInt(8) == 0) {
            bytes = Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
        }
        return bytes;
    }

    /** The bytes that a file's checksum covers, by FORMAT.md. */
    private static int covered(String name, int length) {
        if (name.endsWith("engram")) {
            return length;
        }
        return name.endsWith(".index") ? 176 : 56;
    }
}
