package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The files of a closed memory that has some of each kind: to be damaged, in memory, and opened. */
final class StoredMemory implements AutoCloseable {
    static final Scenario.Shape SHAPE =
            new Scenario.Shape("stored", RowLayout.ARRIVAL, 24, 4, true, 12, 60, Scenario.Plot.NONE);

    private final SimulatedFiles files = Scenario.disk();

    StoredMemory() {
        Scenario scenario = new Scenario(SHAPE, 5);
        for (Scenario.Step step : scenario.steps()) {
            scenario.perform(step, files);
        }
        scenario.close();
    }

    /** By the path from the memory's directory; without the lock. */
    TreeMap<String, byte[]> contents() {
        return contents(files);
    }

    static TreeMap<String, byte[]> contents(SimulatedFiles of) {
        TreeMap<String, byte[]> contents = of.contents(Scenario.PLACE);
        contents.values().removeIf(bytes -> bytes == null);
        contents.remove("lock");
        return contents;
    }

    /** The same with other bytes in one file. */
    SimulatedFiles with(String name, byte[] bytes) {
        SimulatedFiles copy = files.copy();
        copy.put(path(name), bytes);
        return copy;
    }

    static Path path(String name) {
        return Scenario.PLACE.resolve(name);
    }

    static void requireSame(Map<String, byte[]> found, Map<String, byte[]> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, bytes) ->
                assertThat(Arrays.equals(found.get(name), bytes)).as(name).isTrue());
    }

    @Override
    public void close() {
        files.close();
    }
}
