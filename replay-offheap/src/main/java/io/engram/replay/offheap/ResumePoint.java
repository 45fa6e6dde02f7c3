package io.engram.replay.offheap;

import io.engram.replay.SamplerState;
import io.engram.replay.offheap.internal.snapshot.SnapshotShelf;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The place in a run at which a memory is: that of the snapshot it was made from. Streams whose episodes were open have
 * them open still, once their writers are; samplers go on where they were with {@link #samplerState}, trainers with
 * {@link #state}. Immutable.
 */
public final class ResumePoint {
    private final FileLayer files;
    private final Path home;
    private final Manifest manifest;

    private ResumePoint(FileLayer files, Path home, Manifest manifest) {
        this.files = files;
        this.home = home;
        this.manifest = manifest;
    }

    static Optional<ResumePoint> of(Home home) {
        Manifest manifest = home.store().recovered().resume();
        if (manifest == null) {
            return Optional.empty();
        }
        Path place = home.store().isReadOnly()
                ? home.directory()
                : home.directory().resolve(ManifestDescriptor.RESUME_DIRECTORY);
        return Optional.of(new ResumePoint(home.files(), place, manifest));
    }

    /** As its files say, of which there may be none; whether rows were appended since is not looked at. */
    static Optional<ResumePoint> read(FileLayer files, Path memory) {
        // A restore that was interrupted counts; the next open moves its parts, this one last.
        for (Path parent : List.of(memory.resolve(ManifestDescriptor.RESTORE_DIRECTORY), memory)) {
            Path place = parent.resolve(ManifestDescriptor.RESUME_DIRECTORY);
            Path file = place.resolve(ManifestDescriptor.FILE_NAME);
            if (files.kind(file) != FileLayer.Kind.NOTHING) {
                try {
                    return Optional.of(new ResumePoint(files, place, ManifestCodec.read(files, file)));
                } catch (IOException e) {
                    throw new SnapshotException(
                            "what the memory was made from cannot be read: file=" + file + ": " + e, e);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * The snapshot's name.
     *
     * @return as given when it was taken
     */
    public String name() {
        return manifest.identity().name();
    }

    /**
     * The trainer's step.
     *
     * @return as given when it was taken, or {@link Snapshot#NO_STEP}
     */
    public long step() {
        return manifest.identity().step();
    }

    /**
     * Where a sampler stood.
     *
     * @param name of the sampler
     * @return for {@link io.engram.replay.Sampler#restore}; nothing if there was no such sampler
     */
    public Optional<SamplerState> samplerState(String name) {
        return Optional.ofNullable(manifest.samplers().get(name));
    }

    /**
     * What a trainer gave.
     *
     * @param trainer which
     * @return its bytes; nothing if there is no such state
     * @throws StorageException if it is damaged
     */
    public Optional<byte[]> state(String trainer) {
        return SnapshotShelf.state(files, home, manifest, trainer);
    }
}
