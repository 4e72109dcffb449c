/* api_problem.c: see api_problem.h. */
#include "services/gateway/api_problem.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/json.h"
#include "proto/words/refusal_text.h"
#include "proto/words/words.h"
#include "services/gateway/api_commands.h"
#include "services/gateway/api_quota.h"
#include "services/gateway/reply.h"

#define REFUSAL(name) [CONCORDAT__V1__REFUSAL__REFUSAL_##name]

/* RFC 9110, 15: whose fault it is, and whether the same request can do better later. */
static const unsigned refusal_statuses[] = {
    REFUSAL(UNSPECIFIED) = 500,     REFUSAL(MALFORMED) = 400,        REFUSAL(TOO_LARGE) = 413,
    REFUSAL(UNKNOWN_COMMAND) = 501, REFUSAL(UNKNOWN_FIELD) = 422,    REFUSAL(BAD_VALUE) = 422,
    REFUSAL(HELLO_FIRST) = 503, /* this and the next two are about the desk's key, not the caller's */
    REFUSAL(VERSION) = 503,         REFUSAL(REVOKED) = 503,          REFUSAL(NOT_ALLOWED) = 403,
    REFUSAL(NOT_YOURS) = 404,       REFUSAL(NO_SOURCE) = 422,        REFUSAL(NO_CALLBACK) = 422,
    REFUSAL(CONFLICT) = 422, /* draft-ietf-httpapi-idempotency-key-header, 2.7: another body by the same key
                              */
    REFUSAL(OFFER_ENDED) = 409,     REFUSAL(ALREADY_ACCEPTED) = 409, REFUSAL(CASE_CLOSED) = 409,
    REFUSAL(WRONG_STATE) = 409,     REFUSAL(UNKNOWN_TEAM) = 422,     REFUSAL(UNAVAILABLE) = 503,
    REFUSAL(TOO_MANY) = 429,        REFUSAL(ALTERED) = 409,          REFUSAL(ON_HOLD) = 409,
    REFUSAL(TOO_EARLY) = 409,       REFUSAL(DETENTION_OPEN) = 409,   REFUSAL(DETENTION_STEP) = 409,
    REFUSAL(NOT_A_MATCH) = 409,     REFUSAL(TIME_TO_COME) = 422,     REFUSAL(ENDED_BY_OTHERS) = 409,
    REFUSAL(BEFORE_RECEIPT) = 422,  REFUSAL(DRILL_STAYS) = 409,      REFUSAL(CLOSE_NEEDS_REASON) = 422,
    REFUSAL(BESIDE_STEP) = 409,     REFUSAL(NO_ROOM) = 507,          REFUSAL(SEALED) = 409,
};

/* RFC 6750, 3: how to say who one is, and with what was wrong if a token came. */
#define CHALLENGE            "Bearer realm=\"concordat\""
#define CHALLENGE_WITH(code) CHALLENGE ", error=\"" code "\""

static const struct api_words {
    unsigned status;
    const char *title, *detail, *challenge;
} api_rows[] = {
    [API_NO_SUCH_PATH] = {404, "Not Found", "There is no such command. Nothing was done.", NULL},
    [API_NOT_SIGNED_IN] = {401, "Unauthorized", "Nobody is signed in. Nothing was done.", CHALLENGE},
    [API_NO_SUCH_TOKEN] = {401, "Unauthorized", "This token does not count. Nothing was done.",
                           CHALLENGE_WITH("invalid_token")},
    [API_UNREADABLE_TOKEN] = {400, "Bad Request", "After Bearer stands no token. Nothing was done.",
                              CHALLENGE_WITH("invalid_request")},
    [API_TOKEN_IN_ADDRESS] =
        {400, "Bad Request",
         "A token never stands in an address, which is logged: end this one, and send the "
         "next in Authorization. Nothing was done.",
         CHALLENGE_WITH("invalid_request")},
    [API_CROSS_SITE] = {403, "Forbidden", "It came from another site. Nothing was done.", NULL},
    [API_WRONG_TOKEN] = {403, "Forbidden", "It has not the token of this sign-in. Nothing was done.", NULL},
    [API_LOCKED] = {403, "Forbidden", "The screen of this sign-in is locked. Nothing was done.", NULL},
    [API_NOT_FOR_AUDITORS] = {403, "Forbidden", "An auditor has no desk here. Nothing was done.", NULL},
    [API_BAD_KEY] = {400, "Bad Request", "The Idempotency-Key is not a UUID. Nothing was done.", NULL},
    [API_STILL_ASKING] = {409, "Conflict", "A command with this key is being done. Wait for its answer.",
                          NULL},
    [API_NO_DESK] = {503, "Service Unavailable", "Your team or desk is not connected here. Nothing was done.",
                     NULL},
    [API_NO_MEMORY] = {503, "Service Unavailable",
                       "The service has no room at this moment. Nothing was done.", NULL},
    [API_NO_ANSWER] = {504, "Gateway Timeout",
                       "It is not known whether this was done. Send it again with the same key.", NULL},
};

static void add(json_t *object, const char *name, json_t *value)
{
    if (value)
        (void)json_object_set_new(object, name, value);
}

static void add_id(json_t *problem, const uint8_t *command_id)
{
    char text[UUID_TEXT_BYTES];
    if (!command_id)
        return;
    words_uuid(command_id, text);
    add(problem, "commandId", json_string(text));
}

static json_t *begin_problem(const char *type, const char *title, unsigned status, const char *detail)
{
    return json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title", title, "status", (int)status, "detail",
                     detail);
}

/* Without memory for the words, the status alone says it. */
static void end_problem(struct http_request *request, json_t *problem, struct http_answer answer)
{
    char *text = problem ? json_dumps(problem, JSON_COMPACT) : NULL;
    answer.type = HTTP_PROBLEM;
    answer.text = text ? text : "{}";
    answer.size = strlen(answer.text);
    http_give(request, &answer);
    free(text);
    json_decref(problem);
}

void api_problem(struct http_request *request, enum api_problem problem, const uint8_t *command_id)
{
    const struct api_words *row = &api_rows[problem];
    json_t *json = begin_problem("about:blank", row->title, row->status, row->detail);
    add_id(json, command_id);
    end_problem(request, json,
                (struct http_answer){.status = row->status,
                                     .retry_s = row->status >= 503 ? REPLY_RETRY_S : 0,
                                     .challenge = row->challenge});
}

/* The type of draft-ietf-httpapi-ratelimit-headers-10, 4.1. */
void api_problem_too_much(struct http_request *request, unsigned wait_s)
{
    char detail[96];
    snprintf(detail, sizeof detail, "You ask too much at once. Nothing was done; try again in %u s.", wait_s);
    json_t *json = begin_problem("https://iana.org/assignments/http-problem-types#quota-exceeded",
                                 "Too Many Requests", 429, detail);
    add(json, "violated-policies", json_pack("[s]", "person"));
    end_problem(request, json, (struct http_answer){.status = 429, .retry_s = wait_s});
}

void api_problem_method(struct http_request *request, const char *allow)
{
    json_t *json = begin_problem("about:blank", "Method Not Allowed", 405,
                                 "This path takes another method. Nothing was done.");
    end_problem(request, json, (struct http_answer){.status = 405, .allow = allow});
}

void api_problem_json(struct http_request *request, int line, int column)
{
    char detail[96];
    snprintf(detail, sizeof detail, "The body is not JSON, from line %d and column %d. Nothing was done.",
             line, column);
    end_problem(request, begin_problem("about:blank", "Bad Request", 400, detail),
                (struct http_answer){.status = 400});
}

/* The type of a refusal stands in the document that describes all of this. */
static json_t *begin_refusal(Concordat__V1__Refusal refusal, unsigned status, const char *detail)
{
    char type[WORDS_MAX + 32], words[WORDS_MAX];
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&concordat__v1__refusal__descriptor, (int)refusal);
    snprintf(type, sizeof type, API_DOCUMENT "#%s", value ? value->name : "");
    json_t *json = begin_problem(type, words_for(&concordat__v1__refusal__descriptor, (int)refusal, words),
                                 status, detail);
    add(json, "refusal", value ? json_string(value->name) : NULL);
    return json;
}

/* A fault begins with the path of its field. */
static void add_fault_field(json_t *problem, const struct wire_fault *fault)
{
    char path[sizeof fault->text], name[sizeof fault->text];
    size_t length = strcspn(fault->text, ":");
    if (fault->text[length] != ':')
        return;
    snprintf(path, sizeof path, "%.*s", (int)length, fault->text);
    json_camel_case(path, name, sizeof name);
    add(problem, "field", json_string(name));
}

void api_problem_value(struct http_request *request, const struct wire_fault *fault,
                       const uint8_t *command_id)
{
    unsigned status = refusal_statuses[fault->refusal];
    json_t *json = begin_refusal(fault->refusal, status, fault->text);
    if (json)
        add_fault_field(json, fault);
    add_id(json, command_id);
    end_problem(request, json, (struct http_answer){.status = status});
}

void api_problem_refused(struct http_request *request, const Concordat__V1__Message *message)
{
    const Concordat__V1__Answer *answer = message->answer;
    assert(answer->refusal < sizeof refusal_statuses / sizeof *refusal_statuses);
    unsigned status = refusal_statuses[answer->refusal];
    unsigned wait_s = (unsigned)((answer->retry_after_ms + 999) / 1000);
    json_t *json = begin_refusal(answer->refusal, status,
                                 answer->text[0] ? answer->text : refusal_text(answer->refusal));
    add_id(json, message->command_id.len == WIRE_ID_BYTES ? message->command_id.data : NULL);
    if (json && answer->status)
        add(json, "case", json_to_show(&answer->status->base));
    if (wait_s == 0 && (status == 429 || status == 503))
        wait_s = REPLY_RETRY_S;
    if (status == 429)
        api_quota_say_desk(request, wait_s);
    end_problem(request, json, (struct http_answer){.status = status, .retry_s = wait_s});
}
