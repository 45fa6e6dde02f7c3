package io.engram.replay.offheap;

import java.util.List;

/**
 * What a look through all files said of an erasure. Immutable.
 *
 * @param certificate of the erasure
 * @param segments files of rows that were read
 * @param pages files of journals that were read
 * @param erasedRows erased rows that were looked at, of this erasure and of others
 * @param digests files whose surviving rows were compared with the certificate
 * @param findings what contradicts the certificate, each in a sentence that names the file
 */
public record ErasureProof(
        ErasureCertificate certificate,
        long segments,
        long pages,
        long erasedRows,
        long digests,
        List<String> findings) {
    /**
     * Keeps a copy.
     *
     * @param certificate of the erasure
     * @param segments files of rows that were read
     * @param pages files of journals that were read
     * @param erasedRows erased rows that were looked at, of this erasure and of others
     * @param digests files whose surviving rows were compared with the certificate
     * @param findings what contradicts the certificate
     */
    public ErasureProof {
        findings = List.copyOf(findings);
    }

    /**
     * Whether nothing contradicts the certificate.
     *
     * @return true if there are no findings
     */
    public boolean isProven() {
        return findings.isEmpty();
    }
}
