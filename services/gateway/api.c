/* api.c: see api.h. */
#include "services/gateway/api.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/borrowed.h"
#include "proto/wire/check.h"
#include "proto/words/json.h"
#include "proto/words/words.h"
#include "services/gateway/api_caller.h"
#include "services/gateway/api_commands.h"
#include "services/gateway/api_problem.h"
#include "services/gateway/openapi.h"
#include "services/gateway/settled.h"

/* A command that is being answered. */
struct api_call {
    struct web_visit *visit;
    struct api_call *next, **at; /* in the list of all; `at` points to what points here */
    uint8_t id[WIRE_ID_BYTES];
    bool asks;
};

/* --- a call
 * -------------------------------------------------------------------------------------------------
 */

static void begin_call(struct api_call *call)
{
    struct api_call **first = &call->visit->site->calls;
    call->at = first;
    call->next = *first;
    if (call->next)
        call->next->at = &call->next;
    *first = call;
}

static void end_call(struct api_call **call)
{
    struct api_call *c = *call;
    *c->at = c->next;
    if (c->next)
        c->next->at = c->at;
    visit_end(&c->visit);
    free(c);
    *call = NULL;
}

/* Two commands at once by one key would have one answer, whatever they say. */
static bool is_being_answered(const struct site *site, const uint8_t id[WIRE_ID_BYTES])
{
    for (const struct api_call *call = site->calls; call; call = call->next)
        if (memcmp(call->id, id, WIRE_ID_BYTES) == 0)
            return true;
    return false;
}

/* The key is a string of RFC 9651, in quotation marks, or the bare UUID. */
static bool read_key(const struct http_request *request, uint8_t id[WIRE_ID_BYTES])
{
    const char *given = http_header(request, HTTP_KEY);
    char text[UUID_TEXT_BYTES];
    if (!given) {
        words_new_uuid(id);
        return true;
    }
    size_t length = strlen(given), quotes = given[0] == '"' ? 1 : 0;
    if (length != UUID_TEXT_BYTES - 1 + 2 * quotes || (quotes && given[length - 1] != '"'))
        return false;
    memcpy(text, given + quotes, UUID_TEXT_BYTES - 1);
    text[UUID_TEXT_BYTES - 1] = '\0';
    return words_parse_uuid(text, id);
}

/* A referral that only the router's answer will show, because an intake has saved it, is taken all the same.
 */
static unsigned call_status(const struct api_call *call, const Concordat__V1__Message *message)
{
    bool is_saved = message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER &&
                    message->answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_SAVED;
    return is_saved && !call->asks ? 202 : 200;
}

static void give_message(struct api_call *call, const Concordat__V1__Message *message)
{
    json_t *json = json_to_show(&message->base);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (text)
        http_give(call->visit->request, &(struct http_answer){.status = call_status(call, message),
                                                              .type = HTTP_JSON,
                                                              .text = text,
                                                              .size = strlen(text)});
    else
        api_problem(call->visit->request, API_NO_ANSWER, call->id);
    free(text);
    json_decref(json);
}

static void call_is_answered(void *context, const Concordat__V1__Message *message)
{
    struct api_call *call = context;
    if (!message)
        api_problem(call->visit->request, API_NO_ANSWER, call->id);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && !message->answer->done)
        api_problem_refused(call->visit->request, message);
    else
        give_message(call, message);
    end_call(&call);
}

/* Ends the visit if it cannot ask. The part of the message is copied. */
static void ask_for(struct web_visit *visit, const ProtobufCFieldDescriptor *command, ProtobufCMessage *part,
                    const uint8_t id[WIRE_ID_BYTES])
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    struct api_call *call = calloc(1, sizeof *call);
    if (!call) {
        api_problem(visit->request, API_NO_MEMORY, id);
        visit_end(&visit);
        return;
    }
    call->visit = visit;
    call->asks = api_command_asks(command);
    memcpy(call->id, id, WIRE_ID_BYTES);
    begin_call(call);
    request.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, call->id};
    request.command_case = (Concordat__V1__Request__CommandCase)command->id;
    *(ProtobufCMessage **)(void *)((uint8_t *)&request + command->offset) = part;
    if (call->asks || desk_is_brokers(visit->desk))
        desk_ask(visit->desk, &request, &visit->person, call_is_answered, call);
    else
        settled_ask(visit->desk, &request, &visit->person, call_is_answered, call);
}

/* --- a command ---------------------------------------------------------------------------------------------
 */

/* A referral whose sender has no id for it gets that of the command, so that both are the same when it is
 * sent again. */
static void complete_submit(ProtobufCMessage *part, const uint8_t id[WIRE_ID_BYTES])
{
    Concordat__V1__Submit *submit = (Concordat__V1__Submit *)part;
    if (part->descriptor == &concordat__v1__submit__descriptor && submit->referral &&
        submit->referral->id.len == 0)
        submit->referral->id = (ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)(uintptr_t)id};
}

/* The body as the command's message, in the arena; NULL: the request is answered. jansson refuses what is
 * nested deeper than 2048, and the reader what is nested deeper than the schema. */
static ProtobufCMessage *read_command_part(struct http_request *request,
                                           const ProtobufCFieldDescriptor *command,
                                           const uint8_t id[WIRE_ID_BYTES], struct arena *arena)
{
    size_t size;
    const char *body = http_form(request, &size);
    json_error_t error;
    struct wire_fault fault = {0};
    json_t *json = json_loadb(body, size, JSON_REJECT_DUPLICATES, &error);
    if (!json) {
        api_problem_json(request, error.line, error.column);
        return NULL;
    }
    ProtobufCMessage *part = json_to_message(json, command->descriptor, arena, &fault);
    json_decref(json);
    if (part) {
        complete_submit(part, id);
        if (check_message(part, &fault))
            return part;
    }
    api_problem_value(request, &fault, id);
    return NULL;
}

static void take_command(struct web_visit *visit, const ProtobufCFieldDescriptor *command,
                         const uint8_t id[WIRE_ID_BYTES])
{
    struct arena arena;
    if (arena_open(&arena, ARENA_MESSAGE_BYTES) != 0) {
        api_problem(visit->request, API_NO_MEMORY, id);
        visit_end(&visit);
        return;
    }
    ProtobufCMessage *part = read_command_part(visit->request, command, id, &arena);
    if (part)
        ask_for(visit, command, part, id);
    else
        visit_end(&visit);
    arena_close(&arena);
}

static bool is_read_path(const char *name)
{
    return strcmp(name, API_BOARD) == 0 || strncmp(name, API_CASES, sizeof API_CASES - 1) == 0;
}

void api_take(struct site *site, struct http_request *request)
{
    const char *name = http_path(request) + sizeof API_PATH - 1;
    const ProtobufCFieldDescriptor *command = api_command_find(name);
    uint8_t id[WIRE_ID_BYTES];
    if (!command) {
        if (is_read_path(name))
            api_problem_method(request, HTTP_READ);
        else
            api_problem(request, API_NO_SUCH_PATH, NULL);
        return;
    }
    struct web_visit *visit = api_caller_begin(site, request);
    if (!visit)
        return;
    if (read_key(request, id) && !is_being_answered(site, id)) {
        take_command(visit, command, id);
        return;
    }
    api_problem(request, read_key(request, id) ? API_STILL_ASKING : API_BAD_KEY, NULL);
    visit_end(&visit);
}

/* --- a question --------------------------------------------------------------------------------------------
 */

static void read_board(struct web_visit *visit)
{
    Concordat__V1__GetBoard question = CONCORDAT__V1__GET_BOARD__INIT;
    const char *closed = http_query(visit->request, "withClosed"), *mine = http_query(visit->request, "mine");
    uint8_t id[WIRE_ID_BYTES];
    question.with_closed = closed && strcmp(closed, "true") == 0;
    question.mine = mine && strcmp(mine, "true") == 0;
    words_new_uuid(id);
    ask_for(visit, api_command_find("getBoard"), &question.base, id);
}

/* A name that no case can have is that of no case. */
static void read_case(struct web_visit *visit, const char *name)
{
    Concordat__V1__GetStatus question = CONCORDAT__V1__GET_STATUS__INIT;
    uint8_t id[WIRE_ID_BYTES], referral[WIRE_ID_BYTES];
    struct wire_fault fault;
    if (words_parse_uuid(name, referral))
        question.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, referral};
    else
        question.number = borrowed_text(name);
    words_new_uuid(id);
    if (*name && check_message(&question.base, &fault)) {
        ask_for(visit, api_command_find("getStatus"), &question.base, id);
        return;
    }
    api_problem(visit->request, API_NO_SUCH_PATH, NULL);
    visit_end(&visit);
}

void api_read(struct site *site, struct http_request *request)
{
    const char *name = http_path(request) + sizeof API_PATH - 1;
    if (!is_read_path(name)) {
        if (api_command_find(name))
            api_problem_method(request, HTTP_TAKE);
        else
            api_problem(request, API_NO_SUCH_PATH, NULL);
        return;
    }
    struct web_visit *visit = api_caller_begin(site, request);
    if (visit && strcmp(name, API_BOARD) == 0)
        read_board(visit);
    else if (visit)
        read_case(visit, name + sizeof API_CASES - 1);
}

/* --- the document ------------------------------------------------------------------------------------------
 */

void api_describe(struct site *site, struct http_request *request)
{
    if (!site->openapi)
        site->openapi = openapi_make();
    if (site->openapi)
        http_give(request, &(struct http_answer){.status = 200,
                                                 .type = HTTP_JSON,
                                                 .text = site->openapi,
                                                 .size = strlen(site->openapi)});
    else
        api_problem(request, API_NO_MEMORY, NULL);
}
