package io.engram.replay.offheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.Windows;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The process that is killed. Opens a memory, says so, and lets several threads append for ever, each telling of every
 * append that returned, in one write to the pipe.
 *
 * <p>Arguments: directory, layout, capacity, rows of a segment, seed, then for each actor the count of its last row.
 */
final class KillLoopMain {
    /** Bytes of a message: actor, a check, count and sequence of the last row appended. */
    static final int MESSAGE_LENGTH = 24;
    /** In place of an actor: the memory is open. */
    static final int OPEN = -1;
    /** In place of an actor: a snapshot is about to be taken, count says which. */
    static final int SNAPSHOT_BEGUN = -2;
    /** In place of an actor: that snapshot is durable and has this number, in place of a sequence. */
    static final int SNAPSHOT_TAKEN = -3;

    private static final int CHECK = 0x454e4752;

    private KillLoopMain() {}

    public static void main(String[] arguments) {
        RowLayout layout = RowLayout.valueOf(arguments[1]);
        OffHeapReplayMemory memory =
                open(Path.of(arguments[0]), layout, Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
        send(OPEN, 0, 0);
        SplitMix64 random = new SplitMix64(Long.parseLong(arguments[4]));
        startActors(memory, Arrays.asList(arguments).subList(5, arguments.length), random);
    }

    /** Lets an actor append for ever for each count, which is that of its last row. */
    static void startActors(OffHeapReplayMemory memory, List<String> counts, SplitMix64 random) {
        List<ExperienceActor> actors = new ArrayList<>();
        for (String count : counts) {
            actors.add(new ExperienceActor(memory, stream(actors.size()), Long.parseLong(count)));
        }
        for (int i = 0; i < actors.size(); i++) {
            int actor = i;
            long seed = random.nextLong();
            new Thread(() -> act(actor, actors.get(actor), new SplitMix64(seed))).start();
        }
    }

    static OffHeapReplayMemory open(Path directory, RowLayout layout, long capacity, int segmentRows) {
        return OffHeapReplayMemory.builder(Experience.schema(layout), capacity)
                .directory(directory)
                .segmentRows(segmentRows)
                .priorities(
                        PriorityIndex.proportional("default").build(),
                        PriorityIndex.rankBased("ranked").build(),
                        PriorityIndex.proportional("windows")
                                .windows(Windows.of(5).withStride(2).withTail(Windows.Tail.SHIFT_BACK))
                                .build())
                .open();
    }

    static String stream(int actor) {
        return "actor-" + actor;
    }

    /** Throws if a message did not come through whole. */
    static void check(ByteBuffer message) {
        if (message.getInt(4) != CHECK) {
            throw new AssertionError("the pipe mixed messages");
        }
    }

    private static void act(int actor, ExperienceActor experience, SplitMix64 random) {
        while (true) {
            long sequence = experience.act(random);
            if (sequence >= 0) {
                send(actor, experience.count(), sequence);
            }
        }
    }

    /** A pipe takes so short a write whole or not at all. */
    static void send(int actor, long count, long sequence) {
        ByteBuffer message = ByteBuffer.allocate(MESSAGE_LENGTH)
                .putInt(actor)
                .putInt(CHECK)
                .putLong(count)
                .putLong(sequence);
        try {
            // Neither closed nor buffered.
            FileOutputStream pipe = Pipe.OUT;
            pipe.write(message.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Pipe {
        static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
    }
}
