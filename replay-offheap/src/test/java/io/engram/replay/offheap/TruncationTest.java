package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A file that was cut, wherever, is refused by its name; nothing is changed and nothing stays open. */
class TruncationTest {
    private static final int SECTOR = 512;

    @Test
    void fileCutAnywhereIsRefused() {
        int cuts = 0;
        try (StoredMemory stored = new StoredMemory()) {
            assertThat(stored.contents().keySet())
                    .anyMatch(name -> name.endsWith(".page"))
                    .anyMatch(name -> name.endsWith(".seg"))
                    .contains("memory.engram", "priorities/default.index");
            for (Map.Entry<String, byte[]> file : stored.contents().entrySet()) {
                for (int length : lengths(file.getValue().length)) {
                    requireRefused(stored, file.getKey(), Arrays.copyOf(file.getValue(), length));
                    cuts++;
                }
            }
        }
        System.out.println("files cut=" + cuts + ", opened=0");
        assertThat(cuts).isGreaterThan(500);
    }

    private static TreeSet<Integer> lengths(int whole) {
        TreeSet<Integer> lengths = new TreeSet<>();
        lengths.add(1);
        lengths.add(whole - 1);
        for (int length = 0; length < whole; length += SECTOR) {
            lengths.add(length);
        }
        return lengths;
    }

    private static void requireRefused(StoredMemory stored, String name, byte[] bytes) {
        try (SimulatedFiles files = stored.with(name, bytes)) {
            Map<String, byte[]> before = StoredMemory.contents(files);
            assertThatThrownBy(() -> StoredMemory.SHAPE.open(files, 1))
                    .as("%s cut to %d", name, bytes.length)
                    .isInstanceOf(TruncatedStoreException.class)
                    .hasMessageContainingAll(StoredMemory.path(name).toString(), "length=" + bytes.length);
            StoredMemory.requireSame(StoredMemory.contents(files), before);
            assertThat(files.mappings()).as("%s cut to %d", name, bytes.length).isZero();
            files.lock(Scenario.PLACE).close();
        }
    }
}
