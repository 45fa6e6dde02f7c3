package io.engram.jmh;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.FrameStack;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.util.Random;

/** W3: one frame of 84 x 84 bytes a step, sampled as stacks of four, 32 at a time. */
final class Frames {
    /** Transitions a batch. */
    static final int BATCH = 32;
    /** Frames of an observation. */
    static final int STACK = 4;
    /** Pixels of a side. */
    static final int SIDE = 84;
    /** Bytes of a frame. */
    static final int LENGTH = SIDE * SIDE;

    private static final int POOL = 64;

    /** How a batch has its frames. */
    enum Delivery {
        /** Four of the observation and four of the next one. */
        TWICE,
        /** Five, of which four are shared. */
        ONCE;

        String[] columns() {
            return switch (this) {
                case TWICE ->
                    new String[] {
                        Field.OBSERVATION,
                        Field.ACTION,
                        Field.REWARD,
                        Schema.NEXT + Field.OBSERVATION,
                        Schema.TERMINATED,
                        Schema.TRUNCATED
                    };
                case ONCE ->
                    new String[] {
                        Schema.STATES + Field.OBSERVATION,
                        Field.ACTION,
                        Field.REWARD,
                        Schema.TERMINATED,
                        Schema.TRUNCATED
                    };
            };
        }
    }

    private Frames() {}

    static Schema schema() {
        return Schema.builder()
                .observation(DType.U8, SIDE, SIDE)
                .action(DType.I32)
                .reward()
                .build();
    }

    static SamplerSpec spec(Delivery delivery) {
        return SamplerSpec.uniform("benchmark", BATCH)
                .seed(4)
                .stack(Field.OBSERVATION, FrameStack.of(STACK))
                .columns(delivery.columns())
                .build();
    }

    /** Appends so many steps, in episodes of 200. */
    static void append(StreamWriter writer, long steps) {
        byte[][] frames = new byte[POOL][LENGTH];
        Random bytes = new Random(1);
        for (byte[] frame : frames) {
            bytes.nextBytes(frame);
        }
        SplitMix64 random = new SplitMix64(2);
        for (long i = 0; i < steps; i++) {
            if (i % Experience.EPISODE == 0) {
                writer.begin(frames[random.nextInt(POOL)]);
            }
            boolean last = i % Experience.EPISODE == Experience.EPISODE - 1;
            writer.step(random.nextInt(4), (float) random.nextDouble(), frames[random.nextInt(POOL)], last, false);
        }
    }
}
