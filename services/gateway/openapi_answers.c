/* openapi_answers.c: see openapi_answers.h. */
#include "services/gateway/openapi_answers.h"

#include <stdio.h>

#include "services/gateway/http.h"
#include "services/gateway/openapi_schema.h"
#include "services/gateway/session.h"

enum { OPENAPI_REF_BYTES = 96, OPENAPI_HEADERS_MAX = 3 };

static const struct openapi_header {
    const char *name, *type, *says;
} openapi_headers[] = {
    {"RateLimit", "string",
     "how much the person may ask for still, and after how many seconds there is more"},
    {"RateLimit-Policy", "string", "how much the person may ask for, and in how many seconds"},
    {"Retry-After", "integer", "after how many seconds to try again"},
    {"WWW-Authenticate", "string",
     "how to say for whom one asks, and what was wrong with the token (RFC 6750)"},
};

#define SAYS_WHAT_IS_LEFT "RateLimit", "RateLimit-Policy"

static const struct openapi_problem {
    const char *status, *name, *says, *headers[OPENAPI_HEADERS_MAX + 1];
} openapi_problems[] = {
    {"401",
     "NotKnown",
     "nobody is signed in, or the token does not count; nothing was done",
     {"WWW-Authenticate"}},
    {"403",
     "NotAllowed",
     "not for this person, or not from there: another site, another session's token, a locked screen; nothing "
     "was done",
     {SAYS_WHAT_IS_LEFT}},
    {"429",
     "TooMuch",
     "this person, or everybody at their desk, asks too much at once; nothing was done",
     {"Retry-After", SAYS_WHAT_IS_LEFT}},
    {"4XX", "Problem", "it was not done, or it is not known whether it was", {SAYS_WHAT_IS_LEFT}},
    {"5XX", "Problem", "it was not done, or it is not known whether it was", {SAYS_WHAT_IS_LEFT}},
};
enum { OPENAPI_PROBLEMS = sizeof openapi_problems / sizeof *openapi_problems };

static json_t *ref_to(const char *kind, const char *name)
{
    char text[OPENAPI_REF_BYTES];
    snprintf(text, sizeof text, "#/components/%s/%s", kind, name);
    return json_pack("{s:s}", "$ref", text);
}

/* A list of names that ends with NULL. */
static json_t *headers_of(const char *const *names)
{
    json_t *headers = json_object();
    for (; *names; names++)
        (void)json_object_set_new(headers, *names, ref_to("headers", *names));
    return headers;
}

json_t *openapi_body(const char *type, const char *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", openapi_ref(schema));
}

static json_t *message_answer(const char *says)
{
    static const char *const left[] = {SAYS_WHAT_IS_LEFT, NULL};
    return json_pack("{s:s, s:o, s:o}", "description", says, "headers", headers_of(left), "content",
                     openapi_body(HTTP_JSON, "Message"));
}

json_t *openapi_responses(const char *done, const char *saved)
{
    json_t *responses = json_pack("{s:o}", "200", message_answer(done));
    if (saved)
        (void)json_object_set_new(responses, "202", message_answer(saved));
    for (size_t i = 0; i < OPENAPI_PROBLEMS; i++)
        (void)json_object_set_new(responses, openapi_problems[i].status,
                                  ref_to("responses", openapi_problems[i].name));
    return responses;
}

/* A program has its token; a script of our pages has the cookie, and sends the page's token with a command.
 */
json_t *openapi_security(bool takes)
{
    return takes ? json_pack("[{s:[]}, {s:[], s:[]}]", "program", "session", "token")
                 : json_pack("[{s:[]}, {s:[]}]", "program", "session");
}

static json_t *all_headers(void)
{
    json_t *headers = json_object();
    for (size_t i = 0; i < sizeof openapi_headers / sizeof *openapi_headers; i++) {
        const struct openapi_header *header = &openapi_headers[i];
        (void)json_object_set_new(
            headers, header->name,
            json_pack("{s:s, s:{s:s}}", "description", header->says, "schema", "type", header->type));
    }
    return headers;
}

static json_t *all_problems(void)
{
    json_t *responses = json_object();
    for (size_t i = 0; i < OPENAPI_PROBLEMS; i++) {
        const struct openapi_problem *problem = &openapi_problems[i];
        (void)json_object_set_new(responses, problem->name,
                                  json_pack("{s:s, s:o, s:o}", "description", problem->says, "headers",
                                            headers_of(problem->headers), "content",
                                            openapi_body(HTTP_PROBLEM, "Problem")));
    }
    return responses;
}

static json_t *all_schemes(void)
{
    return json_pack("{s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}}", "program", "type",
                     "http", "scheme", "bearer", "description",
                     "a program that acts for a person; `concordat people token add` makes the token",
                     "session", "type", "apiKey", "in", "cookie", "name", SESSION_COOKIE, "description",
                     "a script of our own pages", "token", "type", "apiKey", "in", "header", "name",
                     HTTP_TOKEN, "description", "the token of the page's forms");
}

bool openapi_add_answers(json_t *components)
{
    return json_object_set_new(components, "headers", all_headers()) == 0 &&
           json_object_set_new(components, "responses", all_problems()) == 0 &&
           json_object_set_new(components, "securitySchemes", all_schemes()) == 0;
}
