package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.ErasureCertificate;
import io.engram.replay.offheap.ErasureRequest;
import io.engram.replay.offheap.Erasures;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.StoreLockedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Erases from a memory. */
@Command(
        name = "erase",
        description = "Erases episodes or rows from a memory and all its snapshots, asks its forks to do the same, and"
                + " prints the certificate. A memory that another process has open is asked to erase, and waited for."
                + " There is no way back.",
        mixinStandardHelpOptions = true)
final class EraseCommand extends MemoryCommand {
    @Option(names = "--subject", paramLabel = "TEXT", description = "All episodes about this subject.")
    private @Nullable String subject;

    @Option(names = "--tag", paramLabel = "TEXT", description = "All episodes with this tag.")
    private @Nullable String tag;

    @Option(names = "--stream", paramLabel = "NAME", description = "All episodes of this stream.")
    private @Nullable String stream;

    @Option(names = "--episodes", paramLabel = "NUMBER", split = ",", description = "These episodes: 3,17,18.")
    private @Nullable List<Long> episodes;

    @Option(names = "--from", paramLabel = "SEQUENCE", description = "With --to: the rows from this sequence on.")
    private @Nullable Long from;

    @Option(names = "--to", paramLabel = "SEQUENCE", description = "Up to this sequence, which is not erased.")
    private @Nullable Long to;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for a snapshot or an erasure that is under way, or for the process that has"
                    + " the memory open; 60 unless said.")
    private long timeout;

    EraseCommand() {}

    @Override
    public Integer call() {
        if (timeout <= 0) {
            throw new IllegalArgumentException(
                    "--timeout=" + timeout + ", expected at least 1 second; nothing was erased");
        }
        ErasureRequest request = request().timeout(Duration.ofSeconds(timeout));
        Erasures erasures = Erasures.of(directory());
        ErasureCertificate certificate;
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.open(directory())) {
            certificate = memory.erase(request.progress(progress("erase")));
        } catch (ForeignFileException e) {
            // Has a better sentence for a snapshot.
            erasures.memoryId();
            throw e;
        } catch (StoreLockedException e) {
            UUID id = erasures.request(request);
            Optional<ErasureCertificate> finished = erasures.await(id, Duration.ofSeconds(timeout));
            if (finished.isEmpty()) {
                throw new StoreLockedException("the memory is in use and its process has not erased within " + timeout
                        + " seconds: id=" + id + "; the request stays, and is carried out when the process comes to it"
                        + " or the memory is opened next; 'replay verify-erasure' tells");
            }
            certificate = finished.get();
        }
        print(isJson() ? certificate.toJson() : ErasureText.of(certificate));
        if (certificate.rows() == 0 && certificate.episodes() == 0) {
            warn("nothing was found that is meant: " + request + "; see 'replay ls' for what there is");
        }
        return 0;
    }

    private ErasureRequest request() {
        List<ErasureRequest> requests = new ArrayList<>();
        if (subject != null) {
            requests.add(ErasureRequest.subject(subject));
        }
        if (tag != null) {
            requests.add(ErasureRequest.tag(tag));
        }
        if (stream != null) {
            requests.add(ErasureRequest.stream(stream));
        }
        if (episodes != null) {
            requests.add(ErasureRequest.episodes(episodes));
        }
        if (from != null && to != null) {
            requests.add(ErasureRequest.sequences(from, to));
        }
        if (requests.size() != 1 || (from == null) != (to == null)) {
            throw new IllegalArgumentException("expected one of --subject, --tag, --stream, --episodes, or --from"
                    + " together with --to; nothing was erased");
        }
        return requests.get(0);
    }
}
