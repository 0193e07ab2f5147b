// W35: what frames send to an owner, and that the table notices whatever goes wrong with a message.
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/traffic/keyed_messages.hpp"

#include "workloads/traffic/frame_flow.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

struct small_slice {
    const workload& asked = *find_workload("net/keyed_hotspot");
    parameters values = parameters::make(asked.parameters, std::vector<assignment>{{"streams", "3"},
                                                                                   {"steps_in_turn", "5"},
                                                                                   {"hot_frames", "7"},
                                                                                   {"cold_frames", "2"},
                                                                                   {"frame_messages", "5"},
                                                                                   {"batch", "3"},
                                                                                   {"keys", "4"}})
                            .value();
    stream_shape shape = std::get<stream_shape>(asked.read(values));
    slice_order order{.iterations = 2, .seed = 0xabcdef};

    /// With an echo that is there at once. `hand_over` is told the step's owner.
    using hands_over = std::function<void(counter_tables&, std::size_t, std::span<const std::uint64_t>)>;
    slice_outcome run(const hands_over& hand_over) const {
        slice_outcome all;
        counter_tables tables(shape.owners, shape.keys);
        for (std::uint64_t stream = 0; stream < shape.streams; ++stream) {
            frame_flow flow(shape, stream);
            flow.reset(order.seed);
            for (std::uint64_t step = 0; step < order.iterations * shape.steps; ++step) {
                const std::uint64_t of_iteration = step % shape.steps;
                flow.begin_step(shape.frames_of(stream, of_iteration));
                while (!flow.step_done()) {
                    std::size_t bytes = 0;
                    for (auto parts = flow.next_write(); !parts.empty(); parts = flow.next_write()) {
                        std::memcpy(flow.room().data() + bytes, parts.front().iov_base, parts.front().iov_len);
                        bytes += parts.front().iov_len;
                    }
                    flow.take(bytes);
                    for (auto batch = flow.next_batch(); !batch.empty(); batch = flow.next_batch()) {
                        EXPECT_LE(batch.size(), shape.batch);
                        hand_over(tables, shape.owner_of(of_iteration), batch);
                    }
                }
                EXPECT_EQ(flow.messages_due(), 0u);
            }
            all.operations += flow.frames();
            all.checksum += flow.checksum();
            all.bytes += flow.bytes();
        }
        all.checksum += tables.checksum();
        return all;
    }
    [[nodiscard]] bool is_right(const hands_over& hand_over) const {
        return !verify(asked, values, order, run(hand_over)).has_value();
    }
};

TEST(W35, messages_add_up_in_the_table_of_the_owner_of_their_step) {
    EXPECT_TRUE(small_slice().is_right([](auto& tables, std::size_t owner, auto batch) {
        tables[owner].apply(message_batch::of(batch).values());
    }));
}

TEST(W35, a_lost_a_doubled_and_a_changed_message_are_noticed) {
    for (const int defect : {0, 1, 2}) {
        bool done = false;
        EXPECT_FALSE(small_slice().is_right([&](auto& tables, std::size_t owner, auto batch) {
            auto copy = message_batch::of(batch);
            if (!done && defect == 0) --copy.count;
            if (!done && defect == 1) tables[owner].apply(batch.first(1));
            if (!done && defect == 2) copy.items[0] ^= 1;
            done = true;
            tables[owner].apply(copy.values());
        })) << defect;
    }
}

TEST(W35, messages_at_the_wrong_owner_are_noticed) {
    EXPECT_FALSE(small_slice().is_right(
        [](auto& tables, std::size_t owner, auto batch) { tables[1 - owner].apply(batch); }));
}

TEST(W35, what_a_broken_connection_will_never_send_is_known) {
    const small_slice slice;
    frame_flow flow(slice.shape, 0);
    flow.reset(1);
    flow.begin_step(7);
    EXPECT_EQ(flow.messages_due(), 35u);
    const auto parts = flow.next_write();
    std::memcpy(flow.room().data(), parts.front().iov_base, parts.front().iov_len);
    flow.take(parts.front().iov_len);
    EXPECT_EQ(flow.messages_due(), 35u);
    EXPECT_EQ(flow.next_batch().size(), 3u);
    EXPECT_EQ(flow.messages_due(), 32u);
    EXPECT_EQ(flow.next_batch().size(), 2u);
    EXPECT_TRUE(flow.next_batch().empty());
    EXPECT_EQ(flow.messages_due(), 30u);
}

} // namespace
} // namespace bench
