package io.engram.replay.offheap.internal.sample;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** The sums and products of {@link NStep}, in double precision, first step first. Immutable. */
final class RewardSum {
    private final boolean ofFloats;
    private final int rewardOffset;
    private final @Nullable Field discount;
    private final int discountOffset;

    RewardSum(Schema schema, PayloadLayout layout, NStep setting) {
        Field reward = schema.field(setting.reward());
        this.ofFloats = reward.dtype() == DType.F32;
        this.rewardOffset = layout.slot(reward.name()).offset();
        this.discount = NStep.discountField(schema);
        this.discountOffset =
                discount == null ? 0 : layout.slot(discount.name()).offset();
    }

    /** The discounted sum of a lane's rewards. */
    double reward(int lane, Elements elements) {
        double factor = 1;
        double sum = 0;
        int first = elements.first(lane);
        int last = first + elements.stepCount(lane) - 1;
        for (int step = first; step <= last; step++) {
            long payload = elements.stepPayload(lane, step);
            sum += factor * value(payload + rewardOffset, ofFloats);
            factor *= elements.gamma() * discount(payload);
        }
        return sum;
    }

    /** The product of a lane's discounts. */
    double discount(int lane, Elements elements) {
        if (discount == null) {
            return elements.gammaToThe(elements.stepCount(lane));
        }
        double factor = 1;
        int first = elements.first(lane);
        for (int step = first; step < first + elements.stepCount(lane); step++) {
            factor *= elements.gamma() * discount(elements.stepPayload(lane, step));
        }
        return factor;
    }

    private double discount(long payload) {
        return discount == null ? 1 : value(payload + discountOffset, discount.dtype() == DType.F32);
    }

    private static double value(long address, boolean ofFloats) {
        return ofFloats ? UnsafeApi.getFloat(address) : UnsafeApi.getDouble(address);
    }
}
