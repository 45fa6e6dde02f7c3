package io.engram.replay.offheap;

import io.engram.replay.EpisodeLabel;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writers of interleaved episodes, each about one subject, and the next step's number. */
final class SubjectPlay {
    static final int STREAMS = 4;
    static final int MILLION = 1_000_000;
    private static final int SUBJECTS = 10;

    final List<StreamWriter> writers = new ArrayList<>();
    private final SplitMix64 random = new SplitMix64(7);
    private final int[] subjects = new int[STREAMS];
    private long step;

    SubjectPlay(OffHeapReplayMemory memory) {
        for (int i = 0; i < STREAMS; i++) {
            writers.add(memory.writer("stream-" + i));
        }
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            step(random.nextInt(STREAMS), random.nextInt(9) == 0);
        }
    }

    long step(int stream, boolean last) {
        StreamWriter writer = writers.get(stream);
        step++;
        if (!writer.inEpisode()) {
            begin(stream, random.nextInt(SUBJECTS));
        }
        writer.field("observation").set(value(subjects[stream], step));
        writer.field("action").set(value(subjects[stream], step));
        writer.field("reward").set(1f);
        return writer.step(last && random.nextInt(2) == 0, last);
    }

    void begin(int stream, int subject) {
        subjects[stream] = subject;
        StreamWriter writer = writers.get(stream);
        writer.label(EpisodeLabel.of(subject(subject), Set.of("tag-" + subject % 3)));
        writer.field("observation").set(value(subject, step));
        writer.begin();
    }

    static String subject(int number) {
        return "subject-" + number;
    }

    /** Every value of a row of subject s is s million and something. */
    static long value(int subject, long more) {
        return (long) subject * MILLION + more;
    }
}
