package io.engram.examples;

import io.engram.replay.SplitMix64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The environments there are, by name. */
final class Environments {
    private static final Map<String, Function<SplitMix64, Environment>> BY_NAME = new TreeMap<>(Map.of(
            CartPole.NAME,
            CartPole::new,
            MountainCar.NAME,
            MountainCar::new,
            Acrobot.NAME,
            Acrobot::new,
            Catch.NAME,
            Catch::new));

    private Environments() {}

    /** All names, in order. */
    static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /** Makes the environment of that name; throws {@link UsageException} if there is none. */
    static Environment make(String name, SplitMix64 random) {
        return maker(name).apply(random);
    }

    /** Throws {@link UsageException} if there is no environment of that name. */
    static void check(String name) {
        maker(name);
    }

    private static Function<SplitMix64, Environment> maker(String name) {
        Function<SplitMix64, Environment> maker = BY_NAME.get(name);
        if (maker == null) {
            throw new UsageException("there is no environment '" + name + "'; there are " + String.join(", ", names()));
        }
        return maker;
    }
}
