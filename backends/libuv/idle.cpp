// W41: loops that nothing happens on.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/idle_session.hpp"

#include <deque>

namespace bench::on_libuv {
namespace {

class running_loops {
public:
    explicit running_loops(std::size_t workers) : loops_(workers) {
        for (auto& loop : loops_) loop.start();
    }

private:
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_idle(std::size_t workers) {
    return std::make_unique<idle_session<running_loops>>(workers);
}

} // namespace bench::on_libuv
