package io.engram.replay.offheap;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.nio.file.Path;

/**
 * A process with a catalogue: appends, and says whether its questions are answered with an index. What is given decides
 * how it goes on: {@code compare} compares all answers with the journal's, {@code wait} waits to be killed.
 */
final class CatalogueMain {
    /** Of all processes, and of all their episodes. */
    static final long NOW = 5_000_000;

    private CatalogueMain() {}

    static OffHeapReplayMemory open(Path directory) {
        return OffHeapReplayMemory.builder(LabelledHistory.schema(RowLayout.ARRIVAL), 400)
                .directory(directory)
                .segmentRows(16)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .clock(() -> NOW)
                .catalogueEntries(8)
                .open();
    }

    public static void main(String[] arguments) {
        try (OffHeapReplayMemory memory = open(Path.of(arguments[0]))) {
            LabelledHistory history = new LabelledHistory(memory, 1, () -> {});
            history.play(600);
            if (arguments[1].equals("compare")) {
                CatalogueIndexTest.await(memory, IndexStatus.State.UNAVAILABLE);
                CatalogueOracle.assertAgrees(memory, NOW);
                System.out.println("indexed=" + memory.catalogue().isIndexed());
            } else {
                CatalogueIndexTest.awaitIndex(memory);
                System.out.println("indexed=" + memory.catalogue().isIndexed());
                System.out.flush();
                while (true) {
                    history.play(10);
                }
            }
        }
    }
}
