package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What a memory owes for its snapshots: one that was published is there, opens, holds what the memory held at its
 * moment, and no byte of it changes, whatever happens to the memory and others; one that was being taken or deleted is
 * there like that, or not at all.
 */
final class PublishedSnapshots {
    private final Path place;
    private final Map<String, Shot> shots = new LinkedHashMap<>();

    /** What is known of a snapshot. */
    private static final class Shot {
        private final MemoryImage image;
        private Map<String, Integer> digests;
        private boolean certain;

        Shot(MemoryImage image) {
            this.image = image;
        }
    }

    PublishedSnapshots(Path place) {
        this.place = place;
    }

    /** One is being taken of a memory that holds this. */
    void begun(String name, MemoryImage image) {
        shots.put(name, new Shot(image));
    }

    /** It was published. */
    void published(String name, SimulatedFiles files) {
        Shot shot = shots.get(name);
        shot.digests = digests(files, name);
        shot.certain = true;
    }

    /** From now on it need not be there any more. */
    void doubtful(String name) {
        shots.get(name).certain = false;
    }

    /** After something that may have deleted snapshots: what has its name still was not touched. */
    void settle(SimulatedFiles files) {
        shots.forEach((name, shot) -> shot.certain |= shot.digests != null
                && files.contents(place.resolve("snapshots")).containsKey(name));
    }

    /** Those that are there for certain, oldest first. */
    List<String> certain() {
        List<String> names = new ArrayList<>();
        shots.forEach((name, shot) -> {
            if (shot.certain) {
                names.add(name);
            }
        });
        return names;
    }

    /** Those that have their name, oldest first. */
    List<String> named(SimulatedFiles files) {
        List<String> names = new ArrayList<>(shots.keySet());
        names.retainAll(files.contents(place.resolve("snapshots")).keySet());
        return names;
    }

    void requireWhole(SimulatedFiles files) {
        List<String> listed = files.contents(place).isEmpty()
                ? List.of()
                : Snapshots.of(files, place).list().stream().map(Snapshot::name).toList();
        assertThat(listed).as("snapshots").containsAll(certain());
        for (String name : listed) {
            Shot shot = shots.get(name);
            assertThat(shot).as("snapshot %s", name).isNotNull();
            requireSame(files, name, shot);
            try (OffHeapReplayMemory snapshot = ReadOnlyOpening.open(files, place, name)) {
                assertThat(MemoryImage.of(snapshot)).as("snapshot %s", name).isEqualTo(shot.image);
            }
        }
    }

    /** Cheaper: the bytes alone of those that are there for certain. */
    void requireUnchanged(SimulatedFiles files) {
        certain().forEach(name -> requireSame(files, name, shots.get(name)));
    }

    private void requireSame(SimulatedFiles files, String name, Shot shot) {
        if (shot.digests != null) {
            assertThat(digests(files, name)).as("bytes of snapshot %s", name).isEqualTo(shot.digests);
        }
    }

    private Map<String, Integer> digests(SimulatedFiles files, String name) {
        Map<String, Integer> digests = new TreeMap<>();
        files.contents(place.resolve("snapshots").resolve(name))
                .forEach((file, bytes) -> digests.put(file, bytes == null ? 0 : digest(bytes)));
        return digests;
    }

    private static int digest(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue() + Arrays.hashCode(new int[] {bytes.length});
    }

    @Override
    public String toString() {
        Map<String, Boolean> known = new HashMap<>();
        shots.forEach((name, shot) -> known.put(name, shot.certain));
        return "snapshots=" + known;
    }
}
