package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.ErasureCertificate;
import io.engram.replay.offheap.ErasureProof;
import io.engram.replay.offheap.internal.text.JsonText;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Erasures for people, and lists of proofs for programs. */
final class ErasureText {
    private ErasureText() {}

    /** What was found of some erasures: proofs of those that are finished, the others, and records nobody can read. */
    record Verified(List<ErasureProof> proofs, List<ErasureCertificate> pending, List<Path> damaged) {
        boolean isProven() {
            return pending.isEmpty() && damaged.isEmpty() && proofs.stream().allMatch(ErasureProof::isProven);
        }
    }

    static String of(ErasureCertificate certificate) {
        StringBuilder text = new StringBuilder("erased: " + what(certificate) + "\nid: " + certificate.id() + "\nrows: "
                + certificate.rows() + "\nepisodes: " + certificate.episodes() + "\nfiles changed: "
                + certificate.files().size() + "\nrequested: " + Instant.ofEpochMilli(certificate.requested())
                + "\nfinished: "
                + (certificate.finished() == ErasureCertificate.NOT_FINISHED
                        ? "not yet"
                        : Instant.ofEpochMilli(certificate.finished()))
                + "\n");
        certificate
                .kin()
                .forEach(kin -> text.append("fork or origin: ")
                        .append(kin.path())
                        .append(", ")
                        .append(kin.state().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .append('\n'));
        certificate
                .unreached()
                .forEach(each -> text.append("not reached: ").append(each).append('\n'));
        return text.toString();
    }

    private static String what(ErasureCertificate certificate) {
        String kind = certificate.kind().toLowerCase(Locale.ROOT);
        return switch (certificate.kind()) {
            case "EPISODES" -> kind + " " + certificate.episodeNumbers();
            case "SEQUENCES" -> kind + " " + certificate.fromSequence() + " to " + certificate.toSequence();
            default -> kind + " with sha256 " + certificate.hash();
        };
    }

    static String of(Verified verified) {
        StringBuilder text = new StringBuilder();
        for (ErasureProof proof : verified.proofs) {
            text.append(proof.certificate().id())
                    .append(proof.isProven() ? ": proven, " : ": NOT PROVEN, ")
                    .append(what(proof.certificate()))
                    .append(", segments=")
                    .append(proof.segments())
                    .append(", pages=")
                    .append(proof.pages())
                    .append(", erased rows=")
                    .append(proof.erasedRows())
                    .append(", digests=")
                    .append(proof.digests())
                    .append('\n');
            proof.findings().forEach(each -> text.append("  ").append(each).append('\n'));
        }
        verified.pending.forEach(each -> text.append(each.id())
                .append(": not finished, ")
                .append(what(each))
                .append('\n'));
        verified.damaged.forEach(
                each -> text.append("a record that is damaged: ").append(each).append('\n'));
        return text.append("total: ")
                .append(verified.proofs.size() + verified.pending.size() + verified.damaged.size())
                .append(" erasures\n")
                .toString();
    }

    static String json(Verified verified) {
        return "{\"erasures\": "
                + JsonText.array(verified.proofs.stream().map(ErasureText::json).toList())
                + ", \"notFinished\": "
                + JsonText.array(verified.pending.stream()
                        .map(each -> JsonText.quote(each.id().toString()))
                        .toList())
                + ", \"damaged\": "
                + JsonText.array(verified.damaged.stream()
                        .map(each -> JsonText.quote(each.toString()))
                        .toList())
                + "}\n";
    }

    private static String json(ErasureProof proof) {
        return "{\"id\": " + JsonText.quote(proof.certificate().id().toString()) + ", \"proven\": " + proof.isProven()
                + ", \"segments\": " + proof.segments() + ", \"pages\": " + proof.pages() + ", \"erasedRows\": "
                + proof.erasedRows() + ", \"digests\": " + proof.digests() + ", \"findings\": "
                + JsonText.array(proof.findings().stream().map(JsonText::quote).toList()) + "}";
    }
}
