package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.FilePieces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Looks for bytes in whole files. For one thread. */
final class ByteSearch {
    private final FileLayer files;
    private final byte[] wanted;

    ByteSearch(FileLayer files, byte[] wanted) {
        this.files = files;
        this.wanted = wanted;
    }

    /** Where they first are, or -1. */
    long find(Path file) throws IOException {
        byte[] piece = new byte[FilePieces.PIECE + wanted.length - 1];
        try (OpenFile open = files.openForReading(file)) {
            long length = open.length();
            for (long at = 0; at < length; at += FilePieces.PIECE) {
                int part = (int) Math.min(piece.length, length - at);
                open.read(ByteBuffer.wrap(piece, 0, part).slice(), at);
                int found = find(piece, part);
                if (found >= 0) {
                    return at + found;
                }
            }
        }
        return -1;
    }

    private int find(byte[] piece, int length) {
        for (int at = 0; at + wanted.length <= length; at++) {
            int same = 0;
            while (same < wanted.length && piece[at + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return at;
            }
        }
        return -1;
    }
}
