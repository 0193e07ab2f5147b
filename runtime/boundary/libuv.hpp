// Calling tasks of a Spargio runtime from a libuv loop (R46). Needs libuv 1.x; the rest of Spargio does not, so
// it is not in the header that gathers the others.
//
///   auto opened = spargio::boundary::uv_client<query, result>::open(loop, client);
///   opened->call(query, [](std::expected<result, spargio::errc> answer) { ... });   // later, on the loop's
//   thread
#pragma once

#include <spargio/boundary/client.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <uv.h>

namespace spargio::boundary {

namespace detail {

/// A call of a loop, on its way or answered.
class uv_pending {
public:
    uv_pending() = default;
    virtual ~uv_pending() = default;
    uv_pending(const uv_pending&) = delete;
    uv_pending& operator=(const uv_pending&) = delete;

    /// On the loop's thread.
    virtual void give_up() = 0;
    virtual void run() = 0;

private:
    friend class uv_mailbox;
    std::size_t index_ = 0; // in the mailbox's list of pending calls
    std::shared_ptr<uv_pending> next_answered_;
};

/// Brings answers to the thread of a loop. One uv_async_t, which keeps the loop alive only while calls are on
/// their way, and which is closed when the owner has gone and the last of them has come back.
class uv_mailbox {
public:
    /// Null when libuv refuses (out of descriptors).
    static std::shared_ptr<uv_mailbox> open(uv_loop_t* loop) {
        std::shared_ptr<uv_mailbox> made(new uv_mailbox);
        if (uv_async_init(loop, &made->async_, [](uv_async_t* from) { self_of(from).drain(); }) != 0)
            return nullptr;
        made->async_.data = made.get();
        made->self_ = made; // libuv owns it until the close callback
        uv_unref(reinterpret_cast<uv_handle_t*>(&made->async_));
        return made;
    }
    uv_mailbox(const uv_mailbox&) = delete;
    uv_mailbox& operator=(const uv_mailbox&) = delete;

    /// Any thread: `pending` has its answer.
    void answered(std::shared_ptr<uv_pending> pending) noexcept {
        // Sent under the lock: the loop can't take the answer, and close the handle after it, before this is
        // done.
        const std::lock_guard hold(lock_);
        uv_pending& last = *pending;
        (last_ != nullptr ? last_->next_answered_ : first_) = std::move(pending);
        last_ = &last;
        uv_async_send(&async_);
    }

    // --- the loop's thread

    void make_room() { pending_.reserve(pending_.size() + 1); }
    /// After make_room().
    void add(std::shared_ptr<uv_pending> pending) noexcept {
        if (pending_.empty()) uv_ref(reinterpret_cast<uv_handle_t*>(&async_));
        pending->index_ = pending_.size();
        pending_.push_back(std::move(pending));
    }

    /// Gives every call up, and closes the handle when all have come back.
    void close() {
        const auto alive = self_;
        closing_ = true;
        for (std::size_t i = pending_.size(); i > 0; --i) pending_[i - 1]->give_up();
        close_when_done();
    }

private:
    uv_mailbox() = default;
    static uv_mailbox& self_of(uv_async_t* from) { return *static_cast<uv_mailbox*>(from->data); }

    void drain() {
        const auto alive = self_; // a function may be the end of the owner
        std::shared_ptr<uv_pending> next;
        {
            const std::lock_guard hold(lock_);
            next = std::move(first_);
            last_ = nullptr;
        }
        while (next != nullptr) {
            const auto current = std::exchange(next, std::move(next->next_answered_));
            remove(*current);
            current->run();
        }
        close_when_done();
    }

    void remove(uv_pending& removed) noexcept {
        std::swap(pending_[removed.index_], pending_.back());
        pending_[removed.index_]->index_ = removed.index_;
        pending_.pop_back();
        if (pending_.empty()) uv_unref(reinterpret_cast<uv_handle_t*>(&async_));
    }

    void close_when_done() {
        if (!closing_ || closed_ || !pending_.empty()) return;
        closed_ = true;
        uv_close(reinterpret_cast<uv_handle_t*>(&async_), [](uv_handle_t* handle) {
            const auto last = std::move(self_of(reinterpret_cast<uv_async_t*>(handle)).self_);
        });
    }

    uv_async_t async_{};
    std::shared_ptr<uv_mailbox> self_;
    std::vector<std::shared_ptr<uv_pending>> pending_; // on their way; the loop's thread only
    bool closing_ = false;
    bool closed_ = false;

    std::mutex lock_; // guards what follows
    std::shared_ptr<uv_pending> first_;
    uv_pending* last_ = nullptr;
};

template <class Request, class Reply, class Function>
class uv_call final : public uv_pending {
public:
    explicit uv_call(Function&& on_reply) : on_reply_(std::move(on_reply)) {}
    void give_up() override { ticket->give_up(errc::canceled); }
    void run() override { on_reply_(std::move(*answer)); }

    std::optional<call_ticket<Request, Reply>> ticket;
    std::optional<std::expected<Reply, errc>> answer;

private:
    Function on_reply_;
};

} // namespace detail

/// A call that a loop has begun, to give it up. Dropping it changes nothing. The loop's thread.
class uv_call_ticket {
public:
    explicit uv_call_ticket(const std::shared_ptr<detail::uv_pending>& pending) : call_(pending) {}

    /// The function is called with `canceled`, from the loop as always, unless the answer has been decided
    /// before.
    void give_up() const {
        if (const auto pending = call_.lock()) pending->give_up();
    }

private:
    std::weak_ptr<detail::uv_pending> call_;
};

/// A client's end that belongs to a libuv loop. Move-only; everything on the loop's thread.
template <class Request, class Reply>
class uv_client {
public:
    /// Error: `no_resources` when libuv has no descriptor for its uv_async_t. Throws std::bad_alloc.
    [[nodiscard]] static std::expected<uv_client, errc> open(uv_loop_t* loop, client<Request, Reply> by) {
        auto mailbox = detail::uv_mailbox::open(loop);
        if (mailbox == nullptr) return std::unexpected(errc::no_resources);
        return uv_client(std::move(by), std::move(mailbox));
    }
    uv_client(uv_client&&) noexcept = default;
    uv_client& operator=(uv_client&&) = delete;

    /// Gives up what is on its way: each function is called with `canceled`, or with the answer that came
    /// first, when the loop runs again. The loop must run until then, as for every handle of libuv; uv_run()
    /// returns when that is done.
    ~uv_client() {
        if (mailbox_ != nullptr) mailbox_->close();
    }

    /// Begins a call, or says at once why not (`overloaded`, `closed`; then `on_reply` is never called). Else
    /// `on_reply(std::expected<Reply, errc>)` is called once, from the loop, and keeps it alive until then; it
    /// may begin further calls, and destroy this. Never blocks. `deadline` is carried to the server; for a
    /// limit on the wait give the call up from a uv_timer_t. Throws std::bad_alloc; then nothing was begun.
    /// Cost: that of client::call(), an allocation and a uv_async_send().
    template <std::move_constructible Function>
    requires std::invocable<Function&, std::expected<Reply, errc>>
    [[nodiscard]] std::expected<uv_call_ticket, errc>
    call(Request request, Function on_reply, std::chrono::steady_clock::time_point deadline = no_deadline) {
        const auto mailbox = mailbox_;
        mailbox->make_room();
        const auto pending = std::make_shared<detail::uv_call<Request, Reply, Function>>(std::move(on_reply));
        auto begun = client_.call(
            std::move(request),
            [mailbox, pending](std::expected<Reply, errc> answer) {
                pending->answer.emplace(std::move(answer));
                mailbox->answered(pending);
            },
            deadline);
        if (!begun) return std::unexpected(begun.error());
        pending->ticket.emplace(std::move(*begun));
        mailbox->add(pending);
        return uv_call_ticket(pending);
    }

private:
    uv_client(client<Request, Reply>&& by, std::shared_ptr<detail::uv_mailbox>&& mailbox) noexcept
        : client_(std::move(by)), mailbox_(std::move(mailbox)) {}

    client<Request, Reply> client_;
    std::shared_ptr<detail::uv_mailbox> mailbox_;
};

} // namespace spargio::boundary
