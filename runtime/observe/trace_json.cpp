// Chrome trace JSON: "Trace Event Format" (the document of the Chromium project), as Perfetto reads it.
#include <spargio/observe/detail/trace_buffer.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <ostream>
#include <string_view>

#include <unistd.h>

namespace spargio::trace::detail {
namespace {

/// How an event is shown.
struct form {
    char phase; ///< B begins a slice, E ends one, i is an instant
    std::string_view name;
    std::string_view argument; ///< the name of `what`; empty: has none
    bool is_address;
};

form form_of(kind happened) {
    switch (happened) {
    case kind::task_begin:
        return {'B', "task", "task", true};
    case kind::task_end:
        return {'E', "task", "", false};
    case kind::park:
        return {'B', "asleep", "", false};
    case kind::unpark:
        return {'E', "asleep", "", false};
    case kind::steal:
        return {'i', "steal", "tasks", false};
    case kind::bell_sent:
        return {'i', "bell sent", "to_shard", false};
    case kind::bell_received:
        return {'i', "bell received", "", false};
    case kind::spawn:
        return {'i', "spawn", "task", true};
    case kind::arrival:
        return {'i', "arrival", "task", true};
    }
    return {'i', "unknown", "", false};
}

class writer {
public:
    writer(std::ostream& into, int process) : into_(into), process_(process) {}

    void name_thread(const track& of) {
        begin('M', "thread_name", of.tid);
        into_ << ",\"args\":{\"name\":\"shard " << of.shard << "\"}}";
    }

    void add(const event& one, const form& shown, int thread) {
        begin(shown.phase, shown.name, thread);
        stamp(one.time_ns);
        if (shown.phase == 'i') into_ << ",\"s\":\"t\"";
        if (!shown.argument.empty()) {
            into_ << ",\"args\":{\"" << shown.argument << "\":";
            if (shown.is_address) {
                char text[24];
                std::snprintf(text, sizeof text, "\"0x%llx\"", static_cast<unsigned long long>(one.what));
                into_ << text;
            } else {
                into_ << one.what;
            }
            into_ << '}';
        }
        into_ << '}';
    }

private:
    void begin(char phase, std::string_view name, int thread) {
        into_ << (first_ ? "\n" : ",\n") << "{\"ph\":\"" << phase << "\",\"name\":\"" << name
              << "\",\"pid\":" << process_ << ",\"tid\":" << thread;
        first_ = false;
    }

    /// In µs, as the format has it, with the ns behind the point.
    void stamp(std::uint64_t time_ns) {
        char text[40];
        std::snprintf(text, sizeof text, ",\"ts\":%llu.%03u", static_cast<unsigned long long>(time_ns / 1000),
                      static_cast<unsigned>(time_ns % 1000));
        into_ << text;
    }

    std::ostream& into_;
    const int process_;
    bool first_ = true;
};

/// Ends whose beginning was dropped are left out; what has not ended yet ends now.
void write_track(writer& into, const track& of, const std::vector<event>& events) {
    std::vector<kind> open;
    for (const event& each : events) {
        const form shown = form_of(each.happened);
        if (shown.phase == 'E') {
            if (open.empty()) continue;
            open.pop_back();
        } else if (shown.phase == 'B') {
            open.push_back(each.happened);
        }
        into.add(each, shown, of.tid);
    }
    const auto now = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch());
    for (; !open.empty(); open.pop_back()) {
        const kind end = open.back() == kind::park ? kind::unpark : kind::task_end;
        into.add({static_cast<std::uint64_t>(now.count()), 0, end}, form_of(end), of.tid);
    }
}

} // namespace

void write(std::ostream& into) {
    std::uint64_t dropped = 0;
    into << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
    writer out(into, static_cast<int>(::getpid()));
    for (const auto& each : all_tracks()) {
        const buffer::copied kept = each->events.copy();
        dropped += kept.dropped;
        out.name_thread(*each);
        write_track(out, *each, kept.events);
    }
    into << "\n],\"otherData\":{\"dropped_events\":" << dropped << "}}\n";
}

bool write_file(const std::string& path) {
    std::ofstream file(path, std::ios::trunc);
    write(file);
    file.close();
    return file.good();
}

} // namespace spargio::trace::detail
