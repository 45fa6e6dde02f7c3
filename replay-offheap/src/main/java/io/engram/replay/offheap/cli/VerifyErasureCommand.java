package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.ErasureCertificate;
import io.engram.replay.offheap.ErasureProof;
import io.engram.replay.offheap.Erasures;
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
final class VerifyErasureCommand extends DirectoryCommand {
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
        List<UUID> wanted = id != null
                ? List.of(id)
                : erasures.certificates().stream().map(ErasureCertificate::id).toList();
        List<ErasureProof> proofs =
                wanted.stream().map(each -> erasures.verify(each, text)).toList();
        print(isJson() ? ErasureText.json(proofs) : ErasureText.of(proofs));
        return proofs.stream().allMatch(ErasureProof::isProven) ? 0 : ReplayCommand.UNSOUND;
    }
}
