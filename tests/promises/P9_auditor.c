/* P9 Private, towards auditors: an auditor gets of each event what reports need, an inspector all of it; and
 * what is proved to the one is proved to the other. The real broker routes a day of people who are drawn from
 * a seed, and its feed is followed by both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "services/audit/report.h"
#include "services/audit/trail.h"
#include "services/audit/verify.h"
#include "tests/simulation/scenarios/stage.h"
#include "tests/worlds/chained.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/routed_day.h"

enum { PEOPLE = 95, HOURS_OF_A_DAY = 24, FEED_AT_A_TIME = 200 };

static struct stage *day;
static char home[FOLDER_PATH_BYTES], inspector_path[FOLDER_PATH_BYTES + 16],
    auditor_path[FOLDER_PATH_BYTES + 16];
static unsigned drawn; /* the seed of the day, as it goes on */

static int draw(int count)
{
    drawn = drawn * 1103515245u + 12345u;
    return (int)((drawn >> 16) % (unsigned)count);
}

/* --- the day ---------------------------------------------------------------------------------------- */

/* Nobody's facts: as varied as those of a region's day. */
static void draw_person(Concordat__V1__Referral *referral, Concordat__V1__Demographics *person)
{
    static char district[4] = "ZX1";
    static char *const genders[] = {"1", "2", "1", "2", "1", "2", "3", "4"};
    static char *const ethnic[] = {"A", "A", "A", "A", "A", "B", "C", "H", "J", "M", "Z"};
    district[2] = (char)('1' + draw(5));
    referral->postcode_district = district;
    referral->source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE; /* as the key that sends it */
    referral->urgency = (Concordat__V1__Urgency)(1 + draw(2));
    referral->primary_reason = (char *)(uintptr_t) "18";
    referral->person = person;
    person->age_known = draw(20) > 0;
    person->age_years = person->age_known ? (uint32_t)(12 + draw(70)) : 0;
    person->gender = genders[draw(8)];
    person->ethnic_category = ethnic[draw(11)];
    person->language = draw(12) ? (char *)(uintptr_t) "" : (char *)(uintptr_t) "ur";
    person->interpreter_needed = person->language[0] ? CONCORDAT__V1__ANSWERED__ANSWERED_YES
                                                     : CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED;
}

static void refer(uint8_t id[16])
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Demographics person = CONCORDAT__V1__DEMOGRAPHICS__INIT;
    Concordat__V1__Instant decided = CONCORDAT__V1__INSTANT__INIT, arrived = CONCORDAT__V1__INSTANT__INIT;
    Concordat__V1__Legal legal = CONCORDAT__V1__LEGAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &submit;
    submit.referral = &referral;
    submit.confidential = &confidential;
    confidential.callback_number = (char *)(uintptr_t) "07700 900123";
    referral.id = (ProtobufCBinaryData){16, id};
    draw_person(&referral, &person);
    referral.site = (char *)(uintptr_t) "car-1";
    referral.referrer_role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_STREET_TRIAGE_NURSE;
    referral.decided_at = &decided;
    decided.unix_ms = day->wall_ms - MINUTES(draw(40));
    decided.basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    if (draw(5) == 0) {
        referral.legal = &legal;
        legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
        legal.transport = (Concordat__V1__Transport)(1 + draw(4));
        legal.place_of_safety = (Concordat__V1__PlaceOfSafety)(1 + draw(4));
        legal.arrived_at_place_of_safety_at = &arrived;
        arrived = decided;
    }
    const Concordat__V1__Message *said = stage_say(day, INTAKE, &request);
    assert_non_null(said);
    assert_true(said->answer->done);
}

static void decline(const uint8_t *id, uint32_t attempt)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Decline body = CONCORDAT__V1__DECLINE__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_DECLINE;
    request.decline = &body;
    body.referral = (ProtobufCBinaryData){16, (uint8_t *)(uintptr_t)id};
    body.attempt = attempt;
    body.reason = CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_OTHER;
    body.note = (char *)(uintptr_t) "known to us from last year";
    stage_say(day, TEAM_1, &request);
}

/* What becomes of a case: seen by the first team or, after a decline, by the second; or by nobody. */
static void live(uint8_t *id)
{
    stage_wait(day, SECONDS(5 + draw(150)), -1);
    bool declined = draw(4) == 0;
    int team = declined ? TEAM_2 : TEAM_1;
    if (declined)
        decline(id, 1);
    if (draw(6) == 0) {
        stage_wait(day, MINUTES(30), -1); /* no team answers: the coordinator has it */
        stage_take(day, id);
        team = COORDINATOR;
    } else {
        stage_accept(day, team, id, declined ? 2 : 1);
        routed_check_in(day, team, id, CONCORDAT__V1__STEP__STEP_CONTACT);
    }
    routed_end_detention(day, team, id);
    routed_close(day, team, id);
    assert_null(stage_case(day, id));
}

/* A figure that is counted until now differs by less than an hour: here nothing is open or can become due.
 * The machine is suspended meanwhile, and presence is an event. */
static void let_clocks_run_out(void)
{
    day->wall_ms += HOURS(26);
    day->mono_ms += HOURS(26);
    stage_presence(day, TEAM_1, false, 0);
    stage_presence(day, TEAM_1, true, 600);
}

/* Follows the feed as a key of this role, from the beginning, into a trail. */
static void follow_as(const char *name, Concordat__V1__Role role, const char *path)
{
    int peer = stage_add_follower(day, name, role);
    char message[TRAIL_MESSAGE_BYTES] = "";
    struct trail *trail = trail_open(path, message, sizeof message);
    assert_non_null(trail);
    while (trail_head(trail, NULL) < day->store.count) {
        Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
        Concordat__V1__Follow follow = CONCORDAT__V1__FOLLOW__INIT;
        request.command_case = CONCORDAT__V1__REQUEST__COMMAND_FOLLOW;
        request.follow = &follow;
        follow.after = trail_head(trail, NULL);
        follow.credit = FEED_AT_A_TIME;
        const Concordat__V1__Message *said = stage_say(day, peer, &request);
        assert_non_null(said);
        assert_int_equal(said->body_case, CONCORDAT__V1__MESSAGE__BODY_FEED);
        for (size_t i = 0; i < said->feed->n_events; i++) {
            const Concordat__V1__FeedEvent *event = said->feed->events[i];
            if (trail_append(trail,
                             &(struct chained_event){event->event.data, event->event.len, event->chain.data,
                                                     event->other.data},
                             1, message, sizeof message) != TRAIL_OK)
                fail_msg("%s: %s", name, message);
        }
    }
    trail_close(&trail);
}

static int route_the_day(void **unused)
{
    (void)unused;
    const char *seed = getenv("SEED");
    drawn = seed ? (unsigned)strtoul(seed, NULL, 10) : 17;
    printf("SEED=%u\n", drawn);
    setenv("PATH", REPLAY_FOLDER, 1);
    if (folder_make(home, "auditor"))
        return -1;
    snprintf(inspector_path, sizeof inspector_path, "%s/inspector.db", home);
    snprintf(auditor_path, sizeof auditor_path, "%s/auditor.db", home);
    day = stage_open("always", "always");
    for (int i = 0; i < PEOPLE; i++) {
        uint8_t id[16] = {0x01, 0x98, 0xc5, 0xa0, (uint8_t)draw(256), (uint8_t)i, 0x70, 0, 0x80, [15] = 1};
        stage_wait(day, SECONDS(draw(2 * HOURS_OF_A_DAY * 3600 / PEOPLE)), -1);
        refer(id);
        live(id);
    }
    let_clocks_run_out();
    follow_as("an-inspector", CONCORDAT__V1__ROLE__ROLE_INSPECTOR, inspector_path);
    follow_as("an-auditor", CONCORDAT__V1__ROLE__ROLE_AUDITOR, auditor_path);
    return 0;
}

static int end_the_day(void **unused)
{
    (void)unused;
    stage_close(&day);
    return folder_remove(home);
}

/* --- reports ---------------------------------------------------------------------------------------- */

/* What may differ between the two: what is by the exact time of day. */
static const struct {
    const char *report, *table, *column;
} by_time_of_day[] = {
    {"breaches", "breaches", "due"},         {"breaches", "breaches", "stopped"},
    {"breaches", "corrected", "limit_then"}, {"breaches", "corrected", "limit_now"},
    {"breaches", "corrected", "stopped"},
};

static void change_trail(const char *path, const char *sql)
{
    sqlite3 *database = NULL;
    char *problem = NULL;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    if (sqlite3_exec(database, sql, NULL, NULL, &problem) != SQLITE_OK)
        fail_msg("%s: %s", sql, problem);
    sqlite3_close(database);
}

static void copy_trail(const char *path, const char *to)
{
    char sql[512];
    remove(to);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", to);
    change_trail(path, sql);
}

/* A copy of the auditor's trail that says it is an inspector's, because exact figures are printed of no
 * other: so they can be compared. */
static const char *exact_path(const char *path)
{
    static char copy[sizeof auditor_path + 8];
    if (strcmp(path, auditor_path) != 0)
        return path;
    snprintf(copy, sizeof copy, "%s.copy", auditor_path);
    copy_trail(auditor_path, copy);
    change_trail(copy, "UPDATE form SET form = 'full'");
    return copy;
}

static json_t *report_of(const char *path, const char *name, const char *number)
{
    const struct report_question question = {.name = name, .number = number, .unsuppressed = true};
    char *text = NULL, message[TRAIL_MESSAGE_BYTES] = "";
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int done =
        report_run(number ? path : exact_path(path), &question, REPORT_JSON, out, message, sizeof message);
    fclose(out);
    if (done != REPORT_DONE && done != REPORT_PROVISIONAL)
        fail_msg("%s: %s", name, message);
    json_t *report = json_loads(text, 0, NULL);
    assert_non_null(report);
    free(text);
    return report;
}

static int by_number(const void *one, const void *other)
{
    const json_t *const *a = one, *const *b = other;
    return strcmp(json_string_value(json_object_get(*a, "number")),
                  json_string_value(json_object_get(*b, "number")));
}

/* Takes out of a table what may differ, and the order that comes of it. */
static void leave_out_times(json_t *table, const char *report)
{
    json_t *rows = json_object_get(table, "rows"), *row, *sorted[PEOPLE * 4];
    size_t at, count = json_array_size(rows);
    bool any = false;
    for (size_t i = 0; i < sizeof by_time_of_day / sizeof *by_time_of_day; i++)
        if (strcmp(by_time_of_day[i].report, report) == 0 &&
            strcmp(by_time_of_day[i].table, json_string_value(json_object_get(table, "name"))) == 0)
            json_array_foreach (rows, at, row)
                any |= json_object_del(row, by_time_of_day[i].column) == 0;
    if (!any)
        return;
    assert_true(count <= sizeof sorted / sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = json_incref(json_array_get(rows, i));
    qsort(sorted, count, sizeof *sorted, by_number);
    json_array_clear(rows);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, sorted[i]);
}

static char *figures_of(const char *path, const char *name)
{
    json_t *report = report_of(path, name, NULL), *days_between = json_string("days_between"), *table;
    size_t at;
    json_object_del(report, "asAt"); /* the newest event's time of day */
    json_object_del(report, "form");
    json_array_foreach (json_object_get(report, "tables"), at, table)
        if (json_equal(json_object_get(json_object_get(table, "chart"), "column"), days_between))
            json_object_clear(table); /* they are right to the hour */
        else
            leave_out_times(table, name);
    json_decref(days_between);
    char *text = json_dumps(report, JSON_INDENT(1));
    json_decref(report);
    assert_non_null(text);
    return text;
}

/* The line with the first difference, as either has it. */
static const char *first_difference(const char *one, const char *other)
{
    static char text[300];
    size_t begin = 0;
    for (size_t at = 0; one[at] && one[at] == other[at]; at++)
        begin = one[at] == '\n' ? at + 1 : begin;
    snprintf(text, sizeof text, "%.*s and %.*s", (int)strcspn(one + begin, "\n"), one + begin,
             (int)strcspn(other + begin, "\n"), other + begin);
    return text;
}

static void P9_every_report_has_the_same_figures_for_an_auditor(void **unused)
{
    (void)unused;
    size_t count;
    const struct report *const *reports = report_list(&count);
    for (size_t i = 0; i < count; i++) {
        if (reports[i]->of_one_case)
            continue;
        char *inspector = figures_of(inspector_path, reports[i]->name);
        char *auditor = figures_of(auditor_path, reports[i]->name);
        assert_true(strlen(inspector) > 200);
        if (strcmp(auditor, inspector) != 0)
            fail_msg("%s differs: %s", reports[i]->name, first_difference(auditor, inspector));
        free(inspector);
        free(auditor);
    }
}

static json_t *rows_of_story(const json_t *story, const char *table_name)
{
    size_t at;
    json_t *table;
    json_array_foreach (json_object_get(story, "tables"), at, table)
        if (strcmp(json_string_value(json_object_get(table, "name")), table_name) == 0)
            return json_object_get(table, "rows");
    fail_msg("no table %s", table_name);
    return NULL;
}

static void P9_a_case_is_told_to_an_auditor_without_who_and_when(void **unused)
{
    (void)unused;
    static const char *const kept_from_auditors[] = {"time", "actor", "device", "person", "role"};
    json_t *inspector = report_of(inspector_path, "case", "R-0001"),
           *auditor = report_of(auditor_path, "case", "R-0001");
    json_t *all = rows_of_story(inspector, "events"), *fewer = rows_of_story(auditor, "events");
    assert_true(json_array_size(all) > 3);
    assert_int_equal(json_array_size(fewer), json_array_size(all));
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *row = json_array_get(fewer, i), *whole = json_array_get(all, i);
        assert_true(json_equal(json_object_get(row, "after_min"), json_object_get(whole, "after_min")));
        assert_true(json_equal(json_object_get(row, "what"), json_object_get(whole, "what")));
        assert_true(json_is_string(json_object_get(whole, "time")));
        for (size_t k = 0; k < sizeof kept_from_auditors / sizeof *kept_from_auditors; k++)
            assert_true(json_is_null(json_object_get(row, kept_from_auditors[k])));
    }
    static const char *const same[] = {"custody", "clocks", "offers", "teams"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_true(json_equal(rows_of_story(inspector, same[i]), rows_of_story(auditor, same[i])));
    json_decref(inspector);
    json_decref(auditor);
}

/* --- who can be found ------------------------------------------------------------------------------- */

static double ask_number(const char *path, const char *sql)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    double number = -1;
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(database));
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

/* The share of the people who are alone with these facts, in hundredths. */
static double alone_on(const char *path, const char *facts)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "SELECT 100.0 * total(n) FILTER (WHERE n = 1) / total(n)"
             " FROM (SELECT count(*) AS n FROM referral GROUP BY %s)",
             facts);
    return ask_number(path, sql);
}

#define HOUR "received_at_ms / 3600000"

static void P9_fewer_people_are_alone_in_an_auditors_trail(void **unused)
{
    (void)unused;
    static const struct {
        const char *inspector, *auditor; /* facts by which to look somebody up */
        double most;                     /* of the people are alone on the auditor's facts, in hundredths */
    } lookups[] = {
        {"postcode_district, age_years, gender", "area, age_years, gender", 10},
        {"postcode_district, age_years, gender, " HOUR, "area, age_years, gender, " HOUR, 80},
        {"received_at_ms", HOUR, 25},
    };
    for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++) {
        double inspector = alone_on(inspector_path, lookups[i].inspector);
        double auditor = alone_on(auditor_path, lookups[i].auditor);
        printf("alone on %s: %.0f %% in an inspector's trail; on %s: %.0f %% in an auditor's\n",
               lookups[i].inspector, inspector, lookups[i].auditor, auditor);
        assert_true(auditor < inspector && auditor <= lookups[i].most);
    }
}

/* Whether the bytes stand in the file of a trail or beside it. */
static bool stands_in(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    rewind(file);
    char *all = malloc(length);
    assert_int_equal(fread(all, 1, length, file), length);
    fclose(file);
    bool found = memmem(all, length, bytes, size);
    free(all);
    return found;
}

static void P9_what_an_auditor_does_not_get_is_in_no_byte_of_the_trail(void **unused)
{
    (void)unused;
    const Concordat__V1__Event *received =
        stage_event(day, routed_find(day, CONCORDAT__V1__EVENT__WHAT_RECEIVED, 3));
    const struct {
        const void *bytes;
        size_t size;
    } hidden[] = {
        {received->referral.data, received->referral.len},
        {received->command.data, received->command.len},
        {"car-1", 5},
        {received->salt.data, received->salt.len},
        {"team-1-a", 8},
        {"zq40117", 7},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        assert_true(stands_in(inspector_path, hidden[i].bytes, hidden[i].size));
        assert_false(stands_in(auditor_path, hidden[i].bytes, hidden[i].size));
    }
}

/* --- proofs ----------------------------------------------------------------------------------------- */

static json_t *verify_trail(const char *path, int expected)
{
    char *bytes = NULL, message[TRAIL_MESSAGE_BYTES] = "";
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    int result = verify_run(path, out, true, message, sizeof message);
    fclose(out);
    json_t *verdict = json_loadb(bytes, size, 0, NULL);
    if (result != expected)
        fail_msg("%s: %d, not %d: %.*s%s", path, result, expected, (int)size, bytes, message);
    free(bytes);
    return verdict;
}

static void P9_both_trails_verify_and_come_to_the_same_chain_value(void **unused)
{
    (void)unused;
    json_t *full = verify_trail(inspector_path, VERIFY_HOLDS);
    json_t *reduced = verify_trail(auditor_path, VERIFY_HOLDS);
    assert_string_equal(json_string_value(json_object_get(full, "form")), "full");
    assert_string_equal(json_string_value(json_object_get(reduced, "form")), "reduced");
    assert_string_equal(json_string_value(json_object_get(full, "chain")),
                        json_string_value(json_object_get(reduced, "chain")));
    assert_true(json_is_true(json_object_get(json_object_get(full, "replay"), "ran")));
    const json_t *replay = json_object_get(reduced, "replay");
    assert_true(json_is_false(json_object_get(replay, "ran")));
    assert_non_null(strstr(json_string_value(json_object_get(replay, "why")), "only an inspector's"));
    json_decref(full);
    json_decref(reduced);
}

static void P8_an_altered_digest_of_the_other_form_is_found_in_both_trails(void **unused)
{
    (void)unused;
    static const char *const changes[] = {
        "UPDATE event SET other = randomblob(32) WHERE seq = 9",
        "UPDATE event SET body = (SELECT body FROM event WHERE seq = 8) WHERE seq = 9",
        "UPDATE form SET form = iif(form = 'full', 'reduced', 'full')",
    };
    char copy[FOLDER_PATH_BYTES + 16];
    snprintf(copy, sizeof copy, "%s/altered.db", home);
    for (size_t i = 0; i < 2 * (sizeof changes / sizeof *changes); i++) {
        copy_trail(i % 2 ? inspector_path : auditor_path, copy);
        change_trail(copy, changes[i / 2]);
        json_decref(verify_trail(copy, VERIFY_FINDINGS));
    }
}

/* One event, as it stands on the disk of the stage, to be given to a trail of its own. */
struct told_event {
    uint8_t body[4096], other[CHAIN_BYTES], chain[CHAIN_BYTES];
    size_t size;
};

static enum trail_status tell_first(struct trail *trail, const struct told_event *told,
                                    char message[TRAIL_MESSAGE_BYTES])
{
    message[0] = '\0';
    return trail_append(trail, &(struct chained_event){told->body, told->size, told->chain, told->other}, 1,
                        message, TRAIL_MESSAGE_BYTES);
}

/* Both forms of a start, chained as event 1. `of_another`: the digest of a reduced form that is not its own
 * is bound with it. */
static void make_first(struct told_event *full, struct told_event *reduced, bool of_another)
{
    static uint8_t digest[32] = {3}, salt[16] = {4};
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    Concordat__V1__BrokerStarted started = CONCORDAT__V1__BROKER_STARTED__INIT;
    static const uint8_t before_all[CHAIN_BYTES];
    event.seq = 1;
    event.at_ms = INT64_C(1795003261000);
    event.salt = (ProtobufCBinaryData){sizeof salt, salt};
    event.what_case = CONCORDAT__V1__EVENT__WHAT_BROKER_STARTED;
    event.broker_started = &started;
    started.state_digest = (ProtobufCBinaryData){sizeof digest, digest};
    full->size = concordat__v1__event__pack(&event, full->body);
    started.replayed = of_another;
    event.salt.len = 0;
    event.at_ms -= event.at_ms % HOURS(1);
    reduced->size = concordat__v1__event__pack(&event, reduced->body);
    chain_digest(reduced->body, reduced->size, full->other);
    chain_digest(full->body, full->size, reduced->other);
    chain_next(before_all, full->other, reduced->other, full->chain);
    memcpy(reduced->chain, full->chain, CHAIN_BYTES);
}

static struct trail *scratch_trail(void)
{
    char message[TRAIL_MESSAGE_BYTES];
    struct trail *trail = trail_open_scratch(message, sizeof message);
    assert_non_null(trail);
    return trail;
}

static void P8_a_router_that_gives_auditors_another_event_is_found_by_an_inspector(void **unused)
{
    (void)unused;
    struct told_event full, reduced;
    char message[TRAIL_MESSAGE_BYTES];
    for (int of_another = 0; of_another < 2; of_another++) {
        struct trail *inspector = scratch_trail(), *auditor = scratch_trail();
        make_first(&full, &reduced, of_another);
        assert_int_equal(tell_first(auditor, &reduced, message), TRAIL_OK);
        assert_int_equal(tell_first(inspector, &full, message), of_another ? TRAIL_BROKEN : TRAIL_OK);
        assert_true(!of_another || strstr(message, "otherwise than it is"));
        trail_close(&inspector);
        trail_close(&auditor);
    }
}

static void P9_a_trail_of_one_form_is_not_continued_in_the_other(void **unused)
{
    (void)unused;
    struct told_event forms[2];
    char message[TRAIL_MESSAGE_BYTES];
    make_first(&forms[0], &forms[1], false);
    for (int begun = 0; begun < 2; begun++) {
        struct trail *trail = scratch_trail();
        assert_int_equal(tell_first(trail, &forms[begun], message), TRAIL_OK);
        assert_int_equal(tell_first(trail, &forms[!begun], message), TRAIL_FAILED); /* no alarm */
        assert_non_null(strstr(message, begun ? "begun with the key of an auditor"
                                              : "begun with the key of an inspector"));
        assert_int_equal(tell_first(trail, &forms[begun], message), TRAIL_OK);
        trail_close(&trail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P9_every_report_has_the_same_figures_for_an_auditor),
        cmocka_unit_test(P9_a_case_is_told_to_an_auditor_without_who_and_when),
        cmocka_unit_test(P9_fewer_people_are_alone_in_an_auditors_trail),
        cmocka_unit_test(P9_what_an_auditor_does_not_get_is_in_no_byte_of_the_trail),
        cmocka_unit_test(P9_both_trails_verify_and_come_to_the_same_chain_value),
        cmocka_unit_test(P8_an_altered_digest_of_the_other_form_is_found_in_both_trails),
        cmocka_unit_test(P8_a_router_that_gives_auditors_another_event_is_found_by_an_inspector),
        cmocka_unit_test(P9_a_trail_of_one_form_is_not_continued_in_the_other),
    };
    return sodium_init() < 0 ? 1
                             : cmocka_run_group_tests_name("P9_auditor", tests, route_the_day, end_the_day);
}
