/* case_page.c: see case_page.h. */
#include "services/gateway/case_page.h"

#include <string.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/desk/told.h"
#include "services/gateway/action_page.h"
#include "services/gateway/case_sheet.h"
#include "services/gateway/reply.h"

static void shown_is_noted(void *context, const Concordat__V1__Message *message)
{
    (void)context, (void)message;
}

/* A person of the asked team has opened the offer. */
static void say_seen_by_person(const struct web_visit *visit, const Concordat__V1__CaseStatus *status)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Seen seen = CONCORDAT__V1__SEEN__INIT;
    if (visit->role != CONCORDAT__V1__ROLE__ROLE_TEAM || status->attempt == 0 ||
        strcmp(status->asked_team, desk_of(visit->desk)) != 0)
        return;
    seen.referral = status->referral;
    seen.attempt = status->attempt;
    seen.by_person = true;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SEEN;
    request.seen = &seen;
    desk_ask(visit->desk, &request, &visit->person, shown_is_noted, NULL);
}

/* The offer says more than the status, while there is one. */
static void show_case(struct sheet *sheet, const struct web_visit *visit,
                      const Concordat__V1__Message *message)
{
    const struct showing showing = visit_showing(visit);
    const Concordat__V1__CaseStatus *status = told_status(message);
    const struct desk_case *known = status && status->referral.len == WIRE_ID_BYTES
                                        ? desk_copy_find(desk_cases(visit->desk), status->referral.data)
                                        : NULL;
    if (known && known->offer)
        show_offer(sheet, known->offer, showing.now_ms);
    if (status)
        show_status(sheet, status, &showing);
    else
        show_message(sheet, message, &showing);
}

static void case_is_told(void *context, const Concordat__V1__Message *message)
{
    struct web_visit *visit = context;
    const Concordat__V1__CaseStatus *status = message ? told_status(message) : NULL;
    struct sheet sheet = {0};
    const char *number = http_path(visit->request) + sizeof CASE_PATH - 1;
    const char *said = said_find(visit->site->said, http_query(visit->request, "said"), visit->id);
    if (message)
        show_case(&sheet, visit, message);
    if (status) {
        say_seen_by_person(visit, status);
        visit_say_shown(visit, message);
    }
    if (message)
        case_sheet_send(visit, status ? 200 : 404, number, said, &sheet, status);
    else
        visit_problem(visit, REPLY_NO_ANSWER);
    sheet_close(&sheet);
    visit_end(&visit);
}

/* Reads NUMBER or NUMBER/ACTION behind CASE_PATH. A number as it is written, and no other way, so that a case
 * has one page. `action` is NULL if there is none. */
static bool read_case_path(const char *path, char number[NUMBER_TEXT_BYTES], const char **action)
{
    uint32_t counted;
    bool drill;
    char written[NUMBER_TEXT_BYTES];
    const char *rest = path + sizeof CASE_PATH - 1;
    size_t length = strcspn(rest, "/");
    *action = rest[length] == '/' ? rest + length + 1 : NULL;
    if (length >= NUMBER_TEXT_BYTES)
        return false;
    memcpy(number, rest, length);
    number[length] = '\0';
    if (!words_parse_number(number, &counted, &drill))
        return false;
    words_number(counted, drill, written);
    return strcmp(number, written) == 0;
}

void case_page_show(struct site *site, struct http_request *request)
{
    char number[NUMBER_TEXT_BYTES];
    const char *action;
    if (!read_case_path(http_path(request), number, &action)) {
        reply_problem(request, REPLY_NOT_FOUND);
    } else if (action) {
        action_page_show(site, request, number, action);
    } else {
        struct web_visit *visit = visit_begin(site, request);
        if (visit)
            visit_ask_status(visit, number, case_is_told, visit);
    }
}

void case_page_take(struct site *site, struct http_request *request)
{
    char number[NUMBER_TEXT_BYTES];
    const char *action;
    if (read_case_path(http_path(request), number, &action) && action)
        action_page_take(site, request, number, action);
    else
        reply_problem(request, REPLY_NOT_FOUND);
}
