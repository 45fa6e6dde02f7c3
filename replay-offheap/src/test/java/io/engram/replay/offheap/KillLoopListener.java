package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Collects what a process tells until its end. What is not atomic may be read once {@link #finish} returned. */
final class KillLoopListener extends Thread {
    private static final int MAX_WAIT_MILLIS = 3000;

    private final DataInputStream pipe;
    private final Acknowledged acknowledged;
    private final AtomicLong appends = new AtomicLong();
    private final AtomicLong snapshots = new AtomicLong();
    private final Map<Long, Acknowledged> begun = new TreeMap<>();
    private final Map<Long, Long> taken = new TreeMap<>();
    private volatile boolean open;
    private volatile boolean ended;
    private volatile Throwable failure;

    /** Starts to listen; what is acknowledged goes to the oracle given. */
    KillLoopListener(Process process, Acknowledged acknowledged) {
        this.pipe = new DataInputStream(process.getInputStream());
        this.acknowledged = acknowledged;
        start();
    }

    /** Waits for so many appends, but not for ever. */
    void awaitAppends(long count) {
        await(appends, count);
    }

    /** Waits for so many snapshots, but not for ever. */
    void awaitSnapshots(long count) {
        await(snapshots, count);
    }

    private void await(AtomicLong counter, long count) {
        for (int i = 0; i < MAX_WAIT_MILLIS && counter.get() < count && !ended; i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertThat(ended).as("the process ended before it was killed").isFalse();
    }

    @Override
    public void run() {
        byte[] message = new byte[KillLoopMain.MESSAGE_LENGTH];
        ByteBuffer view = ByteBuffer.wrap(message);
        try {
            while (true) {
                pipe.readFully(message);
                KillLoopMain.check(view);
                hear(view.getInt(0), view.getLong(8), view.getLong(16));
            }
        } catch (EOFException e) {
            // The process is gone.
        } catch (IOException | AssertionError e) {
            failure = e;
        } finally {
            ended = true;
        }
    }

    private void hear(int actor, long count, long number) {
        switch (actor) {
            case KillLoopMain.OPEN -> open = true;
            case KillLoopMain.SNAPSHOT_BEGUN -> begun.put(count, acknowledged.latest());
            case KillLoopMain.SNAPSHOT_TAKEN -> {
                taken.put(count, number);
                snapshots.incrementAndGet();
            }
            default -> {
                acknowledged.add(KillLoopMain.stream(actor), count, number);
                appends.incrementAndGet();
            }
        }
    }

    /** Waits for the last message. */
    void finish() throws InterruptedException {
        join();
        assertThat(failure).isNull();
    }

    /** Whether the memory was opened. */
    boolean opened() {
        return open;
    }

    /** How many appends returned. */
    long appends() {
        return appends.get();
    }

    /** By what its name ends in: what had been acknowledged when a snapshot was begun, which it must hold. */
    Map<Long, Acknowledged> begun() {
        return begun;
    }

    /** By what its name ends in: the number of each snapshot that was told to be durable. */
    Map<Long, Long> taken() {
        return taken;
    }
}
