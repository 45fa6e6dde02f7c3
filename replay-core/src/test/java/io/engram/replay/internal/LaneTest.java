package io.engram.replay.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.StreamException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneTest {
    private final Schema schema = Schema.builder()
            .observation(DType.F32, 1)
            .action(DType.I32)
            .reward()
            .rowLayout(RowLayout.ARRIVAL)
            .build();
    private final Lane lane = new Lane("stream", 0, new StagedRow(schema, new PayloadLayout(schema)));
    private final List<String> rows = new ArrayList<>();
    private boolean full;
    private final RowSink sink = new RowSink() {
        @Override
        public void claim(int count) {}

        @Override
        public long append(Lane of, int flags) {
            if (full) {
                throw new IllegalStateException("full");
            }
            rows.add("episode=" + of.episode() + " step=" + of.step() + " previous=" + of.previous());
            return rows.size() - 1L;
        }

        @Override
        public void release() {}

        @Override
        public long nextEpisode(Lane of) {
            return rows.size();
        }

        @Override
        public void episodeBegins(Lane of) {}

        @Override
        public void episodeEnded(Lane of, int flags) {}

        @Override
        public void usesPolicy(long version) {}

        @Override
        public void close() {}
    };

    @Test
    void beginThatFailsLeavesNoEpisodeToStepIn() {
        full = true;
        assertThatThrownBy(() -> lane.begin(sink)).hasMessage("full");
        assertThat(lane.inEpisode()).isFalse();
        assertThatThrownBy(lane::requireEpisode).isInstanceOf(StreamException.class);
    }

    @Test
    void stepThatFailsCanBeRepeated() {
        lane.begin(sink);
        full = true;
        assertThatThrownBy(() -> lane.step(sink, 0)).hasMessage("full");
        full = false;
        lane.step(sink, 0);
        assertThat(rows).containsExactly("episode=0 step=0 previous=-1", "episode=0 step=1 previous=0");
    }
}
