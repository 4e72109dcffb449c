/* audit_room.c: see audit_room.h. */
#include "services/gateway/audit_room.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/audit/report_csv.h"
#include "services/audit/report_period.h"
#include "services/gateway/audit_pages.h"
#include "services/gateway/form.h"
#include "services/gateway/inquiries.h"
#include "services/gateway/limits.h"
#include "services/gateway/reply.h"

/* Room for a day as it is typed, and for somewhat more, so that what is wrong is shown again. */
enum { TYPED_BYTES = 24, REPORT_NAME_BYTES = 32 };

struct audit_room {
    struct inquiries *inquiries; /* NULL: there is no trail */
    struct verdict_keeper *keeper;
};

/* A request that waits for the trail. It may outlive the session, so it has copies. */
struct audit_visit {
    struct http_request *request;
    char name[PEOPLE_NAME_BYTES_MAX + 1], token[SESSION_TOKEN_BYTES], lock_s[LOCK_TEXT_BYTES];
    bool may_see_full;
    const struct report *kind;
    bool is_file, unsuppressed;
    char table[REPORT_NAME_BYTES]; /* of a file of CSV; "": the file is of JSON */
    char number[NUMBER_TEXT_BYTES], period[TYPED_BYTES], from[TYPED_BYTES], to[TYPED_BYTES];
};

struct audit_room *audit_room_open(const char *trail_path)
{
    struct audit_room *room = calloc(1, sizeof *room);
    if (!room || !trail_path)
        return room;
    room->inquiries = inquiries_open(trail_path);
    room->keeper = verdict_open(trail_path);
    if (!room->inquiries || !room->keeper)
        audit_room_close(&room);
    return room;
}

void audit_room_close(struct audit_room **room)
{
    struct audit_room *r = *room;
    if (!r)
        return;
    inquiries_close(&r->inquiries);
    verdict_close(&r->keeper);
    free(r);
    *room = NULL;
}

bool audit_room_is_for(const struct account *account)
{
    return account->role == CONCORDAT__V1__ROLE__ROLE_AUDITOR ||
           account->role == CONCORDAT__V1__ROLE__ROLE_INSPECTOR;
}

static bool may_see_full(const struct account *account)
{
    return account->role == CONCORDAT__V1__ROLE__ROLE_INSPECTOR;
}

static struct page_frame frame_of_visit(const struct audit_visit *visit)
{
    return (struct page_frame){.person = visit->name, .token = visit->token, .lock_s = visit->lock_s};
}

static struct audit_typed typed_of_visit(const struct audit_visit *visit)
{
    return (struct audit_typed){.number = visit->number[0] ? visit->number : NULL,
                                .period = visit->period[0] ? visit->period : NULL,
                                .from = visit->from[0] ? visit->from : NULL,
                                .to = visit->to[0] ? visit->to : NULL,
                                .unsuppressed = visit->unsuppressed,
                                .may_see_all = visit->may_see_full};
}

/* ---- the verdict ---- */

static void show_verdict(struct audit_room *room, struct http_request *request, const struct account *account,
                         const struct web_session *session)
{
    const struct page_frame frame = {
        .person = account->name, .token = session->token, .lock_s = session->lock_text};
    struct verdict_state state = verdict_now(room->keeper);
    int64_t now_ms = now_wall_ms();
    if (!state.running_since_ms && now_ms - state.as_of_ms > VERDICT_FRESH_MS &&
        now_ms - state.failed_ms > VERDICT_RETRY_MS)
        verdict_begin(room->keeper, now_ms);
    state = verdict_now(room->keeper);
    const char *form = json_string_value(json_object_get(state.latest, "form"));
    if (form && strcmp(form, "full") == 0 && !may_see_full(account))
        audit_pages_problem(request, AUDIT_FULL_TRAIL);
    else
        audit_pages_verdict(request, &frame, &state);
}

/* ---- reports and cases ---- */

/* A message of a report as a sentence of a page. */
static void say_sentence(const char *message, char *fault, size_t size)
{
    snprintf(fault, size, "%c%s.", toupper((unsigned char)message[0]), message + 1);
}

static void answer_visit(const struct audit_visit *visit, const struct inquiry_answer *answer)
{
    const struct page_frame frame = frame_of_visit(visit);
    const struct audit_typed typed = typed_of_visit(visit);
    char fault[INQUIRY_MESSAGE_BYTES];
    if (answer->is_full && !visit->may_see_full) {
        audit_pages_problem(visit->request, AUDIT_FULL_TRAIL);
    } else if (answer->result == REPORT_DONE && visit->is_file) {
        audit_pages_file(visit->request, visit->table, answer->report);
    } else if (answer->result == REPORT_DONE) {
        audit_pages_report(visit->request, &frame, visit->kind, &typed, answer->report);
    } else if (answer->result == REPORT_UNKNOWN) {
        snprintf(fault, sizeof fault, "The trail has no case %s.", visit->number);
        audit_pages_ask(visit->request, &frame, 404, visit->kind, &typed, fault);
    } else if (answer->result == REPORT_EMPTY) {
        say_sentence(answer->message, fault, sizeof fault);
        audit_pages_ask(visit->request, &frame, 404, visit->kind, &typed, fault);
    } else if (answer->result == REPORT_WITHHELD) {
        say_sentence(answer->message, fault, sizeof fault);
        audit_pages_ask(visit->request, &frame, 403, visit->kind, &typed, fault);
    } else if (answer->result == REPORT_NEWER) {
        fprintf(stderr, "a report was refused: %s\n", answer->message);
        audit_pages_problem(visit->request, AUDIT_NEWER);
    } else if (answer->result == REPORT_STOPPED) {
        audit_pages_problem(visit->request, AUDIT_TOO_LONG);
    } else {
        fprintf(stderr, "a report failed: %s\n", answer->message);
        audit_pages_problem(visit->request, AUDIT_NO_TRAIL);
    }
}

static void visit_is_answered(void *context, const struct inquiry_answer *answer)
{
    struct audit_visit *visit = context;
    answer_visit(visit, answer);
    free(visit);
}

/* NULL if the text is a day, or empty for no bound; otherwise a sentence. */
static const char *read_day_bound(const char *text, int64_t *unix_ms)
{
    *unix_ms = 0;
    if (!text[0] || report_period_read_day(text, unix_ms))
        return NULL;
    return "The calendar has no such day. A day is written as year, month and day, such as 2026-01-31.";
}

static const char *read_period(const struct audit_visit *visit, struct report_question *question)
{
    const char *fault = read_day_bound(visit->from, &question->from_ms);
    if (!fault)
        fault = read_day_bound(visit->to, &question->to_ms);
    if (!fault && question->to_ms && question->to_ms <= question->from_ms)
        fault = "The second day is not after the first, so no time lies between them.";
    if (fault || !visit->period[0])
        return fault;
    if (question->from_ms || question->to_ms)
        return "Give either a period, or days.";
    return report_period_read(visit->period, &question->from_ms, &question->to_ms)
               ? NULL
               : "There is no such period. A period is " REPORT_PERIOD_SHAPES ".";
}

/* Ends the visit, now or when the trail has answered. */
static void ask_trail(struct audit_room *room, struct audit_visit *visit)
{
    struct report_question question = {.name = visit->kind->name,
                                       .number = visit->kind->of_one_case ? visit->number : NULL,
                                       .unsuppressed = visit->unsuppressed,
                                       .rows_max =
                                           visit->is_file ? REPORT_FILE_ROWS_MAX : REPORT_PAGE_ROWS_MAX};
    const struct page_frame frame = frame_of_visit(visit);
    const struct audit_typed typed = typed_of_visit(visit);
    const char *fault = visit->kind->of_one_case ? NULL : read_period(visit, &question);
    if (fault)
        audit_pages_ask(visit->request, &frame, 400, visit->kind, &typed, fault);
    else if (inquiries_ask(room->inquiries, &question, visit_is_answered, visit, now_monotonic_ms()))
        return;
    else
        audit_pages_problem(visit->request, AUDIT_BUSY);
    free(visit);
}

/* Takes what stands before the first of these marks. False if there is nothing, or too much. */
static bool take_name(const char **text, const char *marks, char name[REPORT_NAME_BYTES])
{
    size_t length = strcspn(*text, marks);
    if (!length || length >= REPORT_NAME_BYTES)
        return false;
    snprintf(name, REPORT_NAME_BYTES, "%.*s", (int)length, *text);
    *text += length;
    return true;
}

/* Reads "times", "times.json", or "times/spread.csv", which is one table. False if it is none of them. */
static bool read_shape(const char *text, char name[REPORT_NAME_BYTES], struct audit_visit *visit)
{
    if (!take_name(&text, "./", name))
        return false;
    visit->is_file = *text;
    if (*text != '/')
        return !*text || strcmp(text, ".json") == 0;
    text++;
    return take_name(&text, "./", visit->table) && strcmp(text, ".csv") == 0;
}

static bool has_table(const struct report *kind, const char *table)
{
    bool found = !*table || strcmp(table, REPORT_CSV_ABOUT) == 0;
    for (size_t i = 0; i < kind->table_count; i++)
        found = found || strcmp(kind->tables[i].name, table) == 0;
    return found;
}

static bool read_case_number(const char *text, char number[NUMBER_TEXT_BYTES])
{
    uint32_t value;
    bool drill, good = words_parse_number(text, &value, &drill);
    if (good)
        words_number(value, drill, number);
    return good;
}

static bool read_case_visit(const char *rest, struct audit_visit *visit)
{
    char name[REPORT_NAME_BYTES];
    visit->kind = report_find("case");
    return read_shape(rest, name, visit) && has_table(visit->kind, visit->table) &&
           read_case_number(name, visit->number);
}

/* A browser sends the stroke of 2025/26 as %2F. */
static void read_period_typed(const char *sent, char period[TYPED_BYTES])
{
    size_t used = 0;
    for (; sent && *sent && used + 1 < TYPED_BYTES; used++) {
        bool stroke = strncasecmp(sent, "%2f", 3) == 0;
        period[used] = stroke ? '/' : *sent;
        sent += stroke ? 3 : 1;
    }
    period[used] = '\0';
}

static bool read_report_visit(const char *rest, struct audit_visit *visit)
{
    char name[REPORT_NAME_BYTES];
    const char *from = http_query(visit->request, "from"), *to = http_query(visit->request, "to"),
               *unsuppressed = http_query(visit->request, "unsuppressed");
    if (!read_shape(rest, name, visit))
        return false;
    read_period_typed(http_query(visit->request, "period"), visit->period);
    snprintf(visit->from, sizeof visit->from, "%s", from ? from : "");
    snprintf(visit->to, sizeof visit->to, "%s", to ? to : "");
    visit->unsuppressed = unsuppressed && *unsuppressed;
    visit->kind = report_find(name);
    return visit->kind && !visit->kind->of_one_case && has_table(visit->kind, visit->table);
}

static void begin_visit(struct audit_room *room, struct http_request *request, const struct account *account,
                        const struct web_session *session, bool (*read)(const char *, struct audit_visit *),
                        const char *rest)
{
    struct audit_visit *visit = calloc(1, sizeof *visit);
    if (!visit) {
        reply_problem(request, REPLY_NO_MEMORY);
        return;
    }
    visit->request = request;
    visit->may_see_full = may_see_full(account);
    snprintf(visit->name, sizeof visit->name, "%s", account->name);
    snprintf(visit->token, sizeof visit->token, "%s", session->token);
    snprintf(visit->lock_s, sizeof visit->lock_s, "%s", session->lock_text);
    if (read(rest, visit)) {
        ask_trail(room, visit);
        return;
    }
    reply_problem(request, REPLY_NOT_FOUND);
    free(visit);
}

/* A number that was typed becomes the address of its case. */
static void find_case(struct http_request *request, const struct account *account,
                      const struct web_session *session)
{
    const struct page_frame frame = {
        .person = account->name, .token = session->token, .lock_s = session->lock_text};
    const char *typed = http_query(request, "number");
    char number[NUMBER_TEXT_BYTES], path[sizeof AUDIT_PATH "/cases/" + NUMBER_TEXT_BYTES];
    if (typed && read_case_number(typed, number)) {
        snprintf(path, sizeof path, AUDIT_PATH "/cases/%s", number);
        reply_go(request, path, NULL);
        return;
    }
    audit_pages_ask(request, &frame, typed ? 400 : 200, report_find("case"),
                    &(struct audit_typed){.number = typed},
                    typed ? "That is not the number of a case, such as R-0412." : NULL);
}

/* ---- who may come in, and where they go ---- */

static bool let_in(const struct audit_room *room, struct http_request *request, const struct account *account)
{
    if (!audit_room_is_for(account))
        reply_problem(request, REPLY_NOT_AUDITOR);
    else if (!room->inquiries)
        audit_pages_problem(request, AUDIT_NO_TRAIL);
    return audit_room_is_for(account) && room->inquiries;
}

/* What stands in the path behind `begins`; NULL if it begins otherwise. */
static const char *rest_of(const char *path, const char *begins)
{
    size_t length = strlen(begins);
    return strncmp(path, begins, length) == 0 ? path + length : NULL;
}

void audit_room_show(struct audit_room *room, struct http_request *request, const struct account *account,
                     const struct web_session *session)
{
    const char *path = http_path(request);
    const char *report = rest_of(path, AUDIT_PATH "/reports/"), *number = rest_of(path, AUDIT_PATH "/cases/");
    if (!let_in(room, request, account))
        return;
    if (strcmp(path, AUDIT_PATH) == 0)
        show_verdict(room, request, account, session);
    else if (strcmp(path, AUDIT_PATH "/cases") == 0)
        find_case(request, account, session);
    else if (report)
        begin_visit(room, request, account, session, read_report_visit, report);
    else if (number)
        begin_visit(room, request, account, session, read_case_visit, number);
    else
        reply_problem(request, REPLY_NOT_FOUND);
}

static const struct form_rule verdict_rules[] = {{.name = "token", .bytes_max = SESSION_TOKEN_BYTES}};

void audit_room_take(struct audit_room *room, struct http_request *request, const struct account *account,
                     const struct web_session *session)
{
    struct form form;
    if (!let_in(room, request, account))
        return;
    if (strcmp(http_path(request), AUDIT_PATH "/verdict") != 0) {
        reply_wrong_method(request, HTTP_READ);
        return;
    }
    if (!reply_read_form(request, &form, verdict_rules, sizeof verdict_rules / sizeof *verdict_rules))
        return;
    if (!web_session_fits(session, form_value(&form, "token", 0))) {
        reply_problem(request, REPLY_OLD_PAGE);
    } else {
        verdict_begin(room->keeper, now_wall_ms());
        reply_go(request, AUDIT_PATH, NULL);
    }
    form_close(&form);
}

/* ---- the loop ---- */

size_t audit_room_asked(const struct audit_room *room)
{
    return room->inquiries ? inquiries_count(room->inquiries) : 0;
}

int audit_room_fd(const struct audit_room *room, unsigned at)
{
    if (!room->inquiries)
        return -1;
    return at == 0 ? inquiries_fd(room->inquiries) : verdict_fd(room->keeper);
}

int audit_room_patience_ms(const struct audit_room *room)
{
    return room->inquiries ? inquiries_patience_ms(room->inquiries, now_monotonic_ms()) : -1;
}

void audit_room_turn(struct audit_room *room)
{
    if (!room->inquiries)
        return;
    inquiries_turn(room->inquiries, now_monotonic_ms());
    verdict_turn(room->keeper);
}
