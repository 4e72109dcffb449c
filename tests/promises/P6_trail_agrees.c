/* P6 Replayable, by auditors too: the trail says of each case what the router says of it after the same
 * events. The router decides, its events carry what was decided, and the trail decides nothing again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/ledger/ledger.h"
#include "proto/words/words.h"
#include "services/audit/report.h"
#include "services/audit/trail.h"
#include "tests/worlds/chained.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/packed_world.h"
#include "tests/worlds/random_walk.h"
#include "tests/worlds/whole_life.h"

enum { CASE_BYTES = 2048 };

static char home[FOLDER_PATH_BYTES];
static struct trail *trail;
static uint8_t chain[CHAIN_BYTES];

static int agrees_set_up(void **unused)
{
    (void)unused;
    char message[TRAIL_MESSAGE_BYTES];
    if (folder_make(home, "agrees"))
        return -1;
    trail = trail_open(folder_file(home, "trail.db"), message, sizeof message);
    memset(chain, 0, sizeof chain);
    return trail ? 0 : -1;
}

static int agrees_tear_down(void **unused)
{
    (void)unused;
    trail_close(&trail);
    return folder_remove(home);
}

/* --- what the two say ------------------------------------------------------------------------------- */

/* The state, the owner and each clock that has started, a line for each clock, in the trail's words. */
static void case_in_the_core(const struct core_world *w, const struct referral *r, char text[CASE_BYTES])
{
    char state[WORDS_MAX], clock_name[WORDS_MAX];
    const char *owner = r->owner.kind == OWNER_TEAM ? state_team(w->state, r->owner.slot)->id
                                                    : state_coordinator_id(w->state, r->owner.slot);
    words_for(&concordat__v1__state__descriptor, r->state, state);
    size_t used = (size_t)snprintf(text, CASE_BYTES, "%s, owned by %s until %lld\n", state, owner,
                                   (long long)r->owner.act_by_ms);
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        const struct clock *clock = &r->clocks[kind];
        if (!clock->started_ms)
            continue;
        words_for(&concordat__v1__clock__descriptor, kind, clock_name);
        used += (size_t)snprintf(text + used, CASE_BYTES - used, "%s: %s from %lld to %lld, stopped %lld%s\n",
                                 clock_name, clock->standard, (long long)clock->started_ms,
                                 (long long)clock->due_ms, (long long)clock->stopped_ms,
                                 clock->breached ? ", breached" : "");
    }
}

static sqlite3_stmt *ask_trail(const char *sql, const char *referral)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(trail_database(trail), sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(trail_database(trail)));
    sqlite3_bind_text(statement, 1, referral, -1, SQLITE_TRANSIENT);
    return statement;
}

static void case_in_the_trail(const char *referral, char text[CASE_BYTES])
{
    sqlite3_stmt *statement = ask_trail(
        "SELECT 0 AS place, printf('%s, owned by %s until %d' || char(10), r.state, coalesce(i.owner, ''),"
        "   coalesce(i.act_by_ms, 0))"
        "  FROM referral r LEFT JOIN custody_interval i ON i.referral = r.referral AND i.to_ms IS NULL"
        "  WHERE r.referral = ?1"
        " UNION ALL SELECT CASE clock WHEN 'response' THEN 1 WHEN 'referrer told' THEN 2"
        "    WHEN 'section 136' THEN 3 WHEN 'handover' THEN 4 WHEN 'examined' THEN 5 WHEN 'interviewed' THEN 6"
        "    WHEN 'health check' THEN 7 WHEN 'custody review' THEN 8 ELSE 9 END,"
        "   printf('%s: %s from %d to %d, stopped %d%s' || char(10), clock, standard, started_at_ms,"
        "    due_at_ms, coalesce(stopped_at_ms, 0), iif(breached_at_ms IS NULL, '', ', breached'))"
        "  FROM clock WHERE referral = ?1"
        " ORDER BY place",
        referral);
    text[0] = '\0';
    while (sqlite3_step(statement) == SQLITE_ROW)
        strcat(text, (const char *)sqlite3_column_text(statement, 1));
    sqlite3_finalize(statement);
}

/* The case as the event leaves it: when it has ended, the core has no row of it any more. */
static struct referral case_after(const struct core_world *w, const struct event *event)
{
    const struct referral *before = state_referral(w->state, event->referral);
    struct referral after = before ? *before : (struct referral){0};
    assert_true(referral_apply(&after, event));
    return after;
}

static void compare_case(const struct core_world *w, const struct event *event)
{
    struct referral after = case_after(w, event);
    char id[UUID_TEXT_BYTES], core[CASE_BYTES], told[CASE_BYTES];
    words_uuid(event->referral, id);
    case_in_the_core(w, &after, core);
    case_in_the_trail(id, told);
    assert_string_equal(told, core);
}

static void tell_trail(struct core_world *w, const struct event *event)
{
    static uint8_t packed[PACKED_BYTES_MAX];
    char message[TRAIL_MESSAGE_BYTES];
    size_t size = packed_event(w, event, SOURCE_NONE, packed, sizeof packed);
    uint8_t reduced[CHAIN_BYTES];
    chained_full(chain, packed, size, reduced, chain);
    if (trail_append(trail, &(struct chained_event){packed, size, chain, reduced}, 1, message,
                     sizeof message) != TRAIL_OK)
        fail_msg("event %llu: %s", (unsigned long long)event->seq, message);
}

static void tell_and_compare(struct core_world *w, const struct event *event)
{
    tell_trail(w, event);
    if (event->has_referral && !state_ended(w->state, event->referral))
        compare_case(w, event);
}

static void with_a_trail(struct core_world *w)
{
    walk_adjust(w);
    w->watch = tell_trail;
}

static void with_a_trail_that_agrees(struct core_world *w)
{
    walk_adjust(w);
    w->watch = tell_and_compare;
}

static void watch_with_a_trail(struct core_world *w)
{
    w->watch = tell_and_compare;
}

static void compare_covers(const struct core_world *w)
{
    char router[CASE_BYTES] = "";
    for (uint32_t row = 0; row < w->state->covers.count; row++) {
        const struct cover *cover = table_row(&w->state->covers, row);
        size_t used = strlen(router);
        snprintf(router + used, CASE_BYTES - used, "%s covers %s until %lld\n",
                 state_coordinator_id(w->state, cover->key.coordinator),
                 state_area_id(w->state, cover->key.area), (long long)cover->until_ms);
    }
    sqlite3_stmt *statement = ask_trail(
        "SELECT coalesce(group_concat(text, ''), '') FROM (SELECT min(seq) AS first, printf('%s covers %s until %d' ||"
        "  char(10), coordinator, area, (SELECT until_ms FROM cover l WHERE l.coordinator = c.coordinator"
        "   AND l.area = c.area ORDER BY seq DESC LIMIT 1)) AS text FROM cover c"
        " GROUP BY coordinator, area ORDER BY first)",
        NULL);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(statement, 0), router);
    assert_string_not_equal(router, "");
    sqlite3_finalize(statement);
}

static int holds_counted(uint8_t holds)
{
    int count = 0;
    for (; holds; holds &= (uint8_t)(holds - 1))
        count++;
    return count;
}

/* When each case that has ended was erased, and how many holds stand. */
static void compare_erasures(const struct core_world *w)
{
    int compared = 0; /* that were erased or are held */
    for (uint32_t row = 0; row < state_ended_rows(w->state); row++) {
        const struct ended_case *ended = state_ended_row(w->state, row);
        char id[UUID_TEXT_BYTES];
        words_uuid(ended->id, id);
        sqlite3_stmt *statement = ask_trail(
            "SELECT coalesce(erased_at_ms, 0), (SELECT count(*) FROM hold h"
            "  WHERE h.referral = r.referral AND lifted_seq IS NULL) FROM referral r WHERE referral = ?1",
            id);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int64(statement, 0), ended->erased_ms);
        assert_int_equal(sqlite3_column_int(statement, 1), holds_counted(ended->holds));
        sqlite3_finalize(statement);
        compared += ended->erased_ms || ended->holds;
    }
    assert_true(compared > 0);
}

/* A walk may have reopened, or never held, each case that it ended. */
static void end_one_and_hold_it(struct core_world *w)
{
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, world_submitted(w)->id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_int_equal(world_hold(w, withdraw.referral, true, HOLD_ON_ERASURE_COMPLAINT), REFUSAL_NONE);
}

static void on_any_path_the_trail_says_the_state_the_owner_and_the_clocks_that_the_router_says(void **unused)
{
    (void)unused;
    /* Nobody reads this trail later, so it need not be synced. */
    assert_int_equal(sqlite3_exec(trail_database(trail), "PRAGMA main.synchronous = OFF", NULL, NULL, NULL),
                     SQLITE_OK);
    struct core_world *w = core_world_open(5, with_a_trail_that_agrees);
    walk_world(w, walk_first_seed(), 400);
    end_one_and_hold_it(w);
    compare_covers(w);
    compare_erasures(w);
    core_world_close(&w);
}

static void the_trail_takes_every_kind_of_event(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, watch_with_a_trail);
    for (int part = 0; whole_life[part]; part++)
        whole_life[part](w);
    core_world_close(&w);
}

/* --- one that had drifted --------------------------------------------------------------------------- */

static int rows_of(const char *sql)
{
    sqlite3_stmt *statement = ask_trail(sql, NULL);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static char *breaches_report(void)
{
    char *text = NULL, message[TRAIL_MESSAGE_BYTES] = "";
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int done = report_run(folder_file(home, "trail.db"),
                          &(struct report_question){.name = "breaches", .unsuppressed = true}, REPORT_TEXT,
                          out, message, sizeof message);
    fclose(out);
    if (done != REPORT_DONE)
        fail_msg("%s", message);
    return text;
}

static void a_corrected_section_136_is_in_no_report_of_breaches_and_in_no_clock_row(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, with_a_trail);
    struct command submit = world_submission(w);
    submit.is.submit.facts.legal_status = LEGAL_SECTION_136;
    submit.is.submit.facts.place_of_safety_ms = w->now_ms - HOURS(23);
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    world_wait(w, HOURS(2)); /* both clocks run past their limits */
    assert_int_equal(rows_of("SELECT count(*) FROM breach WHERE clock IN ('section 136', 'handover')"), 2);
    struct command mistake = world_detention(w, submit.referral, DETENTION_STEP_ENDED);
    mistake.is.detention.entry.end = DETENTION_END_NEVER_DETAINED;
    mistake.is.detention.entry.by = "p117";
    mistake.is.detention.entry.second = "p204";
    mistake.is.detention.has_note = true;
    assert_int_equal(world_do(w, &mistake), REFUSAL_NONE);
    world_wait(w, HOURS(24));
    assert_int_equal(rows_of("SELECT count(*) FROM clock WHERE clock IN ('section 136', 'handover')"), 0);
    char *report = breaches_report();
    assert_null(strstr(report, "section-136"));
    assert_null(strstr(report, "handover-in-an-hour"));
    assert_non_null(strstr(report, "very-urgent")); /* it is not empty */
    assert_non_null(strstr(report, "\n2 breaches\n"));
    free(report);
    core_world_close(&w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, agrees_set_up, agrees_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_corrected_section_136_is_in_no_report_of_breaches_and_in_no_clock_row),
        TEST(on_any_path_the_trail_says_the_state_the_owner_and_the_clocks_that_the_router_says),
        TEST(the_trail_takes_every_kind_of_event),
    };
    return cmocka_run_group_tests_name("P6_trail_agrees", tests, NULL, NULL);
}
