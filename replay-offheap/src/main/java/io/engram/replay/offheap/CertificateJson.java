package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.text.JsonText;
import java.time.Instant;

/** A certificate for programs: one JSON object, in ASCII. */
final class CertificateJson {
    private CertificateJson() {}

    static String of(ErasureCertificate certificate) {
        return "{\"engram\": 1,\n \"id\": " + JsonText.quote(certificate.id().toString()) + ",\n \"memory\": "
                + JsonText.quote(certificate.memoryId().toString()) + ",\n \"erased\": " + what(certificate)
                + ",\n \"requested\": " + time(certificate.requested()) + ",\n \"finished\": "
                + (certificate.finished() == ErasureCertificate.NOT_FINISHED ? "null" : time(certificate.finished()))
                + ",\n \"rows\": " + certificate.rows() + ",\n \"episodes\": " + certificate.episodes()
                + ",\n \"files\": "
                + JsonText.array(
                        certificate.files().stream().map(CertificateJson::file).toList())
                + ",\n \"kin\": "
                + JsonText.array(
                        certificate.kin().stream().map(CertificateJson::kin).toList())
                + ",\n \"unreached\": "
                + JsonText.array(
                        certificate.unreached().stream().map(JsonText::quote).toList())
                + "}\n";
    }

    private static String what(ErasureCertificate certificate) {
        return "{\"kind\": " + JsonText.quote(certificate.kind()) + ", \"sha256\": "
                + JsonText.quote(certificate.hash()) + ", \"episodes\": " + certificate.episodeNumbers()
                + ", \"from\": " + certificate.fromSequence() + ", \"to\": " + certificate.toSequence() + "}";
    }

    private static String file(ErasureCertificate.File file) {
        return "{\"path\": " + JsonText.quote(file.path()) + ", \"erasedRows\": " + file.erasedRows()
                + ", \"survivors\": " + file.survivors() + ", \"digestBefore\": " + JsonText.quote(file.digestBefore())
                + ", \"digestAfter\": " + JsonText.quote(file.digestAfter()) + ", \"note\": "
                + JsonText.quote(file.note()) + "}";
    }

    private static String kin(ErasureCertificate.Kin kin) {
        return "{\"path\": " + JsonText.quote(kin.path()) + ", \"state\": " + JsonText.quote(kin.state()) + "}";
    }

    private static String time(long millis) {
        return JsonText.quote(Instant.ofEpochMilli(millis).toString());
    }
}
