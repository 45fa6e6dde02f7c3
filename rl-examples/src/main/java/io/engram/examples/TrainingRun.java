package io.engram.examples;

import io.engram.replay.MemoryStats;
import io.engram.replay.ReplayMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds the learning: when to end, checkpoints, metrics, the best network. A run is in its directory: what is
 * there goes on from its last checkpoint, with all rows of the memory kept and a new episode.
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
    private final Progress progress;
    private final MetricsLog metrics;
    private final double solvedReturn;
    private final RecentReturns returns = new RecentReturns();
    private final long resumedFromStep;
    private long episodes;
    private @Nullable Long solvedAtStep;
    private double solvedMean = Double.NaN;
    private double bestMean;

    /**
     * Begins, or goes on from a checkpoint.
     *
     * @param checkpoint where to go on; null for a new run
     */
    TrainingRun(
            RunDirectory directory,
            RunIdentity identity,
            Limits limits,
            Agent agent,
            Progress progress,
            @Nullable Checkpoint checkpoint)
            throws IOException {
        this.directory = directory;
        this.identity = identity;
        this.limits = limits;
        this.agent = agent;
        this.progress = progress;
        this.solvedReturn = agent.environment().solvedReturn();
        if (checkpoint != null) {
            restore(checkpoint);
        }
        this.resumedFromStep = agent.step();
        this.bestMean = Files.exists(directory.best())
                ? Checkpoint.read(directory.best()).getDouble("mean")
                : Double.NEGATIVE_INFINITY;
        this.metrics = new MetricsLog(directory.metrics(), agent.step());
        if (checkpoint == null) {
            save();
        }
    }

    /** Trains until the limits are reached, then saves everything. */
    End train() {
        try (metrics) {
            agent.train(this);
            save();
            evaluate();
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
        if (agent.step() % limits.checkpointEvery == 0) {
            save();
        }
        progress.show(agent.step(), episodes, returns);
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

    /** The metrics first: a checkpoint never counts an episode whose row could be lost. */
    private void save() {
        try {
            metrics.force();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Checkpoint.Builder checkpoint = Checkpoint.builder();
        identity.save(checkpoint);
        checkpoint.put("episodes", episodes);
        checkpoint.put("returns", returns.toArray());
        checkpoint.put("solvedAtStep", solvedAtStep == null ? -1 : solvedAtStep);
        checkpoint.put("solvedMean", solvedMean);
        agent.save(checkpoint);
        checkpoint.build().write(directory.checkpoint());
    }

    private void restore(Checkpoint checkpoint) {
        episodes = checkpoint.getLong("episodes");
        for (double episodeReturn : checkpoint.getDoubles("returns")) {
            returns.add(episodeReturn);
        }
        long solved = checkpoint.getLong("solvedAtStep");
        solvedAtStep = solved < 0 ? null : solved;
        solvedMean = checkpoint.getDouble("solvedMean");
        agent.restore(checkpoint, ResumeMode.KEEP);
    }

    /** Plays without random actions, and keeps the network if none played better; of equals the latest. */
    private void evaluate() {
        Evaluation evaluation =
                Evaluation.play(agent.online(), identity.environment(), EVALUATION_EPISODES, EVALUATION_SEED);
        noteMean(evaluation.mean());
        if (evaluation.mean() < bestMean) {
            return;
        }
        bestMean = evaluation.mean();
        Checkpoint.Builder best = Checkpoint.builder();
        identity.save(best);
        best.put("step", agent.step());
        best.put("mean", evaluation.mean());
        agent.online().save("online", best);
        best.build().write(directory.best());
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
     * @param checkpointEvery steps between checkpoints
     * @param stop whether to end now
     */
    record Limits(long steps, boolean untilSolved, long checkpointEvery, BooleanSupplier stop) {}
}
