package io.engram.replay.offheap;

import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A story of a memory on {@link SimulatedFiles}, the same for the same seed: steps that append, recycle, seal, sync,
 * update priorities and reopen. {@link Promises} knows what the memory owes for it at any moment.
 */
final class Scenario {
    /** Where the memory is. */
    static final Path PLACE = Path.of("/disk/memory");

    private static final String[] STREAMS = {"actor-0", "actor-1", "late"};

    /** What happens. */
    enum Step {
        APPEND,
        UPKEEP,
        SYNC,
        PRIORITIES,
        REOPEN,
        KILL
    }

    /**
     * What kind of story.
     *
     * @param tags of each episode; many make the journal give up pages
     * @param steps how many there are
     */
    record Shape(
            String name, RowLayout layout, long capacity, int segmentRows, boolean prioritized, int tags, int steps) {
        OffHeapReplayMemory open(FileLayer files, long incarnation) {
            OffHeapMemoryBuilder builder = OffHeapReplayMemory.builder(Experience.schema(layout), capacity)
                    .directory(PLACE)
                    .segmentRows(segmentRows)
                    .files(files)
                    .identity(new UUID(capacity, segmentRows), incarnation)
                    .clock(() -> 1_000_000)
                    .journalPages(PageDescriptor.MIN_LENGTH)
                    .withoutAutomaticUpkeep();
            if (prioritized) {
                builder.priorities(PriorityIndex.proportional("default").build());
            }
            return builder.open();
        }
    }

    /** Stories short enough to fail each operation of, one for each thing that a memory does with files. */
    static List<Shape> shortShapes() {
        return List.of(
                new Shape("append", RowLayout.ARRIVAL, 100, 8, false, 0, 20),
                new Shape("seal", RowLayout.SELF_CONTAINED, 40, 4, false, 0, 25),
                new Shape("recycle", RowLayout.ARRIVAL, 12, 4, false, 0, 60),
                new Shape("priorities", RowLayout.ARRIVAL, 24, 8, true, 0, 40),
                new Shape("journal", RowLayout.SELF_CONTAINED, 16, 4, false, 18, 120));
    }

    /** A longer story of any kind. */
    static Shape randomShape(long seed) {
        SplitMix64 random = new SplitMix64(seed);
        RowLayout layout = RowLayout.values()[random.nextInt(2)];
        long capacity = new long[] {3, 16, 24, 100}[random.nextInt(4)];
        int segmentRows = 1 << random.nextInt(4);
        int tags = random.nextInt(3) == 0 ? 18 : 0;
        return new Shape("random", layout, capacity, segmentRows, random.nextInt(3) == 0, tags, 80);
    }

    private final Shape shape;
    private final long seed;
    private final SplitMix64 choices;
    private final Promises promises;
    private final Map<String, ExperienceActor> actors = new HashMap<>();
    private final Map<String, Long> counts = new HashMap<>();
    private OffHeapReplayMemory memory;
    private long incarnation;
    private int step;

    Scenario(Shape shape, long seed) {
        this.shape = shape;
        this.seed = seed;
        this.choices = new SplitMix64(seed);
        this.promises = new Promises(shape);
    }

    /** A file system for it. */
    static SimulatedFiles disk() {
        SimulatedFiles files = new SimulatedFiles();
        try {
            files.createDirectories(PLACE.getParent());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return files.settle();
    }

    Promises promises() {
        promises.claimed(memory);
        return promises;
    }

    /** The memory that is open, or null. */
    OffHeapReplayMemory memory() {
        return memory;
    }

    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        SplitMix64 random = new SplitMix64(~seed);
        for (int i = 0; i < shape.steps(); i++) {
            int choice = random.nextInt(20);
            if (i == shape.steps() / 2 || i == shape.steps() - 1) {
                steps.add(Step.REOPEN);
            } else if (i == shape.steps() / 4 || i == shape.steps() * 3 / 4) {
                steps.add(Step.KILL);
            } else if (choice < 11) {
                steps.add(Step.APPEND);
            } else if (choice < 17) {
                steps.add(Step.UPKEEP);
            } else if (choice < 18 || !shape.prioritized()) {
                steps.add(Step.SYNC);
            } else {
                steps.add(Step.PRIORITIES);
            }
        }
        return steps;
    }

    /**
     * Does a step, after opening the memory if it is not open.
     *
     * @throws StorageException whatever the memory threw; the story can go on with the next step
     */
    void perform(Step what, SimulatedFiles files) {
        step++;
        if (memory == null) {
            memory = shape.open(files, seed + ++incarnation);
        }
        switch (what) {
            case APPEND -> append();
            case UPKEEP -> memory.upkeep().turn();
            case SYNC -> sync();
            case PRIORITIES -> updatePriorities();
            case REOPEN -> {
                close();
                memory = shape.open(files, seed + ++incarnation);
            }
            case KILL -> {
                // Nobody closes it; what is in the files and not on the disk yet stays so.
                actors.clear();
                memory = null;
                files.kill();
                memory = shape.open(files, seed + ++incarnation);
            }
        }
        promises.claimed(memory);
    }

    private void append() {
        String stream = STREAMS[choices.nextInt(step < shape.steps() / 2 ? 2 : 3)];
        ExperienceActor actor = actors.get(stream);
        if (actor == null) {
            actor = new ExperienceActor(memory, stream, counts.getOrDefault(stream, 0L));
            actor.tags(shape.tags());
            actors.put(stream, actor);
        }
        // Stories of long labels are of many short episodes.
        long sequence = shape.tags() > 0 && choices.nextInt(2) == 0 ? actor.begin() : actor.act(choices);
        if (sequence >= 0) {
            counts.put(stream, actor.count());
            promises.appended(stream, actor.count(), sequence);
        }
    }

    private void sync() {
        long through = memory.ring().head() - 1;
        memory.sync();
        promises.synced(through);
    }

    private void updatePriorities() {
        try (Sampler sampler = memory.sampler(
                SamplerSpec.prioritized("learner", 8).seed(choices.nextLong()).build())) {
            Batch batch = sampler.newBatch();
            if (sampler.trySample(batch)) {
                float[] errors = new float[batch.size()];
                for (int i = 0; i < errors.length; i++) {
                    // Zero would be a mass of zero, as if there were no transition.
                    errors[i] = (1 + choices.nextInt(1000)) / 100f;
                }
                sampler.updatePriorities(batch, errors);
            }
        }
    }

    /** Ends it, whatever state it is in. */
    void close() {
        if (memory == null) {
            return;
        }
        OffHeapReplayMemory closing = memory;
        long through = closing.ring().head() - 1;
        actors.clear();
        try {
            promises.claimed(closing);
            closing.close();
            if (!closing.ring().hasFailed()) {
                promises.synced(through);
            }
        } finally {
            memory = null;
        }
    }

    @Override
    public String toString() {
        return "scenario=" + shape + ", seed=" + seed + ", step=" + step;
    }
}
