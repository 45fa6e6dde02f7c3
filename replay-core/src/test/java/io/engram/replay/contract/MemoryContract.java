package io.engram.replay.contract;

import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;

/**
 * What the parts of the contract suite share; {@link ReplayMemoryContract} puts them together. Memories are closed
 * after each test.
 */
public abstract class MemoryContract {
    private final List<ReplayMemory> created = new ArrayList<>();

    /**
     * A new, empty memory.
     *
     * @param schema what a transition is made of
     * @param capacity how many rows it keeps exactly
     */
    protected ReplayMemory create(Schema schema, long capacity) {
        return create(schema, capacity, new PriorityIndex[0]);
    }

    /**
     * A new, empty memory with priorities.
     *
     * @param schema what a transition is made of
     * @param capacity how many rows it keeps exactly
     * @param indexes the priorities it keeps; may be none
     */
    protected abstract ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes);

    /** Called with each memory after it was closed, to look for what it left behind. */
    protected void check(ReplayMemory closed) {}

    @AfterEach
    final void closeMemories() {
        created.forEach(memory -> {
            memory.close();
            check(memory);
        });
    }

    final ReplayMemory memory(Schema schema, long capacity) {
        ReplayMemory memory = create(schema, capacity);
        created.add(memory);
        return memory;
    }

    final ReplayMemory memory(Schema schema, long capacity, PriorityIndex... indexes) {
        ReplayMemory memory = create(schema, capacity, indexes);
        created.add(memory);
        return memory;
    }

    /** A memory of {@link Schemas#longs}. */
    final ReplayMemory longs(RowLayout layout, long capacity) {
        return memory(Schemas.longs(layout), capacity);
    }

    /** A memory of {@link Schemas#longs} with priorities. */
    final ReplayMemory longs(RowLayout layout, long capacity, PriorityIndex... indexes) {
        return memory(Schemas.longs(layout), capacity, indexes);
    }

    static long begin(StreamWriter writer, long state) {
        writer.field("observation").set(state);
        return writer.begin();
    }

    /** A step that ends nothing. */
    static long step(StreamWriter writer, long action, long next) {
        return step(writer, action, next, false, false);
    }

    static long step(StreamWriter writer, long action, long next, boolean terminated, boolean truncated) {
        writer.field("action").set(action);
        writer.field("observation").set(next);
        return writer.step(terminated, truncated);
    }

    /**
     * Every transition of a memory of {@link Schemas#longs}, as {@code sequence: state action next flags}, by sequence:
     * those that show up in many draws, which leaves one out with a probability below 1e-8.
     */
    static List<String> transitions(ReplayMemory memory) {
        int draws = (int) Math.ceil(20 + Math.log(memory.size() + 1.0));
        SamplerSpec spec = SamplerSpec.uniform("transitions", (int) Math.max(1, memory.size()))
                .seed(1)
                .build();
        TreeMap<Long, String> found = new TreeMap<>();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            for (int i = 0; i < draws && sampler.trySample(batch); i++) {
                for (int row = 0; row < batch.size(); row++) {
                    found.put(batch.sequence(row), batch.sequence(row) + ": " + text(batch, row));
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** As {@link #transitions}, without the sequences. */
    static List<String> contents(ReplayMemory memory) {
        return transitions(memory).stream()
                .map(text -> text.substring(text.indexOf(' ') + 1))
                .toList();
    }

    /** A row of a batch of {@link Schemas#longs}, as {@code state action next flags}. */
    static String text(Batch batch, int row) {
        return batch.column("observation").longs().get(row)
                + " " + batch.column("action").longs().get(row)
                + " " + batch.column("next/observation").longs().get(row)
                + (batch.column("terminated").bytes().get(row) == 1 ? " terminated" : "")
                + (batch.column("truncated").bytes().get(row) == 1 ? " truncated" : "");
    }

    static List<Long> sequences(Batch batch) {
        return LongStream.range(0, batch.size())
                .mapToObj(row -> batch.sequence((int) row))
                .toList();
    }
}
