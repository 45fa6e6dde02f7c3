package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.ErasureCertificate;
import io.engram.replay.offheap.ErasureProof;
import io.engram.replay.offheap.Erasures;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Proves erasures. */
@Command(
        name = "verify-erasure",
        description =
                "Looks through the files of a memory and its snapshots for what erasures should have left no trace"
                        + " of, and whether the rows that were to stay did. The memory may be in use.",
        mixinStandardHelpOptions = true)
final class VerifyErasureCommand extends MemoryCommand {
    @Option(names = "--id", paramLabel = "ID", description = "This erasure; all unless said.")
    private @Nullable UUID id;

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "With --id: the stream, subject or tag that was erased, to be looked for in every byte.")
    private @Nullable String text;

    VerifyErasureCommand() {}

    @Override
    public Integer call() {
        if (text != null && id == null) {
            throw new IllegalArgumentException("--text was given without --id, expected both");
        }
        Erasures erasures = Erasures.of(directory());
        erasures.memoryId();
        ErasureText.Verified verified = id != null
                ? new ErasureText.Verified(List.of(erasures.verify(id, text)), List.of(), List.of())
                : all(erasures);
        print(isJson() ? ErasureText.json(verified) : ErasureText.of(verified));
        return verified.isProven() ? 0 : ReplayCommand.UNSOUND;
    }

    /** One that is not finished, or damaged, does not keep the others from being proven. */
    private static ErasureText.Verified all(Erasures erasures) {
        List<ErasureProof> proofs = new ArrayList<>();
        List<ErasureCertificate> pending = new ArrayList<>();
        for (ErasureCertificate each : erasures.certificates()) {
            if (each.finished() == ErasureCertificate.NOT_FINISHED) {
                pending.add(each);
            } else {
                proofs.add(erasures.verify(each.id()));
            }
        }
        return new ErasureText.Verified(proofs, pending, erasures.damaged());
    }
}
