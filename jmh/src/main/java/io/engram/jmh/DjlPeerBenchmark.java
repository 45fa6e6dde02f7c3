package io.engram.jmh;

import ai.djl.modality.rl.ActionSpace;
import ai.djl.modality.rl.LruReplayBuffer;
import ai.djl.modality.rl.env.RlEnv;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * DJL's {@link LruReplayBuffer}: steps of native arrays, each step with a manager of its own that its closing frees, as
 * DJL's environments make them. A batch is stacked into one array a column, because its 256 objects are no batch yet.
 */
@State(Scope.Thread)
public class DjlPeerBenchmark extends EngramBenchmark {
    /** A million take several gigabytes and a minute to fill. */
    @Param("100000")
    int steps;

    private NDManager root;
    private LruReplayBuffer buffer;
    private Experience experience;

    /** Loads the engine, which neither calls out nor starts threads, and fills the buffer. */
    @Setup
    public void fill() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        root = NDManager.newBaseManager("PyTorch");
        buffer = new LruReplayBuffer(Experience.BATCH, steps);
        experience = new Experience(1);
        for (int i = 0; i < steps; i++) {
            buffer.addStep(step());
        }
    }

    /** Frees what is native. */
    @TearDown
    public void close() {
        root.close();
    }

    /** W1 a. */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public void append() {
        for (int i = 0; i < Experience.BATCH; i++) {
            buffer.addStep(step());
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
        RlEnv.Step[] drawn = buffer.getBatch();
        try (NDManager scope = root.newSubManager()) {
            hole.consume(column(scope, drawn, step -> step.getPreObservation().singletonOrThrow()));
            hole.consume(column(scope, drawn, step -> step.getAction().singletonOrThrow()));
            hole.consume(column(scope, drawn, RlEnv.Step::getReward));
            hole.consume(column(scope, drawn, step -> step.getPostObservation().singletonOrThrow()));
            boolean[] ended = new boolean[drawn.length];
            for (int i = 0; i < drawn.length; i++) {
                ended[i] = drawn[i].isDone();
            }
            hole.consume(ended);
        }
    }

    private static NDArray column(NDManager scope, RlEnv.Step[] drawn, Function<RlEnv.Step, NDArray> value) {
        NDList list = new NDList(drawn.length);
        for (RlEnv.Step step : drawn) {
            list.add(value.apply(step));
        }
        NDArray stacked = NDArrays.stack(list);
        stacked.attach(scope);
        return stacked;
    }

    private RlEnv.Step step() {
        NativeStep made = new NativeStep(root.newSubManager(), experience);
        experience.advance();
        return made;
    }

    /** One step in native arrays. */
    private static final class NativeStep implements RlEnv.Step {
        private final NDManager manager;
        private final NDList observation;
        private final NDList action;
        private final NDList next;
        private final NDArray reward;
        private final boolean ended;

        NativeStep(NDManager manager, Experience experience) {
            this.manager = manager;
            this.observation = new NDList(manager.create(experience.observation()));
            this.action = new NDList(manager.create(experience.action()));
            this.next = new NDList(manager.create(experience.nextObservation()));
            this.reward = manager.create(experience.reward());
            this.ended = experience.isLast();
        }

        @Override
        public NDList getPreObservation() {
            return observation;
        }

        @Override
        public NDList getAction() {
            return action;
        }

        @Override
        public NDList getPostObservation() {
            return next;
        }

        @Override
        public ActionSpace getPostActionSpace() {
            return new ActionSpace();
        }

        @Override
        public NDArray getReward() {
            return reward;
        }

        @Override
        public boolean isDone() {
            return ended;
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
