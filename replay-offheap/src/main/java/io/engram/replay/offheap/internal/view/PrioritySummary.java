package io.engram.replay.offheap.internal.view;

import io.engram.replay.PriorityIndex;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.IndexHeader;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.store.Rehearsal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * What priorities an index has, as its file says at this moment.
 *
 * @param settings of the index
 * @param positive leaves of the window that can be drawn
 * @param masses how many leaves have which mass, by ranges that double; in a proportional index a mass is priority to
 *     the power alpha, in a rank-based one 1 / rank to that power
 */
public record PrioritySummary(PriorityIndex settings, long positive, Histogram masses) {
    private static final double PROPORTIONAL_SCALE = 1L << 20;
    private static final double RANK_SCALE = 1L << 35;
    private static final int PIECE = 256 << 10;

    /**
     * Reads all indexes of a store.
     *
     * @param view of the store
     * @return by name, ascending
     */
    public static List<PrioritySummary> of(StoreView view) {
        FileLayer files = Rehearsal.reading(new NioFileLayer(), view.directory());
        Path place = view.directory().resolve(IndexDescriptor.DIRECTORY);
        List<PrioritySummary> summaries = new ArrayList<>();
        try {
            if (files.isDirectory(place) || files.kind(place) == FileLayer.Kind.DIRECTORY) {
                for (Path file : files.list(place)) {
                    if (String.valueOf(file.getFileName()).endsWith(IndexDescriptor.SUFFIX)) {
                        summaries.add(read(files, file, view));
                    }
                }
            }
        } catch (NoSuchFileException e) {
            throw new StorageException("an index was removed while it was read: file=" + e.getFile(), e);
        } catch (IOException e) {
            throw new StorageException("the priorities cannot be read: directory=" + place + ": " + e, e);
        }
        return summaries;
    }

    private static PrioritySummary read(FileLayer files, Path file, StoreView view) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            ByteBuffer block = ByteBuffer.allocate((int) Math.min(open.length(), IndexDescriptor.HEADER_LENGTH))
                    .order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            IndexHeader header = IndexHeader.decode(file, block, view.superblock());
            int leaves = Leaves.count(header.capacity());
            double scale = header.settings().kind() == PriorityIndex.Kind.RANK ? RANK_SCALE : PROPORTIONAL_SCALE;
            return count(open, header.settings(), leaves, scale, view);
        }
    }

    /** Leaves are read in pieces: no sum above them is needed. */
    private static PrioritySummary count(
            FileLayer.OpenFile open, PriorityIndex settings, int leaves, double scale, StoreView view)
            throws IOException {
        TreeMap<Integer, Long> byExponent = new TreeMap<>();
        long positive = 0;
        ByteBuffer piece = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        int perPiece = PIECE / Long.BYTES;
        for (int first = 0; first < leaves; first += perPiece) {
            piece.clear().limit(Math.min(perPiece, leaves - first) * Long.BYTES);
            open.read(piece, SegmentGeometry.PAGE + (long) first * Long.BYTES);
            for (int at = 0; at < piece.limit(); at += Long.BYTES) {
                long word = piece.getLong(at);
                long sequence = newest(first + at / Long.BYTES, leaves, view.head());
                boolean live = sequence >= view.tail() && Leaf.isLive(word, Leaf.generation(sequence, leaves));
                if (live && Leaf.mass(word) > 0) {
                    positive++;
                    byExponent.merge(Math.getExponent(Leaf.mass(word) / scale), 1L, Long::sum);
                }
            }
        }
        Histogram histogram = new Histogram(List.of());
        byExponent.forEach((exponent, count) -> histogram.counts().put(range(exponent), count));
        return new PrioritySummary(settings, positive, histogram);
    }

    /** The newest sequence before the head that has a leaf. */
    private static long newest(int leaf, int leaves, long head) {
        long last = head - 1;
        return last < leaf ? -1 : last - (last - leaf) % leaves;
    }

    private static String range(int exponent) {
        return String.format(Locale.ROOT, "%.4g to %.4g", Math.scalb(1.0, exponent), Math.scalb(1.0, exponent + 1));
    }
}
