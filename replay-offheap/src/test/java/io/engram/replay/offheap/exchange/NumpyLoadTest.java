package io.engram.replay.offheap.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.Numpy;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NumPy loads what was exported, and finds in it what Java exported; and what NumPy saves is imported. */
class NumpyLoadTest {
    private static final String PRINT = """
            import sys
            import numpy as np
            rows = np.load(sys.argv[1], mmap_mode='r')
            assert isinstance(rows, np.memmap) and rows.flags.c_contiguous
            columns = np.load(sys.argv[2], mmap_mode='r')
            names = rows.dtype.names
            assert sorted(columns.files) == sorted([*names, 'engram.json']), columns.files
            for name in names:
                assert columns[name].dtype == rows.dtype[name].base and np.array_equal(
                    columns[name].view(np.uint8), np.ascontiguousarray(rows[name]).view(np.uint8)), name
            print(' '.join(names))
            for row in rows:
                print(' '.join(row[name].tobytes().hex() for name in names))
            np.savez_compressed(sys.argv[3], **{name: columns[name] for name in names})
            """;

    /** Maps the columns as TensorDict does: raw, by what meta.json says. */
    private static final String TENSORDICT = """
            import json, os, sys
            import numpy as np

            def load(directory):
                meta = json.load(open(os.path.join(directory, 'meta.json')))
                found = {}
                for key, value in meta.items():
                    if isinstance(value, dict) and value.get('type') == 'TensorDict':
                        found.update({key + '/' + k: v for k, v in load(os.path.join(directory, key)).items()})
                    elif isinstance(value, dict):
                        dtype = np.dtype(value['dtype'].split('.')[1])
                        found[key] = np.memmap(os.path.join(directory, key + '.memmap'), dtype, 'r',
                                               shape=tuple(value['shape']))
                assert meta['_type'] == "<class 'tensordict._td.TensorDict'>"
                return found

            td = load(sys.argv[1])
            rows = {int(row['@sequence']): row for row in np.load(sys.argv[2])}
            count = json.load(open(os.path.join(sys.argv[1], 'storage_metadata.json')))['len']
            arrival = 'next/clock' not in next(iter(rows.values())).dtype.names
            for i in range(count):
                end = rows[int(td['@sequence'][i])]
                states = [name for name in end.dtype.names if 'next/' + name in td and name not in
                          ('reward', 'terminated', 'truncated')]
                for name in states:
                    after = end[name] if arrival else end['next/' + name]
                    assert td['next/' + name][i].tobytes() == after.tobytes(), name
                    if arrival:
                        before = [row for row in rows.values() if row['@episode'] == end['@episode']
                                  and row['@step'] == end['@step'] - 1][0]
                    else:
                        before = end
                    assert td[name][i].tobytes() == before[name].tobytes(), name
                assert td['action'][i] == end['action'] and td['next/reward'][i] == [end['reward']]
                assert td['next/terminated'][i] == [end['terminated']]
                assert td['next/done'][i] == [end['terminated'] or end['truncated']]
            rest = np.load(os.path.join(sys.argv[1], 'engram.npy'))
            print(count, len(rest), len(states))
            """;

    @TempDir
    Path place;

    @BeforeEach
    void requireNumpy() throws IOException {
        Numpy.require(place);
    }

    private Path memory(RowLayout layout) {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(ExchangeStory.schema(layout), 100)
                .directory(directory)
                .segmentRows(16)
                .open()) {
            ExchangeStory.play(memory, 300, 7);
        }
        return directory;
    }

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void numpyReadsWhatWasExported(RowLayout layout) throws IOException {
        Path directory = memory(layout);
        Path npy = place.resolve("rows.npy");
        Path npz = place.resolve("rows.npz");
        Path saved = place.resolve("saved.npz");
        Export.of(directory).to(npy, ExchangeFormat.NPY);
        Export.of(directory).to(npz, ExchangeFormat.NPZ);
        List<String> lines = Numpy.run(place, PRINT, npy, npz, saved);
        assertThat(lines).isEqualTo(expected(directory)).hasSize(101);
        Import.of(saved, ExchangeFormat.NPZ)
                .schema(ExchangeStory.schema(layout))
                .to(place.resolve("imported"));
        assertThat(ExchangeStory.rows(place.resolve("imported"))).isEqualTo(ExchangeStory.rows(directory));
    }

    private static List<String> expected(Path directory) {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory)) {
            RecordLayout layout = new RecordLayout(view.superblock().schema());
            List<String> lines = new ArrayList<>(List.of(String.join(
                    " ", layout.columns().stream().map(RecordColumn::name).toList())));
            RowCursor cursor = view.rows();
            byte[] record = new byte[layout.length()];
            for (long sequence = view.tail(); sequence < view.head(); sequence++) {
                if (cursor.read(sequence) == RowCursor.Found.ROW) {
                    Export.fill(record, sequence, cursor);
                    lines.add(String.join(
                            " ",
                            layout.columns().stream()
                                    .map(column -> HexFormat.of()
                                            .formatHex(record, column.offset(), column.offset() + column.length()))
                                    .toList()));
                }
            }
            return lines;
        }
    }

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void columnsOfATensorDictAreTransitions(RowLayout layout) throws IOException {
        Path directory = memory(layout);
        Path npy = place.resolve("rows.npy");
        Path tensorDict = place.resolve("rows");
        Export.of(directory).to(npy, ExchangeFormat.NPY);
        ExchangeReport report = Export.of(directory).to(tensorDict, ExchangeFormat.TENSORDICT);
        List<String> said = Numpy.run(place, TENSORDICT, tensorDict, npy);
        assertThat(said).containsExactly(report.elements() + " " + (report.rows() - report.elements()) + " 4");
        assertThat(report.elements()).isPositive();
    }
}
