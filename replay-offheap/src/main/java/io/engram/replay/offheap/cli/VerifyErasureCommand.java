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

    VerifyErasureCommand() {}

    @Override
    public Integer call() {
        Erasures erasures = Erasures.of(directory());
        List<UUID> wanted = id != null
                ? List.of(id)
                : erasures.certificates().stream().map(ErasureCertificate::id).toList();
        List<ErasureProof> proofs = wanted.stream().map(erasures::verify).toList();
        print(isJson() ? ErasureText.json(proofs) : ErasureText.of(proofs));
        return proofs.stream().allMatch(ErasureProof::isProven) ? 0 : ReplayCommand.UNSOUND;
    }
}
