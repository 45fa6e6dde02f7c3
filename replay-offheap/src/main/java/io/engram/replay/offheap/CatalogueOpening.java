package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.catalogue.CatalogueIndex;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.StoreOpener;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Makes the catalogue's index of a memory that is being opened, if it is to have one. */
final class CatalogueOpening {
    /** So many episodes the first map is for, at least. */
    static final long LEAST_ENTRIES = 1024;

    private CatalogueOpening() {}

    static @Nullable CatalogueIndex of(
            Opening opening, @Nullable Home home, EpisodeJournal journal, Ring ring, Epochs epochs) {
        if (home == null || opening.catalogueEntries() == 0 || home.store().isReadOnly()) {
            return null;
        }
        Store store = home.store();
        CRC32C schema = new CRC32C();
        schema.update(opening.schema().toText().getBytes(StandardCharsets.UTF_8));
        // Twice what there is: the map grows by copying itself.
        long entries = Math.max(
                opening.catalogueEntries(),
                2L * store.journal().book().entries().size());
        return new CatalogueIndex(
                new CatalogueIndex.Settings(
                        home.directory().resolve(StoreOpener.CATALOGUE_DIRECTORY),
                        store.superblock().memoryId(),
                        schema.getValue() << 32 ^ opening.capacity(),
                        entries),
                journal,
                ring,
                epochs);
    }
}
