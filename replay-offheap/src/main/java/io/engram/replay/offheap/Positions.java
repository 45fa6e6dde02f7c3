package io.engram.replay.offheap;

import io.engram.replay.EpisodeLabel;
import io.engram.replay.SamplerState;
import io.engram.replay.internal.LabelText;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.priority.RingIndexes;
import io.engram.replay.offheap.internal.store.Manifest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where writers and samplers stand: those that are open, and those of the snapshot that the memory was made from until
 * somebody goes on with them. Safe for use by any number of threads.
 */
final class Positions {
    private static final int TRIES = 1000;
    private static final long PAUSE_NANOS = 100_000;

    /** By stream: those of the snapshot. */
    private final Map<Integer, LanePosition> suspended = new TreeMap<>();

    private final Map<String, SamplerState> states = new HashMap<>();
    private final Map<Integer, Lane> lanes = new HashMap<>();
    private final Map<String, Supplier<SamplerState>> samplers = new HashMap<>();

    private Positions() {}

    /** Those of the snapshot that a memory is at, if it is at one; of episodes whose end is recorded there is none. */
    static Positions of(@Nullable Manifest resume, @Nullable EpisodeBook book) {
        Positions positions = new Positions();
        if (resume != null && book != null) {
            positions.states.putAll(resume.samplers());
            for (LanePosition position : resume.streams()) {
                EpisodeBook.Entry entry = book.entries().get(position.episode());
                EpisodeBook.Begin begin = entry == null ? null : entry.begin();
                boolean goesOn = entry != null
                        && entry.end() == null
                        && begin != null
                        && begin.stream() == position.streamId()
                        && position.previous() < resume.cut().head();
                boolean known = book.streams().containsKey(position.streamId());
                if (known && (goesOn || !position.inEpisode())) {
                    positions.suspended.put(position.streamId(), position);
                }
            }
        }
        return positions;
    }

    /** Those of the snapshot. */
    synchronized Collection<LanePosition> suspended() {
        return List.copyOf(suspended.values());
    }

    /** The episodes of the snapshot that go on. */
    synchronized Set<Long> episodes() {
        return suspended.values().stream()
                .filter(LanePosition::inEpisode)
                .map(LanePosition::episode)
                .collect(Collectors.toSet());
    }

    /** Takes up what priority indexes remembered when the snapshot was taken. */
    void resume(RingIndexes indexes, Manifest manifest) {
        for (RingIndex index : indexes.all()) {
            Long least = manifest.leastMasses().get(index.settings().name());
            if (least != null && least > 0) {
                index.resumeLeastMass(least);
            }
        }
    }

    /** A writer's lane that was made; the position that it has to go on from, if there is one. */
    synchronized @Nullable LanePosition opened(Lane lane) {
        lanes.put(lane.streamId(), lane);
        return suspended.remove(lane.streamId());
    }

    /** Sees to it that nobody goes on with episodes that are being erased. */
    synchronized void erase(Map<Long, Integer> streamsByEpisode) {
        streamsByEpisode.forEach((episode, stream) -> {
            LanePosition waiting = suspended.get(stream);
            if (waiting != null && waiting.episode() == episode) {
                suspended.remove(stream);
            }
            Lane lane = lanes.get(stream);
            if (lane != null) {
                lane.erase(episode);
            }
        });
    }

    /** Sees to it that no later snapshot names in a position what is being erased. */
    synchronized void hideLabels(Predicate<EpisodeLabel> named, Set<Long> episodes) {
        suspended.replaceAll((stream, waiting) -> named.test(label(waiting)) ? waiting.withoutLabel() : waiting);
        for (Lane lane : lanes.values()) {
            LanePosition position = position(lane);
            boolean hidden = position == null || named.test(label(position));
            if (hidden || episodes.contains(lane.progress().episode())) {
                lane.hideLabel();
            }
        }
    }

    private static EpisodeLabel label(LanePosition position) {
        return LabelText.decode(ByteBuffer.wrap(position.labelText()));
    }

    /** A sampler that was made. */
    synchronized void opened(String sampler, Supplier<SamplerState> state) {
        samplers.put(sampler, state);
    }

    /** A sampler that is closed; where it stood is still a place to go on from. */
    synchronized void closed(String sampler) {
        Supplier<SamplerState> state = samplers.remove(sampler);
        if (state != null) {
            states.put(sampler, state.get());
        }
    }

    /** Where samplers stand now, by name. */
    synchronized Map<String, SamplerState> samplerStates() {
        Map<String, SamplerState> now = new TreeMap<>(states);
        samplers.forEach((name, state) -> now.put(name, state.get()));
        return now;
    }

    /**
     * Where writers stand now that appended nothing from a row on. Each is asked again while it is inside a call,
     * though not for ever.
     *
     * @param head the row
     * @param nextEpisode no later episode had begun before that was the next row
     */
    synchronized List<LanePosition> streamsBefore(long head, long nextEpisode) {
        Map<Integer, LanePosition> now = new TreeMap<>(suspended);
        lanes.forEach((stream, lane) -> {
            LanePosition position = position(lane);
            if (position != null && isBefore(position, head, nextEpisode)) {
                now.put(stream, position);
            }
        });
        return new ArrayList<>(now.values());
    }

    private static boolean isBefore(LanePosition position, long head, long nextEpisode) {
        // An episode without rows does not say what its stream appended before.
        boolean noRows = position.inEpisode() && position.previous() == Lane.NONE;
        return noRows ? position.episode() < nextEpisode : position.previous() < head;
    }

    private static @Nullable LanePosition position(Lane lane) {
        LanePosition position = lane.position();
        for (int i = 1; i < TRIES && position == null; i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            position = lane.position();
        }
        return position;
    }
}
