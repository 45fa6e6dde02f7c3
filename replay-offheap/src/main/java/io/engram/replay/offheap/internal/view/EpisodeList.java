package io.engram.replay.offheap.internal.view;

import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The episodes of a view: as the journal has them, and what rows tell of those that it has no end of. */
final class EpisodeList {
    private final StoreView view;
    private final PayloadLayout layout;
    private final Map<Long, Progress> open = new HashMap<>();

    /** How far an open episode has come. */
    private static final class Progress {
        private long first = Episode.NO_ROW;
        private long last = Episode.NO_ROW;
        private long length;
        private double reward;
    }

    private EpisodeList(StoreView view) {
        this.view = view;
        this.layout = new PayloadLayout(view.superblock().schema());
    }

    static List<Episode> of(StoreView view) {
        return new EpisodeList(view).list();
    }

    private List<Episode> list() {
        long from = view.head();
        Map<Long, EpisodeBook.Entry> entries = view.book().entries();
        for (Map.Entry<Long, EpisodeBook.Entry> each : entries.entrySet()) {
            EpisodeBook.Begin begin = each.getValue().begin();
            if (begin != null && isOpen(each.getValue().end())) {
                open.put(each.getKey(), new Progress());
                from = Math.min(from, begin.head());
            }
        }
        follow(Math.max(from, view.tail()));
        List<Episode> episodes = new ArrayList<>();
        entries.forEach((number, entry) -> {
            EpisodeBook.Begin begin = entry.begin();
            EpisodeBook.End end = isOpen(entry.end()) ? null : entry.end();
            if (begin != null && (end == null ? begin.head() <= view.head() : end.last() >= view.tail())) {
                episodes.add(episode(number, begin, end));
            }
        });
        return List.copyOf(episodes);
    }

    /** One that has ended behind the window's end goes on, as far as the window shows. */
    private boolean isOpen(EpisodeBook.@Nullable End end) {
        return end == null || end.last() >= view.head();
    }

    private void follow(long from) {
        RowCursor rows = view.rows();
        for (long sequence = from; sequence < view.head() && !open.isEmpty(); sequence++) {
            if (rows.read(sequence) != RowCursor.Found.ROW) {
                continue;
            }
            Progress progress = open.get(rows.episode());
            if (progress != null) {
                boolean transition = (rows.flags() & RowFlags.FIRST) == 0;
                if (progress.first == Episode.NO_ROW) {
                    progress.first = sequence;
                    // Of rewards that left the window nothing is known.
                    progress.reward = rows.step() > 0 ? Double.NaN : 0;
                }
                progress.last = sequence;
                progress.length = rows.step() + (layout.nextOffset() > 0 ? 1L : 0L);
                progress.reward += transition ? reward(rows.row()) : 0;
            }
        }
    }

    private double reward(ByteBuffer row) {
        PayloadLayout.Slot reward = layout.reward();
        if (reward == null) {
            return Double.NaN;
        }
        int at = RowDescriptor.HEADER_LENGTH + reward.offset();
        return reward.field().dtype() == DType.F64 ? row.getDouble(at) : row.getFloat(at);
    }

    private Episode episode(long number, EpisodeBook.Begin begin, EpisodeBook.@Nullable End end) {
        String stream = String.valueOf(view.book().streams().get(begin.stream()));
        if (end != null) {
            return new Episode(
                    number,
                    stream,
                    end.kind(),
                    end.recovered(),
                    end.length(),
                    end.totalReward(),
                    end.first(),
                    end.last(),
                    begin.begun(),
                    end.ended(),
                    begin.policyVersion(),
                    begin.label());
        }
        Progress now = open.getOrDefault(number, new Progress());
        return new Episode(
                number,
                stream,
                Episode.Kind.OPEN,
                false,
                now.length,
                layout.reward() == null ? Double.NaN : now.reward,
                now.first,
                now.last,
                begin.begun(),
                Episode.NOT_ENDED,
                begin.policyVersion(),
                begin.label());
    }
}
