package io.engram.replay.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    @Test
    void noPatienceIsOneAttempt() {
        AtomicInteger attempts = new AtomicInteger();
        assertThat(new Patience(Duration.ZERO).await(() -> attempts.incrementAndGet() > 1))
                .isFalse();
        assertThat(attempts).hasValue(1);
    }

    @Test
    void attemptThatSucceedsEndsTheWait() {
        AtomicInteger attempts = new AtomicInteger();
        assertThat(new Patience(FOR_EVER).await(() -> attempts.incrementAndGet() == 10))
                .isTrue();
        assertThat(attempts).hasValue(10);
    }

    @Test
    void exceptionOfAnAttemptEndsTheWait() {
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> new Patience(FOR_EVER).await(() -> {
                    if (attempts.incrementAndGet() == 3) {
                        throw new IllegalStateException("closed");
                    }
                    return false;
                }))
                .hasMessage("closed");
    }

    @Test
    void interruptEndsTheWaitAndStaysSet() {
        Thread.currentThread().interrupt();
        boolean succeeded = new Patience(FOR_EVER).await(() -> false);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(succeeded).isFalse();
    }

    @Test
    void patienceEnds() {
        assertThat(new Patience(Duration.ofMillis(3)).await(() -> false)).isFalse();
    }
}
