package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.SplitMix64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class FrameStackTest {
    private static final ObservationSpec IMAGE = ObservationSpec.image(1, 2);

    @Test
    void episodeBeginsWithItsFirstFrameRepeated() {
        FrameStack stack = new FrameStack(IMAGE, 3);
        stack.begin(image(1));
        assertThat(bytes(stack)).containsExactly(1, -1, 1, -1, 1, -1);
        stack.push(image(2));
        assertThat(bytes(stack)).containsExactly(1, -1, 1, -1, 2, -2);
    }

    @Test
    void lastFramesAreThereOldestFirst() {
        FrameStack stack = new FrameStack(IMAGE, 3);
        stack.begin(image(1));
        for (int i = 2; i <= 5; i++) {
            stack.push(image(i));
        }
        assertThat(bytes(stack)).containsExactly(3, -3, 4, -4, 5, -5);
    }

    @Test
    void nothingOfAnEpisodeIsInTheNext() {
        FrameStack stack = new FrameStack(IMAGE, 2);
        stack.begin(image(1));
        stack.push(image(2));
        stack.begin(image(7));
        assertThat(bytes(stack)).containsExactly(7, -7, 7, -7);
    }

    @Test
    void singleFrameIsTheLast() {
        FrameStack stack = new FrameStack(ObservationSpec.floats(2), 1);
        stack.begin(new Observation.Floats(1, 2));
        stack.push(new Observation.Floats(3, 4));
        assertThat(stack.buffer().getFloat(0)).isEqualTo(3);
        assertThat(stack.buffer().getFloat(4)).isEqualTo(4);
        assertThat(stack.buffer().capacity()).isEqualTo(8);
    }

    @Test
    void numbersStackToo() {
        FrameStack stack = new FrameStack(ObservationSpec.floats(1), 2);
        stack.begin(new Observation.Floats(1));
        stack.push(new Observation.Floats(2));
        ByteBuffer target = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
        stack.copyTo(target, 4);
        assertThat(new float[] {target.getFloat(0), target.getFloat(4), target.getFloat(8)})
                .containsExactly(0, 1, 2);
    }

    @Test
    void bufferIsDirectAndStaysTheSame() {
        FrameStack stack = new FrameStack(IMAGE, 2);
        ByteBuffer buffer = stack.buffer();
        stack.begin(image(1));
        stack.push(image(2));
        assertThat(stack.buffer()).isSameAs(buffer);
        assertThat(buffer.isDirect()).isTrue();
        assertThat(buffer.position()).isZero();
    }

    @Test
    void restoredStackGoesOnByteForByte() {
        SplitMix64 random = new SplitMix64(4);
        for (int frames = 1; frames <= 4; frames++) {
            FrameStack stack = new FrameStack(ObservationSpec.floats(2), frames);
            stack.begin(randomBits(random));
            for (int i = 0; i < 20; i++) {
                Checkpoint.Builder saved = Checkpoint.builder();
                stack.save("seen", saved);
                byte[] before = bytes(stack);
                // A checkpoint has what was, not what comes.
                Observation next = randomBits(random);
                stack.push(next);
                FrameStack restored = new FrameStack(ObservationSpec.floats(2), frames);
                restored.begin(randomBits(random));
                restored.restore("seen", saved.build());
                assertThat(bytes(restored)).isEqualTo(before);
                restored.push(next);
                assertThat(bytes(restored)).isEqualTo(bytes(stack));
                assertThat(restored.buffer().position()).isZero();
            }
        }
    }

    /** Any bits, those of NaN, infinity and negative zero among them. */
    private static Observation randomBits(SplitMix64 random) {
        return new Observation.Floats(
                Float.intBitsToFloat((int) random.nextLong()),
                random.nextInt(2) == 0 ? Float.intBitsToFloat(0x7fc01234) : -0.0f);
    }

    @Test
    void stackOfAnotherSizeIsRefused() {
        Checkpoint.Builder saved = Checkpoint.builder();
        new FrameStack(IMAGE, 3).save("seen", saved);
        FrameStack longer = new FrameStack(IMAGE, 4);
        assertThatThrownBy(() -> longer.restore("seen", saved.build()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("entry=seen, length=6, expected 8");
    }

    @Test
    void noFramesAreRefused() {
        assertThatThrownBy(() -> new FrameStack(IMAGE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("frames=0, expected at least 1");
    }

    private static Observation image(int value) {
        return new Observation.Image((byte) value, (byte) -value);
    }

    private static byte[] bytes(FrameStack stack) {
        byte[] bytes = new byte[stack.buffer().capacity()];
        stack.buffer().get(0, bytes);
        return bytes;
    }
}
