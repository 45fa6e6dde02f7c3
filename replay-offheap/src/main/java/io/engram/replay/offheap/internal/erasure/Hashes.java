package io.engram.replay.offheap.internal.erasure;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every Java has. */
public final class Hashes {
    private Hashes() {}

    /**
     * The hash that stands for a text when the text itself must not be there.
     *
     * @param text any
     * @return of its UTF-8, in hexadecimal
     */
    public static String of(String text) {
        return hex(digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static byte[] digest(byte[] bytes) {
        return start().digest(bytes);
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
