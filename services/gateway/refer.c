/* refer.c: see refer.h. */
#include "services/gateway/refer.h"

#include <string.h>

#include "proto/words/now.h"
#include "services/desk/referral_choices.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/refer_visit.h"
#include "services/gateway/referral_page.h"
#include "services/gateway/reply.h"

/* `source` is the kind of source that rang a coordinator; NULL: none did. */
static void begin_form(struct site *site, struct http_request *request, const char *source)
{
    struct form none = {0};
    struct refer_visit *refer = refer_visit_begin(site, request, &none, source);
    if (!refer)
        return;
    const struct refer_person person = {refer->visit->name, refer->visit->person.role};
    bool is_one_page = referral_form_pages(refer->source) == 1 || refer->is_telephoned;
    refer->page = is_one_page ? REFER_PAGE_ALL : 1;
    if (refer_form_begin(&refer->form, REFER_ID, refer->is_telephoned ? NULL : &person, source)) {
        refer_visit_show(refer, 200, &(struct page_refer){0});
    } else {
        reply_problem(request, REPLY_NO_MEMORY);
        refer_visit_end(&refer);
    }
}

/* The choices of the question who rings. */
static size_t sources_that_ring(struct referral_choice choices[REFERRAL_CHOICES_MAX])
{
    return referral_choices(referral_question_field(referral_question_find(REFER_SOURCE)), choices);
}

static void ask_which_source(struct http_request *request, const struct web_visit *visit)
{
    struct html html = {0};
    struct referral_choice choices[REFERRAL_CHOICES_MAX];
    struct page_choice rows[REFERRAL_CHOICES_MAX];
    struct page_refer_which page = {
        .frame = visit->frame, .sources = rows, .sources_count = sources_that_ring(choices)};
    for (size_t i = 0; i < page.sources_count; i++)
        rows[i] = (struct page_choice){.typed = choices[i].typed, .words = choices[i].words};
    page_refer_which(&html, &page);
    reply_page(request, 200, &html, NULL);
}

void refer_show(struct site *site, struct http_request *request)
{
    const struct account *account;
    bool enters = signin_find(site->signin, request, &account) &&
                  account->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
    struct web_visit *visit = enters ? visit_begin_anyway(site, request) : NULL;
    if (visit) {
        ask_which_source(request, visit);
        visit_end(&visit);
    } else if (!enters) {
        begin_form(site, request, NULL);
    }
}

void refer_show_for(struct site *site, struct http_request *request)
{
    struct referral_choice choices[REFERRAL_CHOICES_MAX];
    const char *rings = http_path(request) + sizeof REFER_FOR_PATH - 1;
    size_t count = sources_that_ring(choices), i = 0;
    while (i < count && strcmp(choices[i].typed, rings) != 0)
        i++;
    if (i < count)
        begin_form(site, request, choices[i].typed);
    else
        reply_problem(request, REPLY_NOT_FOUND);
}

/* --- sending ---------------------------------------------------------------------------------------------
 */

static void refer_is_told(void *context, const Concordat__V1__Message *message)
{
    struct refer_visit *refer = context;
    const struct referral_told told = {refer->id, refer->source, &refer->form, &refer->reading, true};
    if (!message || message->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER || !message->answer->done) {
        refer_visit_refused(refer, message);
        return;
    }
    referral_page_send(refer->visit, &told, message);
    refer_visit_end(&refer);
}

static void add_call(const struct form *form, Concordat__V1__Submit *submit,
                     Concordat__V1__Telephoned *telephoned, Concordat__V1__Instant *rang)
{
    const char *caller = refer_form_caller(form);
    concordat__v1__telephoned__init(telephoned);
    concordat__v1__instant__init(rang);
    rang->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    if (refer_form_rang(form, now_wall_ms(), &rang->unix_ms))
        telephoned->rang = rang;
    if (caller)
        telephoned->on_behalf_of = (char *)(uintptr_t)caller;
    submit->telephoned = telephoned;
}

/* The referral's id is the command's too: sent again as it was, it is the same command. */
static void send_referral(struct refer_visit *refer)
{
    struct arena arena;
    uint8_t id[WIRE_ID_BYTES];
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Telephoned telephoned;
    Concordat__V1__Instant rang;
    bool has_memory = arena_open(&arena, ARENA_MESSAGE_BYTES) == 0;
    refer_form_id(&refer->form, REFER_ID, id);
    request.command_id = (ProtobufCBinaryData){sizeof id, id};
    if (has_memory)
        request.submit = (Concordat__V1__Submit *)refer_form_message(
            &refer->form, refer->id, refer->is_telephoned ? NULL : refer->visit->of, now_wall_ms(),
            &concordat__v1__submit__descriptor, &arena, &refer->reading);
    if (request.submit) {
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
        if (refer->is_telephoned)
            add_call(&refer->form, request.submit, &telephoned, &rang);
    }
    refer_visit_ask(refer, &request, refer_is_told);
    arena_close(&arena);
}

/* --- pressing a button -----------------------------------------------------------------------------------
 */

static bool callback_is_blank(const char *text)
{
    return !text || !text[strspn(text, " ")];
}

/* The number's page; all questions, if there is no such page. */
static unsigned page_number(const char *text, Concordat__V1__Source source)
{
    unsigned pages = referral_form_pages(source);
    if (!text || text[0] < '1' || text[0] > '9' || text[1] || (unsigned)(text[0] - '0') > pages + 1)
        return REFER_PAGE_ALL;
    return pages == 1 ? REFER_PAGE_ALL : (unsigned)(text[0] - '0');
}

/* The number to ring back stands on the first page, and a referral without it is not taken. */
static bool lacks_callback(const struct refer_visit *refer, bool sends)
{
    return (sends || refer->page == 1) && callback_is_blank(form_value(&refer->form, "callback", 0));
}

static void go_on(struct refer_visit *refer)
{
    const char *go = form_value(&refer->form, REFER_GO, 0);
    bool sends = !go || strcmp(go, "send") == 0;
    bool is_next = !sends && strcmp(go, "next") == 0, is_back = !sends && strcmp(go, "back") == 0;
    if ((sends || is_next) && lacks_callback(refer, sends)) {
        refer_visit_lacks_callback(refer);
        return;
    }
    if (sends) {
        send_referral(refer);
        return;
    }
    if (is_next && refer->page != REFER_PAGE_ALL)
        refer->page++;
    else if (is_back && refer->page > 1)
        refer->page--;
    else if (!is_next && !is_back)
        refer->page = page_number(go, refer->source);
    refer_visit_show(refer, 200, &(struct page_refer){0});
}

void refer_take(struct site *site, struct http_request *request)
{
    struct form form;
    uint8_t id[WIRE_ID_BYTES];
    if (!refer_visit_read(site, request, NULL, &form))
        return;
    if (!refer_form_id(&form, REFER_ID, id)) {
        reply_problem(request, REPLY_BAD_FORM);
        form_close(&form);
        return;
    }
    struct refer_visit *refer = refer_visit_begin(site, request, &form, form_value(&form, REFER_SOURCE, 0));
    if (!refer)
        return;
    words_uuid(id, refer->id);
    refer->page = page_number(form_value(&refer->form, REFER_PAGE, 0), refer->source);
    if (visit_owns(refer->visit, form_value(&refer->form, REFER_TOKEN, 0)))
        go_on(refer);
    else
        refer_visit_show(refer, 403, &(struct page_refer){.is_again = true});
}
