// Runs slices of one backend's session and prints asked an operation took, in the form the straight programs
// print it: so that compare.py can hold the two side by side, process by process.
//
// fairness-drive BACKEND WORKLOAD ITERATIONS [name=value…]
// A name that is a parameter of the workload is one; every other name is a knob of the backend.
#include "backends/registry/registry.hpp"
#include "workloads/cases/all_workloads.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bench;

int fail(const std::string& why) {
    std::fprintf(stderr, "fairness-drive: %s\n", why.c_str());
    return 2;
}

std::uint64_t cpu_ns() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec);
}

int measure(session& open, const workload& asked, const parameters& values, std::uint64_t iterations) {
    recorder latencies(1);
    const slice_order warm_up{.iterations = std::max<std::uint64_t>(iterations / 4, 1), .seed = 7};
    if (const auto wrong = verify(asked, values, warm_up, open.run(warm_up, latencies))) return fail(*wrong);
    const slice_order order{.iterations = iterations, .seed = 1};
    const std::uint64_t cpu_from = cpu_ns();
    const std::uint64_t from = now_ns();
    const auto done = open.run(order, latencies);
    const std::uint64_t wall = now_ns() - from;
    const std::uint64_t cpu = cpu_ns() - cpu_from;
    if (const auto wrong = verify(asked, values, order, done)) return fail(*wrong);
    const auto operations = static_cast<double>(done.operations);
    std::printf("%.2f %.2f %llu\n", static_cast<double>(wall) / operations,
                static_cast<double>(cpu) / operations, static_cast<unsigned long long>(done.checksum));
    return 0;
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 4) return fail("use: fairness-drive BACKEND WORKLOAD ITERATIONS [name=value…]");
    backend* const runtime = find_backend(argv[1]);
    if (runtime == nullptr) return fail("no backend named " + std::string(argv[1]));
    const workload* const asked = find_workload(argv[2]);
    if (asked == nullptr) return fail("no workload named " + std::string(argv[2]));
    const std::string_view count = argv[3];
    std::uint64_t iterations = 0;
    if (std::from_chars(count.data(), count.data() + count.size(), iterations).ec != std::errc{} ||
        iterations == 0)
        return fail("ITERATIONS is a number above 0, not " + std::string(count));

    std::vector<assignment> given;
    knob_values knobs;
    for (int i = 4; i < argc; ++i) {
        const std::string_view word = argv[i];
        const auto equals = word.find('=');
        if (equals == word.npos) return fail("'" + std::string(word) + "' is not of the form name=value");
        const std::string name(word.substr(0, equals));
        const std::string value(word.substr(equals + 1));
        if (std::ranges::find(asked->parameters, name, &parameter_spec::name) != asked->parameters.end())
            given.emplace_back(name, value);
        else
            knobs[name] = value;
    }
    const auto values = parameters::make(asked->parameters, given);
    if (!values) return fail(values.error());
    auto opened = runtime->open(*asked, *values, knobs);
    if (!opened) return fail(opened.error().reason);
    return measure(**opened, *asked, *values, iterations);
} catch (const std::exception& error) {
    return fail(error.what());
}
