package io.engram.replay.offheap;

import io.engram.replay.DType;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.util.ArrayList;
import java.util.List;

/** Random episodes of three streams in turn, with subjects, tags, rewards and every kind of end, from a seed. */
final class LabelledHistory {
    static final int STREAMS = 3;
    static final int SUBJECTS = 4;
    static final int TAGS = 5;

    private final SplitMix64 random;
    private final List<StreamWriter> writers = new ArrayList<>();
    private final Runnable tick;

    LabelledHistory(ReplayMemory memory, long seed, Runnable tick) {
        this.random = new SplitMix64(seed);
        this.tick = tick;
        for (int i = 0; i < STREAMS; i++) {
            writers.add(memory.writer(stream(i)));
        }
    }

    static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .reward()
                .rowLayout(layout)
                .build();
    }

    static String stream(int number) {
        return "stream-" + number;
    }

    static String subject(int number) {
        return "subject \u00e4 " + number;
    }

    static String tag(int number) {
        return "tag-" + number;
    }

    /** So many calls of writers. */
    void play(int calls) {
        for (int i = 0; i < calls; i++) {
            tick.run();
            StreamWriter writer = writers.get(random.nextInt(STREAMS));
            int choice = random.nextInt(100);
            if (!writer.inEpisode() || choice < 2) {
                writer.label(label());
                writer.policyVersion(random.nextInt(9));
                writer.field("observation").set(1L);
                writer.begin();
            } else if (choice < 5) {
                writer.abandon();
            } else {
                writer.field("observation").set(1L);
                writer.field("action").set(1L);
                // Few values, so that returns are often equal.
                writer.field("reward").set((float) (random.nextInt(5) - 2));
                int end = random.nextInt(16);
                writer.step(end == 0, end == 1 || end == 2);
            }
        }
    }

    void close() {
        writers.forEach(StreamWriter::close);
    }

    private EpisodeLabel label() {
        List<String> tags = new ArrayList<>();
        for (int i = 0; i < TAGS; i++) {
            if (random.nextInt(4) == 0) {
                tags.add(tag(i));
            }
        }
        int subject = random.nextInt(SUBJECTS + 1);
        return EpisodeLabel.of(subject == SUBJECTS ? null : subject(subject), tags);
    }
}
