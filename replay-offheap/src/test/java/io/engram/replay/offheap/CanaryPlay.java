package io.engram.replay.offheap;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.Windows;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Short episodes of many streams, each about one subject, whose states are {@link Canaries}; and samplers of every kind
 * that look at them. Goes on in the same memory opened again. For one thread.
 */
final class CanaryPlay {
    static final int STREAMS = 6;
    /** A stream with few episodes. */
    static final String RARE = "rare";

    private static final int TAGS = 50;

    private final Canaries canaries;
    private final SplitMix64 random;
    private final Map<Integer, String> streamOf = new HashMap<>();
    private final Map<String, List<Integer>> subjectsOf = new HashMap<>();
    private final Set<Integer> erased = new TreeSet<>();
    private final Map<String, StreamWriter> writers = new HashMap<>();
    private final Map<String, Integer> open = new HashMap<>();
    private int next;

    /** {@code first}: the first subject's number. */
    CanaryPlay(Canaries canaries, long seed, int first) {
        this.canaries = canaries;
        this.random = new SplitMix64(seed);
        this.next = first;
    }

    static PriorityIndex[] indexes() {
        return new PriorityIndex[] {
            PriorityIndex.proportional("default").build(),
            PriorityIndex.proportional("windows").windows(Windows.of(3)).build()
        };
    }

    static String tag(int subject) {
        return "tag-" + subject % TAGS;
    }

    /** The number that the next new subject gets. */
    int next() {
        return next;
    }

    String stream(int subject) {
        return streamOf.get(subject);
    }

    /** From here on nothing new is about them. */
    void erased(Set<Integer> subjects) {
        erased.addAll(subjects);
    }

    /** Whose episode is open in a stream. */
    Map<String, Integer> open() {
        return open;
    }

    StreamWriter writer(String stream) {
        return writers.get(stream);
    }

    /** Goes on in a memory that was opened just now. */
    CanaryPlay in(OffHeapReplayMemory memory) {
        open.clear();
        writers.clear();
        for (Episode episode : memory.episodes()) {
            if (episode.kind() == Episode.Kind.OPEN) {
                open.put(episode.stream(), canaries.subject(episode.label().subject()));
            }
        }
        for (int i = 0; i < STREAMS; i++) {
            writers.put("stream-" + i, memory.writer("stream-" + i));
        }
        writers.put(RARE, memory.writer(RARE));
        return this;
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            String stream = random.nextInt(60) == 0 ? RARE : "stream-" + random.nextInt(STREAMS);
            step(stream, random.nextInt(4) == 0);
        }
    }

    /** Also turns of upkeep, where no thread does them. */
    void steps(int count, OffHeapReplayMemory memory) {
        for (int i = 0; i < count; i += 20) {
            steps(Math.min(20, count - i));
            memory.upkeep().turn();
        }
    }

    /** Begins an episode about somebody, if none is open, and appends a step. */
    long step(String stream, boolean last) {
        StreamWriter writer = writers.get(stream);
        if (!writer.inEpisode()) {
            begin(stream, pick(stream));
        }
        stage(writer, open.get(stream));
        writer.field("reward").set(1f);
        writer.field("action").set(7L);
        return writer.step(last && random.nextInt(2) == 0, last);
    }

    private void begin(String stream, int subject) {
        StreamWriter writer = writers.get(stream);
        writer.label(EpisodeLabel.of(canaries.name(subject), Set.of(tag(subject))));
        stage(writer, subject);
        writer.begin();
        open.put(stream, subject);
    }

    private int pick(String stream) {
        List<Integer> known = subjectsOf.computeIfAbsent(stream, name -> new ArrayList<>());
        if (!known.isEmpty() && random.nextInt(4) == 0) {
            int subject = known.get(random.nextInt(known.size()));
            if (!erased.contains(subject)) {
                return subject;
            }
        }
        streamOf.put(next, stream);
        known.add(next);
        return next++;
    }

    private void stage(StreamWriter writer, int subject) {
        writer.field(Field.OBSERVATION).set(new UnsafeBuffer(canaries.next(subject)), 0);
    }

    static List<SamplerSpec> specs(long seed) {
        return List.of(
                SamplerSpec.uniform("uniform", 32).seed(seed).build(),
                SamplerSpec.uniform("n-step", 32)
                        .seed(seed)
                        .nStep(NStep.of(3, 0.9))
                        .build(),
                SamplerSpec.uniform("stacked", 32)
                        .seed(seed)
                        .stack(Field.OBSERVATION, FrameStack.of(3))
                        .build(),
                SamplerSpec.uniform("windowed", 32)
                        .seed(seed)
                        .windows(Windows.of(3))
                        .build(),
                SamplerSpec.prioritized("prioritized", 32).seed(seed).build(),
                SamplerSpec.prioritized("by window", 32)
                        .seed(seed)
                        .index("windows")
                        .windows(Windows.of(3))
                        .build());
    }

    /** Whom the batches of all kinds of samplers are about. */
    Set<Integer> sampled(OffHeapReplayMemory memory, int batches) {
        Set<Integer> subjects = new TreeSet<>();
        for (SamplerSpec spec : specs(random.nextLong())) {
            try (Sampler sampler = memory.sampler(spec)) {
                Batch batch = sampler.newBatch();
                float[] errors = new float[batch.size()];
                for (int i = 0; i < batches && sampler.trySample(batch); i++) {
                    subjects.addAll(subjects(canaries, batch));
                    if (spec.name().equals("prioritized")) {
                        for (int each = 0; each < errors.length; each++) {
                            errors[each] = 0.1f + (float) random.nextDouble();
                        }
                        sampler.updateTdErrors(batch, errors);
                    }
                }
            }
        }
        return subjects;
    }

    /** Whom a batch is about. */
    static Set<Integer> subjects(Canaries canaries, Batch batch) {
        Set<Integer> subjects = new TreeSet<>();
        for (String name : batch.names()) {
            if (batch.column(name).dtype() == DType.U8) {
                ByteBuffer states = batch.column(name).buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
                for (int at = 0; at + Canaries.STATE <= states.capacity(); at += Canaries.STATE) {
                    subjects.add(canaries.subject(states, at));
                }
            }
        }
        subjects.remove(-1);
        return subjects;
    }
}
