package io.engram.jmh;

import io.engram.replay.SplitMix64;
import java.util.ArrayDeque;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one would write first: an object a transition, in an array used as a ring or in an {@link ArrayDeque}, and a
 * batch copied into arrays. No threads, no files. A deque cannot be sampled, so that is measured for the array alone.
 */
@State(Scope.Thread)
public class HeapPeerBenchmark extends EngramBenchmark {
    @Param({"100000", "1000000"})
    int rows;

    private Transition[] ring;
    private ArrayDeque<Transition> deque;
    private int at;
    private Experience experience;
    private SplitMix64 random;
    private final float[] observation = new float[Experience.BATCH * Experience.OBSERVATION];
    private final float[] next = new float[Experience.BATCH * Experience.OBSERVATION];
    private final int[] action = new int[Experience.BATCH];
    private final float[] reward = new float[Experience.BATCH];
    private final boolean[] terminated = new boolean[Experience.BATCH];
    private final boolean[] truncated = new boolean[Experience.BATCH];

    /** One step. Copies what it is given: environments use their arrays again. */
    private static final class Transition {
        final float[] observation;
        final int action;
        final float reward;
        final float[] next;
        final boolean terminated;
        final boolean truncated;

        Transition(Experience experience) {
            observation = experience.observation().clone();
            action = experience.action();
            reward = experience.reward();
            next = experience.nextObservation().clone();
            terminated = false;
            truncated = experience.isLast();
        }
    }

    /** Fills the ring and the deque with the same transitions. */
    @Setup
    public void fill() {
        experience = new Experience(1);
        random = new SplitMix64(4);
        ring = new Transition[rows];
        deque = new ArrayDeque<>(rows + 1);
        for (int i = 0; i < rows; i++) {
            ring[i] = transition();
            deque.addLast(ring[i]);
        }
    }

    /** W1 a, into the ring. */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public void appendToArray() {
        for (int i = 0; i < Experience.BATCH; i++) {
            ring[at] = transition();
            at = at + 1 == rows ? 0 : at + 1;
        }
    }

    /** W1 a, into the deque. */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public void appendToDeque() {
        for (int i = 0; i < Experience.BATCH; i++) {
            deque.removeFirst();
            deque.addLast(transition());
        }
    }

    /**
     * W1 c.
     *
     * @param hole takes the columns
     */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public void sample(Blackhole hole) {
        for (int i = 0; i < Experience.BATCH; i++) {
            Transition drawn = ring[random.nextInt(rows)];
            System.arraycopy(drawn.observation, 0, observation, i * Experience.OBSERVATION, Experience.OBSERVATION);
            System.arraycopy(drawn.next, 0, next, i * Experience.OBSERVATION, Experience.OBSERVATION);
            action[i] = drawn.action;
            reward[i] = drawn.reward;
            terminated[i] = drawn.terminated;
            truncated[i] = drawn.truncated;
        }
        hole.consume(observation);
    }

    private Transition transition() {
        Transition made = new Transition(experience);
        experience.advance();
        return made;
    }
}
