package io.engram.jmh;

import io.engram.replay.EpisodeLabel;
import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.Storage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What an episode costs besides its steps: whole episodes of W1 appended to a full memory. Nanoseconds an episode. */
@State(Scope.Thread)
public class EpisodeBenchmark extends EngramBenchmark {
    @Param({"SELF_CONTAINED"})
    RowLayout layout;

    @Param({"PERSISTENT", "VOLATILE"})
    Storage storage;

    @Param("100000")
    long rows;

    @Param({"1", "10", "100"})
    int length;

    @Param({"false", "true"})
    boolean labelled;

    private FilledMemory memory;
    private StreamWriter writer;
    private Experience experience;

    /** Fills the memory. */
    @Setup
    public void open() {
        memory = new FilledMemory(layout, storage, rows);
        writer = memory.memory().writer("benchmark");
        if (labelled) {
            writer.label(EpisodeLabel.ofSubject("patient-0042", "ward-7", "night"));
        }
        experience = new Experience(2);
    }

    /** Deletes the files. */
    @TearDown
    public void close() {
        writer.close();
        memory.close();
    }

    /**
     * An episode from begin to its end.
     *
     * @return a sequence, so that nothing is left out
     */
    @Benchmark
    public long episode() {
        writer.begin(experience.observation());
        long sequence = 0;
        for (int i = 1; i <= length; i++) {
            sequence = writer.step(
                    experience.action(), experience.reward(), experience.nextObservation(), i == length, false);
            experience.advance();
        }
        return sequence;
    }
}
