#include "workloads/traffic/bursts.hpp"

#include "workloads/contract/work.hpp"

#include <algorithm>
#include <numeric>

namespace bench {
namespace {

/// Of a number from 1 to 1024. By bisection: pow() differs between libraries in the last bit.
double tenth_root(double number) {
    double low = 1;
    double high = 2;
    for (int i = 0; i < 50; ++i) {
        const double middle = (low + high) * 0.5;
        const double squared = middle * middle;
        const double to_the_fourth = squared * squared;
        (to_the_fourth * to_the_fourth * squared <= number ? low : high) = middle;
    }
    return low;
}

/// Frames of each tenant over all rounds.
std::vector<std::uint64_t> shares(const burst_options& options) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t tenant = 0; tenant < options.tenants; ++tenant) {
        const double root = tenth_root(static_cast<double>(tenant + 1));
        double divisor = 1;
        for (std::uint64_t i = 0; i < options.skew_tenths; ++i) divisor *= root;
        all.push_back(static_cast<std::uint64_t>(static_cast<double>(std::uint64_t{1} << 40) / divisor));
    }
    const std::uint64_t weight = std::accumulate(all.begin(), all.end(), std::uint64_t{0});
    std::uint64_t left = options.frames;
    for (auto& share : all) left -= share = options.frames * share / weight;
    for (std::uint64_t i = 0; i < left; ++i) ++all[i % options.tenants]; // what rounding left, to the first
    return all;
}

/// The rounds in which a tenant is on; at least one.
std::vector<std::uint64_t> rounds_on(const burst_options& options, std::uint64_t tenant) {
    std::uint64_t state = mix(options.pattern + tenant);
    const auto draw = [&](std::uint64_t below) { return mix(state += 0x9e3779b97f4a7c15u) % below; };
    std::vector<std::uint64_t> on;
    for (std::uint64_t round = draw(options.gap + 1); round < options.rounds;) {
        const std::uint64_t end = std::min(options.rounds, round + 1 + draw(options.burst));
        for (; round < end; ++round) on.push_back(round);
        round += 1 + draw(options.gap);
    }
    if (on.empty()) on.push_back(tenant % options.rounds);
    return on;
}

} // namespace

std::vector<std::uint64_t> plan_bursts(const burst_options& options) {
    std::vector<std::uint64_t> plan(options.rounds * options.tenants);
    const auto all = shares(options);
    for (std::uint64_t tenant = 0; tenant < options.tenants; ++tenant) {
        const auto on = rounds_on(options, tenant);
        for (std::uint64_t i = 0; i < on.size(); ++i)
            plan[on[i] * options.tenants + tenant] =
                all[tenant] * (i + 1) / on.size() - all[tenant] * i / on.size();
    }
    return plan;
}

} // namespace bench
