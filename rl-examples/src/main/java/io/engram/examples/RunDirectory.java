package io.engram.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a run keeps its files.
 *
 * @param path the directory
 */
record RunDirectory(Path path) {
    /** The network that played best. */
    Path best() {
        return path.resolve("best.bin");
    }

    /** A row an episode. */
    Path metrics() {
        return path.resolve("metrics.csv");
    }

    /** The learning curve. */
    Path curve() {
        return path.resolve("learning-curve.png");
    }

    /** The directory of the replay memory, whose snapshots hold the state of the run. */
    Path memory() {
        return path.resolve("memory");
    }

    /** Makes the directory if it is not there. */
    void create() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new RunException("cannot make the run directory " + path + ": " + e, e);
        }
    }
}
