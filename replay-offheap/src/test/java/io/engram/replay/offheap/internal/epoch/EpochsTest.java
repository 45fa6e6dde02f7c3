package io.engram.replay.offheap.internal.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.MemoryClosedException;
import org.junit.jupiter.api.Test;

class EpochsTest {
    private final Epochs epochs = new Epochs();

    @Test
    void memoryIsFreeWhenNobodyIsInside() {
        epochs.register();
        assertThat(epochs.isQuiescent(epochs.advance())).isTrue();
    }

    @Test
    void participantInsideHoldsMemoryUntilItLeaves() {
        EpochRecord inside = epochs.register();
        inside.enter();
        long ended = epochs.advance();
        assertThat(epochs.isQuiescent(ended)).isFalse();
        assertThat(epochs.holders(ended)).containsExactly(Thread.currentThread().getName());
        inside.exit();
        assertThat(epochs.isQuiescent(ended)).isTrue();
        assertThat(epochs.holders(ended)).isEmpty();
    }

    @Test
    void participantThatEnteredLaterHoldsNothingOlder() {
        EpochRecord later = epochs.register();
        long ended = epochs.advance();
        later.enter();
        assertThat(epochs.isQuiescent(ended)).isTrue();
        assertThat(epochs.isQuiescent(epochs.advance())).isFalse();
    }

    @Test
    void threadThatEndedInsideHoldsNothing() throws InterruptedException {
        EpochRecord left = epochs.register();
        Thread thread = new Thread(left::enter);
        thread.start();
        thread.join();
        assertThat(epochs.isQuiescent(epochs.advance())).isTrue();
    }

    @Test
    void recordOfAThreadThatEndedInsideProtectsTheNextThread() throws InterruptedException {
        EpochRecord handedOn = epochs.register();
        Thread thread = new Thread(handedOn::enter);
        thread.start();
        thread.join();
        handedOn.enter();
        assertThat(epochs.isQuiescent(epochs.advance())).isFalse();
    }

    @Test
    void recordGivenBackByAnotherThreadHoldsMemoryUntilItsOwnerLeaves() {
        EpochRecord inside = epochs.register();
        inside.enter();
        epochs.unregister(inside);
        long ended = epochs.advance();
        assertThat(epochs.isQuiescent(ended)).isFalse();
        inside.exit();
        assertThat(epochs.isQuiescent(ended)).isTrue();
    }

    @Test
    void recordGivenBackCannotBeEnteredAgain() {
        EpochRecord closed = epochs.register();
        epochs.unregister(closed);
        assertThatThrownBy(closed::enter).isInstanceOf(MemoryClosedException.class);
        assertThat(epochs.isQuiescent(epochs.advance())).isTrue();
    }

    @Test
    void recordGivenBackOutsideHoldsNothing() {
        EpochRecord outside = epochs.register();
        outside.enter();
        outside.exit();
        epochs.unregister(outside);
        assertThat(epochs.isQuiescent(epochs.advance())).isTrue();
    }
}
