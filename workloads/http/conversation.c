#include "workloads/http/conversation.h"

#include <http_parser.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A slash and a number of 64 bits. */
enum { path_bytes = 17, body_bytes = 13 };

struct bench_http_conversation {
    http_parser parser;
    char path[path_bytes];
    size_t path_length; /* of the whole path: may be more than is kept */
    int has_ended;
    char* answers;
    size_t count;
    size_t room;
};

/* Whether there was memory for it. */
static int append(bench_http_conversation* to, const char* bytes, size_t count) {
    if (to->room - to->count < count) {
        const size_t room = 2 * (to->count + count);
        char* const larger = realloc(to->answers, room);
        if (larger == NULL) return 0;
        to->answers = larger;
        to->room = room;
    }
    memcpy(to->answers + to->count, bytes, count);
    to->count += count;
    return 1;
}

/* Whether the path is a number in 16 digits. */
static int read_number(const char path[path_bytes], uint64_t* number) {
    *number = 0;
    for (size_t i = 1; i < path_bytes; ++i) {
        const char digit = path[i];
        uint64_t value;
        if (digit >= '0' && digit <= '9')
            value = (uint64_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            value = (uint64_t)(digit - 'a' + 10);
        else
            return 0;
        *number = *number << 4 | value;
    }
    return path[0] == '/';
}

static int answer(bench_http_conversation* to) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n";
    static const char not_allowed[] =
        "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\n";
    static const char close[] = "Connection: close\r\n";
    const int is_get = to->parser.method == HTTP_GET;
    char body[body_bytes];
    uint64_t number;
    memcpy(body, "Hello, world!", body_bytes);
    if (to->path_length == path_bytes && read_number(to->path, &number))
        for (size_t i = body_bytes; i-- > 0; number >>= 5)
            body[i] = "0123456789abcdefghijklmnopqrstuv"[number & 31];
    return append(to, is_get ? head : not_allowed, (is_get ? sizeof head : sizeof not_allowed) - 1) &&
           append(to, close, to->has_ended ? sizeof close - 1 : 0) && append(to, "\r\n", 2) &&
           append(to, body, is_get ? body_bytes : 0);
}

static int begin_request(http_parser* parser) {
    ((bench_http_conversation*)parser->data)->path_length = 0;
    return 0;
}

static int take_path(http_parser* parser, const char* bytes, size_t count) {
    bench_http_conversation* const of = parser->data;
    if (of->path_length < path_bytes) {
        const size_t room = path_bytes - of->path_length;
        memcpy(of->path + of->path_length, bytes, count < room ? count : room);
    }
    of->path_length += count;
    return 0;
}

/* Another protocol is never taken up, which a server may decide (RFC 9110, 7.8): `curl --http2` asks for one. */
static int end_head(http_parser* parser) {
    if (parser->method != HTTP_CONNECT) parser->upgrade = 0;
    return 0;
}

/* Not 0 ends the parsing. */
static int end_request(http_parser* parser) {
    bench_http_conversation* const of = parser->data;
    if (parser->upgrade) return 1;
    of->has_ended = !http_should_keep_alive(parser);
    return !answer(of) || of->has_ended;
}

static const http_parser_settings settings = {
    .on_message_begin = begin_request,
    .on_url = take_path,
    .on_headers_complete = end_head,
    .on_message_complete = end_request};

bench_http_conversation* bench_http_begin(void) {
    bench_http_conversation* const made = calloc(1, sizeof *made);
    if (made == NULL) return NULL;
    http_parser_init(&made->parser, HTTP_REQUEST);
    made->parser.data = made;
    return made;
}

void bench_http_end(bench_http_conversation* of) {
    if (of == NULL) return;
    free(of->answers);
    free(of);
}

bench_http_answers bench_http_take(bench_http_conversation* of, const char* bytes, size_t count) {
    static const char refused[] =
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    of->count = 0;
    if (!of->has_ended && http_parser_execute(&of->parser, &settings, bytes, count) != count && !of->has_ended) {
        of->has_ended = 1;
        append(of, refused, sizeof refused - 1);
    }
    const bench_http_answers made = {of->answers, of->count, !of->has_ended};
    return made;
}
