package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.onheap.HeapReplayMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Memories that {@link SameElements} must tell apart. */
class SameElementsTest {
    private static ReplayMemory memory(RowLayout layout, long capacity) {
        Schema schema = Schemas.learning(layout);
        return new HeapReplayMemory(schema, capacity, SameElements.indexes());
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatForgetsWhatItHeldIsCaught(RowLayout layout) {
        try (ReplayMemory twin = memory(layout, 30)) {
            assertThatCode(() -> SameElements.assertSameThroughReopening(() -> memory(layout, 30), twin, 3, 1))
                    .doesNotThrowAnyException();
        }
        try (ReplayMemory twin = memory(layout, 30)) {
            assertThatThrownBy(() -> SameElements.assertSameThroughReopening(() -> memory(layout, 30), twin, 3, 2))
                    .isInstanceOf(AssertionError.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void flagThatDiffersIsCaught(RowLayout layout) {
        try (ReplayMemory whole = memory(layout, 30);
                ReplayMemory same = memory(layout, 30);
                ReplayMemory other = memory(layout, 30)) {
            ScriptPlayer.play(whole, "a: 10 1/1>11 2/2>12 3/4>13T | b: 20 4/1>21 5/1>22");
            ScriptPlayer.play(same, "a: 10 1/1>11 2/2>12 3/4>13T | b: 20 4/1>21 5/1>22");
            ScriptPlayer.play(other, "a: 10 1/1>11 2/2>12 3/4>13C | b: 20 4/1>21 5/1>22");
            assertThatCode(() -> SameElements.assertSameBatches(whole, same, 1)).doesNotThrowAnyException();
            assertThatThrownBy(() -> SameElements.assertSameBatches(whole, other, 1))
                    .isInstanceOf(AssertionError.class);
        }
    }
}
