package io.engram.examples;

import io.engram.replay.MemoryStats;
import io.engram.replay.ReplayMemory;
import io.engram.replay.offheap.SnapshotRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds the learning: when to end, snapshots, metrics, the best network. A run is in its directory, and its
 * state is in the snapshots of its memory: what a snapshot holds decides all that comes after it.
 */
final class TrainingRun implements Agent.Observer {
    /** The episodes of an evaluation. */
    static final int EVALUATION_EPISODES = 100;

    private static final long EVALUATE_EVERY = 512;
    private static final long EVALUATION_SEED = 1;

    private final RunDirectory directory;
    private final RunIdentity identity;
    private final Limits limits;
    private final Agent agent;
    private final RunSnapshots snapshots;
    private final MetricsLog metrics;
    private final double solvedReturn;
    private final RecentReturns returns = new RecentReturns();
    private final long resumedFromStep;
    private long episodes;
    private @Nullable Long solvedAtStep;
    private double solvedMean = Double.NaN;
    private @Nullable Checkpoint best;
    private @Nullable Progress progress;

    /**
     * Begins, or goes on. The place is a snapshot before the first step, so that there always is one.
     *
     * @param resumed where to go on; null for a new run
     */
    TrainingRun(
            RunDirectory directory,
            RunIdentity identity,
            Limits limits,
            Agent agent,
            RunSnapshots snapshots,
            @Nullable Resumed resumed)
            throws IOException {
        this.directory = directory;
        this.identity = identity;
        this.limits = limits;
        this.agent = agent;
        this.snapshots = snapshots;
        this.solvedReturn = agent.environment().solvedReturn();
        if (resumed != null) {
            restore(resumed);
        }
        this.resumedFromStep = agent.step();
        this.metrics = new MetricsLog(directory.metrics(), agent.step());
        snapshots.take(agent.step(), this::addState);
    }

    /** Trains until the limits are reached; everything is saved then. */
    End train(Progress shown) {
        progress = shown;
        try (metrics) {
            agent.train(this);
            snapshots.take(agent.step(), this::addState);
            if (!limits.stop.getAsBoolean()) {
                // After the snapshot: a run that is made longer was never evaluated here.
                evaluate();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (limits.stop.getAsBoolean()) {
            return End.STOPPED;
        }
        return limits.untilSolved && solvedAtStep == null ? End.UNSOLVED : End.REACHED;
    }

    @Override
    public boolean wantsMore() {
        return agent.step() < limits.steps
                && !(limits.untilSolved && solvedAtStep != null)
                && !limits.stop.getAsBoolean();
    }

    @Override
    public void episodeEnded(double episodeReturn, int episodeLength) {
        episodes++;
        returns.add(episodeReturn);
        metrics.append(new MetricsLog.Row(
                agent.step(),
                episodes,
                episodeReturn,
                episodeLength,
                returns.mean(),
                agent.epsilon(),
                agent.lastLoss()));
        if (returns.isFull()) {
            noteMean(returns.mean());
        }
    }

    /** The mean return of 100 consecutive episodes, of training or of an evaluation. */
    private void noteMean(double mean) {
        if (solvedAtStep == null && mean >= solvedReturn) {
            solvedAtStep = agent.step();
            solvedMean = mean;
        }
    }

    @Override
    public void stepTaken() {
        if (agent.step() % EVALUATE_EVERY == 0) {
            evaluate();
        }
        if (agent.step() % limits.snapshotEvery == 0) {
            snapshots.begin(agent.step(), this::addState);
        }
        if (progress != null) {
            progress.show(agent.step(), episodes, returns);
        }
    }

    /** How the run stands. */
    Summary summary(ReplayMemory memory, double wallSeconds) {
        MemoryStats stats = memory.stats();
        return new Summary(
                identity.environment(),
                identity.settings().replay().memory().label(),
                identity.seed(),
                agent.step(),
                episodes,
                meanReturn(),
                solvedAtStep,
                resumedFromStep,
                stats.size(),
                stats.appendedRows(),
                agent.online().sha256(),
                wallSeconds);
    }

    /** Of the episodes that solved it if the run ends there, else of the latest in training. */
    private @Nullable Double meanReturn() {
        if (limits.untilSolved && solvedAtStep != null) {
            return solvedMean;
        }
        return episodes == 0 ? null : returns.mean();
    }

    /** Draws the learning curve of the whole run, if an episode ended yet. */
    void drawCurve() throws IOException {
        List<MetricsLog.Row> rows = MetricsLog.read(directory.metrics());
        if (!rows.isEmpty()) {
            LearningCurve.draw(identity.environment() + ", seed " + identity.seed(), rows, directory.curve());
        }
    }

    /** The metrics are on the disk before: a snapshot never counts an episode whose row could be lost. */
    private void addState(SnapshotRequest request) {
        Checkpoint.Builder checkpoint = Checkpoint.builder();
        identity.save(checkpoint);
        checkpoint.put("episodes", episodes);
        checkpoint.put("returns", returns.toArray());
        checkpoint.put("solvedAtStep", solvedAtStep == null ? -1 : solvedAtStep);
        checkpoint.put("solvedMean", solvedMean);
        agent.save(checkpoint);
        try {
            RunState.add(request, checkpoint.build(), best, metrics.capture());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void restore(Resumed resumed) throws IOException {
        Checkpoint checkpoint = resumed.state.run();
        episodes = checkpoint.getLong("episodes");
        for (double episodeReturn : checkpoint.getDoubles("returns")) {
            returns.add(episodeReturn);
        }
        long solved = checkpoint.getLong("solvedAtStep");
        solvedAtStep = solved < 0 ? null : solved;
        solvedMean = checkpoint.getDouble("solvedMean");
        agent.restore(checkpoint, resumed.mode);
        if (checkpoint.getLong("seed") != identity.seed()) {
            agent.reseed(identity.seed());
        }
        MetricsLog.restore(directory.metrics(), resumed.state.metrics());
        // The file may be of a step that is yet to come again, or missing in a fork.
        best = resumed.state.best();
        if (best == null) {
            Files.deleteIfExists(directory.best());
        } else {
            best.write(directory.best());
        }
    }

    /** Plays without random actions, and keeps the network if none played better; of equals the latest. */
    private void evaluate() {
        Evaluation evaluation =
                Evaluation.play(agent.online(), identity.environment(), EVALUATION_EPISODES, EVALUATION_SEED);
        noteMean(evaluation.mean());
        if (best != null && evaluation.mean() < best.getDouble("mean")) {
            return;
        }
        Checkpoint.Builder better = Checkpoint.builder();
        identity.save(better);
        better.put("step", agent.step());
        better.put("mean", evaluation.mean());
        agent.online().save("online", better);
        best = better.build();
        best.write(directory.best());
    }

    /** How a call of {@link #train} ended. */
    enum End {
        /** The steps asked for are taken, or the environment is solved. */
        REACHED,
        /** The steps allowed are taken, and the environment is not solved. */
        UNSOLVED,
        /** A signal came. */
        STOPPED
    }

    /**
     * When to end, and when to save.
     *
     * @param steps never take more in all
     * @param untilSolved end as soon as the environment is solved
     * @param snapshotEvery steps between snapshots
     * @param stop whether to end now
     */
    record Limits(long steps, boolean untilSolved, long snapshotEvery, BooleanSupplier stop) {}

    /**
     * Where to go on.
     *
     * @param state of the run
     * @param mode how
     */
    record Resumed(RunState state, ResumeMode mode) {}
}
