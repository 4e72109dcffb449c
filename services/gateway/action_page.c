/* action_page.c: see action_page.h. */
#include "services/gateway/action_page.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/desk/action_labels.h"
#include "services/desk/action_now.h"
#include "services/desk/late_sentence.h"
#include "services/desk/resolve.h"
#include "services/desk/show.h"
#include "services/desk/told.h"
#include "services/gateway/action_form.h"
#include "services/gateway/case_sheet.h"
#include "services/gateway/handover_page.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/settled.h"
#include "services/gateway/visit.h"

/* A form that is shown or done while the desk's server is asked. */
struct deed {
    struct web_visit *visit;
    const struct action_kind *kind;
    bool names_case;
    char number[NUMBER_TEXT_BYTES];           /* "": it is about no case */
    struct form_rule rules[ACTION_RULES_MAX]; /* of the form, which points to them */
    struct form form;
    struct action action;
    struct resolve resolve;
    uint8_t command_id[WIRE_ID_BYTES];
};

static void deed_end(struct deed *deed)
{
    form_close(&deed->form);
    visit_end(&deed->visit);
    sodium_memzero(deed, sizeof *deed);
    free(deed);
}

static void deed_problem(struct deed *deed, enum reply_problem problem)
{
    visit_problem(deed->visit, problem);
    deed_end(deed);
}

/* NULL: the request has been answered. */
static struct deed *deed_begin(struct site *site, struct http_request *request, const char *number,
                               const char *name)
{
    const struct action_kind *kind = action_find(name);
    if (!kind || action_names_case(kind) != (number != NULL)) {
        reply_problem(request, REPLY_NOT_FOUND);
        return NULL;
    }
    struct web_visit *visit = visit_begin(site, request);
    struct deed *deed = visit ? calloc(1, sizeof *deed) : NULL;
    if (visit && deed && action_is_for(kind, visit->role)) {
        deed->visit = visit;
        deed->kind = kind;
        deed->names_case = number;
        snprintf(deed->number, sizeof deed->number, "%s", number ? number : "");
        return deed;
    }
    if (visit) {
        reply_problem(request, deed ? REPLY_NOT_FOUND : REPLY_NO_MEMORY);
        visit_end(&visit);
    }
    free(deed);
    return NULL;
}

const char *action_page_board(Concordat__V1__Role role)
{
    return role == CONCORDAT__V1__ROLE__ROLE_TEAM          ? "/team"
           : role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR ? "/coordinator"
                                                           : "/";
}

/* --- the form -------------------------------------------------------------------------------------------
 */

static const char *given_in_query(void *context, const char *name)
{
    return http_query(context, name);
}

static void show_form(struct deed *deed, struct action_form form, unsigned status)
{
    struct html html = {0};
    form.kind = deed->kind;
    form.frame = &deed->visit->frame;
    form.number = deed->names_case ? deed->number : NULL;
    form.of = desk_of(deed->visit->desk);
    form.board = desk_cases(deed->visit->desk)->board;
    action_form_write(&html, &form);
    reply_page(deed->visit->request, status, &html, NULL);
    deed_end(deed);
}

/* status: of the case; NULL: it is about none. */
static void show_fresh_form(struct deed *deed, const Concordat__V1__CaseStatus *status)
{
    bool detains = deed->kind->command == CONCORDAT__V1__REQUEST__COMMAND_RECORD_DETENTION;
    show_form(deed,
              (struct action_form){
                  .attempt = status && action_answers_offer(deed->kind) ? status->attempt : 0,
                  .next_step = detains && status && status->detention ? (int)status->detention->next : 0,
                  .given = given_in_query,
                  .context = deed->visit->request},
              200);
}

/* What cannot be done now leads to the case, which says how it stands. */
static void case_is_known(void *context, const Concordat__V1__Message *message)
{
    struct deed *deed = context;
    const Concordat__V1__CaseStatus *status = message ? told_status(message) : NULL;
    if (!status) {
        deed_problem(deed, message ? REPLY_NOT_FOUND : REPLY_NO_ANSWER);
    } else if (!action_makes_sense(deed->kind, deed->visit->role, desk_of(deed->visit->desk), status,
                                   desk_wall_ms(deed->visit->desk))) {
        char path[sizeof CASE_PATH + NUMBER_TEXT_BYTES];
        snprintf(path, sizeof path, CASE_PATH "%s", deed->number);
        reply_go(deed->visit->request, path, NULL);
        deed_end(deed);
    } else {
        show_fresh_form(deed, status);
    }
}

void action_page_show(struct site *site, struct http_request *request, const char *number, const char *name)
{
    struct deed *deed = deed_begin(site, request, number, name);
    if (deed && deed->names_case)
        visit_ask_status(deed->visit, deed->number, case_is_known, deed);
    else if (deed)
        show_fresh_form(deed, NULL);
}

/* --- doing it -------------------------------------------------------------------------------------------
 */

static uint32_t typed_attempt(const struct deed *deed)
{
    const char *typed = form_value(&deed->form, "attempt", 0);
    return typed ? (uint32_t)strtoul(typed, NULL, 10) : 0;
}

static void show_typed_form(struct deed *deed, struct action_form form, unsigned status)
{
    form.typed = &deed->form;
    form.attempt = typed_attempt(deed);
    form.command_id = deed->command_id;
    show_form(deed, form, status);
}

/* The form has its command's id still, so that sending it again does it once. */
static void show_not_answered(struct deed *deed)
{
    char why[SAID_TEXT_BYTES];
    snprintf(
        why, sizeof why,
        "The router has not answered. Send it again: it is done once, and you are told who has the case. "
        "If a person is waiting, ring now: %s",
        deed->visit->site->ring);
    show_typed_form(deed, (struct action_form){.problem = why, .is_unknown = true}, 504);
}

static void go_to_answer(struct deed *deed)
{
    const char *then = form_value(&deed->form, "then", 0);
    bool to_board = !deed->names_case || (then && strcmp(then, "board") == 0);
    bool to_handover = deed->kind->command == CONCORDAT__V1__REQUEST__COMMAND_SHIFT_HANDOVER;
    char path[128], hex[SAID_ID_BYTES];
    words_uuid(deed->command_id, hex);
    if (to_handover)
        snprintf(path, sizeof path, HANDOVER_PATH "?said=%s", hex);
    else if (to_board)
        snprintf(path, sizeof path, "%s?said=%s", action_page_board(deed->visit->role), hex);
    else
        snprintf(path, sizeof path, CASE_PATH "%s?said=%s", deed->number, hex);
    reply_go(deed->visit->request, path, NULL);
    deed_end(deed);
}

static void board_is_new(void *context, const Concordat__V1__Message *message)
{
    (void)message;
    go_to_answer(context);
}

static void deed_is_done(struct deed *deed, const Concordat__V1__Answer *answer)
{
    char text[SAID_TEXT_BYTES], late[LATE_SENTENCE_BYTES];
    bool has_late = late_sentence(answer, late);
    snprintf(text, sizeof text, "%s%s%s: done.%s%s%s%s", deed->number, deed->names_case ? ": " : "",
             action_button(deed->kind), answer->text[0] ? " " : "", answer->text, has_late ? " " : "",
             has_late ? late : "");
    if (deed->kind->command == CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY)
        desk_note_capacity(deed->visit->desk, deed->action.body.set_capacity.free_places);
    said_keep(deed->visit->site->said, deed->command_id, deed->visit->id, text);
    /* No news tell who is on shift, or which areas are covered. */
    if (deed->names_case)
        go_to_answer(deed);
    else
        desk_ask_board(deed->visit->desk, board_is_new, deed);
}

static void write_why(const struct deed *deed, const Concordat__V1__Answer *answer, char why[SAID_TEXT_BYTES])
{
    char word[WORDS_MAX], late[LATE_SENTENCE_BYTES];
    const Concordat__V1__CaseStatus *status = answer->status;
    bool with_team =
        status && status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM && status->owner_name[0];
    words_for(&concordat__v1__refusal__descriptor, (int)answer->refusal, word);
    if (with_team && show_answer_note(answer, desk_of(deed->visit->desk))[0])
        snprintf(
            why, SAID_TEXT_BYTES,
            "Your team has this case already: somebody of your team accepted it before you. Nothing else was "
            "changed.");
    else if (with_team && deed->kind->command == CONCORDAT__V1__REQUEST__COMMAND_TAKE &&
             answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE)
        snprintf(why, SAID_TEXT_BYTES,
                 "%s has this case now. Nothing was changed. To take it from them, say why.",
                 status->owner_name);
    else
        snprintf(why, SAID_TEXT_BYTES, "%s%s%s", answer->text[0] ? answer->text : word,
                 late_sentence(answer, late) ? " " : "", late);
}

/* What makes no sense any more is not asked for again. */
static void deed_is_refused(struct deed *deed, const Concordat__V1__Answer *answer)
{
    char why[SAID_TEXT_BYTES];
    struct html html = {0};
    const struct web_visit *visit = deed->visit;
    write_why(deed, answer, why);
    /* The page of the handover is its form, and shows how it stands now. */
    if (deed->kind->command == CONCORDAT__V1__REQUEST__COMMAND_SHIFT_HANDOVER) {
        said_keep(visit->site->said, deed->command_id, visit->id, why);
        go_to_answer(deed);
        return;
    }
    if (!deed->names_case || !answer->status ||
        action_makes_sense(deed->kind, visit->role, desk_of(visit->desk), answer->status,
                           desk_wall_ms(visit->desk))) {
        show_typed_form(deed, (struct action_form){.problem = why}, 422);
        return;
    }
    page_not_done(&html,
                  &(struct page_not_done){
                      .frame = visit->frame, .number = deed->number, .act = deed->kind->name, .said = why});
    reply_page(visit->request, 409, &html, NULL);
    deed_end(deed);
}

/* A record is shown at once and kept nowhere. */
static void show_reading(struct deed *deed, const Concordat__V1__Message *message)
{
    const struct showing showing = visit_showing(deed->visit);
    struct sheet sheet = {0};
    show_message(&sheet, message, &showing);
    case_sheet_send(deed->visit, 200, deed->number, NULL, &sheet, NULL);
    sheet_close(&sheet);
    deed_end(deed);
}

static void deed_is_answered(void *context, const Concordat__V1__Message *message)
{
    struct deed *deed = context;
    if (!message)
        show_not_answered(deed);
    else if (message->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        show_reading(deed, message);
    else if (message->answer->done)
        deed_is_done(deed, message->answer);
    else
        deed_is_refused(deed, message->answer);
}

static void deed_ask(struct deed *deed)
{
    deed->action.request.command_id =
        (ProtobufCBinaryData){.len = sizeof deed->command_id, .data = deed->command_id};
    settled_ask(deed->visit->desk, &deed->action.request, &deed->visit->person, deed_is_answered, deed);
}

static void case_is_found(void *context, const Concordat__V1__Message *message)
{
    struct deed *deed = context;
    if (!message) {
        show_not_answered(deed);
        return;
    }
    const Concordat__V1__Message *refusal = resolve_refusal(&deed->resolve, &deed->action, message);
    if (refusal)
        deed_is_answered(deed, refusal);
    else
        deed_ask(deed);
}

static void do_deed(struct deed *deed)
{
    Concordat__V1__Request *question = resolve_question(&deed->resolve, &deed->action);
    if (question)
        desk_ask(deed->visit->desk, question, &deed->visit->person, case_is_found, deed);
    else
        deed_ask(deed);
}

static enum form_status read_deed(struct deed *deed)
{
    size_t size;
    const char *bytes = http_form(deed->visit->request, &size), *command;
    enum form_status status =
        form_read(&deed->form, bytes, size, deed->rules, action_form_rules(deed->kind, deed->rules));
    command = status == FORM_GOOD ? form_value(&deed->form, "command", 0) : NULL;
    if (command && command[0] && !words_parse_uuid(command, deed->command_id))
        return FORM_WRONG;
    if (!command || !command[0])
        words_new_uuid(deed->command_id);
    return status;
}

void action_page_take(struct site *site, struct http_request *request, const char *number, const char *name)
{
    struct deed *deed = deed_begin(site, request, number, name);
    enum form_status status = deed ? read_deed(deed) : FORM_WRONG;
    if (!deed)
        return;
    if (status != FORM_GOOD) {
        deed_problem(deed, status == FORM_WRONG ? REPLY_BAD_FORM : REPLY_NO_MEMORY);
        return;
    }
    if (!visit_owns(deed->visit, form_value(&deed->form, "token", 0))) {
        deed_problem(deed, REPLY_OLD_PAGE);
        return;
    }
    action_start(&deed->action, deed->kind);
    if (deed->names_case)
        action_set(&deed->action, "case", deed->number);
    if (!action_form_read(&deed->action, &deed->form, desk_wall_ms(deed->visit->desk)))
        show_typed_form(deed, (struct action_form){.read = &deed->action}, 422);
    else if (action_form_asks_again(&deed->action, &deed->form))
        show_typed_form(deed, (struct action_form){.asks_again = true}, 200);
    else
        do_deed(deed);
}
