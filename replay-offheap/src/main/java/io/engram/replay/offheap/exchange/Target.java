package io.engram.replay.offheap.exchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** Files of one format that are written, in a directory of their own until they are whole. For one thread. */
interface Target extends Closeable {
    /** Takes a row, which is good until the call returns. */
    void add(byte[] record) throws IOException;

    /** How many elements there are so far. */
    long elements();

    /** Writes what is left, durable. */
    void finish(Description description) throws IOException;

    /** Gives what was made its name, the last of them being that which was asked for. */
    void publish(Path path) throws IOException;
}
