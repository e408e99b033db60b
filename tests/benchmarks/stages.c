/* The stages release, share_places, fill_by_weight and settle of refugee_model/engine/accommodation.py, line by line, for the same arrays.
   LANES, sizes and offsets of quantities (ONE_..., PROVINCE_...) are given to the compiler, as numba knows them. */

#include <stdint.h>
#include <math.h>

#define ONE(name) one[ONE_##name + lane]
#define PROVINCE(name) provinces[at + PROVINCE_##name + lane]
#define LANES_OF_A_BLOCK _Pragma("GCC ivdep") for (int lane = 0; lane < LANES; lane++)

static inline double least(double a, double b) { return b < a ? b : a; }
static inline double most(double a, double b) { return b > a ? b : a; }

static void release(double *restrict one, double *restrict provinces, const int64_t *restrict order, int64_t count)
{
    LANES_OF_A_BLOCK { ONE(drifted) = 0.0; ONE(free) = 0.0; ONE(weighted_free) = 0.0; }
    for (int64_t position = count - 1; position >= 0; position--) {
        const int64_t at = order[position] * PROVINCE_SIZE;
        LANES_OF_A_BLOCK {
            double joined = ONE(registered_now) * PROVINCE(relatives_share), before = PROVINCE(hosted);
            double settled = PROVINCE(moved_out) + PROVINCE(drifted_in);
            double behind = settled * (1.0 - ONE(hosted_inflow_kept));
            double kept = (before - behind) * ONE(hosted_kept) + joined * ONE(hosted_inflow_kept);
            double out = most(0.0, before + joined - kept);
            double back = out * ONE(hosted_coming_back), abroad = out * ONE(hosted_leaving);
            double drifted = most(0.0, out - back - abroad);
            double usable = PROVINCE(beds), sheltered = PROVINCE(sheltered);
            double evacuated = most(0.0, sheltered - usable);
            double leaving = least(sheltered, usable) * (1.0 - ONE(sheltered_kept));
            double moved = leaving * ONE(sheltered_moving_out);
            double staying = least(sheltered, usable) - leaving;
            double vacant = most(0.0, usable - (staying + PROVINCE(travelling)));
            double weighted = ONE(weighted_free) + vacant * PROVINCE(placement_weight);
            PROVINCE(hosted) = most(0.0, before + joined - back - abroad - drifted) + moved;
            PROVINCE(moved_out) = moved;
            PROVINCE(sheltered) = staying;
            PROVINCE(free) = vacant;
            PROVINCE(weighted_free) = weighted;
            ONE(awaiting_placement) += back + evacuated;
            ONE(left_country) += abroad + (leaving - moved);
            ONE(drifted) += drifted;
            ONE(free) += vacant;
            ONE(weighted_free) = weighted;
        }
    }
}

static void share_places(double *restrict one, double hours)
{
    LANES_OF_A_BLOCK {
        double can_travel = least(ONE(awaiting_placement), ONE(placement_seats) * hours);
        ONE(left) = least(can_travel, ONE(free));
        ONE(in_travel) = 0.0;
        ONE(now_sheltered) = 0.0;
        ONE(now_hosted) = ONE(unregistered_hosted);
    }
}

static void fill_by_weight(double *restrict one, double *restrict provinces, const int64_t *restrict order, int64_t count)
{
    for (int64_t position = 0; position < count; position++) {
        const int64_t at = order[position] * PROVINCE_SIZE;
        LANES_OF_A_BLOCK {
            double vacant = PROVINCE(free), left = ONE(left), weighted = PROVINCE(weighted_free);
            double share = weighted > 0.0 ? vacant * PROVINCE(placement_weight) / weighted : 1.0;
            double placed = least(least(vacant, left), left * share);
            PROVINCE(placed) = placed;
            ONE(left) = left - placed;
        }
    }
}

static void settle(double *restrict one, double *restrict provinces, double *restrict sent, int64_t step, const int64_t *restrict bounds,
                   const double *restrict parts, double end, int64_t count, int64_t slots)
{
    const int64_t curves = count * LANES, slot = (step + 1) % slots;
    for (int64_t province = 0; province < count; province++) {
        const int64_t at = province * PROVINCE_SIZE, bound = bounds[step * count + province], curve = province * LANES;
        const int64_t earlier = bound > 0 ? bound : 0, now = slot * curves + curve;
        const int64_t low = earlier % slots * curves + curve, high = (earlier + 1) % slots * curves + curve;
        const double part = parts[step * count + province];
        LANES_OF_A_BLOCK { sent[now + lane] = PROVINCE(cumulative_placed) = PROVINCE(cumulative_placed) + PROVINCE(placed); }
        LANES_OF_A_BLOCK {
            double placed = PROVINCE(placed), before = PROVINCE(sheltered);
            double due = sent[low + lane] * (1.0 - part) + sent[high + lane] * part;
            due = bound < 0 ? PROVINCE(travelling_at_start) * part : due;
            double on_the_way = PROVINCE(travelling) + placed;
            double arrived = least(on_the_way, most(0.0, due - PROVINCE(cumulative_arrived)));
            double beds = PROVINCE(beds);
            double refused = least(arrived, most(0.0, before + arrived - beds));
            double came = arrived - refused;
            double out = came * (1.0 - ONE(sheltered_inflow_kept));
            double moved = out * ONE(sheltered_moving_out);
            double drifted_in = ONE(drifted) * PROVINCE(drift_share);
            double sheltered = most(0.0, before + came - out);
            double hosted = PROVINCE(hosted) + (moved + drifted_in);
            double first = PROVINCE(first_full);
            PROVINCE(cumulative_arrived) += arrived;
            PROVINCE(travelling) = on_the_way - arrived;
            PROVINCE(moved_out) += moved;
            PROVINCE(drifted_in) = drifted_in;
            PROVINCE(sheltered) = sheltered;
            PROVINCE(hosted) = hosted;
            PROVINCE(first_full) = (beds > 0.0) & (sheltered >= FULL * beds) ? least(first, end) : first;
            ONE(awaiting_placement) = most(0.0, ONE(awaiting_placement) - placed) + refused;
            ONE(left_country) += out - moved;
            ONE(in_travel) += on_the_way - arrived;
            ONE(now_sheltered) += sheltered;
            ONE(now_hosted) += hosted;
        }
    }
}

void stages(double *restrict one, double *restrict provinces, double *restrict sent, const int64_t *restrict order,
            const int64_t *restrict bounds, const double *restrict parts, const double *restrict ends, double hours, double registered,
            double asked, int64_t count, int64_t slots, int64_t steps)
{
    for (int64_t step = 0; step < steps; step++) {
        LANES_OF_A_BLOCK { ONE(registered_now) = registered; ONE(awaiting_placement) += asked; }
        release(one, provinces, order, count);
        share_places(one, hours);
        fill_by_weight(one, provinces, order, count);
        settle(one, provinces, sent, step, bounds, parts, ends[step + 1], count, slots);
    }
}
