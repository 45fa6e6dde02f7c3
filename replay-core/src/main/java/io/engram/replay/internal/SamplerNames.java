package io.engram.replay.internal;

import java.util.HashSet;
import java.util.Set;

/** The names of a memory's open samplers, each held once. Safe for use by any number of threads. */
public final class SamplerNames {
    private final Set<String> open = new HashSet<>();

    /** No names held. */
    public SamplerNames() {}

    /**
     * Takes a name.
     *
     * @param name a sampler's name
     * @throws IllegalStateException if an open sampler has it
     */
    public synchronized void open(String name) {
        if (!open.add(name)) {
            throw new IllegalStateException(
                    "a sampler of name='" + name + "' is open already; close it first, or use another name");
        }
    }

    /**
     * Frees a name. Only the sampler that took it may call this, and once.
     *
     * @param name a sampler's name
     */
    public synchronized void close(String name) {
        open.remove(name);
    }
}
