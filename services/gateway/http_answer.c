/* http_answer.c: see http_answer.h. */
#include "services/gateway/http_answer.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct fixed_header {
    const char *name, *value;
} fixed_headers[] = {
    {"Content-Security-Policy", /* the one policy of trusted types is that of scripts/trusted.js */
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
     "worker-src 'self'; manifest-src 'self'; "
     "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
     "trusted-types concordat"},
    {"X-Content-Type-Options", "nosniff"},
    /* With "no-referrer" browsers would send our own forms with the origin "null". */
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

bool http_answer_add_headers(struct MHD_Response *response, const struct http_answer *answer)
{
    const char *type = answer->type ? answer->type : "";
    bool good = true;
    char seconds[16], kept_as[HTTP_FILE_BYTES_MAX + 32];
    assert(!answer->file || strlen(answer->file) <= HTTP_FILE_BYTES_MAX);
    snprintf(kept_as, sizeof kept_as, "attachment; filename=\"%s\"", answer->file ? answer->file : "");
    for (size_t i = 0; i < sizeof fixed_headers / sizeof *fixed_headers; i++)
        good = good &&
               MHD_add_response_header(response, fixed_headers[i].name, fixed_headers[i].value) == MHD_YES;
    snprintf(seconds, sizeof seconds, "%u", answer->retry_s);
    const struct fixed_header own[] = {
        {"Content-Type", answer->type},
        {"Content-Disposition", answer->file ? kept_as : NULL},
        {"Content-Encoding", answer->stands ? "gzip" : NULL},
        {"Cache-Control", answer->stands ? "public, max-age=31536000, immutable" : "no-store"},
        {"Location", answer->location},
        {"Set-Cookie", answer->cookie},
        {"Retry-After", answer->retry_s ? seconds : NULL},
        {"RateLimit-Policy", answer->quota_policy},
        {"RateLimit", answer->quota_left},
        {"WWW-Authenticate", answer->challenge},
        {"X-Accel-Buffering", strcmp(type, HTTP_EVENTS) == 0 ? "no" : NULL}, /* by the proxy */
        {"Allow", answer->allow}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        good = good &&
               (!own[i].value || MHD_add_response_header(response, own[i].name, own[i].value) == MHD_YES);
    return good;
}

struct MHD_Response *http_answer_make(const struct http_answer *answer)
{
    const enum MHD_ResponseMemoryMode mode = answer->stands ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->size, (void *)(uintptr_t)answer->text, mode);
    if (response && !http_answer_add_headers(response, answer)) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}
