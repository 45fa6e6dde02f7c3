package io.engram.replay.offheap;

import io.engram.replay.internal.StreamRegistry;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.RecordImage;
import io.engram.replay.offheap.internal.ring.Ring;

/** Writes down new streams in the journal of a memory. */
record StreamRecorder(EpisodeJournal journal, Ring ring, Epochs epochs) implements StreamRegistry.NewStream {
    @Override
    public void register(int id, String name) {
        EpochRecord epoch = epochs.register();
        try {
            epoch.enter();
            ring.requireWritable();
            RecordImage image = journal.newImage();
            image.stream(id, name);
            journal.append(image);
        } finally {
            epoch.exit();
            epochs.unregister(epoch);
        }
    }
}
