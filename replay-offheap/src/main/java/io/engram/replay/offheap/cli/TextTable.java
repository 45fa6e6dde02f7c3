package io.engram.replay.offheap.cli;

import java.util.List;

/** Lines of cells, as wide as the widest of their column. */
final class TextTable {
    private TextTable() {}

    /** {@code left}: how many columns, from the first on, are text; the others are figures, to the right. */
    static String of(List<List<String>> lines, int left) {
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder cells = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                cells.append(
                        String.format((i == 0 ? "%" : "  %") + (i < left ? "-" : "") + widths[i] + "s", line.get(i)));
            }
            text.append(cells.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
