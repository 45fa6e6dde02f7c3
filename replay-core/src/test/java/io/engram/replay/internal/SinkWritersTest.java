package io.engram.replay.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Columns;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.contract.Schemas;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What writers tell a sink: the part of a row that no batch shows. */
class SinkWritersTest {
    private final RecordingSink sink = new RecordingSink();

    @Test
    void arrivalRowsSayWhereTheyBelong() {
        SinkStreamWriter writer = stream(RowLayout.ARRIVAL);
        begin(writer, 10);
        step(writer, 1, 11, false);
        step(writer, 2, 12, true);
        begin(writer, 20);
        assertThat(sink.rows)
                .containsExactly(
                        "stream=5 episode=0 step=0 previous=-1 flags=1 payload=[10, 0]",
                        "stream=5 episode=0 step=1 previous=0 flags=0 payload=[11, 1]",
                        "stream=5 episode=0 step=2 previous=1 flags=4 payload=[12, 2]",
                        "stream=5 episode=1 step=0 previous=-1 flags=1 payload=[20, 0]");
        assertThat(sink.balance).isZero();
    }

    @Test
    void selfContainedRowsSayWhereTheyBelong() {
        SinkStreamWriter writer = stream(RowLayout.SELF_CONTAINED);
        begin(writer, 10);
        step(writer, 1, 11, false);
        begin(writer, 20);
        step(writer, 2, 21, false);
        step(writer, 3, 22, true);
        assertThat(sink.rows)
                .containsExactly(
                        "stream=5 episode=0 step=0 previous=-1 flags=0 payload=[10, 1, 11]",
                        "stream=5 episode=1 step=0 previous=-1 flags=0 payload=[20, 2, 21]",
                        "stream=5 episode=1 step=1 previous=1 flags=4 payload=[21, 3, 22]");
        assertThat(sink.balance).isZero();
    }

    @Test
    void lanesAreAppendedInOrderUnderTheirOwnStreams() {
        Columns columns = Columns.allocate(Schemas.longs(RowLayout.ARRIVAL), 2);
        SinkVectorWriter writer = lanes(RowLayout.ARRIVAL, 2);
        columns.column("next/observation").longs().put(0, 11).put(1, 21);
        columns.column("terminated").buffer().put(1, (byte) 1);
        writer.begin(columns);
        writer.step(columns);
        writer.step(columns, new boolean[] {true, false});
        assertThat(sink.rows)
                .containsExactly(
                        "stream=0 episode=0 step=0 previous=-1 flags=1 payload=[0, 0]",
                        "stream=1 episode=1 step=0 previous=-1 flags=1 payload=[0, 0]",
                        "stream=0 episode=0 step=1 previous=0 flags=0 payload=[11, 0]",
                        "stream=1 episode=1 step=1 previous=1 flags=2 payload=[21, 0]",
                        "stream=0 episode=0 step=2 previous=2 flags=0 payload=[11, 0]",
                        "stream=1 episode=2 step=0 previous=-1 flags=1 payload=[21, 0]");
        assertThat(sink.balance).isZero();
    }

    @Test
    void sinkWithoutRoomLeavesTheStreamAsItWas() {
        SinkStreamWriter writer = stream(RowLayout.ARRIVAL);
        writer.field("observation").set(10L);
        sink.full = true;
        assertThatThrownBy(writer::begin).hasMessage("full");
        assertThat(writer.inEpisode()).isFalse();
        sink.full = false;
        writer.begin();
        writer.field("action").set(1L);
        writer.field("observation").set(11L);
        sink.full = true;
        assertThatThrownBy(() -> writer.step(true, true)).hasMessage("full");
        Columns columns = Columns.allocate(Schemas.longs(RowLayout.ARRIVAL), 1);
        assertThatThrownBy(() -> writer.stepAll(columns, 1)).hasMessage("full");
        sink.full = false;
        assertThat(writer.inEpisode()).isTrue();
        assertThat(writer.step(true, true)).isEqualTo(1);
        assertThat(sink.rows)
                .containsExactly(
                        "stream=5 episode=0 step=0 previous=-1 flags=1 payload=[10, 0]",
                        "stream=5 episode=0 step=1 previous=0 flags=6 payload=[11, 1]");
        assertThat(sink.balance).isZero();
    }

    @Test
    void sinkThatIsClosedBeginsNoEpisode() {
        SinkStreamWriter writer = stream(RowLayout.SELF_CONTAINED);
        sink.full = true;
        assertThatThrownBy(() -> begin(writer, 10)).hasMessage("full");
        assertThat(writer.inEpisode()).isFalse();
        sink.full = false;
        writer.begin();
        step(writer, 1, 11, true);
        assertThat(sink.rows).containsExactly("stream=5 episode=0 step=0 previous=-1 flags=4 payload=[10, 1, 11]");
    }

    @Test
    void sinkWithoutRoomLeavesEveryLaneAsItWas() {
        SinkVectorWriter writer = lanes(RowLayout.ARRIVAL, 2);
        Columns columns = writer.newColumns();
        writer.begin(columns);
        sink.full = true;
        assertThatThrownBy(() -> writer.begin(columns)).hasMessage("full");
        assertThatThrownBy(() -> writer.step(columns)).hasMessage("full");
        sink.full = false;
        writer.step(columns);
        assertThat(sink.rows).hasSize(4);
        assertThat(sink.rows.get(3)).startsWith("stream=1 episode=1 step=1 previous=1");
        assertThat(sink.balance).isZero();
    }

    private SinkStreamWriter stream(RowLayout layout) {
        Schema schema = Schemas.longs(layout);
        return new SinkStreamWriter(schema, lane(schema, 5), sink, 100);
    }

    private SinkVectorWriter lanes(RowLayout layout, int count) {
        Schema schema = Schemas.longs(layout);
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lanes.add(lane(schema, i));
        }
        return new SinkVectorWriter(schema, lanes, sink, 100);
    }

    private static Lane lane(Schema schema, int id) {
        return new Lane("s" + id, id, new StagedRow(schema, new PayloadLayout(schema)));
    }

    private static void begin(SinkStreamWriter writer, long state) {
        writer.field("observation").set(state);
        writer.begin();
    }

    private static void step(SinkStreamWriter writer, long action, long next, boolean truncated) {
        writer.field("action").set(action);
        writer.field("observation").set(next);
        writer.step(false, truncated);
    }

    /** Writes down what it is told, and refuses to make room when full. */
    private static final class RecordingSink implements RowSink {
        private final List<String> rows = new ArrayList<>();
        private boolean full;
        private int balance;
        private long episodes;

        @Override
        public void claim(int count) {
            requireRoom();
            assertThat(balance).isZero();
            balance = count + 1;
        }

        @Override
        public long append(Lane lane, int flags) {
            balance--;
            List<Long> payload = new ArrayList<>();
            ByteBuffer bytes = ByteBuffer.wrap(lane.row().image()).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                payload.add(bytes.getLong());
            }
            rows.add("stream=" + lane.streamId() + " episode=" + lane.episode() + " step=" + lane.step() + " previous="
                    + lane.previous() + " flags=" + flags + " payload=" + payload);
            return rows.size() - 1L;
        }

        @Override
        public void release() {
            balance--;
        }

        @Override
        public long nextEpisode(Lane of) {
            requireRoom();
            return episodes++;
        }

        @Override
        public void episodeBegins(Lane of) {}

        @Override
        public void episodeEnded(Lane of, int flags) {}

        @Override
        public void usesPolicy(long version) {}

        @Override
        public void close() {}

        private void requireRoom() {
            if (full) {
                throw new IllegalStateException("full");
            }
        }
    }
}
