package io.engram.replay.offheap.internal.sample;

import io.engram.replay.SamplerState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where a sampler stands between two batches, for other threads: set as one, without allocation. Who reads sees a
 * number before and after and reads again if it was odd or another afterwards.
 *
 * <p>Setting is wait-free. Reading waits for a set under way, which is a few stores.
 */
final class PublishedState {
    private static final VarHandle VERSION = handle("version", long.class);
    private static final VarHandle RANDOM = handle("random", long.class);
    private static final VarHandle BATCHES = handle("batches", long.class);
    private static final VarHandle STEPS = handle("steps", int.class);
    private static final VarHandle GAMMA = handle("gamma", double.class);

    private long version;

    @SuppressWarnings("unused") // through RANDOM
    private long random;

    @SuppressWarnings("unused") // through BATCHES
    private long batches;

    @SuppressWarnings("unused") // through STEPS
    private int steps;

    @SuppressWarnings("unused") // through GAMMA
    private double gamma;

    /** By the sampler's thread. */
    void set(long newRandom, long newBatches, int newSteps, double newGamma) {
        VERSION.setOpaque(this, version + 1);
        VarHandle.storeStoreFence();
        RANDOM.setOpaque(this, newRandom);
        BATCHES.setOpaque(this, newBatches);
        STEPS.setOpaque(this, newSteps);
        GAMMA.setOpaque(this, newGamma);
        VERSION.setRelease(this, version + 1);
    }

    /** By any thread. */
    SamplerState get() {
        while (true) {
            long before = (long) VERSION.getAcquire(this);
            long foundRandom = (long) RANDOM.getOpaque(this);
            long foundBatches = (long) BATCHES.getOpaque(this);
            int foundSteps = (int) STEPS.getOpaque(this);
            double foundGamma = (double) GAMMA.getOpaque(this);
            VarHandle.acquireFence();
            if ((before & 1) == 0 && (long) VERSION.getOpaque(this) == before) {
                return new SamplerState(foundRandom, foundBatches, foundSteps, foundGamma);
            }
            Thread.onSpinWait();
        }
    }

    private static VarHandle handle(String field, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(PublishedState.class, field, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
