package io.engram.replay.offheap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** FORMAT.md, read for its tables: by the heading above them and their own first line. */
final class FormatDocument {
    /** A line of a table, by the names of the columns. */
    record Line(Map<String, String> cells) {
        String get(String column) {
            String cell = cells.get(column);
            if (cell == null) {
                throw new AssertionError("no column '" + column + "' in " + cells);
            }
            return cell;
        }

        int number(String column) {
            return Integer.parseInt(get(column));
        }
    }

    /** A table and where it stands. */
    record Table(String heading, List<String> columns, List<Line> lines) {}

    private final List<Table> tables = new ArrayList<>();

    FormatDocument() {
        Path root = Path.of(System.getProperty("engram.root", ".."));
        try {
            parse(Files.readAllLines(root.resolve("replay-offheap/FORMAT.md")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Table> tables() {
        return tables;
    }

    /** The only table below a heading that has such a column. */
    Table table(String heading, String column) {
        List<Table> found = tables.stream()
                .filter(table ->
                        table.heading().equals(heading) && table.columns().contains(column))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError("tables below '" + heading + "' with a column '" + column + "': " + found);
        }
        return found.get(0);
    }

    private void parse(List<String> lines) {
        String heading = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("#")) {
                heading = line.replaceFirst("#+ ", "");
            } else if (line.startsWith("|")) {
                Table table = new Table(heading, cells(line), new ArrayList<>());
                for (i += 2; i < lines.size() && lines.get(i).startsWith("|"); i++) {
                    table.lines().add(line(table.columns(), cells(lines.get(i))));
                }
                tables.add(table);
            }
        }
    }

    private static Line line(List<String> columns, List<String> cells) {
        Map<String, String> named = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            named.put(columns.get(i), cells.get(i));
        }
        return new Line(named);
    }

    private static List<String> cells(String line) {
        String inner = line.substring(1, line.lastIndexOf('|'));
        return Arrays.stream(inner.split("\\|", -1)).map(String::strip).toList();
    }
}
