package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An erasure that failed is finished later: it is about what was there when it was asked for, and nothing else. */
class EraseRetryTest {
    private static final Schema SCHEMA = Schema.builder()
            .observation(DType.I64)
            .action(DType.I64)
            .reward()
            .rowLayout(RowLayout.SELF_CONTAINED)
            .build();

    @TempDir
    Path place;

    private final HookedFiles files = new HookedFiles();
    private long now = 1_000_000;

    private OffHeapReplayMemory open(String name) {
        return OffHeapReplayMemory.builder(SCHEMA, 2000)
                .segmentRows(32)
                .directory(place.resolve(name))
                .clock(() -> now++)
                .files(files)
                .withoutAutomaticUpkeep()
                .open();
    }

    private static void episode(StreamWriter writer, String subject, int steps) {
        writer.label(EpisodeLabel.ofSubject(subject));
        writer.field("observation").set(1L);
        writer.begin();
        for (int i = 1; i <= steps; i++) {
            step(writer, i == steps);
        }
    }

    private static void step(StreamWriter writer, boolean last) {
        writer.field("observation").set(2L);
        writer.field("action").set(3L);
        writer.field("reward").set(1f);
        writer.step(last, false);
    }

    /** No file of rows can be made durable. */
    private void failToErase(OffHeapReplayMemory memory, ErasureRequest request) {
        files.beforeForce = () -> {
            throw new IOException("the disk is out of order");
        };
        assertThatThrownBy(() -> memory.erase(request))
                .isInstanceOf(ErasureException.class)
                .hasMessageContaining("the disk is out of order")
                .hasMessageContaining("open the memory again");
        files.beforeForce = () -> {};
    }

    private static List<Long> numbers(OffHeapReplayMemory memory, String subject) {
        return memory.catalogue().bySubject(subject).stream()
                .map(Episode::number)
                .toList();
    }

    private void requireProven(String name, String text) {
        Erasures erasures = Erasures.of(place.resolve(name));
        for (ErasureCertificate certificate : erasures.certificates()) {
            assertThat(certificate.finished()).isNotEqualTo(ErasureCertificate.NOT_FINISHED);
            assertThat(erasures.verify(certificate.id(), text).findings()).isEmpty();
        }
        assertThat(StoreCheck.of(place.resolve(name)).run().isSound()).isTrue();
    }

    @Test
    void rowsThatCameSinceStay() {
        Map<Long, StoredRow> since;
        try (OffHeapReplayMemory memory = open("memory");
                StreamWriter writer = memory.writer("actor")) {
            writer.label(EpisodeLabel.ofSubject("somebody"));
            writer.field("observation").set(1L);
            writer.begin();
            for (int i = 0; i < 20; i++) {
                step(writer, false);
            }
            failToErase(memory, ErasureRequest.sequences(10, 1L << 40));
            for (int i = 0; i < 20; i++) {
                step(writer, i == 19);
            }
            episode(writer, "other", 10);
            since = new TreeMap<>(HeldRows.of(memory).tailMap(20L));
            assertThat(since).hasSize(30);
        }
        try (OffHeapReplayMemory memory = open("memory")) {
            assertThat(HeldRows.of(memory).tailMap(20L)).isEqualTo(since);
            // The row before the first that was erased holds its state as its next state.
            assertThat(HeldRows.of(memory).headMap(20L)).hasSize(9);
        }
        assertThat(StoreCheck.of(place.resolve("memory")).run().isSound()).isTrue();
    }

    @Test
    void whoComesBackIsNotErasedAgain() {
        Map<Long, StoredRow> since;
        List<Long> back;
        try (OffHeapReplayMemory memory = open("memory");
                StreamWriter writer = memory.writer("actor")) {
            for (int i = 0; i < 8; i++) {
                episode(writer, i % 2 == 0 ? "somebody" : "other", 20);
            }
            long head = memory.ring().head();
            failToErase(memory, ErasureRequest.subject("somebody"));
            assertThat(numbers(memory, "somebody")).isEmpty();
            for (int i = 0; i < 8; i++) {
                episode(writer, i % 2 == 0 ? "somebody" : "other", 20);
                memory.upkeep().turn();
            }
            memory.snapshot("later");
            back = numbers(memory, "somebody");
            since = new TreeMap<>(HeldRows.of(memory).tailMap(head));
            assertThat(back).hasSize(4);
        }
        try (OffHeapReplayMemory memory = open("memory")) {
            assertThat(numbers(memory, "somebody")).isEqualTo(back);
            assertThat(HeldRows.of(memory).tailMap(since.keySet().iterator().next()))
                    .isEqualTo(since);
        }
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(place.resolve("memory"), "later")) {
            assertThat(numbers(snapshot, "somebody")).isEqualTo(back);
        }
        assertThat(StoreCheck.of(place.resolve("memory")).run().isSound()).isTrue();
    }

    @Test
    void certificateSpeaksOfTheRowsThatWereThere() {
        try (OffHeapReplayMemory memory = open("memory");
                StreamWriter writer = memory.writer("actor")) {
            episode(writer, "somebody", 12);
            episode(writer, "other", 4);
            failToErase(memory, ErasureRequest.subject("somebody"));
            episode(writer, "other", 5);
        }
        try (OffHeapReplayMemory memory = open("memory")) {
            assertThat(HeldRows.of(memory)).hasSize(9);
        }
        requireProven("memory", "somebody");
    }

    @Test
    void forkKeepsItsOwnEpisodesOfTheSameNumbers() {
        try (OffHeapReplayMemory memory = open("memory");
                StreamWriter writer = memory.writer("actor")) {
            episode(writer, "other", 20);
            episode(writer, "somebody", 20);
            memory.snapshot("one");
            Snapshots.of(files, place.resolve("memory")).fork("one", place.resolve("fork"));
            for (int i = 0; i < 8; i++) {
                episode(writer, i % 2 == 0 ? "somebody" : "other", 20);
            }
            memory.erase(ErasureRequest.subject("somebody"));
        }
        try (OffHeapReplayMemory fork = open("fork");
                StreamWriter writer = fork.writer("actor")) {
            for (int i = 0; i < 8; i++) {
                episode(writer, "its own", 20);
            }
            assertThat(numbers(fork, "somebody")).isEmpty();
            assertThat(numbers(fork, "its own")).hasSize(8);
            assertThat(HeldRows.of(fork)).hasSize(9 * 20);
        }
        requireProven("memory", "somebody");
        requireProven("fork", "somebody");
    }

    @Test
    void rowsThatAreNotThereYetAreNotErased() {
        try (OffHeapReplayMemory memory = open("memory");
                StreamWriter writer = memory.writer("actor")) {
            episode(writer, "somebody", 12);
            assertThatThrownBy(() -> memory.erase(ErasureRequest.sequences(12, 20)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("head=12");
            assertThat(memory.erase(ErasureRequest.sequences(10, 20)).toSequence())
                    .isEqualTo(12);
        }
    }
}
