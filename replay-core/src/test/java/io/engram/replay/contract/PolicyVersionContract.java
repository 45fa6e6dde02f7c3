package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.AgeLimit;
import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import io.engram.replay.Windows;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource
    void onlyWhatAPolicyNewEnoughDidIsSampled(RowLayout layout) {
        ReplayMemory memory = actedByVersions1344(layout);
        memory.policyVersion(6);
        for (SamplerSpec.Builder kind : List.of(
                SamplerSpec.uniform("s", 64),
                SamplerSpec.prioritized("s", 64),
                SamplerSpec.uniform("s", 64).nStep(NStep.of(2, 1)))) {
            assertThat(actions(memory, kind, 5)).containsExactly(1L, 2L, 3L, 4L);
            assertThat(actions(memory, kind, 4)).containsExactly(2L, 3L, 4L);
            assertThat(actions(memory, kind, 3)).containsExactly(2L, 3L, 4L);
            assertThat(actions(memory, kind, 2)).containsExactly(3L, 4L);
            assertThat(actions(memory, kind, 1)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void windowIsAsOldAsThePolicyOfItsFirstStepAfterBurnIn(RowLayout layout) {
        ReplayMemory memory = actedByVersions1344(layout);
        memory.policyVersion(6);
        Windows windows = Windows.of(2).withStride(1);
        SamplerSpec.Builder uniform = SamplerSpec.uniform("s", 64).windows(windows);
        SamplerSpec.Builder prioritized =
                SamplerSpec.prioritized("s", 64).index("windows").windows(windows);
        for (SamplerSpec.Builder kind : List.of(uniform, prioritized)) {
            assertThat(actions(memory, kind, 5)).containsExactly(1L, 2L, 3L);
            assertThat(actions(memory, kind, 3)).containsExactly(2L, 3L);
            assertThat(actions(memory, kind, 2)).containsExactly(3L);
            assertThat(actions(memory, kind, 1)).isEmpty();
        }
        // The window of steps 2 and 3 begins with step 1, which an older policy did, to burn in.
        assertThat(actions(memory, uniform.windows(windows.withBurnIn(1)), 3)).containsExactly(1L, 2L);
    }

    @ParameterizedTest
    @EnumSource
    void batchSaysHowManyRowsAndVersionsOldItsElementsAre(RowLayout layout) {
        ReplayMemory memory = actedByVersions1344(layout);
        SamplerSpec spec = SamplerSpec.uniform("ages", 64)
                .columns("action", AgeLimit.STEPS, AgeLimit.POLICY_VERSIONS)
                .build();
        try (Sampler sampler = memory.sampler(spec)) {
            for (long newest : new long[] {4, 9}) {
                memory.policyVersion(newest);
                Batch batch = sampler.sample(sampler.newBatch());
                long[] versions = {1, 3, 4, 4};
                for (int row = 0; row < batch.size(); row++) {
                    int action = (int) batch.column("action").longs().get(row);
                    int rowsBehind = layout == RowLayout.ARRIVAL ? 1 : 0;
                    assertThat(batch.column(AgeLimit.STEPS).longs().get(row))
                            .isEqualTo(batch.age(row))
                            .isEqualTo(4 - action + rowsBehind);
                    assertThat(batch.column(AgeLimit.POLICY_VERSIONS).longs().get(row))
                            .isEqualTo(newest - versions[action - 1]);
                }
            }
        }
    }

    /** An open episode of actions 1 to 4. */
    private ReplayMemory actedByVersions1344(RowLayout layout) {
        ReplayMemory memory = memory(
                Schemas.rewarded(layout),
                100,
                Shares.proportional(1),
                PriorityIndex.proportional("windows")
                        .windows(Windows.of(2).withStride(1))
                        .build());
        StreamWriter writer = memory.writer("a");
        writer.policyVersion(1);
        writer.field("observation").set(0L);
        writer.begin();
        long[] versions = {1, 3, 4, 4};
        for (int i = 0; i < versions.length; i++) {
            writer.policyVersion(versions[i]);
            writer.field("action").set(i + 1L);
            writer.field("reward").set(1f);
            writer.field("observation").set(0L);
            writer.step(false, false);
        }
        return memory;
    }

    /** The first actions of all that is sampled. */
    private static TreeSet<Long> actions(ReplayMemory memory, SamplerSpec.Builder kind, long versions) {
        TreeSet<Long> found = new TreeSet<>();
        try (Sampler sampler =
                memory.sampler(kind.maxAge(AgeLimit.ofPolicyVersions(versions)).build())) {
            Batch batch = sampler.newBatch();
            for (int i = 0; i < 10 && sampler.trySample(batch); i++) {
                Column actions = batch.column("action");
                for (int row = 0; row < batch.size(); row++) {
                    found.add(actions.longs().get(row * (actions.rowLength() / Long.BYTES)));
                }
            }
        }
        return found;
    }
}
