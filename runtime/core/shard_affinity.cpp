#include <spargio/core/shard_affinity.hpp>

#include <charconv>

#include <sched.h>

namespace spargio {

std::optional<shard_affinity> shard_affinity::parse(std::string_view text) {
    if (text == "none") return shard_affinity();
    if (text == "auto") return automatic();
    shard_affinity made;
    made.how_ = way::listed;
    for (;;) {
        std::uint16_t cpu = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, cpu);
        if (error != std::errc{} || cpu > highest_cpu || made.count_ == most_listed) return std::nullopt;
        made.cpus_[made.count_++] = cpu;
        if (stop == end) return made;
        if (*stop != ';') return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
    }
}

std::string shard_affinity::text() const {
    if (how_ == way::none) return "none";
    if (how_ == way::automatic) return "auto";
    std::string words;
    for (std::size_t i = 0; i < count_; ++i) words += (i == 0 ? "" : ";") + std::to_string(cpus_[i]);
    return words;
}

int shard_affinity::cpu_for(std::size_t shard) const noexcept {
    if (how_ == way::none) return -1;
    if (how_ == way::listed) return cpus_[shard % count_];
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0) return -1;
    auto left = shard % static_cast<std::size_t>(CPU_COUNT(&usable));
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &usable) && left-- == 0) return cpu;
    return -1;
}

} // namespace spargio
