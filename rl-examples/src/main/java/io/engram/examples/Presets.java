package io.engram.examples;

import static io.engram.examples.DqnSettings.Objective.UNCLIPPED;

import io.engram.examples.DqnSettings.Line;
import io.engram.examples.DqnSettings.Objective;
import io.engram.examples.DqnSettings.Replay;
import io.engram.examples.DqnSettings.Schedule;
import java.util.List;
import java.util.stream.Collectors;

/** The settings there are for each environment; a preset is one environment's, even if others have one of its name. */
final class Presets {
    /** What Stable-Baselines3, and so RL Baselines3 Zoo, clips gradients at unless told otherwise. */
    private static final double ZOO_GRADIENT_NORM = 10;

    private Presets() {}

    /** All of an environment, the one to take unless said first; throws {@link UsageException} if there is no such. */
    static List<DqnSettings> of(String environment) {
        Environments.check(environment);
        return switch (environment) {
            case MountainCar.NAME -> List.of(mountainCarZoo(), cleanRl());
            case Acrobot.NAME -> List.of(acrobotZoo(), cleanRl());
            case Catch.NAME -> List.of(catchQuick());
            case CartPole.NAME -> List.of(quick(), zoo(), cleanRl());
            default -> throw new IllegalStateException("no presets for " + environment);
        };
    }

    /** The one to take unless said. */
    static DqnSettings first(String environment) {
        return of(environment).get(0);
    }

    /** The one of that name; throws {@link UsageException} if the environment has none. */
    static DqnSettings named(String environment, String name) {
        List<DqnSettings> presets = of(environment);
        return presets.stream()
                .filter(settings -> settings.preset().equals(name))
                .findAny()
                .orElseThrow(() -> new UsageException("there is no preset '" + name + "' for " + environment
                        + "; there are "
                        + presets.stream().map(DqnSettings::preset).collect(Collectors.joining(", "))));
    }

    /**
     * Solves CartPole. The squared error is what makes it steady: values grow to 100, a fall is
     * rare and its error large, and the Huber loss would count it no more than any other. The falling learning rate
     * keeps what is learned once the memory forgets the early falls.
     */
    static DqnSettings quick() {
        return new DqnSettings(
                "quick",
                1,
                List.of(128, 128),
                new Replay(100_000, 128, MemoryKind.UNIFORM, 100_000),
                new Objective(0.99, 1, true, false, UNCLIPPED),
                new Schedule(1_000, 4, 1, 256, new Line(1, 0.01, 8_000), new Line(1e-3, 1e-4, 100_000)));
    }

    /**
     * CartPole on the schedule of RL Baselines3 Zoo with Double DQN, a smaller network and a lower learning rate. Plays
     * well early, but not for long; the best network is kept.
     */
    static DqnSettings zoo() {
        return new DqnSettings(
                "zoo",
                1,
                List.of(128, 128),
                new Replay(100_000, 64, MemoryKind.UNIFORM, 50_000),
                new Objective(0.99, 1, true, true, ZOO_GRADIENT_NORM),
                new Schedule(1_000, 256, 128, 256, new Line(1, 0.04, 8_000), new Line(1e-3, 1e-3, 1)));
    }

    /**
     * MountainCar as RL Baselines3 Zoo trains it, for 120,000 steps; its authors report a mean
     * return of -100.8.
     */
    static DqnSettings mountainCarZoo() {
        return new DqnSettings(
                "zoo",
                1,
                List.of(256, 256),
                new Replay(10_000, 128, MemoryKind.UNIFORM, 120_000),
                new Objective(0.98, 1, false, true, ZOO_GRADIENT_NORM),
                new Schedule(1_000, 16, 8, 600, new Line(1, 0.07, 24_000), new Line(4e-3, 4e-3, 1)));
    }

    /**
     * Acrobot as RL Baselines3 Zoo trains it, for 100,000 steps; its authors report a mean return of -76.6.
     */
    static DqnSettings acrobotZoo() {
        return new DqnSettings(
                "zoo",
                1,
                List.of(256, 256),
                new Replay(50_000, 128, MemoryKind.UNIFORM, 100_000),
                new Objective(0.99, 1, false, true, ZOO_GRADIENT_NORM),
                new Schedule(0, 4, 4, 250, new Line(1, 0.1, 12_000), new Line(6.3e-4, 6.3e-4, 1)));
    }

    /**
     * The settings of CleanRL's {@code dqn.py}, the same for all three. After 500,000 steps its authors report returns
     * of 488.69 ± 16.11 on CartPole, -91.54 ± 7.20 on Acrobot and -194.95 ± 8.48 on MountainCar.
     */
    static DqnSettings cleanRl() {
        return new DqnSettings(
                "cleanrl",
                1,
                List.of(120, 84),
                new Replay(10_000, 128, MemoryKind.UNIFORM, 500_000),
                new Objective(0.99, 1, false, false, UNCLIPPED),
                new Schedule(10_000, 10, 1, 500, new Line(1, 0.05, 250_000), new Line(2.5e-4, 2.5e-4, 1)));
    }

    /** Solves Catch, from stacks of four frames. */
    static DqnSettings catchQuick() {
        return new DqnSettings(
                "quick",
                4,
                List.of(256),
                new Replay(10_000, 32, MemoryKind.UNIFORM, 20_000),
                new Objective(0.99, 1, true, true, UNCLIPPED),
                new Schedule(1_000, 4, 1, 500, new Line(1, 0.05, 5_000), new Line(5e-4, 5e-4, 1)));
    }
}
