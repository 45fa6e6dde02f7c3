package io.engram.examples;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;

/** Loads the network library's engine the way the examples need it. */
final class PyTorch {
    private static final String NAME = "PyTorch";

    private PyTorch() {}

    /**
     * Loads the engine: nothing is downloaded or reported home, and it computes on the calling thread only. Its own
     * pool of threads spins, which on a busy machine makes small updates slower by orders of magnitude; and one thread
     * gives the same sums in every run. A property that the user has set wins.
     */
    static Engine load() {
        setUnlessGiven("ai.djl.offline", "true");
        setUnlessGiven("OPT_OUT_TRACKING", "true");
        setUnlessGiven("ai.djl.pytorch.num_threads", "1");
        setUnlessGiven("ai.djl.pytorch.num_interop_threads", "1");
        try {
            return Engine.getEngine(NAME);
        } catch (EngineException | LinkageError | IllegalStateException | AssertionError e) {
            throw new RunException(
                    "cannot load PyTorch on this platform (" + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch")
                            + "); it comes for Linux on x86-64 and aarch64 and for macOS on aarch64, in the jar"
                            + " pytorch-native-cpu that the build puts into lib for the platform it runs on: " + e,
                    e);
        }
    }

    private static void setUnlessGiven(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
