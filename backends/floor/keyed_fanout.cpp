// W15 by hand: the leader takes the branches of the hot key, which only a hand-written program knows to be the
// longer part; the helpers share the other keys. Nothing is handed over: every thread knows the request.
#include "backends/floor/crew.hpp"
#include "backends/floor/meeting.hpp"
#include "backends/floor/sessions.hpp"

#include <vector>

namespace bench::by_hand {
namespace {

class keyed_session final : public session {
public:
    keyed_session(const keyed_shape& shape, std::size_t threads) : shape_(shape), crew_(threads) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        const std::uint64_t requests = order.iterations * shape_.requests;
        std::vector<lone_word> sums(crew_.size());
        meeting meeting(crew_.size() - 1);
        crew_.run([&](std::size_t thread) {
            std::uint64_t sum = 0;
            for (std::uint64_t n = 0; n < requests; ++n) {
                const std::uint64_t request = n % shape_.requests;
                if (thread == 0) {
                    if (request == 0) shape_.reset(states_, order.seed);
                    meeting.open(n);
                } else {
                    meeting.await_open(n);
                }
                sum += run_share(thread, request);
                if (thread == 0)
                    meeting.await_all(n);
                else
                    meeting.arrive(thread - 1);
            }
            sums[thread].value.store(sum, std::memory_order_relaxed);
        });
        slice_outcome done{.operations = requests * shape_.branches};
        for (const auto& sum : sums) done.checksum += sum.value.load(std::memory_order_relaxed);
        return done;
    }

private:
    /// The branches of a thread's keys, in order.
    std::uint64_t run_share(std::size_t thread, std::uint64_t request) {
        const std::uint64_t hot = shape_.hot_key(request);
        std::uint64_t sum = 0;
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch) {
            const std::uint64_t key = shape_.key_of(request, branch);
            const std::size_t owner =
                key == hot || crew_.size() == 1 ? 0 : 1 + static_cast<std::size_t>(key % (crew_.size() - 1));
            if (owner == thread) sum += shape_.run_branch(states_[key], request, branch);
        }
        return sum;
    }

    keyed_shape shape_;
    std::vector<key_state> states_;
    crew crew_;
};

} // namespace

std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape, branching mode) {
    return std::make_unique<keyed_session>(shape, mode == branching::serial ? 1 : shape.workers);
}

} // namespace bench::by_hand
