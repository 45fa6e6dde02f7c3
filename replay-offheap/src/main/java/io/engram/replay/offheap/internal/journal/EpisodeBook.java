package io.engram.replay.offheap.internal.journal;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.internal.EpisodeProgress;
import io.engram.replay.internal.LabelText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the records of a journal say. A record may be there twice, where a page was given up and its process died: the
 * later one counts. For one thread.
 */
public final class EpisodeBook implements PageReader.Visitor {
    /**
     * How an episode began.
     *
     * @param stream of the episode
     * @param begun when
     * @param policyVersion of the policy that acted
     * @param head a lower bound of its first row
     * @param label what it is about
     */
    public record Begin(int stream, long begun, long policyVersion, long head, EpisodeLabel label) {}

    /**
     * How an episode ended.
     *
     * @param ended when
     * @param kind how
     * @param recovered whether that was found out after a crash
     * @param first row, or -1
     * @param last row, or -1
     * @param length transitions
     * @param totalReward of them
     */
    public record End(
            long ended, Episode.Kind kind, boolean recovered, long first, long last, long length, double totalReward) {}

    /** What is known of an episode. */
    public static final class Entry {
        private @Nullable Begin begin;
        private @Nullable End end;

        /** Of which nothing is known. */
        public Entry() {}

        /**
         * How it began.
         *
         * @return null if that was given up, because none of its rows is held
         */
        public @Nullable Begin begin() {
            return begin;
        }

        /**
         * How it ended.
         *
         * @return null if it has not
         */
        public @Nullable End end() {
            return end;
        }
    }

    private final Map<Integer, String> streams = new TreeMap<>();
    private final Map<Long, Entry> entries = new TreeMap<>();
    private long nextEpisode;
    private long newestPolicy;
    private long firstPage;

    /** Empty. */
    public EpisodeBook() {}

    @Override
    public void visit(JournalPage page, int offset, ByteBuffer record) {
        int stream = record.getInt(RecordDescriptor.STREAM_OFFSET);
        switch (record.getInt(RecordDescriptor.TYPE_OFFSET)) {
            case RecordDescriptor.STREAM -> {
                byte[] name = new byte[record.limit() - RecordDescriptor.NAME_OFFSET];
                record.get(RecordDescriptor.NAME_OFFSET, name);
                streams.put(stream, new String(name, StandardCharsets.UTF_8));
            }
            case RecordDescriptor.BEGIN -> begin(stream, record);
            case RecordDescriptor.END -> end(record);
            case RecordDescriptor.KEPT -> {
                firstPage = Math.max(firstPage, record.getLong(RecordDescriptor.FIRST_PAGE_OFFSET));
                nextEpisode = Math.max(nextEpisode, record.getLong(RecordDescriptor.NEXT_EPISODE_OFFSET));
            }
            default ->
                throw new IllegalArgumentException("type=" + record.getInt(RecordDescriptor.TYPE_OFFSET) + ", expected "
                        + RecordDescriptor.STREAM + " to " + RecordDescriptor.KEPT);
        }
    }

    private void begin(int stream, ByteBuffer record) {
        Entry entry = entry(record);
        long policy = record.getLong(RecordDescriptor.POLICY_OFFSET);
        newestPolicy = Math.max(newestPolicy, policy);
        if (entry.begin == null) {
            ByteBuffer label = record.duplicate().position(RecordDescriptor.LABEL_OFFSET);
            entry.begin = new Begin(
                    stream,
                    record.getLong(RecordDescriptor.BEGUN_OFFSET),
                    policy,
                    record.getLong(RecordDescriptor.HEAD_OFFSET),
                    LabelText.decode(label));
        }
    }

    private void end(ByteBuffer record) {
        Entry entry = entry(record);
        entry.end = new End(
                record.getLong(RecordDescriptor.ENDED_OFFSET),
                kind(record.getInt(RecordDescriptor.KIND_OFFSET)),
                record.getInt(RecordDescriptor.RECOVERED_OFFSET) != 0,
                record.getLong(RecordDescriptor.FIRST_OFFSET),
                record.getLong(RecordDescriptor.LAST_OFFSET),
                record.getLong(RecordDescriptor.LENGTH_OFFSET),
                record.getDouble(RecordDescriptor.REWARD_OFFSET));
    }

    /**
     * Takes a begin that was read before.
     *
     * @param episode its number
     * @param begin how it began
     */
    public void assume(long episode, Begin begin) {
        entries.computeIfAbsent(episode, number -> new Entry()).begin = begin;
    }

    /**
     * Takes an end that was read before.
     *
     * @param episode its number
     * @param end how it ended
     */
    public void assume(long episode, End end) {
        entries.computeIfAbsent(episode, number -> new Entry()).end = end;
    }

    private static Episode.Kind kind(int code) {
        return switch (code) {
            case RecordDescriptor.TERMINATED -> Episode.Kind.TERMINATED;
            case RecordDescriptor.TRUNCATED -> Episode.Kind.TRUNCATED;
            case RecordDescriptor.ABANDONED -> Episode.Kind.ABANDONED;
            default -> throw new IllegalArgumentException("kind=" + code + ", expected 1 to 3");
        };
    }

    private Entry entry(ByteBuffer record) {
        long episode = record.getLong(RecordDescriptor.EPISODE_OFFSET);
        nextEpisode = Math.max(nextEpisode, episode + 1);
        return entries.computeIfAbsent(episode, number -> new Entry());
    }

    /**
     * Takes an end that is not in the journal yet.
     *
     * @param owed the end
     */
    public void add(OwedEnd owed) {
        EpisodeProgress progress = owed.progress();
        Entry entry = entries.get(progress.episode());
        if (entry != null && entry.end == null) {
            entry.end = new End(
                    owed.ended(),
                    owed.kind(),
                    owed.recovered(),
                    progress.first(),
                    progress.last(),
                    progress.length(),
                    progress.totalReward());
        }
    }

    /**
     * The names of streams.
     *
     * @return by number
     */
    public Map<Integer, String> streams() {
        return streams;
    }

    /**
     * The episodes.
     *
     * @return by number
     */
    public Map<Long, Entry> entries() {
        return entries;
    }

    /**
     * How the episodes began.
     *
     * @return by number
     */
    public List<Begin> begins() {
        return entries.values().stream()
                .map(Entry::begin)
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * The number of the next episode.
     *
     * @return one more than the highest there was
     */
    public long nextEpisode() {
        return nextEpisode;
    }

    /**
     * The highest version of the policy that acted when an episode began.
     *
     * @return 0 without any
     */
    public long newestPolicy() {
        return newestPolicy;
    }

    /**
     * The first page that is needed.
     *
     * @return its number
     */
    public long firstPage() {
        return firstPage;
    }
}
