package io.engram.examples;

/**
 * What makes a run this run: a resumed one cannot change it. It is asked for by a {@link RunRequest}.
 *
 * @param environment the environment's name
 * @param seed from which all randomness comes
 * @param capacity rows the memory keeps
 * @param settings of the algorithm
 */
record RunIdentity(String environment, long seed, long capacity, DqnSettings settings) {
    /** Adds it to a checkpoint. */
    void save(Checkpoint.Builder checkpoint) {
        checkpoint.put("environment", environment);
        checkpoint.put("seed", seed);
        checkpoint.put("capacity", capacity);
        checkpoint.put("preset", settings.preset());
        checkpoint.put("doubleDqn", settings.objective().doubleDqn() ? 1 : 0);
        checkpoint.put("nStep", settings.objective().nStep());
        checkpoint.put("memory", settings.replay().memory().label());
        checkpoint.put("settings", settings.toString());
    }

    /** Takes it from a checkpoint; throws {@link RunException} if a preset is no longer what it was. */
    static RunIdentity restore(Checkpoint checkpoint) {
        DqnSettings settings = Presets.named(checkpoint.getText("environment"), checkpoint.getText("preset"))
                .withDoubleDqn(checkpoint.getLong("doubleDqn") == 1)
                .withNStep(Math.toIntExact(checkpoint.getLong("nStep")))
                .withMemory(MemoryKind.named(checkpoint.getText("memory")));
        if (!settings.toString().equals(checkpoint.getText("settings"))) {
            throw new RunException("the run was begun with " + checkpoint.getText("settings") + ", this version has "
                    + settings + "; begin a new run");
        }
        return new RunIdentity(
                checkpoint.getText("environment"),
                checkpoint.getLong("seed"),
                checkpoint.getLong("capacity"),
                settings);
    }
}
