/* W62: a server's side of HTTP/1.1 on one connection, the same for every backend and language: Node's parser (Debian's
 * libhttp-parser), and the answers that it leads to. Bytes go in as a read has brought them; what comes out is written as
 * it is.
 *
 *     GET /0123456789abcdef    200, 13 bytes: the number of the path in base 32
 *     GET of anything else     200, 13 bytes: Hello, world!
 *     another method           405, no content
 *     what is not HTTP         400, and the connection ends
 *
 * The connection ends likewise after the answer where a request says so (Connection: close, HTTP/1.0), and with 400 at
 * CONNECT. Upgrade is not taken up, and content that a request brings is passed over. The parser bounds a head to 80 kB;
 * nothing is kept but the beginning of a path and the answers to one call.
 *
 * In C, since Rust and Go link it as well. A conversation is used by one thread at a time; different ones know nothing of
 * each other. */
#ifndef SPARGIO_WORKLOADS_HTTP_CONVERSATION_H
#define SPARGIO_WORKLOADS_HTTP_CONVERSATION_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bench_http_conversation bench_http_conversation;

/* A new one, at the beginning of a request; null where there is no memory. */
bench_http_conversation* bench_http_begin(void);
void bench_http_end(bench_http_conversation* of);

typedef struct bench_http_answers {
    const char* bytes; /* valid until the next call for the conversation */
    size_t count;      /* 0: no request is whole yet */
    int goes_on;       /* 0: after these the connection is closed; also where there is no memory for them */
} bench_http_answers;

/* Takes all of it, and answers each request that it makes whole, in order. After an end it takes nothing. */
bench_http_answers bench_http_take(bench_http_conversation* of, const char* bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
