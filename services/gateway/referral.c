/* referral.c: see referral.h. */
#include "services/gateway/referral.h"

#include <stdlib.h>
#include <string.h>

#include "services/gateway/refer_change.h"
#include "services/gateway/referral_page.h"
#include "services/gateway/reply.h"

/* Somebody who waits for the page. */
struct referral_visit {
    struct web_visit *visit;
    char id[UUID_TEXT_BYTES];
};

static void referral_is_told(void *context, const Concordat__V1__Message *message)
{
    struct referral_visit *asked = context;
    const struct referral_told told = {.id = asked->id};
    if (message)
        referral_page_send(asked->visit, &told, message);
    else
        visit_problem(asked->visit, REPLY_NO_ANSWER);
    visit_end(&asked->visit);
    free(asked);
}

static void ask_how_it_stands(struct web_visit *visit, const uint8_t id[WIRE_ID_BYTES])
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus question = CONCORDAT__V1__GET_STATUS__INIT;
    struct referral_visit *asked = calloc(1, sizeof *asked);
    if (!asked) {
        reply_problem(visit->request, REPLY_NO_MEMORY);
        visit_end(&visit);
        return;
    }
    asked->visit = visit;
    words_uuid(id, asked->id);
    question.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)(uintptr_t)id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &question;
    desk_ask(visit->desk, &request, &visit->person, referral_is_told, asked);
}

/* The id in a path, and what follows it; NULL: there is none. */
static const char *id_of_path(const char *path, uint8_t id[WIRE_ID_BYTES])
{
    char text[UUID_TEXT_BYTES];
    path += sizeof REFERRAL_PATH - 1;
    size_t size = strcspn(path, "/");
    if (size >= sizeof text)
        return NULL;
    memcpy(text, path, size);
    text[size] = '\0';
    return words_parse_uuid(text, id) ? path + size : NULL;
}

void referral_show(struct site *site, struct http_request *request)
{
    uint8_t id[WIRE_ID_BYTES];
    const char *rest = id_of_path(http_path(request), id);
    bool is_change = rest && strncmp(rest, REFER_CHANGE, sizeof REFER_CHANGE - 1) == 0;
    if (is_change) {
        refer_change_show(site, request, id, rest + sizeof REFER_CHANGE - 1);
        return;
    }
    struct web_visit *visit = rest && !*rest ? visit_begin(site, request) : NULL;
    if (visit)
        ask_how_it_stands(visit, id);
    else if (!rest || *rest)
        reply_problem(request, REPLY_NOT_FOUND);
}

void referral_take(struct site *site, struct http_request *request)
{
    uint8_t id[WIRE_ID_BYTES];
    const char *rest = id_of_path(http_path(request), id);
    if (rest && strcmp(rest, REFER_CHANGE) == 0)
        refer_change_take(site, request, id);
    else
        reply_problem(request, REPLY_NOT_FOUND);
}
