package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which version of the policy acted, and which is the newest. */
public abstract class PolicyVersionContract extends MemoryContract {
    @Test
    void newestVersionIsTheHighestThatAnybodyUsedOrDeclared() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        assertThat(memory.policyVersion()).isZero();
        StreamWriter writer = memory.writer("a");
        VectorWriter lanes = memory.vectorWriter(List.of("b", "c"));
        writer.policyVersion(7);
        assertThat(memory.policyVersion()).isEqualTo(7);
        memory.policyVersion(5);
        lanes.policyVersion(6);
        assertThat(memory.policyVersion()).isEqualTo(7);
        memory.policyVersion(8);
        assertThat(memory.policyVersion()).isEqualTo(8);
        lanes.policyVersion(Long.MAX_VALUE);
        assertThat(memory.policyVersion()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void negativeVersionIsRefusedByName() {
        ReplayMemory memory = longs(RowLayout.SELF_CONTAINED, 10);
        VectorWriter lanes = memory.vectorWriter(List.of("b", "c"));
        assertThatThrownBy(() -> memory.policyVersion(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("policyVersion=-1, expected at least 0");
        assertThatThrownBy(() -> memory.writer("a").policyVersion(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> lanes.policyVersion(-3)).isInstanceOf(IllegalArgumentException.class);
        assertThat(memory.policyVersion()).isZero();
    }

    @Test
    void closedWriterOrMemoryTakesNoVersion() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        StreamWriter closed = memory.writer("a");
        closed.close();
        assertThatThrownBy(() -> closed.policyVersion(1)).isInstanceOf(StreamException.class);
        StreamWriter open = memory.writer("b");
        memory.close();
        assertThatThrownBy(() -> open.policyVersion(1)).isInstanceOf(MemoryClosedException.class);
        assertThatThrownBy(() -> memory.policyVersion(1)).isInstanceOf(MemoryClosedException.class);
        assertThatThrownBy(memory::policyVersion).isInstanceOf(MemoryClosedException.class);
    }
}
