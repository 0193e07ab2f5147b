#include <spargio/detail/loop/ring_tables.hpp>

#include <spargio/core/options.hpp>
#include <spargio/detail/doors/buffer_context.hpp>
#include <spargio/detail/doors/registered_context.hpp>
#include <spargio/detail/loop/doors/registered_files.hpp>
#include <spargio/observe/shard_stats.hpp>

namespace spargio::detail {

ring_tables::ring_tables() noexcept = default;
ring_tables::~ring_tables() = default;

receive_buffers& ring_tables::buffers(shard& owner, ring& of, const runtime_options& options) {
    if (buffers_ == nullptr)
        buffers_ =
            std::make_unique<receive_buffers>(owner, of, options.receive_buffers, options.receive_buffer_bytes);
    any_ = true;
    return *buffers_;
}

const std::shared_ptr<registered_home>&
ring_tables::registered(shard& owner, ring& of, const runtime_options& options, shard_counters& counters) {
    if (registered_ == nullptr)
        registered_ = std::make_shared<registered_home>(owner, of, options.registered_buffers,
                                                        counters.buffers_registered, counters.buffers_plain);
    any_ = true;
    return registered_;
}

const std::shared_ptr<registered_files>&
ring_tables::files(shard& owner, ring& of, const runtime_options& options, shard_counters& counters) {
    if (files_ == nullptr)
        files_ = std::make_shared<registered_files>(owner, of, options.registered_files,
                                                    counters.files_registered, counters.files_plain);
    any_ = true;
    return files_;
}

bool ring_tables::serve_all() noexcept {
    const bool woke = buffers_ != nullptr && buffers_->serve();
    if (registered_ != nullptr) registered_->serve();
    if (files_ != nullptr) files_->serve();
    return woke;
}

bool ring_tables::all_must_serve() const noexcept {
    return (buffers_ != nullptr && buffers_->must_serve_before_sleep()) ||
           (registered_ != nullptr && registered_->must_serve_before_sleep()) ||
           (files_ != nullptr && files_->must_serve_before_sleep());
}

void ring_tables::close_waits() noexcept {
    if (buffers_ != nullptr) buffers_->close_waits();
}

void ring_tables::detach() noexcept {
    if (buffers_ != nullptr) buffers_->detach();
    if (registered_ != nullptr) registered_->detach();
    if (files_ != nullptr) files_->detach();
}

} // namespace spargio::detail
