package io.engram.examples;

import io.engram.replay.ReplayMemory;
import io.engram.replay.SplitMix64;
import io.engram.replay.onheap.HeapReplayMemory;

/** Agents and memories for tests: CartPole, the quick preset, 5,000 rows on the heap. */
final class Agents {
    private Agents() {}

    static Agent make(MemoryKind kind, long seed, ReplayMemory memory) {
        return make(kind, Presets.quick(), seed, memory);
    }

    static Agent make(MemoryKind kind, DqnSettings settings, long seed, ReplayMemory memory) {
        return Agent.make(CartPole.NAME, seed, settings.withMemory(kind), PyTorch.load(), memory);
    }

    static ReplayMemory memory(MemoryKind kind) {
        return new HeapReplayMemory(Agent.schema(new CartPole(new SplitMix64(0))), 5_000, kind.priorities());
    }

    /** An agent that plays Catch; the memory is of {@link #imageMemory}. */
    static Agent makeCatch(DqnSettings settings, long seed, ReplayMemory memory) {
        return Agent.make(Catch.NAME, seed, settings, PyTorch.load(), memory);
    }

    /** 5,000 rows of Catch on the heap. */
    static ReplayMemory imageMemory() {
        return new HeapReplayMemory(Agent.schema(new Catch(new SplitMix64(0))), 5_000);
    }

    /** Trains until so many steps are taken in all. */
    static void train(Agent agent, long steps) {
        agent.train(new StopAt(agent, steps));
    }

    /** Wants so many steps in all, and nothing else. */
    static class StopAt implements Agent.Observer {
        private final Agent agent;
        private final long steps;

        StopAt(Agent agent, long steps) {
            this.agent = agent;
            this.steps = steps;
        }

        @Override
        public boolean wantsMore() {
            return agent.step() < steps;
        }

        @Override
        public void episodeEnded(double episodeReturn, int episodeLength) {}

        @Override
        public void stepTaken() {}
    }
}
