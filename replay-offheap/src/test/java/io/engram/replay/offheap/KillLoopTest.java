package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.internal.ring.Ring;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process appends with several threads and tells of every append that returned; it is killed at a random moment, and
 * what it left is compared with what it told. Then the next one goes on with the same directory.
 */
class KillLoopTest {
    private static final int ACTORS = 3;
    private static final List<Shape> SHAPES = List.of(
            new Shape(RowLayout.ARRIVAL, 600, 16),
            new Shape(RowLayout.SELF_CONTAINED, 300, 1),
            new Shape(RowLayout.SELF_CONTAINED, 5000, 64),
            new Shape(RowLayout.ARRIVAL, 200, 128),
            new Shape(RowLayout.ARRIVAL, 2000, 8));

    @TempDir
    Path directory;

    private long appends;
    private long rowsFound;
    private long segmentsFound;
    private long sealedFound;
    private long killsBeforeOpen;

    private record Shape(RowLayout layout, long capacity, int segmentRows) {}

    @Test
    void processesKilledAtRandomMomentsLoseNothingThatTheyAcknowledged() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("engram.kill.seconds", 20));
        run(Long.getLong("engram.kill.seed", 1), kill -> System.nanoTime() - end < 0);
    }

    @Test
    @Tag("soak")
    void thousandKilledProcessesLoseNothingThatTheyAcknowledged() throws Exception {
        int kills = Integer.getInteger("engram.kills", 1000);
        run(Long.getLong("engram.kill.seed", 2), kill -> kill < kills);
    }

    private interface GoOn {
        boolean test(int kill);
    }

    private void run(long seed, GoOn goOn) throws Exception {
        SplitMix64 random = new SplitMix64(seed);
        long start = System.nanoTime();
        int kill = 0;
        List<Place> places = new ArrayList<>();
        SHAPES.forEach(shape -> places.add(new Place(shape)));
        for (; goOn.test(kill); kill++) {
            if (kill > 0 && kill % 100 == 0) {
                report(kill, start, seed);
            }
            int at = kill % places.size();
            if (random.nextInt(8) == 0) {
                // A new directory, so that some are killed while they create it.
                places.set(at, new Place(places.get(at).shape));
            }
            try {
                places.get(at).killOne(random, kill);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed=" + seed + ", kill=" + kill + ", " + places.get(at).shape + ", errors of the process: "
                                + Files.readString(places.get(at).errors),
                        e);
            }
        }
        report(kill, start, seed);
        assertThat(appends).isPositive();
    }

    private void report(int kills, long start, long seed) {
        System.out.printf(
                "java %s: kills=%d (before open: %d), acknowledged appends=%d, rows found=%d, segments=%d (%d sealed),"
                        + " lost=0, torn=0, seconds=%.1f, seed=%d%n",
                Runtime.version(),
                kills,
                killsBeforeOpen,
                appends,
                rowsFound,
                segmentsFound,
                sealedFound,
                (System.nanoTime() - start) / 1e9,
                seed);
    }

    /** One directory and all that was acknowledged for it. */
    private final class Place {
        private static int number;

        private final Shape shape;
        private final Path memory = directory.resolve("memory-" + number++);
        private final Path errors = directory.resolve("errors-" + number);
        private Acknowledged acknowledged;
        private Map<String, Long> last = Map.of();

        Place(Shape shape) {
            this.shape = shape;
            this.acknowledged = new Acknowledged(shape.layout, shape.capacity);
        }

        void killOne(SplitMix64 random, int kill) throws Exception {
            List<Object> arguments = new ArrayList<>(
                    List.of(memory, shape.layout, shape.capacity, shape.segmentRows, random.nextLong()));
            for (int actor = 0; actor < ACTORS; actor++) {
                arguments.add(last.getOrDefault(KillLoopMain.stream(actor), 0L));
            }
            List<String> flags = kill % 4 == 0 ? List.of() : List.of("-XX:TieredStopAtLevel=1");
            Process process = ChildJvm.start(KillLoopMain.class, errors, flags, arguments.toArray());
            KillLoopListener listener = new KillLoopListener(process, acknowledged);
            try {
                if (random.nextInt(4) == 0) {
                    pause(random.nextInt(700));
                } else {
                    listener.awaitAppends(1L << random.nextInt(16));
                    LockSupport.parkNanos(random.nextInt(1_000_000));
                }
            } finally {
                // Not through the process, which would close the pipe with the last messages in it.
                process.toHandle().destroyForcibly();
            }
            process.waitFor();
            listener.finish();
            killsBeforeOpen += listener.opened() ? 0 : 1;
            appends += listener.appends();
            requireNothingLost();
        }

        private void requireNothingLost() {
            if (!Files.exists(memory.resolve("memory.engram"))) {
                assertThat(acknowledged.highest()).isNegative();
                return;
            }
            StoredSegments stored = StoredSegments.read(memory);
            Map<Integer, String> streams = StoredJournal.streams(memory);
            // Nobody claimed beyond this: each actor marks its rows, or dies with the claim of one call.
            long claimed = Math.max(stored.highest(), acknowledged.highest()) + 1 + ACTORS * ExperienceActor.MAX_ROWS;
            try (OffHeapReplayMemory opened =
                    KillLoopMain.open(memory, shape.layout, shape.capacity, shape.segmentRows)) {
                Ring ring = opened.ring();
                SortedMap<Long, StoredRow> held = HeldRows.of(opened);
                last = acknowledged.requireHeld(held, streams, claimed);
                assertThat(ring.head())
                        .isEqualTo(
                                stored.rows().isEmpty()
                                        ? ring.head()
                                        : stored.rows().lastKey() + 1);
                assertThat(held).isEqualTo(stored.rows().tailMap(ring.tail(ring.head())));
                HeldEpisodes.requireFor(opened, held, streams);
                requireWholeBatches(opened, held);
                HeldPriorities.requireFor(opened, held);
                rowsFound += held.size();
                acknowledged = acknowledged.next(held, streams);
            }
            segmentsFound += stored.ordinals().size();
            sealedFound += stored.sealed().size();
        }

        private void requireWholeBatches(OffHeapReplayMemory opened, SortedMap<Long, StoredRow> held) {
            Map<Long, String> streams = new TreeMap<>();
            for (int actor = 0; actor < ACTORS; actor++) {
                String stream = KillLoopMain.stream(actor);
                streams.put(Experience.stateWord(stream, 0, 0), stream);
            }
            try (Sampler sampler = opened.sampler(
                    SamplerSpec.uniform("learner", 64).seed(held.size()).build())) {
                Batch batch = sampler.newBatch();
                for (int i = 0; i < 4 && sampler.trySample(batch); i++) {
                    for (int row = 0; row < batch.size(); row++) {
                        long first = batch.column("observation").longs().get(row * Experience.STATE_WORDS);
                        long count = Experience.count(first);
                        String stream = streams.get(first - count);
                        requireState(batch, row, "observation", stream, count);
                        requireState(batch, row, Schema.NEXT + "observation", stream, count + 1);
                    }
                }
            }
        }
    }

    private static void requireState(Batch batch, int row, String column, String stream, long count) {
        LongBuffer words = batch.column(column).longs();
        for (int i = 0; i < Experience.STATE_WORDS; i++) {
            assertThat(words.get(row * Experience.STATE_WORDS + i))
                    .as("torn: %s of row %d of stream %s", column, count, stream)
                    .isEqualTo(Experience.stateWord(stream, count, i));
        }
    }

    private static void pause(int milliseconds) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(milliseconds));
    }
}
