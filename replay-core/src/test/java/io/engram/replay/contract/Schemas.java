package io.engram.replay.contract;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import java.util.List;
import java.util.stream.Stream;

/** The schemas that memories are tested with. */
public final class Schemas {
    private static final List<DType> DTYPES = List.of(DType.values());

    private Schemas() {}

    /** Every schema below, in both layouts. */
    public static List<Schema> all() {
        return Stream.of(RowLayout.values())
                .flatMap(layout ->
                        Stream.of(small(layout), longs(layout), everyDType(layout), image(layout), stateOnly(layout)))
                .toList();
    }

    /** The usual small one: {@code observation f32[4]}, {@code action i32}, {@code reward f32}. */
    public static Schema small(RowLayout layout) {
        return Schema.builder()
                .observation(DType.F32, 4)
                .action(DType.I32)
                .reward()
                .rowLayout(layout)
                .build();
    }

    /** One number a state and one a step, which is all that tests of order need. */
    public static Schema longs(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .rowLayout(layout)
                .build();
    }

    /** As {@link #longs}, with a reward. */
    public static Schema rewarded(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .reward()
                .rowLayout(layout)
                .build();
    }

    /** Several STATE fields, an image and a recurrent state among them, two rewards and a discount. */
    public static Schema learning(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64)
                .add(Field.state("pixels", DType.U8, 2, 2))
                .add(Field.state("hidden", DType.F32, 2))
                .action(DType.I32)
                .reward()
                .add(Field.step("cost", DType.F64))
                .discount()
                .rowLayout(layout)
                .build();
    }

    /** Every dtype as STATE and STEP, scalar and shaped, under paths, so that fields need padding between them. */
    public static Schema everyDType(RowLayout layout) {
        Schema.Builder builder = Schema.builder().rowLayout(layout);
        for (DType dtype : DType.values()) {
            builder.add(Field.state("state/" + dtype.text() + "/scalar", dtype));
            builder.add(Field.step("step/" + dtype.text() + "/scalar", dtype));
            builder.add(Field.state("state/" + dtype.text() + "/vector", dtype, 3));
            builder.add(Field.step("step/" + dtype.text() + "/matrix", dtype, 2, 3));
        }
        return builder.build();
    }

    /** An image and its masks, of odd lengths, one name the beginning of another. */
    public static Schema image(RowLayout layout) {
        return Schema.builder()
                .observation(DType.U8, 7, 5, 3)
                .add(Field.state("mask.wide", DType.BOOL, 2))
                .add(Field.state("mask", DType.BOOL, 9))
                .action(DType.F32, 2)
                .reward()
                .discount()
                .logProbability()
                .rowLayout(layout)
                .build();
    }

    /** No STEP field at all. */
    public static Schema stateOnly(RowLayout layout) {
        return Schema.builder().observation(DType.I16, 1).rowLayout(layout).build();
    }

    /** Some schema of one to seven fields. */
    public static Schema random(SplitMix64 random) {
        Schema.Builder builder = Schema.builder();
        int fields = 1 + random.nextInt(7);
        for (int i = 0; i < fields; i++) {
            DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
            int[] shape = new int[random.nextInt(4)];
            for (int j = 0; j < shape.length; j++) {
                shape[j] = 1 + random.nextInt(5);
            }
            String name = (random.nextInt(2) == 0 ? "" : "group." + random.nextInt(2) + "/") + "f_" + i;
            builder.add(
                    i == 0 || random.nextInt(2) == 0
                            ? Field.state(name, dtype, shape)
                            : Field.step(name, dtype, shape));
        }
        return builder.rowLayout(random.nextInt(2) == 0 ? RowLayout.ARRIVAL : RowLayout.SELF_CONTAINED)
                .build();
    }
}
