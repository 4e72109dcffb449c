/* audit_pages.c: see audit_pages.h. */
#include "services/gateway/audit_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/now.h"
#include "services/audit/report_csv.h"
#include "services/audit/report_table.h"
#include "services/desk/time_words.h"
#include "services/gateway/limits.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/report_view.h"

enum { FIGURE_BYTES = 32, FIGURES_MAX = 16, REPORT_LINKS_MAX = 32, FILE_NAME_BYTES = 128 };

static const struct reply_words problems[] = {
    [AUDIT_NO_TRAIL] = {503, "There is no trail to read here now", "Nothing was shown.",
                        "Ask those who run Concordat here.", 0},
    [AUDIT_FULL_TRAIL] = {403, "The trail here is an inspector's",
                          "An auditor may not see it. Nothing was shown.",
                          "Ask those who run Concordat for an auditor's trail.", 0},
    [AUDIT_BUSY] = {503, "Too many reports are asked for at this moment", "Nothing was shown.",
                    "Try again in a few seconds.", REPLY_RETRY_S},
    [AUDIT_NEWER] = {503, "The trail is of a later version of Concordat than these pages",
                     "Nothing was shown.", "Ask those who run Concordat to bring this service up to date.",
                     0},
    [AUDIT_TOO_LONG] = {503, "The report took too long and was given up", "Nothing was shown.",
                        "Choose a shorter period, or try again later.", REPLY_RETRY_S},
    [AUDIT_OF_CASES] = {403, "This table points to single cases", "Nothing was sent.",
                        "Inspectors may ask for it with small numbers, of an inspector's trail.", 0},
    [AUDIT_TOO_MUCH] = {413, "The report is too long for one file", "Nothing was sent.",
                        "Choose a shorter period, or use the command concordat report.", 0},
};

void audit_pages_problem(struct http_request *request, enum audit_problem problem)
{
    reply_in_words(request, &problems[problem]);
}

/* ---- the verdict ---- */

/* Numbers of a verdict as texts. */
struct verdict_figures {
    char texts[FIGURES_MAX][FIGURE_BYTES];
    size_t count;
};

static const char *figure_of(struct verdict_figures *figures, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    char *text = figures->texts[figures->count++];
    if (json_is_real(value))
        snprintf(text, FIGURE_BYTES, "%g", json_real_value(value));
    else
        snprintf(text, FIGURE_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return text;
}

static const char *verdict_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A finding that is of no case has "-" in the place of its number. */
static size_t list_findings(const json_t *verdict, struct page_finding findings[VERDICT_FINDINGS_MAX])
{
    size_t at, count = 0;
    const json_t *finding;
    json_array_foreach (json_object_get(verdict, "findings"), at, finding) {
        const char *referral = verdict_text(finding, "referral");
        if (count == VERDICT_FINDINGS_MAX)
            break;
        findings[count++] = (struct page_finding){verdict_text(finding, "check"),
                                                  strcmp(referral, "-") == 0 ? NULL : referral,
                                                  verdict_text(finding, "text")};
    }
    return count;
}

static void tell_verdict(struct page_audit *page, struct verdict_figures *figures, const json_t *verdict)
{
    const json_t *replay = json_object_get(verdict, "replay");
    const char *form = verdict_text(verdict, "form");
    json_int_t findings = json_integer_value(json_object_get(verdict, "finding_count"));
    page->holds = json_is_true(json_object_get(verdict, "verified"));
    page->finding_count = page->holds ? NULL : figure_of(figures, verdict, "finding_count");
    if (findings > (json_int_t)page->findings_count) {
        char *text = figures->texts[figures->count++];
        snprintf(text, FIGURE_BYTES, "%" JSON_INTEGER_FORMAT, findings - (json_int_t)page->findings_count);
        page->findings_left_out = text;
    }
    page->is_full = strcmp(form, "full") == 0;
    page->is_reduced = !page->is_full;
    page->chain = verdict_text(verdict, "chain");
    page->events = figure_of(figures, verdict, "events");
    page->stored_events = figure_of(figures, verdict, "stored_events");
    page->referrals = figure_of(figures, verdict, "referrals");
    page->intervals = figure_of(figures, verdict, "owned_intervals");
    page->unowned_s = figure_of(figures, verdict, "unowned_s");
    page->decisions = figure_of(figures, verdict, "decisions");
    page->offers = figure_of(figures, verdict, "offers");
    page->acceptances = figure_of(figures, verdict, "acceptances");
    page->erased = figure_of(figures, verdict, "erased");
    page->on_hold = figure_of(figures, verdict, "on_hold");
    page->not_kept = verdict_text(verdict, "not_kept");
    if (json_is_true(json_object_get(replay, "ran")))
        page->replayed = figure_of(figures, replay, "events");
    else
        page->not_replayed = verdict_text(replay, "why");
}

static size_t list_reports(struct page_report_link links[REPORT_LINKS_MAX])
{
    size_t count, listed = 0;
    const struct report *const *reports = report_list(&count);
    for (size_t i = 0; i < count && listed < REPORT_LINKS_MAX; i++)
        if (!reports[i]->of_one_case)
            links[listed++] = (struct page_report_link){reports[i]->name, reports[i]->about};
    return listed;
}

void audit_pages_verdict(struct http_request *request, const struct page_frame *frame,
                         const struct verdict_state *state)
{
    struct html html = {0};
    struct verdict_figures figures = {.count = 0};
    struct page_finding findings[VERDICT_FINDINGS_MAX];
    struct page_report_link links[REPORT_LINKS_MAX];
    char as_of[TIME_WORDS_BYTES], failed_at[TIME_WORDS_BYTES], running_since[TIME_WORDS_BYTES];
    int64_t now_ms = now_wall_ms();
    time_words_clock(state->as_of_ms, now_ms, as_of);
    time_words_clock(state->failed_ms, now_ms, failed_at);
    time_words_clock(state->running_since_ms, now_ms, running_since);
    struct page_audit page = {.frame = *frame,
                              .is_unknown = !state->latest,
                              .failure = state->failure,
                              .failed_at = failed_at,
                              .running_since = state->running_since_ms ? running_since : NULL,
                              .as_of = state->latest ? as_of : NULL,
                              .findings = findings,
                              .findings_count = list_findings(state->latest, findings),
                              .reports = links,
                              .reports_count = list_reports(links)};
    if (state->latest)
        tell_verdict(&page, &figures, state->latest);
    page_audit(&html, &page);
    reply_page(request, 200, &html, NULL);
}

/* ---- reports ---- */

/* What the trail is, and what is known of its being whole. */
static void tell_face(struct page_report *page, struct verdict_figures *figures, struct arena *arena,
                      const json_t *report)
{
    const json_t *verified = json_object_get(report, "verified");
    const char *as_at = verdict_text(report, "asAt"), *chain = verdict_text(report, "chain");
    page->as_at = as_at ? report_view_text(arena, as_at, now_wall_ms()) : "no event yet";
    page->is_provisional = json_is_true(json_object_get(report, "provisional"));
    page->event = figure_of(figures, report, "event");
    page->chain = chain ? chain : "none yet";
    page->policy = verdict_text(report, "policy");
    page->no_policy = !page->policy;
    page->altered = json_is_true(json_object_get(report, "altered"));
    page->not_verified = !json_is_object(verified);
    if (!page->altered && !page->not_verified) {
        page->verified_at = report_view_text(arena, verdict_text(verified, "at"), now_wall_ms());
        page->verified_event = figure_of(figures, verified, "upToEvent");
    }
}

void audit_pages_report(struct http_request *request, const struct page_frame *frame,
                        const struct report *kind, const struct audit_typed *typed, const json_t *report)
{
    struct report_view view;
    struct html html = {0};
    struct verdict_figures figures = {.count = 0};
    if (!report_view_open(&view, kind, report)) {
        reply_problem(request, REPLY_NO_MEMORY);
    } else {
        struct page_report page = {.frame = *frame,
                                   .name = kind->name,
                                   .about = kind->about,
                                   .number = kind->of_one_case ? typed->number : NULL,
                                   .is_of_period = !kind->of_one_case,
                                   .scope = verdict_text(report, "period"),
                                   .period = typed->period,
                                   .from = typed->from,
                                   .to = typed->to,
                                   .may_see_all = typed->may_see_all,
                                   .unsuppressed = typed->unsuppressed ? "yes" : NULL,
                                   .is_suppressed = !json_is_true(json_object_get(report, "unsuppressed")),
                                   .tables = view.tables,
                                   .tables_count = view.table_count,
                                   .verdicts = view.verdicts,
                                   .verdicts_count = view.verdict_count,
                                   .notes = view.notes,
                                   .notes_count = view.note_count};
        tell_face(&page, &figures, &view.arena, report);
        page_report(&html, &page);
        reply_page(request, 200, &html, NULL);
    }
    report_view_close(&view);
}

void audit_pages_ask(struct http_request *request, const struct page_frame *frame, unsigned status,
                     const struct report *kind, const struct audit_typed *typed, const char *fault)
{
    struct html html = {0};
    bool is_answer = status == 403 && !kind->of_one_case;
    const struct page_audit_ask page = {.frame = *frame,
                                        .report = kind->of_one_case ? NULL : kind->name,
                                        .about = kind->about,
                                        .is_of_case = kind->of_one_case,
                                        .fault = is_answer ? NULL : fault,
                                        .answer = is_answer ? fault : NULL,
                                        .number = typed->number,
                                        .period = typed->period,
                                        .from = typed->from,
                                        .to = typed->to,
                                        .may_see_all = typed->may_see_all,
                                        .unsuppressed = typed->unsuppressed ? "yes" : NULL};
    page_audit_ask(&html, &page);
    reply_page(request, status, &html, NULL);
}

static bool is_all_there(const json_t *report)
{
    size_t at;
    const json_t *table;
    json_array_foreach (json_object_get(report, "tables"), at, table)
        if (json_object_get(table, "leftOut"))
            return false;
    return true;
}

void audit_pages_file(struct http_request *request, const char *table, const json_t *report)
{
    char name[FILE_NAME_BYTES], *text = NULL;
    size_t size = 0;
    const char *number = verdict_text(report, "case");
    if (*table && !report_csv_has(report, table)) {
        audit_pages_problem(request, AUDIT_OF_CASES);
        return;
    }
    if (!is_all_there(report)) {
        audit_pages_problem(request, AUDIT_TOO_MUCH);
        return;
    }
    FILE *out = open_memstream(&text, &size);
    bool written = out && (*table ? report_csv_write(report, table, false, out)
                                  : report_table_write(report, REPORT_JSON, out));
    written = out && fclose(out) == 0 && written;
    snprintf(name, sizeof name, "concordat-%s%s%s.%s", number ? number : verdict_text(report, "report"),
             *table ? "-" : "", table, *table ? "csv" : "json");
    if (written)
        reply_download(request, *table ? HTTP_CSV : HTTP_JSON, text, size, name);
    else
        reply_problem(request, REPLY_NO_MEMORY);
    free(text);
}
