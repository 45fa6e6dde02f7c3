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
import java.nio.charset.StandardCharsets;
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
        KILL,
        SNAPSHOT,
        SNAPSHOT_WITH_RETENTION,
        DELETE,
        READ,
        FORK,
        RESTORE;

        /** Whether it is about snapshots alone: the memory must not suffer. */
        boolean isOfSnapshots() {
            return compareTo(SNAPSHOT) >= 0 && this != RESTORE;
        }
    }

    /** What a story is about besides. */
    enum Plot {
        NONE,
        SNAPSHOTS(Step.SNAPSHOT, Step.SNAPSHOT, Step.DELETE, Step.READ),
        RETENTION(Step.SNAPSHOT_WITH_RETENTION),
        FORKS(Step.SNAPSHOT, Step.FORK),
        RESTORES(Step.SNAPSHOT, Step.SNAPSHOT_WITH_RETENTION, Step.RESTORE),
        ALL(Step.SNAPSHOT, Step.SNAPSHOT_WITH_RETENTION, Step.DELETE, Step.READ, Step.FORK, Step.RESTORE);

        @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
        private final List<Step> steps;

        Plot(Step... steps) {
            this.steps = List.of(steps);
        }
    }

    /**
     * What kind of story.
     *
     * @param tags of each episode; many make the journal give up pages
     * @param steps how many there are
     */
    record Shape(
            String name,
            RowLayout layout,
            long capacity,
            int segmentRows,
            boolean prioritized,
            int tags,
            int steps,
            Plot plot) {
        OffHeapReplayMemory open(FileLayer files, long incarnation) {
            return open(files, PLACE, incarnation);
        }

        OffHeapReplayMemory open(FileLayer files, Path place, long incarnation) {
            OffHeapMemoryBuilder builder = OffHeapReplayMemory.builder(Experience.schema(layout), capacity)
                    .directory(place)
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
                new Shape("append", RowLayout.ARRIVAL, 100, 8, false, 0, 20, Plot.NONE),
                new Shape("seal", RowLayout.SELF_CONTAINED, 40, 4, false, 0, 25, Plot.NONE),
                new Shape("recycle", RowLayout.ARRIVAL, 12, 4, false, 0, 60, Plot.NONE),
                new Shape("priorities", RowLayout.ARRIVAL, 24, 8, true, 0, 40, Plot.NONE),
                new Shape("journal", RowLayout.SELF_CONTAINED, 16, 4, false, 18, 120, Plot.NONE));
    }

    /** The same for what snapshots do. */
    static List<Shape> snapshotShapes() {
        return List.of(
                new Shape("snapshots", RowLayout.ARRIVAL, 24, 4, true, 0, 30, Plot.SNAPSHOTS),
                new Shape("retention", RowLayout.SELF_CONTAINED, 16, 8, false, 18, 40, Plot.RETENTION),
                new Shape("forks", RowLayout.ARRIVAL, 20, 4, false, 0, 24, Plot.FORKS),
                new Shape("restores", RowLayout.SELF_CONTAINED, 24, 4, true, 0, 32, Plot.RESTORES));
    }

    /** A longer story of any kind with snapshots. */
    static Shape randomSnapshotShape(long seed) {
        Shape shape = randomShape(seed);
        return new Shape(
                "random snapshots",
                shape.layout,
                shape.capacity,
                shape.segmentRows,
                shape.prioritized,
                shape.tags,
                shape.steps,
                Plot.ALL);
    }

    /** A longer story of any kind. */
    static Shape randomShape(long seed) {
        SplitMix64 random = new SplitMix64(seed);
        RowLayout layout = RowLayout.values()[random.nextInt(2)];
        long capacity = new long[] {3, 16, 24, 100}[random.nextInt(4)];
        int segmentRows = 1 << random.nextInt(4);
        int tags = random.nextInt(3) == 0 ? 18 : 0;
        return new Shape("random", layout, capacity, segmentRows, random.nextInt(3) == 0, tags, 80, Plot.NONE);
    }

    private final Shape shape;
    private final long seed;
    private final SplitMix64 choices;
    private Promises promises;
    private final PublishedSnapshots snapshots = new PublishedSnapshots(PLACE);
    private final Map<String, Bookmark> bookmarks = new HashMap<>();
    private final List<Promises> forks = new ArrayList<>();
    private Bookmark restoring;
    private final Map<String, ExperienceActor> actors = new HashMap<>();
    private final Map<String, Long> counts = new HashMap<>();
    private OffHeapReplayMemory memory;
    /** The fork that is open, or null. */
    private OffHeapReplayMemory inFork;

    private Promises promisesOfFork;
    private long incarnation;
    private int step;
    private int named;

    /** What the memory owes once it is restored to a snapshot, and how far its streams were. */
    private record Bookmark(String name, Promises promises, Map<String, Long> counts) {}

    Scenario(Shape shape, long seed) {
        this.shape = shape;
        this.seed = seed;
        this.choices = new SplitMix64(seed);
        this.promises = new Promises(shape, PLACE, snapshots, forks);
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
        if (inFork != null) {
            promisesOfFork.claimed(inFork);
        }
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
            if (shape.plot() != Plot.NONE && i > 3 && random.nextInt(5) == 0) {
                steps.add(
                        shape.plot().steps.get(random.nextInt(shape.plot().steps.size())));
            } else if (i == shape.steps() / 2 || i == shape.steps() - 1) {
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
            open(files);
        }
        switch (what) {
            case APPEND -> append();
            case UPKEEP -> memory.upkeep().turn();
            case SYNC -> sync();
            case PRIORITIES -> updatePriorities();
            case REOPEN -> {
                close();
                open(files);
            }
            case KILL -> {
                // Nobody closes it; what is in the files and not on the disk yet stays so.
                actors.clear();
                memory = null;
                files.kill();
                open(files);
            }
            case SNAPSHOT -> snapshot(files, null);
            case SNAPSHOT_WITH_RETENTION -> snapshot(files, Retention.last(2));
            case DELETE -> delete(files);
            case READ -> snapshots.requireWhole(files);
            case FORK -> fork(files);
            case RESTORE -> restore(files);
        }
        promises.claimed(memory);
    }

    private void open(SimulatedFiles files) {
        OffHeapReplayMemory opened = shape.open(files, seed + ++incarnation);
        if (restoring != null
                && opened.ring().head() == restoring.promises().head()
                && opened.resumePoint()
                        .filter(point -> point.name().equals(restoring.name()))
                        .isPresent()) {
            adopt(restoring);
        }
        promises.restoring(null);
        restoring = null;
        memory = opened;
    }

    /** The memory is as it was when a snapshot was taken. */
    private void adopt(Bookmark bookmark) {
        promises = bookmark.promises().copy(PLACE, snapshots, forks);
        counts.clear();
        counts.putAll(bookmark.counts());
    }

    private void snapshot(SimulatedFiles files, Retention retention) {
        String name = "s" + ++named;
        snapshots.begun(name, MemoryImage.of(memory));
        bookmarks.put(name, new Bookmark(name, promises.durable(memory.ring().head()), new HashMap<>(counts)));
        if (retention != null) {
            List<String> old = snapshots.named(files);
            old.subList(0, Math.max(0, old.size() - retention.last() + 1)).forEach(snapshots::doubtful);
        }
        try {
            memory.beginSnapshot(SnapshotRequest.named(name)
                            .step(step)
                            .state("learner", out -> out.write(name.getBytes(StandardCharsets.UTF_8)))
                            .retention(retention))
                    .await();
            snapshots.published(name, files);
        } finally {
            snapshots.settle(files);
        }
        snapshots.requireUnchanged(files);
        if (!Snapshots.of(files, PLACE)
                .state(name, "learner")
                .map(state -> new String(state, StandardCharsets.UTF_8))
                .orElse("")
                .equals(name)) {
            throw new AssertionError("the state of snapshot " + name + " is another");
        }
    }

    private void delete(SimulatedFiles files) {
        List<String> names = snapshots.certain();
        if (!names.isEmpty()) {
            String name = names.get(choices.nextInt(names.size()));
            snapshots.doubtful(name);
            try {
                Snapshots.of(files, PLACE).delete(name);
            } finally {
                snapshots.settle(files);
            }
        }
    }

    private void fork(SimulatedFiles files) {
        List<String> names = snapshots.certain();
        if (names.isEmpty()) {
            return;
        }
        Bookmark bookmark = bookmarks.get(names.get(choices.nextInt(names.size())));
        Path place = PLACE.resolveSibling("a").resolve("fork-" + ++named);
        Promises of = bookmark.promises().copy(place, new PublishedSnapshots(place), new ArrayList<>());
        of.beingMade();
        forks.add(of);
        Snapshots.of(files, PLACE).fork(bookmark.name(), place);
        of.made();
        // Who goes on in the fork.
        try (OffHeapReplayMemory other = shape.open(files, place, seed + ++incarnation)) {
            inFork = other;
            promisesOfFork = of;
            String stream = STREAMS[0];
            ExperienceActor actor =
                    new ExperienceActor(other, stream, bookmark.counts().getOrDefault(stream, 0L));
            for (int i = 0; i < 12; i++) {
                long sequence = actor.act(choices);
                if (sequence >= 0) {
                    of.appended(stream, actor.count(), sequence);
                }
                of.claimed(other);
                other.upkeep().turn();
            }
            other.sync();
            of.synced(other.ring().head() - 1);
        } finally {
            inFork = null;
        }
    }

    private void restore(SimulatedFiles files) {
        List<String> names = snapshots.certain();
        if (!names.isEmpty()) {
            Bookmark bookmark = bookmarks.get(names.get(choices.nextInt(names.size())));
            close();
            restoring = bookmark;
            promises.restoring(bookmark.promises());
            Snapshots.of(files, PLACE).restore(bookmark.name());
            adopt(bookmark);
            restoring = null;
            open(files);
        }
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
