package io.engram.replay.offheap;

import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.SinkStreamWriter;
import io.engram.replay.internal.SinkVectorWriter;
import io.engram.replay.internal.StagedRow;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.RingAppender;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.TransitionListener;
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
    private final Positions positions;

    Writers(
            OffHeapReplayMemory memory,
            Streams streams,
            Episodes episodes,
            Participants participants,
            Positions positions) {
        this.positions = positions;
        this.memory = memory;
        this.schema = memory.schema();
        this.layout = new PayloadLayout(schema);
        this.streams = streams;
        this.episodes = episodes;
        this.participants = participants;
    }

    StreamWriter writer(String stream, int id) {
        TransitionListener listener = memory.indexes().listener(id);
        Lane lane = lane(stream, id, listener);
        return new SinkStreamWriter(schema, lane, appender(listener, id), memory.capacity());
    }

    VectorWriter vectorWriter(List<String> names, int... ids) {
        TransitionListener listener = memory.indexes().listener(ids);
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            lanes.add(lane(names.get(i), ids[i], listener));
        }
        return new SinkVectorWriter(schema, lanes, appender(listener, ids), memory.capacity());
    }

    private Lane lane(String stream, int id, TransitionListener listener) {
        Lane lane = new Lane(stream, id, new StagedRow(schema, layout, RowDescriptor.HEADER_LENGTH));
        episodes.follow(id, lane.progress());
        LanePosition position = positions.opened(lane);
        if (position != null) {
            lane.resume(position);
            if (position.inEpisode()) {
                tellOfEpisode(position, listener);
            }
        }
        return lane;
    }

    /** Tells a new writer's listener of the transitions that its stream's episode has already. */
    private void tellOfEpisode(LanePosition position, TransitionListener listener) {
        memory.inside(() -> {
            ResumedEpisode.tell(
                    memory.ring(),
                    position,
                    schema.rowLayout(),
                    memory.indexes().longestWindow(),
                    listener);
            return position;
        });
    }

    private RingAppender appender(TransitionListener listener, int... ids) {
        EpochRecord epoch = memory.epochs().register();
        var counters = participants.newWriter();
        return new RingAppender(memory.ring(), epoch, episodes.newLog(), counters, listener, () -> {
            participants.retire(counters);
            memory.epochs().unregister(epoch);
            streams.close(ids);
        });
    }
}
