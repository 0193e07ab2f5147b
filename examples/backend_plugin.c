/* A backend for spargio-bench in C: two threads that hand messages to each other under a mutex.
 *
 *     cc -O2 -shared -fPIC -pthread -I. examples/backend_plugin.c -o my_backend.so
 *     spargio-bench ab -w ping_pong/steady_rtt --plugin ./my_backend.so --a c_mutex --b threads
 *
 * workloads/backend_c.h says what each function here owes to the harness. */
#include "workloads/backend_c.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum place { NOBODY, ASKER, ANSWERER };

struct bench_session {
    const bench_host* host;
    uint64_t rounds; /* of one iteration; 0: the session is for idle/park */
    uint64_t spins;  /* looks at the slot before a side sleeps */
    pthread_t answerer;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum place turn; /* whose message lies in the slot */
    int stop;
    uint64_t slot, answerer_id;
};

/* Waits until the slot is for `me`. Returns 0 when the session is being closed instead. */
static int take(bench_session* s, enum place me, uint64_t* message) {
    for (uint64_t i = 0; i < s->spins; ++i)
        if (__atomic_load_n(&s->turn, __ATOMIC_RELAXED) == me) break;
    pthread_mutex_lock(&s->lock);
    while (s->turn != me && !s->stop) pthread_cond_wait(&s->changed, &s->lock);
    const int got = s->turn == me;
    *message = s->slot;
    if (got) __atomic_store_n(&s->turn, NOBODY, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&s->lock);
    return got;
}

static void give(bench_session* s, enum place to, uint64_t message) {
    pthread_mutex_lock(&s->lock);
    s->slot = message;
    __atomic_store_n(&s->turn, to, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&s->lock);
    pthread_cond_signal(&s->changed);
}

static void* answer(void* argument) {
    bench_session* const s = argument;
    s->answerer_id = s->host->thread_id();
    for (uint64_t message; take(s, ANSWERER, &message);) give(s, ASKER, bench_mix(message));
    return NULL;
}

static bench_status say(bench_text why, bench_status status, const char* sentence) {
    snprintf(why.data, why.capacity, "%s", sentence);
    return status;
}

/* The value of a number without sign; -1 for any other text. */
static long long number(const char* text) {
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9) return -1;
    return atoll(text);
}

static bench_status check_knobs(const bench_setting* knobs, size_t count, bench_text why) {
    for (size_t i = 0; i < count; ++i)
        if (number(knobs[i].value) < 0 || number(knobs[i].value) > 1000000) {
            snprintf(why.data, why.capacity, "knob %s=%s is not legal; it takes 0 to 1000000", knobs[i].name,
                     knobs[i].value);
            return BENCH_BAD_KNOB;
        }
    return BENCH_OK;
}

static bench_status open_session(const bench_host* host, const bench_case* what, bench_session** made, bench_text why) {
    const int idle = strcmp(what->workload, "idle/park") == 0;
    if (!idle && strcmp(what->workload, "ping_pong/steady_rtt") != 0)
        return say(why, BENCH_UNSUPPORTED, "this example shows the interface with round trips and idleness, no more");
    bench_session* const s = calloc(1, sizeof *s);
    if (s == NULL) return say(why, BENCH_FAILED, "no memory for a session");
    s->host = host;
    s->spins = (uint64_t)number(what->knobs[0].value); /* checked before: the only knob there is */
    for (size_t i = 0; i < what->parameter_count; ++i)
        if (strcmp(what->parameters[i].name, "rounds") == 0) s->rounds = (uint64_t)what->parameters[i].value;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    if (pthread_create(&s->answerer, NULL, answer, s) != 0) {
        free(s);
        return say(why, BENCH_FAILED, "cannot start a thread; look at `ulimit -u`");
    }
    *made = s;
    return BENCH_OK;
}

static bench_status run(bench_session* s, const bench_order* order, bench_recorder* into, bench_outcome* done,
                        bench_text why) {
    (void)why;
    if (s->rounds == 0) { /* idle/park: a millisecond of nothing an iteration */
        const struct timespec nap = {(time_t)(order->iterations / 1000), (long)(order->iterations % 1000) * 1000000};
        nanosleep(&nap, NULL);
        done->operations = order->iterations;
        return BENCH_OK;
    }
    const uint64_t rounds = order->iterations * s->rounds;
    for (uint64_t k = 0; k < rounds; ++k) {
        const uint64_t from = order->record_latency ? s->host->now_ns() : 0;
        uint64_t reply = 0;
        give(s, ANSWERER, order->seed + k);
        take(s, ASKER, &reply);
        done->checksum += reply;
        if (order->record_latency) s->host->record(into, 0, s->host->now_ns() - from, 1);
    }
    done->operations = rounds;
    done->thread_ids[0] = s->host->thread_id();
    done->thread_ids[1] = s->answerer_id;
    done->thread_count = 2;
    return BENCH_OK;
}

static void close_session(bench_session* s) {
    pthread_mutex_lock(&s->lock);
    s->stop = 1;
    pthread_mutex_unlock(&s->lock);
    pthread_cond_broadcast(&s->changed);
    pthread_join(s->answerer, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void capabilities(bench_session* s, void (*add)(void*, const char*, const char*), void* to) {
    (void)s;
    add(to, "wait", "pthread condition variable");
}

static const char* waits(const bench_setting* knobs, size_t count) {
    for (size_t i = 0; i < count; ++i)
        if (strcmp(knobs[i].name, "spins") == 0 && strcmp(knobs[i].value, "0") != 0) return "spins";
    return "sleeps";
}

const bench_backend* bench_plugin(uint32_t host_abi_version) {
    static const bench_knob knobs[] = {{"spins", "0", "0 to 1000000", "looks", "looks at the slot before sleeping"}};
    static const bench_backend table = {BENCH_ABI_VERSION, sizeof(bench_backend), "c_mutex", "example 1",
                                        "two threads, a mutex and a condition variable, in C", knobs, 1, check_knobs,
                                        open_session, run, close_session, capabilities, "specialist", waits};
    return host_abi_version == BENCH_ABI_VERSION ? &table : NULL;
}
