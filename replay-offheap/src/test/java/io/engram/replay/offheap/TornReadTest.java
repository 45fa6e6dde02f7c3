package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows so long, in a window so small, that many are overwritten while a sampler copies them. Would catch a sampler that
 * does not look at the stamps again.
 */
class TornReadTest {
    private static final int STATE_LONGS = 4096;
    private static final int CAPACITY = 8;
    private static final int TORN_ENOUGH = 100;
    private static final int MOST_ROWS = 20_000;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean enough = new AtomicBoolean();

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void rowThatIsOverwrittenWhileItIsCopiedIsDrawnAgain(RowLayout layout) throws InterruptedException {
        Schema schema = Schema.builder()
                .observation(DType.I64, STATE_LONGS)
                .rowLayout(layout)
                .build();
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema, CAPACITY)
                        .storage(Storage.VOLATILE)
                        .segmentRows(1)
                        .open();
                StreamWriter writer = memory.writer("actor");
                Sampler sampler =
                        memory.sampler(SamplerSpec.uniform("learner", 2).seed(3).build())) {
            Thread learner = new Thread(() -> learn(memory, sampler));
            learner.start();
            ByteBuffer state = ByteBuffer.allocate(STATE_LONGS * Long.BYTES).order(ByteOrder.nativeOrder());
            UnsafeBuffer bytes = new UnsafeBuffer(state.array());
            for (long n = 0; n < MOST_ROWS && !enough.get(); n++) {
                for (int i = 0; i < STATE_LONGS; i++) {
                    state.putLong(i * Long.BYTES, n);
                }
                writer.field(Field.OBSERVATION).set(bytes, 0);
                if (n == 0) {
                    writer.begin();
                } else {
                    writer.step(false, false);
                }
            }
            enough.set(true);
            learner.join();
            assertThat(failure.get()).isNull();
        }
    }

    private void learn(OffHeapReplayMemory memory, Sampler sampler) {
        try {
            Batch batch = sampler.newBatch();
            while (!enough.get()) {
                if (sampler.trySample(batch)) {
                    for (int row = 0; row < batch.size(); row++) {
                        requireWhole(batch, row);
                    }
                }
                if (memory.stats().tornReads() > TORN_ENOUGH) {
                    enough.set(true);
                }
            }
        } catch (Throwable t) {
            failure.set(t);
            enough.set(true);
        }
    }

    private static void requireWhole(Batch batch, int row) {
        ByteBuffer states = batch.column(Field.OBSERVATION).buffer();
        ByteBuffer nexts = batch.column(Schema.NEXT + Field.OBSERVATION).buffer();
        int first = row * STATE_LONGS * Long.BYTES;
        long n = states.getLong(first);
        for (int i = 0; i < STATE_LONGS; i++) {
            int at = first + i * Long.BYTES;
            if (states.getLong(at) != n || nexts.getLong(at) != n + 1) {
                throw new AssertionError("torn: state=" + n + ", at long " + i + " state=" + states.getLong(at)
                        + ", next state=" + nexts.getLong(at));
            }
        }
    }
}
