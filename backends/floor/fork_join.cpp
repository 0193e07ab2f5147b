// W16 by hand: the top of the tree is cut into some pieces, which the threads take by an atomic index, the
// longest first; a piece is a plain recursion of function calls. No call can be taken over by another thread
// once its piece has begun: that is what makes it the floor and no runtime.
#include "backends/floor/crew.hpp"
#include "backends/floor/sessions.hpp"
#include "backends/floor/spin.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace bench::by_hand {
namespace {

/// Not inlined into itself, so that each call of the tree is a call: without that the compiler turns the lower
/// levels into arithmetic.
template <class Shape>
[[gnu::noinline]] std::uint64_t visit(typename Shape::call call) noexcept {
    const std::uint64_t parts = Shape::parts_of(call);
    if (parts == 0) return Shape::leaf(call);
    std::uint64_t sum = 0;
    for (std::uint64_t index = 0; index < parts; ++index) sum += visit<Shape>(Shape::part(call, index));
    return sum;
}

/// How long a piece takes, in any unit.
std::uint64_t size_of(skynet_shape::call call) noexcept { return call.count; }
std::uint64_t size_of(fib_shape::call call) noexcept { return call.n; }

template <class Shape>
class tree_session final : public session {
public:
    tree_session(const Shape& shape, std::size_t threads) : shape_(shape), crew_(threads) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        const auto pieces = cut(order.seed);
        const std::uint64_t all = order.iterations * pieces.size();
        std::vector<lone_word> sums(crew_.size());
        lone_word next;
        crew_.run([&](std::size_t thread) {
            std::uint64_t sum = 0;
            for (;;) {
                const std::uint64_t taken = next.value.fetch_add(1, std::memory_order_relaxed);
                if (taken >= all) break;
                sum += visit<Shape>(pieces[taken % pieces.size()]);
            }
            sums[thread].value.store(sum, std::memory_order_relaxed);
        });
        slice_outcome done{.operations = order.iterations * shape_.operations()};
        for (const auto& sum : sums) done.checksum += sum.value.load(std::memory_order_relaxed);
        return done;
    }

private:
    /// Pieces of one tree that together give its result, longest first. One thread needs no cut.
    std::vector<typename Shape::call> cut(std::uint64_t seed) const {
        const std::size_t wanted = crew_.size() == 1 ? 1 : 16 * crew_.size();
        std::vector<typename Shape::call> pieces{shape_.root(seed)};
        while (pieces.size() < wanted) {
            const auto whole = pieces.front();
            const std::uint64_t parts = Shape::parts_of(whole);
            if (parts == 0) break;
            pieces.erase(pieces.begin());
            for (std::uint64_t index = 0; index < parts; ++index) pieces.push_back(Shape::part(whole, index));
            std::ranges::stable_sort(pieces, std::greater{}, [](const auto& call) { return size_of(call); });
        }
        return pieces;
    }

    Shape shape_;
    crew crew_;
};

} // namespace

std::unique_ptr<session> make_skynet(skynet_shape shape, branching mode) {
    return std::make_unique<tree_session<skynet_shape>>(shape, mode == branching::serial ? 1 : shape.workers);
}

std::unique_ptr<session> make_fib(fib_shape shape, branching mode) {
    return std::make_unique<tree_session<fib_shape>>(shape, mode == branching::serial ? 1 : shape.workers);
}

} // namespace bench::by_hand
