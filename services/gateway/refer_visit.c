/* refer_visit.c: see refer_visit.h. */
#include "services/gateway/refer_visit.h"

#include <stdlib.h>
#include <string.h>

#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/sealing.h"
#include "services/gateway/settled.h"

/* The page has the values and leads back to where they were sent. */
static void keep_in_page(const struct site *site, struct http_request *request, const char *changed,
                         const struct form *form)
{
    struct html html = {0};
    struct page_hidden hidden[FORM_FIELDS_MAX];
    struct page_refer_out page = {
        .ring = site->ring, .is_new = !changed, .changed = changed, .hidden = hidden};
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].rule->name, REFER_GO) != 0 &&
            strcmp(form->fields[i].rule->name, REFER_TOKEN) != 0)
            hidden[page.hidden_count++] =
                (struct page_hidden){form->fields[i].rule->name, form->fields[i].value};
    page_refer_out(&html, &page);
    reply_page(request, 403, &html, NULL);
}

bool refer_visit_read(struct site *site, struct http_request *request, const char *changed, struct form *form)
{
    size_t rule_count;
    const struct account *account;
    const struct form_rule *rules = refer_rules(&rule_count);
    if (!reply_read_form(request, form, rules, rule_count))
        return false;
    if (signin_find(site->signin, request, &account))
        return true;
    keep_in_page(site, request, changed, form);
    form_close(form);
    return false;
}

/* A person of a source refers for it; a coordinator, for the one that rang. */
static bool source_of(const struct web_visit *visit, const char *rang, Concordat__V1__Source *source)
{
    bool refers = visit->role == CONCORDAT__V1__ROLE__ROLE_REFERRER;
    bool enters = visit->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR && rang;
    int value;
    if ((!refers && !enters) ||
        !words_parse(&concordat__v1__source__descriptor, refers ? visit->of : rang, &value) || value == 0)
        return false;
    *source = (Concordat__V1__Source)value;
    return true;
}

struct refer_visit *refer_visit_begin(struct site *site, struct http_request *request, struct form *form,
                                      const char *source)
{
    struct refer_visit *refer = calloc(1, sizeof *refer);
    if (!refer) {
        reply_problem(request, REPLY_NO_MEMORY);
        form_close(form);
        return NULL;
    }
    refer->form = *form;
    refer->is_given = form->count > 0;
    refer->visit = visit_begin_anyway(site, request);
    const char *by = form_value(form, REFER_BY, 0);
    bool is_others = refer->visit && by && strcmp(by, refer->visit->id) != 0;
    if (is_others) {
        visit_problem(refer->visit, REPLY_OTHERS);
        refer_visit_end(&refer);
        return NULL;
    }
    if (refer->visit && source_of(refer->visit, source, &refer->source)) {
        refer->is_telephoned = refer->visit->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
        return refer;
    }
    if (refer->visit)
        reply_problem(request, REPLY_NOT_FOUND);
    refer_visit_end(&refer);
    return NULL;
}

void refer_visit_end(struct refer_visit **refer)
{
    form_close(&(*refer)->form);
    visit_end(&(*refer)->visit);
    free(*refer);
    *refer = NULL;
}

void refer_visit_show(struct refer_visit *refer, unsigned status, struct page_refer *page)
{
    struct html html = {0};
    struct sealing_texts texts;
    const struct refer_view view = {.source = refer->source,
                                    .form = &refer->form,
                                    .person = {refer->visit->name, refer->visit->person.role},
                                    .page = refer->page,
                                    .only = refer->only};
    page->frame = refer->visit->frame;
    page->by = refer->visit->id;
    page->ring = refer->visit->site->ring;
    page->is_change = refer->is_change;
    page->is_given = refer->is_given;
    page->is_telephoned = refer->is_telephoned;
    page->caller = form_value(&refer->form, REFER_CALLER, 0);
    page->rang_at = form_value(&refer->form, REFER_RANG, 0);
    page->id = refer->id;
    page->only = refer->only;
    if (!refer->is_change)
        sealing_fill(refer->visit->site->sealing, refer->visit->desk, &refer->visit->person,
                     form_value(&refer->form, REFER_ID, 0), &texts, &page->sealing);
    refer_page_write(&html, &view, page);
    reply_page(refer->visit->request, status, &html, NULL);
    refer_visit_end(&refer);
}

void refer_visit_lacks_callback(struct refer_visit *refer)
{
    refer->page = refer->page == REFER_PAGE_ALL ? REFER_PAGE_ALL : 1;
    refer_visit_show(refer, 400, &(struct page_refer){.fault = "Give a number to ring you back"});
}

static void show_not_sent(struct refer_visit *refer, const char *why)
{
    refer_visit_show(refer, 503, &(struct page_refer){.not_sent = why});
}

void refer_visit_ask(struct refer_visit *refer, const Concordat__V1__Request *request, desk_done *done)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND__NOT_SET)
        show_not_sent(refer, "The service has no room at this moment.");
    else if (!refer->visit->desk || !desk_answers(refer->visit->desk))
        show_not_sent(refer, "The intake of your source does not answer.");
    else
        settled_ask(refer->visit->desk, request, &refer->visit->person, done, refer);
}

void refer_visit_refused(struct refer_visit *refer, const Concordat__V1__Message *message)
{
    const Concordat__V1__Answer *answer =
        message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER ? message->answer : NULL;
    bool was_sent = answer && answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_CONFLICT;
    if (answer && answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_NO_CALLBACK)
        refer_visit_lacks_callback(refer);
    else if (answer)
        refer_visit_show(
            refer, 409,
            &(struct page_refer){.not_sent = answer->text, .before = was_sent ? refer->id : NULL});
    else
        show_not_sent(refer,
                      "The intake has not answered, so nobody knows whether it has this. Send it again: "
                      "it is taken once.");
}
