package io.engram.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The house rules that a text search can check. A violation reads {@code rule: path:line: what}. */
final class TidyRules {
    private static final int MAX_COLUMNS = 120;

    // None of the patterns matches its own source.
    private static final Pattern UNFINISHED = Pattern.compile("\\b(T[O]DO|F[I]XME|X{3})\\b");
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.~$}])/(root|work)/");
    private static final Pattern REGISTRY = Pattern.compile("(?i)\\b(?:"
            + "(?:repo\\d*|registry|central|oss|files|plugins|packages|proxy)\\.(?:[a-z0-9-]+\\.)+(?:org|com|io|dev)"
            + ")\\b");
    private static final Pattern DONE = Pattern.compile("\\bdones?\\b");
    private static final Pattern GRAB_BAG =
            Pattern.compile("\\b(?:class|interface|enum|record) (\\w*(?:Manager|Helper|Utils?))\\b");
    private static final Pattern SYNCHRONIZED = Pattern.compile("\\bsynchronized\\b");
    private static final Pattern EXAMPLES_MUST_NOT_NAME =
            Pattern.compile("\\bio\\.engram\\.(replay\\.internal|replay\\.offheap\\.internal|jmh)\\b");
    private static final Pattern BENCHMARKS_MUST_NOT_NAME = Pattern.compile("\\bio\\.engram\\.examples\\b");
    private static final Pattern HOT_PATH = Pattern.compile(
            ".*/src/main/java/io/engram/replay/offheap/internal/(ring|sample|tree|epoch|journal)/.*\\.java");
    private static final Pattern MAIN_PACKAGE = Pattern.compile("(.*/src/main/java/.*/)[^/]+\\.java");
    private static final Pattern DECISION = Pattern.compile("docs/decisions/([^/]+\\.md)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^/)#:]+\\.md)\\)");
    private static final String INDEX = "docs/decisions/README.md";

    private final List<SourceFile> files;
    private final List<String> violations = new ArrayList<>();

    private TidyRules(List<SourceFile> files) {
        this.files = files;
    }

    /** Everything that is wrong with these files; empty if nothing is. */
    static List<String> violations(List<SourceFile> files) {
        TidyRules rules = new TidyRules(files);
        files.forEach(rules::checkText);
        files.stream().filter(file -> file.is("java")).forEach(rules::checkJava);
        files.stream().filter(file -> file.is("md")).forEach(rules::checkMarkdown);
        rules.checkPackages();
        rules.checkDecisions();
        return rules.violations;
    }

    private void checkText(SourceFile file) {
        refuse("unfinished", UNFINISHED, file);
        refuse("machine path", MACHINE_PATH, file);
        refuse("registry", REGISTRY, file);
    }

    private void checkJava(SourceFile file) {
        SourceFile code = file.code();
        refuse("terminated or truncated", DONE, code);
        refuse("grab-bag", GRAB_BAG, code);
        if (HOT_PATH.matcher(file.path()).matches()) {
            refuse("lock-free", SYNCHRONIZED, code);
        }
        if (file.path().startsWith("rl-examples/src/main/")) {
            refuse("internals", EXAMPLES_MUST_NOT_NAME, code);
        }
        if (file.path().startsWith("jmh/src/main/")) {
            refuse("internals", BENCHMARKS_MUST_NOT_NAME, code);
        }
        List<String> lines = file.lines();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).length() > MAX_COLUMNS && !lines.get(i).startsWith("import ")) {
                report("long line", file, i, lines.get(i).length() + " columns");
            }
        }
    }

    /** Tables, code and lines with an address may be longer. */
    private void checkMarkdown(SourceFile file) {
        boolean inCode = false;
        List<String> lines = file.lines();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.strip().startsWith("```")) {
                inCode = !inCode;
            }
            boolean prose = !inCode && !line.startsWith("|") && !line.contains("://");
            if (prose && line.length() > MAX_COLUMNS) {
                report("long line", file, i, line.length() + " columns");
            }
            if (!inCode && !line.equals(line.stripTrailing())) {
                report("trailing space", file, i, "'" + line + "'");
            }
        }
    }

    private void checkPackages() {
        Set<String> nullMarked = files.stream()
                .filter(file -> file.path().endsWith("/package-info.java"))
                .filter(file -> file.code().text().contains("@NullMarked"))
                .map(file -> directory(file.path()))
                .collect(Collectors.toSet());
        files.stream()
                .map(file -> MAIN_PACKAGE.matcher(file.path()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .distinct()
                .filter(directory -> !nullMarked.contains(directory))
                .forEach(directory ->
                        violations.add("package-info: " + directory + " has no package-info.java with @NullMarked"));
    }

    private void checkDecisions() {
        Set<String> decisions = files.stream()
                .map(file -> DECISION.matcher(file.path()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .filter(name -> !INDEX.endsWith("/" + name))
                .collect(Collectors.toSet());
        Set<String> listed = files.stream()
                .filter(file -> file.path().equals(INDEX))
                .flatMap(file -> LINK.matcher(file.text()).results())
                .map(link -> link.group(1))
                .collect(Collectors.toSet());
        decisions.stream()
                .filter(name -> !listed.contains(name))
                .forEach(name -> violations.add("decisions: " + INDEX + " does not list " + name));
        listed.stream()
                .filter(name -> !decisions.contains(name))
                .forEach(name -> violations.add("decisions: " + INDEX + " lists " + name + ", which is not there"));
    }

    private void refuse(String rule, Pattern pattern, SourceFile file) {
        List<String> lines = file.lines();
        for (int i = 0; i < lines.size(); i++) {
            Matcher matcher = pattern.matcher(lines.get(i));
            if (matcher.find()) {
                report(rule, file, i, matcher.group());
            }
        }
    }

    private void report(String rule, SourceFile file, int index, String what) {
        violations.add(rule + ": " + file.path() + ":" + (index + 1) + ": " + what);
    }

    private static String directory(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }
}
