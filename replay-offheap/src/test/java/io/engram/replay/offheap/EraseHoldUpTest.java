package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.erasure.ErasureRecord;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.erasure.Selection;
import io.engram.replay.offheap.internal.ring.SegmentPool;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.PendingErasure;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that are held up in the middle of something while others erase. */
class EraseHoldUpTest {
    private static final long WORD = 0x1234567811223344L;

    @TempDir
    Path directory;

    private final HookedFiles files = new HookedFiles();
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean once = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private OffHeapMemoryBuilder builder() {
        Schema schema = Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .reward()
                .rowLayout(RowLayout.ARRIVAL)
                .build();
        return OffHeapReplayMemory.builder(schema, 600)
                .segmentRows(32)
                .directory(directory)
                .files(files)
                .withoutAutomaticUpkeep();
    }

    private static void begin(StreamWriter writer, String subject, long value) {
        writer.label(EpisodeLabel.of(subject, Set.of()));
        writer.field("observation").set(value);
        writer.begin();
    }

    private static void step(StreamWriter writer, long value, boolean last) {
        writer.field("observation").set(value);
        writer.field("action").set(value);
        writer.field("reward").set(1f);
        writer.step(last, false);
    }

    private static void tell(StreamWriter writer, String subject, int steps, long value) {
        begin(writer, subject, value);
        for (int i = 0; i < steps; i++) {
            step(writer, value, i == steps - 1);
        }
    }

    private Thread start(Runnable work) {
        Thread thread = new Thread(work, "held up");
        thread.setUncaughtExceptionHandler((of, e) -> failure.set(e));
        return thread;
    }

    /** Holds up a thread the first time that it comes here inside a method. */
    private HookedFiles.Hook holdUp(Thread thread, String method) {
        return () -> {
            boolean inside = Thread.currentThread() == thread
                    && Arrays.stream(thread.getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals(method));
            if (inside && !once.getAndSet(true)) {
                stuck.countDown();
                await(go);
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void letGo(Thread thread) throws InterruptedException {
        go.countDown();
        thread.join();
        assertThat(failure.get()).isNull();
    }

    private List<Path> filesWith(long word) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> Files.isRegularFile(file) && contains(file, word))
                    .toList();
        }
    }

    private static boolean contains(Path file, long word) {
        try {
            UnsafeBuffer bytes = new UnsafeBuffer(Files.readAllBytes(file));
            for (int at = 0; at + Long.BYTES <= bytes.capacity(); at += Integer.BYTES) {
                if (bytes.getLong(at, ByteOrder.LITTLE_ENDIAN) == word) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Its number is below the bound, and no journal tells of it: nobody can say that all is erased. */
    @Test
    void beginThatIsHeldUpKeepsTheErasureFromFinishing() throws InterruptedException {
        OffHeapReplayMemory memory = builder().journalPages(16384).open();
        try (memory) {
            StreamWriter writer = memory.writer("held up");
            tell(memory.writer("other"), "other", 5, 1);
            Thread thread = start(() -> {
                while (!once.get()) {
                    tell(writer, "subject-to-go", 1, WORD);
                }
                begin(writer, "other", 1);
            });
            files.afterNameChange = holdUp(thread, "beginInJournal");
            thread.start();
            await(stuck);
            long next = memory.nextEpisode();
            assertThatThrownBy(() -> memory.erase(ErasureRequest.subject("subject-to-go")))
                    .isInstanceOf(ErasureException.class)
                    .hasMessageContaining("beginning an episode");
            assertThat(Erasures.of(directory).certificates())
                    .allMatch(each -> each.finished() == ErasureRecord.NOT_FINISHED);
            letGo(thread);
            assertThat(memory.catalogue().bySubject("subject-to-go"))
                    .as("the late one")
                    .allMatch(each -> each.number() < next);
        }
        try (OffHeapReplayMemory again = builder().journalPages(16384).open()) {
            assertThat(again.catalogue().bySubject("subject-to-go")).isEmpty();
            assertThat(again.catalogue().bySubject("other")).isNotEmpty();
        }
        List<ErasureCertificate> certificates = Erasures.of(directory).certificates();
        assertThat(certificates).hasSize(1).allMatch(each -> each.finished() != ErasureRecord.NOT_FINISHED);
        assertThat(Erasures.of(directory)
                        .verify(certificates.get(0).id(), "subject-to-go")
                        .findings())
                .isEmpty();
    }

    @Test
    void rowThatIsHeldUpIsNeverSeen() {
        OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Story.schema(RowLayout.SELF_CONTAINED), 64)
                .segmentRows(8)
                .directory(directory)
                .withoutAutomaticUpkeep()
                .open();
        try (memory) {
            StreamWriter writer = memory.writer("first");
            writer.label(EpisodeLabel.of("subject-to-go", Set.of()));
            for (int i = 0; i < 5; i++) {
                Story.tell(writer, 1, i);
            }
            // Its row is of episode 0, which is the subject's.
            HandWriter parked = new HandWriter(memory, 99, 3);
            parked.go(HandWriter.Step.ENTERED, HandWriter.Step.HALF_STORED);
            ErasureCertificate certificate = memory.erase(ErasureRequest.subject("subject-to-go"));
            assertThat(certificate.unreached()).anyMatch(each -> each.contains("stopped inside a call"));
            parked.go(HandWriter.Step.STORED, HandWriter.Step.PUBLISHED);
            assertThat(parked.lost()).isTrue();
            parked.leave();
            try (Sampler sampler =
                    memory.sampler(SamplerSpec.uniform("uniform", 4).build())) {
                assertThat(sampler.trySample(sampler.newBatch())).isFalse();
            }
        }
    }

    /** A file that is being made a segment again is neither in the pool nor among the segments. */
    @Test
    void memoryInSomebodysHandIsFoundOrNamed() throws Exception {
        try (OffHeapReplayMemory memory = builder().open()) {
            StreamWriter writer = memory.writer("writer");
            for (int i = 0; i < 30; i++) {
                tell(writer, "subject-to-go", 20, WORD);
                memory.upkeep().turn();
                memory.upkeep().turn();
            }
            Thread thread = start(() -> {
                while (!once.get()) {
                    tell(writer, "other", 5, 1);
                    memory.upkeep().turn();
                }
            });
            files.beforeForce = holdUp(thread, "recycle");
            thread.start();
            await(stuck);
            ErasureCertificate certificate = memory.erase(ErasureRequest.subject("subject-to-go"));
            List<Path> left = filesWith(WORD);
            assertThat(left).allMatch(file -> file.toString().endsWith(".seg.tmp"));
            assertThat(left).hasSizeLessThanOrEqualTo(1);
            assertThat(certificate.unreached()).anyMatch(each -> each.contains("held up") && each.contains(".tmp"));
            letGo(thread);
        }
    }

    @Test
    void memoryInSomebodysHandForAWhileIsWaitedFor() throws Exception {
        try (OffHeapReplayMemory memory = builder().open()) {
            StreamWriter writer = memory.writer("writer");
            for (int i = 0; i < 30; i++) {
                tell(writer, "subject-to-go", 20, WORD);
                memory.upkeep().turn();
                memory.upkeep().turn();
            }
            Thread thread = start(() -> {
                while (!once.get()) {
                    memory.upkeep().turn();
                    tell(writer, "other", 5, 1);
                }
            });
            files.beforeForce = holdUp(thread, "recycle");
            thread.start();
            await(stuck);
            SegmentPool pool = memory.ring().pool();
            SegmentPool.Discard discard = pool.beginDiscard();
            assertThat(discard.isAlone()).isFalse();
            letGo(thread);
            assertThat(discard.isAlone()).isTrue();
            assertThat(discard.finish()).isEmpty();
            assertThat(pool.size()).isZero();
        }
    }

    /** Records are read while they are being replaced: old or new, but never nothing. */
    @Test
    void recordThatIsBeingReplacedIsRead() throws Exception {
        NioFileLayer nio = new NioFileLayer();
        ErasureShelf shelf = new ErasureShelf(nio, directory);
        UUID id = new UUID(1, 2);
        ErasureRecord record =
                ErasureRecord.pending(new UUID(3, 4), id, 1, Selection.ofText(Selection.Kind.SUBJECT, "somebody"), 3);
        shelf.write(record);
        AtomicBoolean stop = new AtomicBoolean();
        Thread reader = start(() -> {
            ErasureShelf other = new ErasureShelf(nio, directory);
            while (!stop.get()) {
                assertThat(other.find(id)).isPresent();
                try {
                    assertThat(PendingErasure.isIn(nio, directory)).isTrue();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
        reader.start();
        for (int i = 0; i < 200 && failure.get() == null; i++) {
            shelf.write(record);
        }
        stop.set(true);
        letGo(reader);
        // As it is between two steps of that.
        Path file = directory.resolve("erasure").resolve(id + ".erasure");
        Files.write(file, new byte[(int) Files.size(file)]);
        assertThat(PendingErasure.isIn(nio, directory)).isTrue();
    }

    /** While the memory is in use, files lose their names under whoever looks at them. */
    @Test
    void memoryInUseIsChecked() throws Exception {
        try (OffHeapReplayMemory memory = builder().journalPages(16384).open()) {
            StreamWriter writer = memory.writer("writer");
            tell(writer, "subject-to-go", 20, WORD);
            tell(writer, "other", 20, 1);
            ErasureCertificate certificate = memory.erase(ErasureRequest.subject("subject-to-go"));
            AtomicBoolean stop = new AtomicBoolean();
            Thread thread = start(() -> {
                while (!stop.get()) {
                    tell(writer, "other", 7, 1);
                    memory.upkeep().turn();
                }
            });
            thread.start();
            try {
                for (int i = 0; i < 40; i++) {
                    assertThat(Erasures.of(directory)
                                    .verify(certificate.id(), "subject-to-go")
                                    .findings())
                            .isEmpty();
                }
            } finally {
                stop.set(true);
                letGo(thread);
            }
            Path half = directory.resolve("journal").resolve("half.tmp");
            Files.writeString(half, "somebody named subject-to-go, and more");
            assertThat(Erasures.of(directory)
                            .verify(certificate.id(), "subject-to-go")
                            .findings())
                    .anyMatch(each -> each.contains("half.tmp"));
            Files.delete(half);
        }
    }
}
