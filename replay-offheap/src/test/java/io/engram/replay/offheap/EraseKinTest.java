package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.store.ErasureDescriptor;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An erasure finds forks of forks, and goes on where a fork, a snapshot or a record of an earlier one is damaged. */
@DamagesStores
class EraseKinTest {
    private static final String SUBJECT = "subject-to-be-forgotten";
    private static final int ROWS = 20;

    @TempDir
    Path place;

    private static OffHeapMemoryBuilder builder(Path directory, RowLayout layout) {
        Schema schema = Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .reward()
                .rowLayout(layout)
                .build();
        return OffHeapReplayMemory.builder(schema, 600)
                .segmentRows(32)
                .directory(directory)
                .withoutAutomaticUpkeep();
    }

    private static OffHeapReplayMemory open(Path directory) {
        return builder(directory, RowLayout.ARRIVAL).open();
    }

    private Path memory() {
        return place.resolve("memory");
    }

    /** Returns the first row's sequence; the rows have the values from one on. */
    private static long episode(StreamWriter writer, String subject, long value) {
        writer.label(EpisodeLabel.of(subject, Set.of()));
        writer.field("observation").set(value);
        writer.begin();
        long first = step(writer, value, false);
        for (int i = 1; i < ROWS; i++) {
            step(writer, value + i, i == ROWS - 1);
        }
        return first;
    }

    private static long step(StreamWriter writer, long value, boolean last) {
        writer.field("observation").set(value);
        writer.field("action").set(value);
        writer.field("reward").set(1f);
        return writer.step(last, false);
    }

    /** An episode of the subject and one of another; a snapshot of both. */
    private void makeMemory() {
        try (OffHeapReplayMemory memory = open(memory())) {
            StreamWriter writer = memory.writer("stream");
            episode(writer, SUBJECT, 100);
            episode(writer, "other", 200);
            memory.snapshot("one");
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(each);
            }
        }
    }

    private static Path only(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(each -> each.toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void damage(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    private static List<String> kin(Path directory) {
        return Erasures.of(directory).certificates().get(0).kin().stream()
                .map(each -> Path.of(each.path()).getFileName() + " " + each.state())
                .sorted()
                .toList();
    }

    @Test
    void forkOfAForkThatIsGoneIsAsked() throws IOException {
        makeMemory();
        Path child = place.resolve("child");
        Path brother = place.resolve("brother");
        Path grandchild = place.resolve("grandchild");
        Snapshots.of(memory()).fork("one", brother);
        Snapshots.of(memory()).fork("one", child);
        try (OffHeapReplayMemory fork = open(child)) {
            fork.snapshot("two");
        }
        Snapshots.of(child).fork("two", grandchild);
        delete(child);
        try (OffHeapReplayMemory memory = open(memory())) {
            assertThat(memory.erase(ErasureRequest.subject(SUBJECT)).unreached())
                    .anyMatch(each -> each.contains("forks that were made of it: path=" + child));
        }
        assertThat(kin(memory())).containsExactly("brother REQUESTED", "child NOT_FOUND", "grandchild REQUESTED");
        for (Path each : List.of(grandchild, brother)) {
            try (OffHeapReplayMemory fork = open(each)) {
                assertThat(fork.catalogue().bySubject(SUBJECT)).isEmpty();
                assertThat(fork.catalogue().bySubject("other")).hasSize(1);
            }
        }
        assertThat(kin(memory())).containsExactly("brother FINISHED", "child NOT_FOUND", "grandchild FINISHED");
        // Each knows all the others: what is erased in any of them reaches all.
        assertThat(kin(brother)).containsExactly("child NOT_FOUND", "grandchild FINISHED", "memory FINISHED");
        assertThat(kin(grandchild)).containsExactly("brother FINISHED", "child NOT_FOUND", "memory FINISHED");
    }

    @Test
    void damagedForkIsNamedAndKeepsNobodyFromErasing() throws IOException {
        makeMemory();
        Path fork = place.resolve("fork");
        Snapshots.of(memory()).fork("one", fork);
        Files.write(fork.resolve(SuperblockDescriptor.FILE_NAME), new byte[10]);
        try (OffHeapReplayMemory memory = open(memory())) {
            assertThat(memory.erase(ErasureRequest.subject(SUBJECT)).unreached())
                    .anyMatch(each -> each.contains("could not be asked to erase") && each.contains("path=" + fork));
            assertThat(memory.catalogue().bySubject(SUBJECT)).isEmpty();
        }
        assertThat(kin(memory())).containsExactly("fork NOT_REACHED");
        damage(only(memory().resolve(ErasureDescriptor.DIRECTORY), ErasureDescriptor.KIN_SUFFIX), 0);
        try (OffHeapReplayMemory memory = open(memory())) {
            memory.erase(ErasureRequest.subject("other"));
        }
        assertThat(Erasures.of(memory()).certificates().get(1).kin())
                .extracting(ErasureCertificate.Kin::state)
                .containsExactly("NOT_REACHED");
    }

    @Test
    void forkThatAnErasureMayHaveMissedIsRemovedAgain() throws IOException {
        makeMemory();
        Path fork = place.resolve("fork");
        HookedFiles files = new HookedFiles();
        files.afterNameChange = () -> {
            if (Files.exists(fork)) {
                files.afterNameChange = () -> {};
                Erasures.of(memory()).request(ErasureRequest.subject(SUBJECT));
            }
        };
        assertThatThrownBy(() -> Snapshots.of(files, memory()).fork("one", fork))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("an erasure is under way");
        assertThat(fork).doesNotExist();
        try (OffHeapReplayMemory memory = open(memory())) {
            assertThat(memory.catalogue().bySubject(SUBJECT)).isEmpty();
        }
        // One that came and went meanwhile leaves its record.
        Path records = memory().resolve(ErasureDescriptor.DIRECTORY);
        Path record = only(records, ErasureDescriptor.SUFFIX);
        Path another = records.resolve("another" + ErasureDescriptor.SUFFIX);
        files.afterNameChange = () -> {
            if (Files.exists(fork)) {
                files.afterNameChange = () -> {};
                Files.copy(record, another);
            }
        };
        assertThatThrownBy(() -> Snapshots.of(files, memory()).fork("one", fork))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("the fork was removed again");
        assertThat(fork).doesNotExist();
    }

    @Test
    void damagedSnapshotIsNamedAndKeepsNobodyFromOpening() throws IOException {
        makeMemory();
        damage(memory().resolve("snapshots").resolve("one").resolve(ManifestDescriptor.FILE_NAME), 100);
        Erasures.of(memory()).request(ErasureRequest.subject(SUBJECT));
        try (OffHeapReplayMemory memory = open(memory())) {
            assertThat(memory.catalogue().bySubject(SUBJECT)).isEmpty();
            assertThat(memory.catalogue().bySubject("other")).hasSize(1);
        }
        ErasureCertificate certificate = Erasures.of(memory()).certificates().get(0);
        assertThat(certificate.finished()).isNotEqualTo(ErasureCertificate.NOT_FINISHED);
        assertThat(certificate.unreached())
                .anyMatch(each -> each.startsWith("a snapshot that is damaged") && each.contains("name=one"));
    }

    @Test
    void filesThatCannotBeChangedKeepNobodyFromOpening() {
        makeMemory();
        Erasures.of(memory()).request(ErasureRequest.subject(SUBJECT));
        HookedFiles files = new HookedFiles();
        files.beforeForce = () -> {
            throw new IOException("the disk is full");
        };
        try (OffHeapReplayMemory memory =
                builder(memory(), RowLayout.ARRIVAL).files(files).open()) {
            assertThat(memory.catalogue().bySubject(SUBJECT)).isEmpty();
            assertThat(memory.catalogue().bySubject("other")).hasSize(1);
            assertThat(Erasures.of(memory()).certificates().get(0).finished())
                    .isEqualTo(ErasureCertificate.NOT_FINISHED);
            files.beforeForce = () -> {};
        }
        try (OffHeapReplayMemory memory = open(memory())) {
            assertThat(memory.catalogue().bySubject("other")).hasSize(1);
        }
        Erasures erasures = Erasures.of(memory());
        assertThat(erasures.verify(erasures.certificates().get(0).id(), SUBJECT).findings())
                .isEmpty();
    }

    @Test
    void erasureThatCannotBeBegunIsWithdrawn() {
        makeMemory();
        HookedFiles files = new HookedFiles();
        try (OffHeapReplayMemory memory =
                builder(memory(), RowLayout.ARRIVAL).files(files).open()) {
            files.beforeSync = () -> {
                // The record is synced under another name first; withdrawing it is not disturbed.
                files.beforeSync = () -> {};
                throw new IOException("the disk is full");
            };
            assertThatThrownBy(() -> memory.beginErasure(ErasureRequest.subject(SUBJECT)))
                    .isInstanceOf(ErasureException.class)
                    .hasMessageContainingAll("nothing was erased", "the disk is full");
            assertThat(memory.catalogue().bySubject(SUBJECT)).hasSize(1);
            assertThat(Erasures.of(memory()).certificates()).isEmpty();
            assertThat(memory().resolve(ErasureDescriptor.DIRECTORY)).isEmptyDirectory();
            assertThat(memory.erase(ErasureRequest.subject(SUBJECT)).rows()).isEqualTo(ROWS + 1);
        }
    }

    @Test
    void damagedRecordOfAFinishedErasureIsLeftOut() throws IOException {
        makeMemory();
        Path directory = memory().resolve(ErasureDescriptor.DIRECTORY);
        Path damaged;
        try (OffHeapReplayMemory memory = open(memory())) {
            damaged = directory.resolve(
                    memory.erase(ErasureRequest.subject(SUBJECT)).id() + ErasureDescriptor.SUFFIX);
            memory.erase(ErasureRequest.subject("other"));
        }
        damage(damaged, ErasureDescriptor.HASH_OFFSET);
        open(memory()).close();
        assertThat(Erasures.of(memory()).certificates()).hasSize(1);
        assertThat(Erasures.of(memory()).damaged()).containsExactly(damaged);
        // One that is not finished cannot be carried out, and is not passed over.
        Path pending = directory.resolve(
                Erasures.of(memory()).request(ErasureRequest.subject(SUBJECT)) + ErasureDescriptor.SUFFIX);
        damage(pending, ErasureDescriptor.HASH_OFFSET);
        assertThatThrownBy(() -> open(memory()).close())
                .isInstanceOf(CorruptStoreException.class)
                .hasMessageContaining(pending.toString());
    }

    /** All rows of the episode that stay are drawn, each as often: 4 sigma of 5000 draws. */
    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void survivorsOfARangeAreDrawnWhicheverWent(RowLayout layout) {
        for (int[] range : new int[][] {{19, 20}, {0, 1}, {7, 11}, {0, 17}, {13, 20}}) {
            Path directory = place.resolve("range-" + range[0] + "-" + range[1]);
            try (OffHeapReplayMemory memory = builder(directory, layout).open()) {
                StreamWriter other = memory.writer("other");
                episode(other, "other", 1000);
                long first = episode(memory.writer("stream"), SUBJECT, 100);
                episode(other, "other", 1000);
                memory.erase(ErasureRequest.sequences(first + range[0], first + range[1]));
                TreeMap<Long, Integer> all =
                        requireUniform(memory, SamplerSpec.uniform("all", 100).build(), false);
                TreeMap<Long, Integer> drawn = requireUniform(
                        memory,
                        SamplerSpec.uniform("chosen", 100)
                                .episodes(EpisodeFilter.ofSubject(SUBJECT))
                                .build(),
                        true);
                assertThat(drawn.keySet()).isNotEmpty().isEqualTo(all.keySet());
            }
        }
    }

    private static TreeMap<Long, Integer> requireUniform(OffHeapReplayMemory memory, SamplerSpec spec, boolean exact) {
        TreeMap<Long, Integer> drawn = new TreeMap<>();
        int batches = 50;
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            for (int i = 0; i < batches; i++) {
                sampler.sample(batch);
                LongBuffer actions = batch.column("action").longs();
                for (int k = 0; k < actions.limit(); k++) {
                    if (actions.get(k) < 1000) {
                        drawn.merge(actions.get(k), 1, Integer::sum);
                    }
                }
            }
        }
        if (exact) {
            double expected = 100.0 * batches / drawn.size();
            drawn.forEach((row, count) -> assertThat((double) count)
                    .as("row %d of %s", row, drawn)
                    .isBetween(expected - 4 * Math.sqrt(expected) - 1, expected + 4 * Math.sqrt(expected) + 1));
        }
        return drawn;
    }
}
