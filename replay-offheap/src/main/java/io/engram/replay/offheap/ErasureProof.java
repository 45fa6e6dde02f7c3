package io.engram.replay.offheap;

import java.util.List;

/**
 * What a look through all files said of an erasure. Immutable.
 *
 * @param certificate of the erasure
 * @param files of rows and of journals that were read
 * @param slots of rows that were read
 * @param records of journals that were read
 * @param findings what contradicts the certificate, each in a sentence that names the file
 */
public record ErasureProof(
        ErasureCertificate certificate, long files, long slots, long records, List<String> findings) {
    /**
     * Keeps a copy.
     *
     * @param certificate of the erasure
     * @param files of rows and of journals that were read
     * @param slots of rows that were read
     * @param records of journals that were read
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
