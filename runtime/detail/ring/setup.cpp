#include <spargio/detail/ring/setup.hpp>

#include <spargio/detail/ring/kernel_constants.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

namespace spargio::detail {
namespace {

bool wanted(feature_use use, std::string_view tier_word) {
    return use != feature_use::off && !tier_lacks(tier_word);
}

/// What the kernel takes, by its own word (io_uring_register(2), IORING_REGISTER_PROBE).
opcode_set ask_for_opcodes(io_uring& raw) {
    opcode_set known;
    io_uring_probe* const probe = io_uring_get_probe_ring(&raw);
    if (probe == nullptr) return known;
    for (std::size_t opcode = 0; opcode < known.size(); ++opcode)
        known[opcode] = io_uring_opcode_supported(probe, static_cast<int>(opcode)) != 0;
    io_uring_free_probe(probe);
    return known;
}

/// The errno of a system call, 0 when there is none. What passes (EINTR, EAGAIN, EBUSY) is tried again.
template <class... Arguments>
int final_error(long call, Arguments... arguments) {
    while (::syscall(call, arguments...) < 0)
        if (errno != EINTR && errno != EAGAIN && errno != EBUSY) return errno;
    return 0;
}

/// The two calls by which a ring lives, tried on a new one, which is disabled: a filter of seccomp may allow
/// io_uring_setup(2) alone, and a shard could then neither enable its ring nor submit to it. Three hundred ns.
std::expected<void, start_error> try_calls(const io_uring& raw) {
    // The kernel's word on no opcodes at all (5.6).
    std::array<std::uint64_t, sizeof(io_uring_probe) / sizeof(std::uint64_t)> nothing{};
    if (const int error =
            final_error(SYS_io_uring_register, raw.ring_fd, IORING_REGISTER_PROBE, nothing.data(), 0);
        error != 0)
        return std::unexpected(explain_refused_call("io_uring_register", error));
    // A disabled ring answers EBADFD before anything else is looked at.
    if (const int error = final_error(SYS_io_uring_enter, raw.ring_fd, 0, 0, 0, nullptr, 0);
        error != 0 && error != EBADFD)
        return std::unexpected(explain_refused_call("io_uring_enter", error));
    return {};
}

/// Requests on paths and sizes of files, which a kernel may lack while it reads and writes.
constexpr unsigned fs_opcodes[] = {
    IORING_OP_OPENAT,  IORING_OP_OPENAT2, IORING_OP_STATX,     IORING_OP_UNLINKAT,  IORING_OP_RENAMEAT,
    IORING_OP_MKDIRAT, IORING_OP_LINKAT,  IORING_OP_SYMLINKAT, IORING_OP_FALLOCATE, kernel::op_ftruncate};

opcode_set usable_opcodes(io_uring& raw) {
    // One probe per process: the kernel under it does not change.
    static const opcode_set known = ask_for_opcodes(raw);
    opcode_set usable = known;
    if (tier_lacks("no_fs_ops"))
        for (const unsigned opcode : fs_opcodes) usable.reset(opcode);
    return usable;
}

/// SEND_MSG_RING by a live try: to a descriptor that is no ring. A kernel that knows the call complains about
/// the descriptor, an older one about the call (EINVAL).
bool kernel_has_send_msg_ring() {
    io_uring_sqe entry;
    std::memset(&entry, 0, sizeof entry);
    entry.opcode = IORING_OP_MSG_RING;
    entry.fd = -1;
    const long answer = ::syscall(SYS_io_uring_register, -1, kernel::register_send_msg_ring, &entry, 1);
    return answer < 0 && errno == EBADF;
}

/// By which ways a shard is woken, its opcodes being known.
void note_wake_ways(capabilities& features) {
    const bool has_msg_ring = features.supports(IORING_OP_MSG_RING);
    static const bool has_send_msg_ring = has_msg_ring && kernel_has_send_msg_ring();
    const bool msg_ring = has_msg_ring && !tier_lacks("no_msg_ring");
    const bool send_msg_ring = has_send_msg_ring && msg_ring && !tier_lacks("no_send_msg_ring");
    features.between_shards = msg_ring ? shard_wake::msg_ring : shard_wake::eventfd;
    features.from_outside = send_msg_ring ? foreign_wake::send_msg_ring : foreign_wake::eventfd;
}

/// For as long as the kernel may need to give back what rings that are gone were charged: it does so behind
/// their closing, after a grace period of RCU. 29 ms is the longest that was seen on a machine at rest; on
/// one with five times as many busy threads as CPUs 250 ms were too short.
constexpr auto patience_for_memory = std::chrono::milliseconds(500);
constexpr long first_pause_ns = 1'000'000;
constexpr long longest_pause_ns = 64'000'000;

/// io_uring_setup(2) and mmap(2), again while memory is short. On newer kernels a ring of an unprivileged user
/// is charged to RLIMIT_MEMLOCK (6.18; not 6.1), and a program that closes rings and makes new ones is over the
/// limit for a moment. A try that fails half way holds for as long what it got, so tries become rarer: at one a
/// millisecond they keep the limit reached by themselves.
int try_set_up(unsigned entries, io_uring& raw, const io_uring_params& asked) {
    const auto give_up = std::chrono::steady_clock::now() + patience_for_memory;
    for (timespec pause{0, first_pause_ns};; pause.tv_nsec = std::min(2 * pause.tv_nsec, longest_pause_ns)) {
        io_uring_params used = asked;
        const int answer = io_uring_queue_init_params(entries, &raw, &used);
        if (answer == -ENOMEM && std::chrono::steady_clock::now() < give_up) {
            ::nanosleep(&pause, nullptr);
            continue;
        }
        return answer;
    }
}

/// Whether the running kernel is this one or newer, by its own name (uname(2)), as in "6.15.3-amd64".
bool kernel_is_at_least(int major, int minor) {
    utsname name{};
    if (::uname(&name) != 0) return false;
    int has_major = 0;
    int has_minor = 0;
    if (std::sscanf(name.release, "%d.%d", &has_major, &has_minor) != 2) return false;
    return has_major > major || (has_major == major && has_minor >= minor);
}

/// Kernels 6.13.11 to 6.14 fill the buffers of a bundle in another order than they were given in
/// (axboe/liburing#1409), and a kernel of another builder may have taken that over: only a newer one is trusted
/// unasked.
bool takes_bundles(const io_uring& raw, feature_use use) {
    if (use == feature_use::off || tier_lacks("no_bundles")) return false;
    if ((raw.features & kernel::feature_recvsend_bundle) == 0) return false;
    static const bool is_trusted = kernel_is_at_least(6, 15);
    return use == feature_use::on || is_trusted;
}

bool excludes_sqpoll(unsigned bit) {
    return bit == IORING_SETUP_DEFER_TASKRUN || bit == IORING_SETUP_COOP_TASKRUN;
}

void ask_for_polling_thread(io_uring_params& asked, const runtime_options& options) {
    asked.sq_thread_idle = static_cast<unsigned>(options.sqpoll_idle.count());
    if (options.sqpoll_cpu < 0) return;
    asked.flags |= IORING_SETUP_SQ_AFF;
    asked.sq_thread_cpu = static_cast<unsigned>(options.sqpoll_cpu);
}

/// Which tables of buffers and files the ring can have, its opcodes being known.
void note_tables(capabilities& features, const io_uring& raw, const runtime_options& options) {
    // The table can't be probed without making one; IORING_OP_SOCKET came with the same kernel, 5.19.
    features.registered_buffers = options.registered_buffers != 0 && features.supports(IORING_OP_SOCKET) &&
                                  features.supports(IORING_OP_READ_FIXED) &&
                                  features.supports(IORING_OP_WRITE_FIXED) &&
                                  !tier_lacks("no_registered_buffers");
    features.registered_files = options.registered_files != 0 && features.supports(IORING_OP_SOCKET) &&
                                !tier_lacks("no_registered_files");
    // Before 6.13 an emptied place keeps its file for as long as any request of the ring that was made before
    // and names a place is in flight. Nothing tells that kernel from the one before; the next has a sign.
    features.prompt_release = features.registered_files && (raw.features & kernel::feature_rw_attr) != 0 &&
                              !tier_lacks("no_prompt_release");
}

struct setup_flag {
    unsigned bit;
    feature_use use;
    bool capabilities::*effective;
};
using setup_flags = std::array<setup_flag, 4>;

/// Newest first: a kernel that lacks an older feature lacks the newer ones too. Polling is not by default and
/// so first to go.
setup_flags flags_of(const runtime_options& options) {
    return {{
        {IORING_SETUP_SQPOLL, options.sqpoll, &capabilities::sqpoll},
        {IORING_SETUP_DEFER_TASKRUN, options.defer_taskrun, &capabilities::defer_taskrun},
        {IORING_SETUP_SINGLE_ISSUER, options.single_issuer, &capabilities::single_issuer},
        {IORING_SETUP_COOP_TASKRUN, options.coop_taskrun, &capabilities::coop_taskrun},
    }};
}

/// The features to try first.
capabilities wanted_features(const runtime_options& options) {
    capabilities features;
    features.single_issuer = wanted(options.single_issuer, "no_single_issuer");
    features.coop_taskrun = wanted(options.coop_taskrun, "no_coop_taskrun");
    features.defer_taskrun = features.single_issuer && wanted(options.defer_taskrun, "no_defer");
    // While polling is in use the other two can't be.
    features.sqpoll = wanted(options.sqpoll, "no_sqpoll") && options.defer_taskrun != feature_use::on &&
                      options.coop_taskrun != feature_use::on;
    return features;
}

io_uring_params parameters_for(const capabilities& features, const setup_flags& flags,
                               const runtime_options& options, bool tiny) {
    io_uring_params asked{};
    asked.flags = IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED;
    asked.cq_entries = tiny ? 8 : options.cq_entries;
    for (const auto& flag : flags)
        if (features.*flag.effective && !(features.sqpoll && excludes_sqpoll(flag.bit)))
            asked.flags |= flag.bit;
    if ((asked.flags & (IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN)) != 0)
        asked.flags |= IORING_SETUP_TASKRUN_FLAG;
    if (features.sqpoll) ask_for_polling_thread(asked, options);
    return asked;
}

/// Makes the ring with as many of `features` as the kernel takes, and says in them which these are. The last
/// answer of the kernel, 0 or a negative errno.
int set_up_with_most(io_uring& raw, capabilities& features, const setup_flags& flags,
                     const runtime_options& options) {
    // What the kernel accepts at the least, for tests of queues that are always full.
    const bool tiny = tier_lacks("tiny_rings");
    for (std::size_t given_up = 0;; ++given_up) {
        const io_uring_params asked = parameters_for(features, flags, options, tiny);
        const int answer = try_set_up(tiny ? 4 : options.ring_entries, raw, asked);
        // SQPOLL needs a privilege before kernel 5.11, and threads, which may be limited.
        const bool polling_refused = features.sqpoll && (answer == -EPERM || answer == -EAGAIN);
        if ((answer != -EINVAL && !polling_refused) || given_up == flags.size()) return answer;
        features.*flags[given_up].effective = false;
    }
}

/// An error where an option says `on` and the kernel does not have it.
std::expected<void, start_error> insist_on_options(const capabilities& features, const setup_flags& flags,
                                                   const runtime_options& options) {
    for (const auto& flag : flags)
        if (flag.use == feature_use::on && !(features.*flag.effective))
            return std::unexpected(start_error{
                errc::not_supported, EINVAL,
                "a ring feature is set to on that this kernel does not have (" + features.summary() +
                    "). Set single_issuer, coop_taskrun, defer_taskrun and sqpoll to best."});
    if (options.receive_bundles == feature_use::on && !features.receive_bundles)
        return std::unexpected(start_error{errc::not_supported, EINVAL,
                                           "receive_bundles is set to on, and this kernel has none "
                                           "(IORING_RECVSEND_BUNDLE, 6.10). Set receive_bundles to best."});
    return {};
}

} // namespace

bool tier_lacks(std::string_view feature) noexcept {
    const char* const tier = std::getenv("SPARGIO_TIER");
    if (tier == nullptr) return false;
    std::string_view rest = tier;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        if (rest.substr(0, comma) == feature) return true;
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
    return false;
}

std::expected<capabilities, start_error> set_up(io_uring& raw, const runtime_options& options) {
    const setup_flags flags = flags_of(options);
    capabilities features = wanted_features(options);
    if (const int answer = set_up_with_most(raw, features, flags, options); answer != 0)
        return std::unexpected(explain_setup_failure(-answer, options));
    if (features.sqpoll) features.coop_taskrun = features.defer_taskrun = false;
    features.receive_bundles = takes_bundles(raw, options.receive_bundles);
    auto usable = try_calls(raw);
    if (usable) usable = insist_on_options(features, flags, options);
    if (!usable) {
        io_uring_queue_exit(&raw);
        return std::unexpected(std::move(usable.error()));
    }
    features.opcodes = usable_opcodes(raw);
    note_tables(features, raw, options);
    note_wake_ways(features);
    return features;
}

} // namespace spargio::detail
