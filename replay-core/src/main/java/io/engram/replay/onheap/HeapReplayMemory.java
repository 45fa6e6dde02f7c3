package io.engram.replay.onheap;

import io.engram.replay.Episode;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.MemoryStats;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.PolicyVersions;
import io.engram.replay.internal.SamplerNames;
import io.engram.replay.internal.SinkStreamWriter;
import io.engram.replay.internal.SinkVectorWriter;
import io.engram.replay.internal.StagedRow;
import io.engram.replay.internal.StreamRegistry;
import io.engram.replay.internal.priority.IndexNames;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A replay memory on the Java heap, gone when the process ends. Simple and obviously right rather than fast: one lock
 * guards everything, and each row is an object. For small jobs and as the model that other memories are tested against.
 *
 * <p>Safe for use by any number of threads; a thread stopped inside a call holds up the others.
 */
public final class HeapReplayMemory implements ReplayMemory {
    /** The largest capacity. */
    public static final long MAX_CAPACITY = Integer.MAX_VALUE - 8;

    private final Schema schema;
    private final PayloadLayout layout;
    private final HeapRing ring;
    private final StreamRegistry streams = new StreamRegistry((id, name) -> {});
    private final SamplerNames samplerNames = new SamplerNames();
    private final long incarnation = new SecureRandom().nextLong();

    /**
     * An empty memory. The heap it needs grows with the rows that are appended.
     *
     * @param schema what a transition is made of
     * @param capacity how many rows to keep, 1 to {@value #MAX_CAPACITY}
     * @param indexes the priorities to keep, if any
     * @throws IllegalArgumentException if the capacity is out of bounds, or two indexes have the same name
     */
    public HeapReplayMemory(Schema schema, long capacity, PriorityIndex... indexes) {
        this(System::currentTimeMillis, schema, capacity, indexes);
    }

    /** For tests: with a clock of milliseconds since 1970. */
    HeapReplayMemory(LongSupplier clock, Schema schema, long capacity, PriorityIndex... indexes) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacity=" + capacity + ", expected 1 to " + MAX_CAPACITY
                    + " rows; for more use an off-heap memory");
        }
        this.schema = schema;
        this.layout = new PayloadLayout(schema);
        this.ring = new HeapRing(
                schema.rowLayout(),
                (int) capacity,
                IndexNames.sorted(List.of(indexes)).stream()
                        .map(settings -> new HeapPriorityIndex(settings, capacity))
                        .toList(),
                clock);
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public long capacity() {
        return ring.capacity();
    }

    @Override
    public long size() {
        return locked(ring::size);
    }

    @Override
    public StreamWriter writer(String stream) {
        return locked(() -> {
            int id = streams.open(stream);
            return new SinkStreamWriter(schema, lane(stream, id), new HeapSink(ring, streams, id), capacity());
        });
    }

    @Override
    public VectorWriter vectorWriter(List<String> names) {
        return locked(() -> {
            List<String> copy = List.copyOf(names);
            int[] ids = streams.openAll(copy);
            Lane[] lanes = new Lane[ids.length];
            for (int i = 0; i < ids.length; i++) {
                lanes[i] = lane(copy.get(i), ids[i]);
            }
            return new SinkVectorWriter(schema, List.of(lanes), new HeapSink(ring, streams, ids), capacity());
        });
    }

    @Override
    public Sampler sampler(SamplerSpec spec) {
        return locked(() -> {
            SamplerSpec checked = spec.forMemory(schema, capacity(), priorityIndexes());
            samplerNames.open(checked.name());
            return new HeapSampler(ring, schema, checked, samplerNames, incarnation);
        });
    }

    @Override
    public List<PriorityIndex> priorityIndexes() {
        return ring.indexes().stream().map(HeapPriorityIndex::settings).toList();
    }

    @Override
    public List<Episode> episodes() {
        return locked(() -> ring.episodes().held(ring.tail()));
    }

    @Override
    public long policyVersion() {
        return locked(() -> ring.policyVersions().newest());
    }

    @Override
    public void policyVersion(long version) {
        PolicyVersions.check(version);
        locked(() -> {
            ring.policyVersions().raiseTo(version);
            return version;
        });
    }

    @Override
    public MemoryStats stats() {
        return locked(() -> ring.stats(layout.length()));
    }

    @Override
    public void close() {
        ring.lock();
        try {
            ring.close();
        } finally {
            ring.unlock();
        }
    }

    private Lane lane(String stream, int id) {
        return new Lane(stream, id, new StagedRow(schema, layout));
    }

    /**
     * Runs a call under the lock.
     *
     * @throws MemoryClosedException if the memory is closed
     */
    private <T> T locked(Supplier<T> call) {
        ring.lock();
        try {
            ring.requireOpen();
            return call.get();
        } finally {
            ring.unlock();
        }
    }
}
