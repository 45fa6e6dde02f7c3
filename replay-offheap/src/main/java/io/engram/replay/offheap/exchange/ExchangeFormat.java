package io.engram.replay.offheap.exchange;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The forms in which rows are exchanged. */
public enum ExchangeFormat {
    /** A NumPy array of a structured dtype, an element a row, and beside it {@code NAME.npy.json}. */
    NPY,
    /** A stored zip of a NumPy array for each column, with the entry {@code engram.json}. */
    NPZ,
    /** A directory as TensorDict maps it into memory, an element a transition. */
    TENSORDICT;

    /**
     * The name as it is written.
     *
     * @return in lower case
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The format of a name.
     *
     * @param text such as {@code npz}
     * @return the format
     * @throws IllegalArgumentException if there is none
     */
    public static ExchangeFormat fromText(String text) {
        return Arrays.stream(values())
                .filter(format -> format.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown format: format=" + text + ", expected npy, npz or tensordict"));
    }

    /**
     * The format that a path tells: a directory is a TensorDict's, of others the name's end counts.
     *
     * @param path of a file or directory, there or not
     * @return the format
     * @throws IllegalArgumentException if it tells none
     */
    public static ExchangeFormat of(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (Files.isDirectory(path)) {
            return TENSORDICT;
        }
        if (name.endsWith(".npy")) {
            return NPY;
        }
        if (name.endsWith(".npz")) {
            return NPZ;
        }
        if (!name.contains(".")) {
            return TENSORDICT;
        }
        throw new IllegalArgumentException("the format cannot be told from the name: path=" + path
                + ", expected one that ends in .npy or .npz, or a directory; say which it is");
    }
}
