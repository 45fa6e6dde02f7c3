package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A {@link LiveWriterMain} that appends now, until it is closed. */
final class LiveWriter implements AutoCloseable {
    private final Process process;
    private final Path errors;

    private LiveWriter(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    static LiveWriter start(Path place, Path directory, RowLayout layout, long seed) throws IOException {
        Path errors = place.resolve("errors-" + layout);
        Process process = ChildJvm.start(LiveWriterMain.class, errors, List.of(), directory, layout.name(), 2, seed);
        assertThat(process.getInputStream().read())
                .as("what the writer says: %s", Files.readString(errors))
                .isEqualTo('.');
        return new LiveWriter(process, errors);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        int code = process.onExit().join().exitValue();
        assertThat(code).as(Files.readString(errors)).isZero();
    }
}
