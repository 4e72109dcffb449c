/* refer_change.c: see refer_change.h. */
#include "services/gateway/refer_change.h"

#include "proto/words/now.h"
#include "services/gateway/refer_visit.h"
#include "services/gateway/referral_page.h"
#include "services/gateway/reply.h"

static struct refer_visit *change_begin(struct site *site, struct http_request *request, struct form *form,
                                        const uint8_t id[WIRE_ID_BYTES])
{
    struct refer_visit *change = refer_visit_begin(site, request, form, NULL);
    if (!change)
        return NULL;
    change->is_change = true;
    change->page = REFER_PAGE_ALL;
    words_uuid(id, change->id);
    return change;
}

void refer_change_show(struct site *site, struct http_request *request, const uint8_t id[WIRE_ID_BYTES],
                       const char *rest)
{
    struct form none = {0};
    const struct referral_question *only = *rest == '/' ? referral_question_find(rest + 1) : NULL;
    if (*rest && !only) {
        reply_problem(request, REPLY_NOT_FOUND);
        return;
    }
    struct refer_visit *change = change_begin(site, request, &none, id);
    if (!change)
        return;
    change->only = only ? only->name : NULL;
    if (refer_form_begin(&change->form, REFER_COMMAND, NULL, NULL)) {
        refer_visit_show(change, 200, &(struct page_refer){0});
    } else {
        reply_problem(request, REPLY_NO_MEMORY);
        refer_visit_end(&change);
    }
}

static void change_is_told(void *context, const Concordat__V1__Message *message)
{
    struct refer_visit *change = context;
    const struct referral_told told = {change->id, change->source, &change->form, &change->reading, false};
    if (!message || message->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER || !message->answer->done) {
        refer_visit_refused(change, message);
        return;
    }
    referral_page_send(change->visit, &told, message);
    refer_visit_end(&change);
}

/* What a change takes away is a field of the protocol. */
static void add_cleared(Concordat__V1__Update *update, const char *name, char path[REFERRAL_PATH_BYTES],
                        char **cleared)
{
    if (!name || !referral_field_path(name, path))
        return;
    *cleared = path;
    update->clear = cleared;
    update->n_clear = 1;
}

static void send_change(struct refer_visit *change, const uint8_t command[WIRE_ID_BYTES])
{
    struct arena arena;
    char path[REFERRAL_PATH_BYTES], *cleared;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    bool has_memory = arena_open(&arena, ARENA_MESSAGE_BYTES) == 0;
    request.command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)(uintptr_t)command};
    if (has_memory)
        request.update = (Concordat__V1__Update *)refer_form_message(
            &change->form, change->id, change->visit->of, now_wall_ms(), &concordat__v1__update__descriptor,
            &arena, &change->reading);
    if (request.update) {
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_UPDATE;
        add_cleared(request.update, form_value(&change->form, REFER_CLEAR, 0), path, &cleared);
    }
    refer_visit_ask(change, &request, change_is_told);
    arena_close(&arena);
}

void refer_change_take(struct site *site, struct http_request *request, const uint8_t id[WIRE_ID_BYTES])
{
    struct form form;
    uint8_t command[WIRE_ID_BYTES];
    char changed[UUID_TEXT_BYTES];
    words_uuid(id, changed);
    if (!refer_visit_read(site, request, changed, &form))
        return;
    if (!refer_form_id(&form, REFER_COMMAND, command)) {
        reply_problem(request, REPLY_BAD_FORM);
        form_close(&form);
        return;
    }
    struct refer_visit *change = change_begin(site, request, &form, id);
    if (!change)
        return;
    if (visit_owns(change->visit, form_value(&change->form, REFER_TOKEN, 0)))
        send_change(change, command);
    else
        refer_visit_show(change, 403, &(struct page_refer){.is_again = true});
}
