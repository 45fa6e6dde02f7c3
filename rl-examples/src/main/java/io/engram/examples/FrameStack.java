package io.engram.examples;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an agent sees while it acts: the last observations of its episode, oldest first, as one block of memory. At the
 * start of an episode the first observation stands in for those that were not yet. For one thread at a time.
 */
final class FrameStack {
    private final int frames;
    private final int length;
    private final ByteBuffer buffer;

    /** An empty stack of so many frames, at least 1; it is good for nothing before {@link #begin}. */
    FrameStack(ObservationSpec frame, int frames) {
        if (frames < 1) {
            throw new IllegalArgumentException("frames=" + frames + ", expected at least 1");
        }
        this.frames = frames;
        length = frame.length();
        buffer = ByteBuffer.allocateDirect(frames * length).order(ByteOrder.nativeOrder());
    }

    /** An episode begins: all frames are its first observation. */
    void begin(Observation first) {
        for (int i = 0; i < frames; i++) {
            first.copyTo(buffer, i * length);
        }
    }

    /** A step was taken: the oldest frame goes. */
    void push(Observation next) {
        int rest = (frames - 1) * length;
        buffer.put(0, buffer, length, rest);
        next.copyTo(buffer, rest);
    }

    /** All frames, oldest first: direct memory of native byte order, the same for the life of the stack. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Adds all frames to a checkpoint. */
    void save(String name, Checkpoint.Builder checkpoint) {
        byte[] bytes = new byte[frames * length];
        buffer.get(0, bytes);
        checkpoint.put(name, bytes);
    }

    /** Takes all frames from a checkpoint, of a stack of as many and as long ones. */
    void restore(String name, Checkpoint checkpoint) {
        buffer.put(0, checkpoint.getBytes(name, frames * length));
    }

    /** Copies all frames into a buffer, from a position counted in bytes. */
    void copyTo(ByteBuffer target, int index) {
        target.put(index, buffer, 0, frames * length);
    }
}
