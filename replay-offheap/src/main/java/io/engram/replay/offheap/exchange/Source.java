package io.engram.replay.offheap.exchange;

import java.io.Closeable;
import java.io.IOException;

/** Files of one format that rows are read from, as often as wanted. */
interface Source {
    /** Rows one after the other. For one thread. */
    interface Cursor extends Closeable {
        /** Reads the next row into a record; returns false at the end. */
        boolean next(byte[] record) throws IOException;
    }

    /** How many rows there are. */
    long rows();

    /** How many elements its arrays have. */
    long elements();

    /** Begins at the first row. */
    Cursor open() throws IOException;
}
