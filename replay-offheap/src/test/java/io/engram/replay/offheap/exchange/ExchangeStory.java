package io.engram.replay.offheap.exchange;

import io.engram.replay.DType;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StagedField;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Random rows of every dtype and many shapes, of several streams in turn, and what a view says of them. */
final class ExchangeStory {
    private static final int STREAMS = 3;

    private ExchangeStory() {}

    static Schema schema(RowLayout layout) {
        return Schema.builder()
                .add(Field.state("observation", DType.F32, 2, 3))
                .add(Field.state("pixels/front", DType.U8, 5))
                .add(Field.state("mask", DType.BOOL, 3))
                .add(Field.state("clock", DType.I64))
                .add(Field.step("action", DType.I32))
                .add(Field.step("reward", DType.F32))
                .add(Field.step("wide", DType.F64, 1))
                .add(Field.step("tiny", DType.I8))
                .add(Field.step("short", DType.I16, 2, 1))
                // A name that is also that of a column of the row's header, but for the @.
                .add(Field.step("episode", DType.I64))
                .rowLayout(layout)
                .build();
    }

    /** Appends at least so many rows; leaves one stream in an episode if asked to. */
    static void play(OffHeapReplayMemory memory, int rows, long seed) {
        SplitMix64 random = new SplitMix64(seed);
        List<StreamWriter> writers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            writers.add(memory.writer("actor-" + i));
        }
        for (int i = 0; i < rows; i++) {
            act(writers.get(random.nextInt(STREAMS)), memory.schema(), random);
        }
        writers.forEach(StreamWriter::close);
    }

    static void act(StreamWriter writer, Schema schema, SplitMix64 random) {
        writer.policyVersion(random.nextInt(1000));
        int what = random.nextInt(40);
        if (what == 0) {
            writer.abandon();
        }
        if (!writer.inEpisode()) {
            writer.label(
                    what % 3 == 0
                            ? EpisodeLabel.NONE
                            : EpisodeLabel.ofSubject("patient \u00e4\"\\" + what, "a,b", "c"));
            stage(writer, schema, random, true);
            writer.begin();
        } else {
            stage(writer, schema, random, false);
            writer.step(what == 1 || what == 3, what == 2 || what == 3);
        }
    }

    private static void stage(StreamWriter writer, Schema schema, SplitMix64 random, boolean begin) {
        for (Field field : schema.fields()) {
            if (begin && field.role() == Role.STEP) {
                continue;
            }
            StagedField staged = writer.field(field.name());
            byte[] bytes = new byte[field.length()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (field.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt(256));
            }
            if (field.name().equals(Field.REWARD)) {
                staged.set((float) random.nextInt(10));
            } else {
                staged.set(new UnsafeBuffer(bytes), 0);
            }
        }
    }

    /** Every row of a store: its sequence, and its bytes without the link back. */
    static List<String> rows(Path directory) {
        List<String> rows = new ArrayList<>();
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            RowCursor cursor = view.rows();
            byte[] record = new byte[new RecordLayout(view.superblock().schema()).length()];
            for (long sequence = view.tail(); sequence < view.head(); sequence++) {
                if (cursor.read(sequence) == RowCursor.Found.ROW) {
                    Export.fill(record, sequence, cursor);
                    rows.add(Arrays.toString(record));
                }
            }
        }
        return rows;
    }

    /** What a view says of its episodes. */
    static List<String> episodes(Path directory) {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            return view.episodes().stream().map(String::valueOf).toList();
        }
    }
}
