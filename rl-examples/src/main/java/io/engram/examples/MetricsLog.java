package io.engram.examples;

import io.engram.replay.offheap.Captured;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code metrics.csv}: a row an episode, appended. A row tells nothing of the clock, so that two runs of the same seed
 * write the same file.
 */
final class MetricsLog implements AutoCloseable {
    private static final String HEADER = "step,episode,return,length,mean_return_100,epsilon,loss";

    private final Path file;
    private final FileChannel channel;
    private final BufferedWriter writer;

    /** Opens or creates the file and cuts back the rows after a step, with whatever a crash left half written. */
    MetricsLog(Path file, long lastStep) throws IOException {
        this.file = file;
        long length = Files.exists(file) ? lengthUpTo(file, lastStep) : 0;
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(length).position(length);
        writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.US_ASCII));
        if (length == 0) {
            writer.write(HEADER + "\n");
        }
    }

    /** Before the file is opened: gives it back the rows that a run had, unless it begins with them. */
    static void restore(Path file, String text) throws IOException {
        String found = Files.exists(file) ? Files.readString(file, StandardCharsets.US_ASCII) : "";
        if (!found.startsWith(text) && (found.isEmpty() || found.startsWith(HEADER))) {
            Files.writeString(file, text, StandardCharsets.US_ASCII);
        }
    }

    /** The rows there are, put on the disk; more may be appended before they are written. */
    Captured capture() throws IOException {
        force();
        int length = Math.toIntExact(channel.position());
        return out -> {
            try (InputStream in = Files.newInputStream(file)) {
                out.write(in.readNBytes(length));
            }
        };
    }

    /** Appends a row. */
    void append(Row row) {
        try {
            writer.write(String.format(
                    Locale.ROOT,
                    "%d,%d,%s,%d,%s,%s,%s\n",
                    row.step,
                    row.episode,
                    row.episodeReturn,
                    row.length,
                    row.meanReturn,
                    (float) row.epsilon,
                    (float) row.loss));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void force() throws IOException {
        writer.flush();
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** All whole rows of a file. */
    static List<Row> read(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
            String[] cells = line.split(",", -1);
            if (!line.equals(HEADER) && cells.length == 7) {
                rows.add(new Row(
                        Long.parseLong(cells[0]),
                        Long.parseLong(cells[1]),
                        Double.parseDouble(cells[2]),
                        Integer.parseInt(cells[3]),
                        Double.parseDouble(cells[4]),
                        Double.parseDouble(cells[5]),
                        Double.parseDouble(cells[6])));
            }
        }
        return rows;
    }

    private static long lengthUpTo(Path file, long lastStep) throws IOException {
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        if (!text.startsWith(HEADER + "\n")) {
            if ((HEADER + "\n").startsWith(text)) {
                return 0;
            }
            throw new RunException(
                    file + " is not a metrics file of this program: expected it to begin with " + HEADER);
        }
        int length = HEADER.length() + 1;
        for (int end = text.indexOf('\n', length); end >= 0; end = text.indexOf('\n', length)) {
            int comma = text.indexOf(',', length);
            if (comma < 0 || comma > end || Long.parseLong(text.substring(length, comma)) > lastStep) {
                break;
            }
            length = end + 1;
        }
        return length;
    }

    /**
     * An episode that ended.
     *
     * @param step steps taken in all when it ended
     * @param episode its number, from 1
     * @param episodeReturn the sum of its rewards
     * @param length its steps
     * @param meanReturn the mean return of the last 100 episodes, or of as many as there were
     * @param epsilon the probability of a random action at its end
     * @param loss of the last batch before its end; NaN before the first
     */
    record Row(
            long step,
            long episode,
            double episodeReturn,
            int length,
            double meanReturn,
            double epsilon,
            double loss) {}
}
