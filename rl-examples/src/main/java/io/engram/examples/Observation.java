package io.engram.examples;

import io.engram.replay.StagedField;
import java.nio.ByteBuffer;

/** What an environment shows at one moment, of the type that its {@link ObservationSpec} says. Never changed. */
sealed interface Observation {
    /** Stages it for a memory. */
    void stage(StagedField field);

    /** Copies it into a buffer of native byte order, from a position counted in bytes. */
    void copyTo(ByteBuffer buffer, int index);

    /**
     * Numbers.
     *
     * @param values all of them
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once and never compared.
    record Floats(float... values) implements Observation {
        @Override
        public void stage(StagedField field) {
            field.set(values);
        }

        @Override
        public void copyTo(ByteBuffer buffer, int index) {
            for (int i = 0; i < values.length; i++) {
                buffer.putFloat(index + i * Float.BYTES, values[i]);
            }
        }
    }

    /**
     * A grey image.
     *
     * @param pixels row after row, each 0 (black) to 255 (white) as an unsigned byte
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once and never compared.
    record Image(byte... pixels) implements Observation {
        @Override
        public void stage(StagedField field) {
            field.set(pixels);
        }

        @Override
        public void copyTo(ByteBuffer buffer, int index) {
            buffer.put(index, pixels);
        }
    }
}
