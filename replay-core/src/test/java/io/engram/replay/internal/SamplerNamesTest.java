package io.engram.replay.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplerNamesTest {
    @Test
    void nameIsHeldOnceUntilItIsFreed() {
        SamplerNames names = new SamplerNames();
        names.open("a");
        names.open("b");
        assertThatThrownBy(() -> names.open("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("name='a'");
        names.close("a");
        names.open("a");
    }
}
