package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.SimulatedFiles.Losses;
import io.engram.replay.offheap.WatchedFiles.Kind;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulation does what the real file system does, and loses what may be lost and nothing else. */
class SimulatedFilesTest {
    private static final Path ROOT = Path.of("/disk");
    private static final int PAGE = 4096;

    private final SimulatedFiles files = new SimulatedFiles();
    private final Losses losses = new Losses();

    @TempDir
    Path place;

    @AfterEach
    void end() {
        files.close();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(FileLayer layer, Path path, String text) throws IOException {
        try (FileLayer.OpenFile open = layer.create(path)) {
            open.write(bytes(text), 0);
        }
    }

    private String text(SimulatedFiles of, String name) {
        byte[] found = of.contents(ROOT).get(name);
        return found == null ? null : new String(found, StandardCharsets.UTF_8);
    }

    @Test
    void doesWhatTheRealFileSystemDoes() throws IOException {
        for (int seed = 1; seed <= 20; seed++) {
            Path real = Files.createDirectories(place.resolve("run-" + seed));
            files.createDirectories(real);
            RandomOperations operations = new RandomOperations(real, seed);
            FileLayer nio = new NioFileLayer();
            for (int step = 0; step < 300; step++) {
                RandomOperations.Call call = operations.next();
                assertThat(RandomOperations.result(call, files))
                        .as("seed=%d, step=%d, %s", seed, step, call)
                        .isEqualTo(RandomOperations.result(call, nio));
            }
            assertThat(hexadecimal(files.contents(real))).isEqualTo(hexadecimal(onDisk(real)));
        }
    }

    private static TreeMap<String, byte[]> onDisk(Path directory) {
        DirectoryImage image = DirectoryImage.of(directory);
        TreeMap<String, byte[]> contents = new TreeMap<>(image.files());
        image.entries().forEach((name, kind) -> {
            if (kind.equals("directory") && !name.isEmpty()) {
                contents.put(name, null);
            }
        });
        return contents;
    }

    private static Map<String, String> hexadecimal(Map<String, byte[]> contents) {
        Map<String, String> readable = new TreeMap<>();
        contents.forEach((name, bytes) -> readable.put(name, Arrays.toString(bytes)));
        return readable;
    }

    @Test
    void mappingsShowTheFileAndPrivateOnesDoNotChangeIt() throws IOException {
        files.createDirectories(ROOT);
        try (FileLayer.OpenFile open = files.create(ROOT.resolve("a"))) {
            open.write(ByteBuffer.allocate(3 * PAGE), 0);
            FileLayer.Mapping first = open.map(3 * PAGE);
            FileLayer.Mapping second = open.mapForReading(PAGE);
            FileLayer.Mapping own = open.mapPrivately(PAGE);
            UnsafeApi.putLong(first.address() + 8, 77);
            UnsafeApi.putLong(own.address() + 8, 99);
            assertThat(UnsafeApi.getLong(second.address() + 8)).isEqualTo(77);
            ByteBuffer read = ByteBuffer.allocateDirect(1);
            open.read(read, 8);
            assertThat(read.get(0)).isEqualTo((byte) 77);
            open.write(ByteBuffer.wrap(new byte[] {5}), 8);
            assertThat(UnsafeApi.getLong(first.address() + 8)).isEqualTo(5);
            assertThat(files.mappings()).isEqualTo(3);
            for (FileLayer.Mapping each : List.of(first, second, own)) {
                each.unmap();
                assertThatThrownBy(() -> each.force(0, 1)).isInstanceOf(IllegalStateException.class);
            }
            assertThat(files.mappings()).isZero();
        }
    }

    @Test
    void whatWasSyncedIsNeverLostAndTheRestMayBe() throws IOException {
        files.createDirectories(ROOT);
        files.syncDirectory(ROOT.getParent());
        try (FileLayer.OpenFile open = files.create(ROOT.resolve("a"))) {
            open.write(ByteBuffer.allocate(4 * PAGE), 0);
            open.sync();
            files.syncDirectory(ROOT);
            FileLayer.Mapping mapping = open.map(4 * PAGE);
            UnsafeApi.putLong(mapping.address(), 11);
            mapping.force(8, 8);
            // Each sector of the second and the third page, of which the second is synced.
            for (int at = PAGE; at < 3 * PAGE; at += 512) {
                UnsafeApi.putLong(mapping.address() + at, 22);
            }
            mapping.force(PAGE, PAGE);
            TreeSet<String> outcomes = new TreeSet<>();
            SplitMix64 random = new SplitMix64(1);
            for (int i = 0; i < 200; i++) {
                try (SimulatedFiles left = files.cut(random, losses)) {
                    byte[] found = left.contents(ROOT).get("a");
                    assertThat(found).hasSize(4 * PAGE);
                    assertThat(found[0]).isEqualTo((byte) 11);
                    StringBuilder third = new StringBuilder();
                    for (int at = PAGE; at < 2 * PAGE; at += 512) {
                        assertThat(found[at]).isEqualTo((byte) 22);
                        third.append(found[PAGE + at] == 0 ? '0' : '1');
                    }
                    outcomes.add(third.toString());
                }
            }
            assertThat(outcomes).contains("00000000", "11111111").hasSizeGreaterThan(20);
            assertThat(losses.lost).isPositive();
            assertThat(losses.torn).isPositive();
        }
    }

    @Test
    void fileNeverSyncedMayHaveAnyLengthAndAnyNameChangeMayBeMissing() throws IOException {
        files.createDirectories(ROOT);
        files.syncDirectory(ROOT.getParent());
        write(files, ROOT.resolve("a"), "x".repeat(2 * PAGE));
        files.rename(ROOT.resolve("a"), ROOT.resolve("b"));
        TreeSet<String> outcomes = new TreeSet<>();
        SplitMix64 random = new SplitMix64(2);
        for (int i = 0; i < 300; i++) {
            try (SimulatedFiles left = files.cut(random, losses)) {
                left.contents(ROOT).forEach((name, found) -> outcomes.add(name + found.length / PAGE));
                assertThat(left.contents(ROOT)).hasSizeLessThan(2);
                outcomes.add(String.valueOf(left.contents(ROOT).isEmpty()));
            }
        }
        assertThat(outcomes).contains("a0", "a1", "a2", "b0", "b1", "b2", "true", "false");
    }

    @Test
    void syncOfADirectoryKeepsItsNamesButNotItsOwn() throws IOException {
        files.createDirectories(ROOT);
        write(files, ROOT.resolve("a"), "");
        files.syncDirectory(ROOT);
        List<Boolean> there = new ArrayList<>();
        SplitMix64 random = new SplitMix64(3);
        for (int i = 0; i < 50; i++) {
            try (SimulatedFiles left = files.cut(random, losses)) {
                boolean root = left.isDirectory(ROOT);
                there.add(root);
                assertThat(left.contents(ROOT)).hasSize(root ? 1 : 0);
            }
        }
        assertThat(there).contains(true, false);
    }

    @Test
    void renameToAnotherDirectoryLeavesExactlyOneName() throws IOException {
        SplitMix64 random = new SplitMix64(4);
        for (int synced = 0; synced < 3; synced++) {
            Path home = ROOT.resolve("home-" + synced);
            files.createDirectories(home.resolve("from/sub"));
            write(files, home.resolve("from/sub/a"), "text");
            files.settle();
            files.createDirectories(home.resolve("new/to"));
            files.rename(home.resolve("from/sub/a"), home.resolve("new/to/b"));
            files.delete(home.resolve("from/sub"));
            if (synced > 0) {
                files.syncDirectory(home.resolve(synced == 1 ? "new/to" : "from"));
            }
            TreeSet<String> outcomes = new TreeSet<>();
            for (int i = 0; i < 100; i++) {
                try (SimulatedFiles left = files.cut(random, losses)) {
                    left.contents(home).forEach((name, found) -> {
                        if (found != null) {
                            outcomes.add(name);
                        }
                    });
                    assertThat(left.contents(home).values())
                            .filteredOn(found -> found != null)
                            .hasSize(1);
                }
            }
            assertThat(outcomes).contains("new/to/b").hasSize(synced == 0 ? 2 : 1);
        }
    }

    @Test
    void linksAreOneFileAlsoAfterAPowerLoss() throws IOException {
        files.createDirectories(ROOT.resolve("sub"));
        write(files, ROOT.resolve("a"), "text");
        files.link(ROOT.resolve("a"), ROOT.resolve("sub/b"));
        assertThat(files.linkCount(ROOT.resolve("a"))).isEqualTo(2);
        files.settle();
        for (SimulatedFiles left : List.of(files.copy(), files.cut(new SplitMix64(1), losses))) {
            try (left) {
                assertThat(left.linkCount(ROOT.resolve("a"))).isEqualTo(2);
                left.open(ROOT.resolve("a")).write(bytes("next"), 0);
                assertThat(text(left, "sub/b")).isEqualTo("next");
                assertThat(text(files, "a")).isEqualTo("text");
                left.delete(ROOT.resolve("a"));
                assertThat(left.linkCount(ROOT.resolve("sub/b"))).isEqualTo(1);
            }
        }
    }

    @Test
    void lockHasOneOwnerAndDiesWithTheProcess() throws IOException {
        files.createDirectories(ROOT);
        FileLayer.Lock lock = files.lock(ROOT);
        assertThatThrownBy(() -> files.lock(ROOT)).isInstanceOf(StoreLockedException.class);
        try (SimulatedFiles copy = files.copy()) {
            copy.lock(ROOT).close();
        }
        lock.close();
        files.lock(ROOT).close();
        assertThat(files.contents(ROOT)).containsOnlyKeys("lock");
    }

    @Test
    void failuresComeOnceOrForEver() throws IOException {
        files.createDirectories(ROOT);
        FailingOperations failing = FailingOperations.once(3);
        files.watchedBy(failing);
        write(files, ROOT.resolve("a"), "text");
        assertThat(failing.failed()).isNull();
        assertThatThrownBy(() -> files.list(ROOT))
                .isInstanceOf(IOException.class)
                .hasMessage("simulated");
        assertThat(failing.failed().kind()).isEqualTo(Kind.LIST);
        assertThat(files.list(ROOT)).hasSize(1);
        files.watchedBy(FailingOperations.from(1));
        files.list(ROOT);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> files.list(ROOT)).hasMessage("simulated");
        }
    }

    @Test
    void fullDiskTakesNothingMoreUntilSomethingIsRemoved() throws IOException {
        files.createDirectories(ROOT);
        files.withRoom(3 * PAGE);
        write(files, ROOT.resolve("a"), "x".repeat(PAGE));
        files.link(ROOT.resolve("a"), ROOT.resolve("b"));
        try (FileLayer.OpenFile open = files.create(ROOT.resolve("c"))) {
            // The pages before are not taken: a hole.
            open.write(bytes("text"), 10 * PAGE);
            assertThatThrownBy(() -> open.write(ByteBuffer.allocate(3 * PAGE), 0))
                    .isInstanceOf(IOException.class)
                    .hasMessage("No space left on device");
            assertThatThrownBy(() -> files.create(ROOT.resolve("d"))).hasMessage("No space left on device");
            // What is there already can be written again.
            open.write(bytes("next"), 10 * PAGE);
            files.delete(ROOT.resolve("a"));
            assertThatThrownBy(() -> files.create(ROOT.resolve("d"))).hasMessage("No space left on device");
            files.delete(ROOT.resolve("b"));
            open.write(ByteBuffer.allocate(PAGE), 2 * PAGE);
        }
    }

    @Test
    void watcherSeesTheMiddleOfAWrite() throws IOException {
        files.createDirectories(ROOT);
        List<String> seen = new ArrayList<>();
        files.watchedBy(new WatchedFiles.Watch() {
            @Override
            public void after(WatchedFiles.Operation operation) {
                seen.add(operation.kind() + " " + text(files, "a"));
            }
        });
        write(files, ROOT.resolve("a"), "text");
        assertThat(seen).containsExactly("CREATE ", "WRITE te", "WRITE text");
    }
}
