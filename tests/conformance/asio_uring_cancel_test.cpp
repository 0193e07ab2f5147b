// W54: Asio on io_uring as the backend asio_uring builds it. A program of its own, because Asio's classes are
// others with that reactor.
#include <boost/asio.hpp>

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

namespace asio = boost::asio;
using socket_type = asio::local::stream_protocol::socket;

TEST(asio_uring_reactor, W54_a_cancellation_ends_its_own_read_after_more_requests_than_the_ring_has_entries) {
    asio::io_context context(1);
    socket_type left(context), left_end(context), cancelled(context), other_end(context);
    try {
        asio::local::connect_pair(left, left_end);
        asio::local::connect_pair(cancelled, other_end);
    } catch (const boost::system::system_error& refused) {
        GTEST_SKIP() << "Asio's io_uring is not to be had here: " << refused.what();
    }
    const auto goes_on = asio::make_work_guard(context);
    char byte = 0;
    for (int i = 0; i < 17'000; ++i) {
        bool done = false;
        left.async_read_some(asio::buffer(&byte, 1), [&](auto error, auto) { done = !error; });
        ASSERT_EQ(::write(left_end.native_handle(), "x", 1), 1);
        context.run_one();
        while (!done) context.run_one();
    }
    bool left_ended = false, cancelled_ended = false;
    char another = 0;
    left.async_read_some(asio::buffer(&byte, 1), [&](auto, auto) { left_ended = true; });
    cancelled.async_read_some(asio::buffer(&another, 1), [&](auto error, auto) {
        cancelled_ended = error == asio::error::operation_aborted;
    });
    context.poll();
    cancelled.cancel();
    while (!left_ended && !cancelled_ended) context.run_one();
    EXPECT_TRUE(cancelled_ended);
    EXPECT_FALSE(left_ended) << "nobody wrote to it or cancelled it";
}

} // namespace
