package io.engram.replay.offheap;

import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.SinkStreamWriter;
import io.engram.replay.internal.SinkVectorWriter;
import io.engram.replay.internal.StagedRow;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.RingAppender;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.util.ArrayList;
import java.util.List;

/** Makes the writers of a memory, for streams that are open and recorded. */
final class Writers {
    private final OffHeapReplayMemory memory;
    private final Schema schema;
    private final PayloadLayout layout;
    private final Streams streams;
    private final Episodes episodes;
    private final Participants participants;

    Writers(OffHeapReplayMemory memory, Streams streams, Episodes episodes, Participants participants) {
        this.memory = memory;
        this.schema = memory.schema();
        this.layout = new PayloadLayout(schema);
        this.streams = streams;
        this.episodes = episodes;
        this.participants = participants;
    }

    StreamWriter writer(String stream, int id) {
        return new SinkStreamWriter(schema, lane(stream, id), appender(id), memory.capacity());
    }

    VectorWriter vectorWriter(List<String> names, int... ids) {
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            lanes.add(lane(names.get(i), ids[i]));
        }
        return new SinkVectorWriter(schema, lanes, appender(ids), memory.capacity());
    }

    private Lane lane(String stream, int id) {
        Lane lane = new Lane(stream, id, new StagedRow(schema, layout, RowDescriptor.HEADER_LENGTH));
        episodes.follow(id, lane.progress());
        return lane;
    }

    private RingAppender appender(int... ids) {
        EpochRecord epoch = memory.epochs().register();
        var counters = participants.newWriter();
        return new RingAppender(
                memory.ring(),
                epoch,
                episodes.newLog(),
                counters,
                memory.indexes().listener(ids),
                () -> {
                    participants.retire(counters);
                    memory.epochs().unregister(epoch);
                    streams.close(ids);
                });
    }
}
