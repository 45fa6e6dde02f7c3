package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.RowLayout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One owner a directory, whoever asks, and no owner once its process is gone. */
class LockTest {
    /** The promise is a tenth of a second; a loaded machine is given more, and what it took is printed. */
    private static final long LIMIT_MILLIS = 2000;

    private static final int RACERS = 4;

    @TempDir
    Path place;

    private final List<Peer> peers = new ArrayList<>();

    /** Another process. */
    private static final class Peer {
        private final Process process;
        private final BufferedReader output;

        Peer(Path place, Path directory) throws IOException {
            List<String> flags = List.of("-XX:TieredStopAtLevel=1");
            process = ChildJvm.start(LockMain.class, place.resolve("errors"), flags, directory);
            output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        String pid() {
            return "pid=" + process.pid();
        }

        void go() throws IOException {
            process.getOutputStream().write(1);
            process.getOutputStream().flush();
        }

        String hear() throws IOException {
            return String.valueOf(output.readLine());
        }
    }

    @AfterEach
    void endPeers() throws InterruptedException {
        for (Peer peer : peers) {
            peer.process.destroyForcibly().waitFor();
        }
    }

    @Test
    void secondOpenerInTheSameProcessIsRefused() throws IOException {
        Path directory = place.resolve("memory");
        Path link = place.resolve("link");
        try (OffHeapReplayMemory memory = LockMain.open(directory)) {
            Files.createSymbolicLink(link, directory);
            for (Path name : List.of(directory, place.resolve("./memory"), link)) {
                requireRefused(name, "pid=" + ProcessHandle.current().pid(), "in this process");
            }
            assertThat(memory.size()).isZero();
        }
        LockMain.open(link).close();
    }

    @Test
    void lockOfAnotherProcessIsRefusedByItsNumberAndFreeOnceThatIsKilled() throws Exception {
        Path directory = place.resolve("memory");
        for (int round = 0; round < 2; round++) {
            Peer owner = peer(directory);
            owner.go();
            assertThat(owner.hear()).isEqualTo("opened size=" + round);
            requireRefused(directory, owner.pid(), "another process");
            // Still: a refused opener must not have freed it.
            requireRefused(directory, owner.pid(), "another process");
            owner.process.toHandle().destroyForcibly();
            owner.process.waitFor();
            try (OffHeapReplayMemory memory = LockMain.open(directory);
                    ExperienceActor actor = new ExperienceActor(memory, "a", round)) {
                actor.begin();
                assertThat(memory.size()).isEqualTo(round + 1);
            }
        }
    }

    @Test
    void ofManyProcessesThatCreateAMemoryAtOnceOneSucceeds() throws Exception {
        Path directory = place.resolve("memory");
        for (int i = 0; i < RACERS; i++) {
            peer(directory);
        }
        for (Peer racer : peers) {
            racer.go();
        }
        List<String> refusals = new ArrayList<>();
        List<Peer> winners = new ArrayList<>();
        for (Peer racer : peers) {
            String said = racer.hear();
            if (said.equals("opened size=0")) {
                winners.add(racer);
            } else {
                refusals.add(said);
            }
        }
        assertThat(winners).as("%s", refusals).hasSize(1);
        assertThat(refusals).hasSize(RACERS - 1);
        for (String refusal : refusals) {
            System.out.println(refusal);
            assertThat(refusal)
                    .startsWith("refused after")
                    .contains(winners.get(0).pid());
        }
        winners.get(0).process.getOutputStream().close();
        assertThat(winners.get(0).process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        LockMain.open(directory).close();
    }

    @Test
    void refusedOrFailedOpeningLeavesTheLockFree() {
        Path directory = place.resolve("memory");
        LockMain.open(directory).close();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 7)
                            .directory(directory)
                            .open())
                    .isInstanceOf(StoreMismatchException.class);
            LockMain.open(directory).close();
        }
    }

    private Peer peer(Path directory) throws IOException {
        Peer peer = new Peer(place, directory);
        peers.add(peer);
        assertThat(peer.hear())
                .as("errors: %s", Files.readString(place.resolve("errors")))
                .isEqualTo("ready");
        return peer;
    }

    private static void requireRefused(Path directory, String pid, String where) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> LockMain.open(directory))
                .isExactlyInstanceOf(StoreLockedException.class)
                .hasMessageContainingAll(directory.toString(), pid, where);
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println("refused a second opener after " + millis + " ms: " + where);
        assertThat(millis).isLessThan(LIMIT_MILLIS);
    }
}
