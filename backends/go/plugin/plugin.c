/* The plugin of the Go backend (W58): the table, and nothing of Go. Go's runtime starts threads and takes signal handlers when
 * its library is loaded, so that is loaded when a session is first opened, and a process that only asks has none of it
 * (decision 0050). */
#include "workloads/backend_c.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef bench_status go_open(const bench_case* asked, int gc_percent, uintptr_t* made, bench_text why);
typedef bench_status go_run(uintptr_t open, const bench_host* host, const bench_order* order, bench_recorder* into,
                            bench_outcome* done, bench_text why);
typedef void go_close(uintptr_t open);
typedef uint64_t go_bytes_per_connection(uintptr_t open);

static struct {
    pid_t process; /* that it was loaded in; 0: not yet */
    go_open* open;
    go_run* run;
    go_close* close;
    go_bytes_per_connection* bytes_per_connection;
} library;

struct bench_session {
    uintptr_t open;
    const bench_host* host;
};

static bench_status say(bench_text why, bench_status status, const char* sentence, const char* detail) {
    snprintf(why.data, why.capacity, "%s%s", sentence, detail);
    return status;
}

static const bench_knob knobs[] = {
    {"gogc", "100", "1 to 100000, off", "percent",
     "by how much the heap grows until Go collects garbage, as the environment variable GOGC"}};

/* The percentage that a text means, -1 for off; 0 for none. */
static int gc_percent_of(const char* value) {
    if (strcmp(value, "off") == 0) return -1;
    if (*value < '0' || *value > '9') return 0;
    char* end;
    errno = 0;
    const long percent = strtol(value, &end, 10);
    return *end == '\0' && errno == 0 && percent >= 1 && percent <= 100000 ? (int)percent : 0;
}

static bench_status check_knobs(const bench_setting* settings, size_t count, bench_text why) {
    for (size_t i = 0; i < count; ++i)
        if (gc_percent_of(settings[i].value) == 0) {
            char place[128];
            snprintf(place, sizeof place, "knob %.32s=%.32s is not legal; it takes ", settings[i].name,
                     settings[i].value);
            return say(why, BENCH_BAD_KNOB, place, knobs[0].range);
        }
    return BENCH_OK;
}

static bench_status load(bench_text why) {
    if (library.process == getpid()) return BENCH_OK;
    if (library.process != 0)
        return say(why, BENCH_FAILED, "Go's runtime does not live on in the child of a fork(2)", "");
    void* const loaded = dlopen(GO_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (loaded == NULL) return say(why, BENCH_FAILED, "the library in Go cannot be loaded: ", dlerror());
    /* As dlsym(3) has it: ISO C has no conversion between the two kinds of pointer. */
    *(void**)&library.open = dlsym(loaded, "spargio_go_open");
    *(void**)&library.run = dlsym(loaded, "spargio_go_run");
    *(void**)&library.close = dlsym(loaded, "spargio_go_close");
    *(void**)&library.bytes_per_connection = dlsym(loaded, "spargio_go_bytes_per_connection");
    if (!library.open || !library.run || !library.close || !library.bytes_per_connection)
        return say(why, BENCH_FAILED, "the library in Go is another one: ", GO_LIBRARY);
    library.process = getpid();
    return BENCH_OK;
}

static bench_status open_session(const bench_host* host, const bench_case* asked, bench_session** made, bench_text why) {
    if (host->size < sizeof *host || asked->size < sizeof *asked)
        return say(why, BENCH_FAILED, "the harness is older than this library; build both again", "");
    bench_status status = load(why);
    if (status != BENCH_OK) return status;
    bench_session* const session = malloc(sizeof *session);
    if (session == NULL) return say(why, BENCH_FAILED, "no memory", "");
    session->host = host;
    const char* const gogc = asked->knob_count != 0 ? asked->knobs[0].value : knobs[0].initial;
    status = library.open(asked, gc_percent_of(gogc), &session->open, why);
    if (status == BENCH_OK)
        *made = session;
    else
        free(session);
    return status;
}

static bench_status run(bench_session* session, const bench_order* order, bench_recorder* into, bench_outcome* done,
                        bench_text why) {
    return library.run(session->open, session->host, order, into, done, why);
}

static void close_session(bench_session* session) {
    library.close(session->open);
    free(session);
}

static void capabilities(bench_session* session, void (*add)(void* to, const char* name, const char* value), void* to) {
    const uint64_t bytes = library.bytes_per_connection(session->open);
    if (bytes == 0) return;
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)bytes);
    add(to, "bytes_per_idle_connection", text);
}

/* A thread of the scheduler without work looks at the others' queues a few times and sleeps; it waits for no time. */
static const char* waits(const bench_setting* knobs_given, size_t count) {
    (void)knobs_given, (void)count;
    return "sleeps";
}

const bench_backend* bench_plugin(uint32_t host_abi_version) {
    static const bench_backend table = {
        .abi_version = BENCH_ABI_VERSION,
        .size = sizeof(bench_backend),
        .name = "go",
        .version = GO_VERSION,
        .summary = "Go: goroutines, channels, its own poller; GOMAXPROCS is the number of workers",
        .knobs = knobs,
        .knob_count = sizeof knobs / sizeof knobs[0],
        .check_knobs = check_knobs,
        .open = open_session,
        .run = run,
        .close = close_session,
        .capabilities = capabilities,
        .standing = "general",
        .waits = waits,
    };
    return host_abi_version == BENCH_ABI_VERSION ? &table : NULL;
}
