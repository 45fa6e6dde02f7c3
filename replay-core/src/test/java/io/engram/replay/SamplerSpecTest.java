package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.contract.Schemas;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplerSpecTest {
    @Test
    void partsOutOfBoundsAreRefused() {
        refused(SamplerSpec.uniform("", 1), "name=''");
        refused(SamplerSpec.uniform("x".repeat(101), 1), "name=");
        refused(SamplerSpec.uniform("a", 0), "batchSize=0");
        refused(SamplerSpec.uniform("a", 1).minSize(0), "minSize=0");
        refused(SamplerSpec.uniform("a", 1).patience(Duration.ofNanos(-1)), "patience=PT-0.000000001S");
    }

    @Test
    void optionsAreKept() {
        SamplerSpec spec = SamplerSpec.uniform("a", 3)
                .seed(7)
                .minSize(9)
                .patience(Duration.ofSeconds(2))
                .columns("reward", "terminated")
                .build();
        assertThat(spec.name()).isEqualTo("a");
        assertThat(spec.batchSize()).isEqualTo(3);
        assertThat(spec.seed()).isEqualTo(7);
        assertThat(spec.minSize()).isEqualTo(9);
        assertThat(spec.patience()).isEqualTo(Duration.ofSeconds(2));
        assertThat(spec.columns()).containsExactly("reward", "terminated");
    }

    @Test
    void columnsAreSpelledOutForAMemory() {
        Schema schema = Schemas.small(RowLayout.ARRIVAL);
        SamplerSpec all = SamplerSpec.uniform("a", 3).seed(7).minSize(9).build();
        SamplerSpec spelledOut = all.forMemory(schema, 9, List.of());
        assertThat(spelledOut.columns()).isEqualTo(Columns.names(schema));
        assertThat(spelledOut.seed()).isEqualTo(7);
        assertThat(spelledOut.forMemory(schema, 9, List.of())).isEqualTo(spelledOut);
        assertThatThrownBy(() -> all.forMemory(schema, 8, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'a'", "minSize=9", "capacity=8");
    }

    @Test
    void prioritizedSpecHasTheDocumentedDefaults() {
        assertThat(SamplerSpec.prioritized("a", 3).build().prioritization())
                .isEqualTo(new Prioritization(
                        "default",
                        Prioritization.Draw.STRATIFIED,
                        BetaSchedule.constant(0.4),
                        Prioritization.Normalization.BATCH_MAXIMUM,
                        0.9));
        assertThat(SamplerSpec.uniform("a", 3).build().prioritization()).isNull();
    }

    @Test
    void prioritizedOptionsAreKept() {
        SamplerSpec spec = SamplerSpec.prioritized("a", 3)
                .index("other")
                .draw(Prioritization.Draw.INDEPENDENT)
                .beta(BetaSchedule.linear(0.1, 0.9, 7))
                .normalization(Prioritization.Normalization.NONE)
                .build();
        Prioritization expected = new Prioritization(
                "other",
                Prioritization.Draw.INDEPENDENT,
                BetaSchedule.linear(0.1, 0.9, 7),
                Prioritization.Normalization.NONE,
                0.9);
        assertThat(spec.prioritization()).isEqualTo(expected);
        assertThat(spec.forMemory(
                                Schemas.small(RowLayout.ARRIVAL),
                                9,
                                List.of(PriorityIndex.proportional("other").build()))
                        .prioritization())
                .isEqualTo(expected);
    }

    @Test
    void uniformSpecRefusesOptionsOfPrioritizedOnes() {
        SamplerSpec.Builder builder = SamplerSpec.uniform("a", 3);
        for (Runnable option : List.<Runnable>of(
                () -> builder.index("default"),
                () -> builder.draw(Prioritization.Draw.STRATIFIED),
                () -> builder.beta(BetaSchedule.constant(1)),
                () -> builder.normalization(Prioritization.Normalization.NONE))) {
            assertThatThrownBy(option::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("'a'", "SamplerSpec.prioritized");
        }
    }

    private static void refused(SamplerSpec.Builder builder, String part) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part);
    }

    @Test
    void episodesAndPrioritiesTogetherAreRefused() {
        SamplerSpec.Builder builder = SamplerSpec.prioritized("both", 4).episodes(EpisodeFilter.withTag("expert"));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("draws by priority and only from episodes=")
                .hasMessageContaining("expert");
    }
}
