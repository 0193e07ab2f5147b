#include <spargio/core/capabilities.hpp>

namespace spargio {

std::string capabilities::summary() const {
    std::string words;
    const auto add = [&](bool in_use, const char* word) {
        if (in_use) words += (words.empty() ? "" : " ") + std::string(word);
    };
    add(single_issuer, "single_issuer");
    add(coop_taskrun, "coop_taskrun");
    add(defer_taskrun, "defer_taskrun");
    add(sqpoll, "sqpoll");
    add(registered_ring, "registered_ring");
    add(receive_bundles, "receive_bundles");
    add(registered_buffers, "registered_buffers");
    add(registered_files, "registered_files");
    add(prompt_release, "prompt_release");
    add(between_shards == shard_wake::msg_ring, "msg_ring");
    add(from_outside == foreign_wake::send_msg_ring, "send_msg_ring");
    add(between_shards == shard_wake::eventfd || from_outside == foreign_wake::eventfd, "eventfd");
    return words;
}

} // namespace spargio
