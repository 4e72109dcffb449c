/* verify.c: whether a trail proves itself.
 *
 * The stored events go into an empty trail as if they came from the feed: the same code checks the chain and
 * makes every table again. At the same time the router's own program replays them. Then the stored tables are
 * compared with the remade ones row by row, and the remade ones are asked what must hold of every history.
 * All of that is one read transaction: one moment of a live trail.
 */
#include "services/audit/verify.h"

#include <ctype.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "services/audit/trail.h"
#include "services/audit/trail_schema.h"
#include "services/audit/verify_checks.h"
#include "services/audit/verify_kept.h"
#include "services/audit/verify_replay.h"

/* Steps of SQLite between two looks whether it is to be given up: some tens of microseconds. */
enum { FINDINGS_LISTED_MAX = 1000, PROGRESS_EVERY = 5000, STEPS_BETWEEN_LOOKS = 10000 };

struct verify {
    struct trail *remade;
    sqlite3 *database; /* of remade, with the stored trail attached as `stored` */
    json_t *findings;  /* objects: check, referral, text */
    size_t finding_count;
    struct verify_replay *replay; /* while it runs */
    json_t *replayed;             /* what it said; NULL if it could not be run */
    char replay_why[TRAIL_MESSAGE_BYTES];
    bool is_reduced; /* the stored trail says that it is of the reduced form */
    bool failed;     /* the trail could not be read, or memory is short: that is no verdict */
    char message[TRAIL_MESSAGE_BYTES];
};

static void add_finding(struct verify *verify, const char *check, const char *referral, const char *text)
{
    verify->finding_count++;
    if (verify->finding_count > FINDINGS_LISTED_MAX)
        return;
    json_t *finding = json_pack("{s:s, s:s, s:s}", "check", check, "referral", referral, "text", text);
    if (!finding || json_array_append_new(verify->findings, finding) != 0)
        verify->failed = true;
}

/* If the tables cannot answer a question that is a finding too: they are not what they should be. */
static sqlite3_stmt *ask_tables(struct verify *verify, const char *check, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(verify->database, sql, -1, &statement, NULL) != SQLITE_OK)
        add_finding(verify, check, "-", sqlite3_errmsg(verify->database));
    return statement;
}

static void end_asking(struct verify *verify, const char *check, sqlite3_stmt *statement, int stepped)
{
    if (stepped != SQLITE_DONE)
        add_finding(verify, check, "-", sqlite3_errmsg(verify->database));
    sqlite3_finalize(statement);
}

static const char *column_text(sqlite3_stmt *statement, int position)
{
    const char *text = (const char *)sqlite3_column_text(statement, position);
    return text ? text : "";
}

static int64_t count_rows(struct verify *verify, const char *sql)
{
    sqlite3_stmt *statement = ask_tables(verify, "count", sql);
    int64_t value = 0;
    if (statement && sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

/* ---- opening ---- */

static bool attach_stored(struct verify *verify, const char *path)
{
    sqlite3_str *uri = sqlite3_str_new(NULL);
    sqlite3_str_appendall(uri, "file:");
    for (const char *c = path; *c != '\0'; c++)
        sqlite3_str_appendf(uri, isalnum((unsigned char)*c) || strchr("/._-", *c) ? "%c" : "%%%02x",
                            (unsigned char)*c);
    sqlite3_str_appendall(uri, "?mode=ro");
    char *uri_text = sqlite3_str_finish(uri);
    char *sql = uri_text ? sqlite3_mprintf("ATTACH %Q AS stored; BEGIN", uri_text) : NULL;
    int done = sql ? sqlite3_exec(verify->database, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    sqlite3_free(uri_text);
    return done == SQLITE_OK;
}

/* ---- the parts of the proof ---- */

static void verify_file(struct verify *verify)
{
    sqlite3_stmt *statement = ask_tables(verify, "file", "PRAGMA stored.integrity_check(10)");
    int stepped = SQLITE_DONE;
    while (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
        if (strcmp(column_text(statement, 0), "ok") != 0)
            add_finding(verify, "file", "-", column_text(statement, 0));
    end_asking(verify, "file", statement, stepped);
}

/* The events of a trail can be whole and yet not be what the router has: the follower knew it, and said so.
 */
static void verify_alarms(struct verify *verify)
{
    sqlite3_stmt *statement = ask_tables(
        verify, "alarm",
        "SELECT 'raised ' || strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch') || ': ' || text"
        " FROM stored.alarm ORDER BY id");
    int stepped = SQLITE_DONE;
    while (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
        add_finding(verify, "alarm", "-", column_text(statement, 0));
    end_asking(verify, "alarm", statement, stepped);
}

/* Appends the row's event to the remade trail, and gives it to the replay if it was the next one. */
static enum trail_status remake_event(struct verify *verify, sqlite3_stmt *row)
{
    struct chained_event event = {.body = sqlite3_column_blob(row, 1),
                                  .size = (size_t)sqlite3_column_bytes(row, 1),
                                  .chain = sqlite3_column_blob(row, 2),
                                  .other = sqlite3_column_blob(row, 3)};
    uint64_t before = trail_head(verify->remade, NULL);
    if (!event.body || sqlite3_column_bytes(row, 2) != CHAIN_BYTES ||
        sqlite3_column_bytes(row, 3) != CHAIN_BYTES) {
        snprintf(verify->message, sizeof verify->message, "the row of event %" PRIu64 " is cut short",
                 before + 1);
        return TRAIL_BROKEN;
    }
    enum trail_status status =
        trail_append(verify->remade, &event, 1, verify->message, sizeof verify->message);
    if (status == TRAIL_OK && trail_head(verify->remade, NULL) == before) {
        snprintf(verify->message, sizeof verify->message, "event %" PRIu64 " is stored twice", before);
        return TRAIL_BROKEN;
    }
    if (status == TRAIL_OK && verify->replay)
        verify_replay_feed(verify->replay, event.body, event.size);
    return status;
}

/* False if an event was found wrong: from there on nothing can be remade. */
static bool remake_tables(struct verify *verify)
{
    bool progress = isatty(STDERR_FILENO) != 0;
    int64_t total = count_rows(verify, "SELECT count(*) FROM stored.event");
    sqlite3_stmt *statement =
        ask_tables(verify, "events", "SELECT seq, body, chain, other FROM stored.event ORDER BY seq");
    enum trail_status status = TRAIL_OK;
    int64_t done = 0;
    int stepped = SQLITE_DONE;
    while (statement && status == TRAIL_OK && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
        status = remake_event(verify, statement);
        if (progress && ++done % PROGRESS_EVERY == 0)
            fprintf(stderr, "\rverifying %" PRId64 " of %" PRId64 " events", done, total);
    }
    if (progress && done >= PROGRESS_EVERY)
        fputs("\r\033[K", stderr);
    verify->failed = verify->failed || status == TRAIL_FAILED;
    if (status == TRAIL_BROKEN)
        add_finding(verify, "events", "-", verify->message);
    end_asking(verify, "events", statement, stepped == SQLITE_ROW ? SQLITE_DONE : stepped);
    return status == TRAIL_OK && statement;
}

/* SQLite's order of types: NULL first, then numbers, texts, bytes. */
static int rank_of_type(int type)
{
    return type == SQLITE_NULL ? 0 : type;
}

static int compare_values(sqlite3_stmt *one, sqlite3_stmt *other, int position)
{
    int type = sqlite3_column_type(one, position), other_type = sqlite3_column_type(other, position);
    if (type != other_type || type == SQLITE_NULL)
        return rank_of_type(type) - rank_of_type(other_type);
    if (type == SQLITE_INTEGER) {
        int64_t a = sqlite3_column_int64(one, position), b = sqlite3_column_int64(other, position);
        return (a > b) - (a < b);
    }
    const void *a = sqlite3_column_blob(one, position), *b = sqlite3_column_blob(other, position);
    int size = sqlite3_column_bytes(one, position), other_size = sqlite3_column_bytes(other, position);
    int least = size < other_size ? size : other_size;
    int order = least == 0 ? 0 : memcmp(a, b, (size_t)least);
    return order != 0 ? order : size - other_size;
}

static int compare_rows(sqlite3_stmt *one, sqlite3_stmt *other)
{
    int order = 0;
    for (int i = 0; i < sqlite3_column_count(one) && order == 0; i++)
        order = compare_values(one, other, i);
    return order;
}

/* Names the row by its first two columns. */
static void add_row_finding(struct verify *verify, const char *table, sqlite3_stmt *statement,
                            const char *meaning)
{
    char text[TRAIL_MESSAGE_BYTES];
    snprintf(text, sizeof text, "table %s: %s: %s %s, %s %s", table, meaning,
             sqlite3_column_name(statement, 0), column_text(statement, 0), sqlite3_column_name(statement, 1),
             column_text(statement, 1));
    add_finding(verify, "tables", "-", text);
}

static sqlite3_stmt *ask_for_rows(struct verify *verify, const char *table, const char *columns,
                                  const char *side)
{
    char *sql = sqlite3_mprintf("SELECT %s FROM %s.%s ORDER BY 1, 2", columns, side, table);
    sqlite3_stmt *statement = sql ? ask_tables(verify, table, sql) : NULL;
    verify->failed = verify->failed || !sql;
    sqlite3_free(sql);
    return statement;
}

static bool is_no_error(int stepped)
{
    return stepped == SQLITE_ROW || stepped == SQLITE_DONE;
}

/* Walks both tables in the order of their first two columns, which no two rows of a table share. */
static void compare_tables(struct verify *verify, const char *table, const char *columns)
{
    sqlite3_stmt *remade = ask_for_rows(verify, table, columns, "main");
    sqlite3_stmt *stored = ask_for_rows(verify, table, columns, "stored");
    int here = SQLITE_DONE, there = SQLITE_DONE;
    if (remade && stored) {
        here = sqlite3_step(remade);
        there = sqlite3_step(stored);
    }
    while (is_no_error(here) && is_no_error(there) && (here == SQLITE_ROW || there == SQLITE_ROW)) {
        int order = here != SQLITE_ROW ? 1 : there != SQLITE_ROW ? -1 : compare_rows(remade, stored);
        if (order < 0)
            add_row_finding(verify, table, remade, "a row was altered or is missing");
        else if (order > 0)
            add_row_finding(verify, table, stored, "a row stands there that the events do not account for");
        if (order <= 0)
            here = sqlite3_step(remade);
        if (order >= 0)
            there = sqlite3_step(stored);
    }
    end_asking(verify, table, remade, here);
    end_asking(verify, table, stored, there);
}

static void verify_history(struct verify *verify)
{
    for (const struct verify_check *check = verify_checks; check->name; check++) {
        sqlite3_stmt *statement = ask_tables(verify, check->name, check->sql);
        int stepped = SQLITE_DONE;
        while (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
            add_finding(verify, check->name, column_text(statement, 0), column_text(statement, 1));
        end_asking(verify, check->name, statement, stepped);
    }
}

/* The replay knows an event's number; the remade tables know whose case it is of. */
static void add_replay_finding(struct verify *verify, const json_t *contradiction)
{
    char text[2 * TRAIL_MESSAGE_BYTES];
    json_int_t seq = json_integer_value(json_object_get(contradiction, "event"));
    snprintf(text, sizeof text,
             "event %" JSON_INTEGER_FORMAT " does not follow by the router's own rules: %s", seq,
             json_string_value(json_object_get(contradiction, "text")));
    sqlite3_stmt *statement = ask_tables(
        verify, "replay",
        "SELECT r.number FROM main.event e JOIN main.referral r USING (referral) WHERE e.seq = ?1");
    sqlite3_bind_int64(statement, 1, seq);
    bool of_a_case = statement && sqlite3_step(statement) == SQLITE_ROW;
    add_finding(verify, "replay", of_a_case ? column_text(statement, 0) : "-", text);
    sqlite3_finalize(statement);
}

/* The events follow from one another, and yet the router did not live by them. */
static void add_difference_finding(struct verify *verify, const json_t *difference)
{
    char text[2 * TRAIL_MESSAGE_BYTES];
    snprintf(text, sizeof text, "event %" JSON_INTEGER_FORMAT ": %s",
             json_integer_value(json_object_get(difference, "event")),
             json_string_value(json_object_get(difference, "text")));
    add_finding(verify, "state", "-", text);
}

static void end_replay(struct verify *verify)
{
    uint8_t chain[CHAIN_BYTES];
    char hex[2 * CHAIN_BYTES + 1];
    if (!verify->replay)
        return;
    trail_head(verify->remade, chain);
    sodium_bin2hex(hex, sizeof hex, chain, sizeof chain);
    verify->replayed = verify_replay_end(&verify->replay, hex, verify->replay_why, sizeof verify->replay_why);
    const json_t *contradiction = json_object_get(verify->replayed, "contradiction");
    const json_t *difference = json_object_get(verify->replayed, "difference");
    if (json_is_object(contradiction))
        add_replay_finding(verify, contradiction);
    if (json_is_object(difference))
        add_difference_finding(verify, difference);
}

/* By the router's rules only the full form can be replayed: the state has ids and exact times. */
static void begin_replay(struct verify *verify)
{
    verify->is_reduced = count_rows(verify, "SELECT count(*) FROM stored.form WHERE form = 'reduced'") > 0;
    if (verify->is_reduced)
        snprintf(verify->replay_why, sizeof verify->replay_why,
                 "this trail is of the reduced form, which an auditor gets, and only an inspector's can be "
                 "replayed");
    else
        verify->replay = verify_replay_start(verify->replay_why, sizeof verify->replay_why);
}

static void verify_all(struct verify *verify)
{
    verify_file(verify);
    verify_alarms(verify);
    compare_tables(verify, "sqlite_schema", "name, type, tbl_name, sql");
    begin_replay(verify);
    if (remake_tables(verify)) {
        for (const char *const *table = trail_schema_derived; *table; table++)
            compare_tables(verify, *table, "*");
        verify_history(verify);
    }
    end_replay(verify);
}

/* ---- the verdict ---- */

static const struct {
    const char *key, *sql;
} verdict_counts[] = {
    {"stored_events", "SELECT count(*) FROM stored.event"},
    {"referrals", "SELECT count(*) FROM main.referral"},
    {"owned_intervals", "SELECT count(*) FROM main.custody_interval"},
    {"decisions", "SELECT count(*) FROM main.decision"},
    {"offers", "SELECT count(*) FROM main.offer"},
    {"acceptances", "SELECT count(*) FROM main.acceptance"},
    {"erased", "SELECT count(*) FROM main.erasure"},
    {"on_hold", "SELECT count(DISTINCT referral) FROM main.hold WHERE lifted_seq IS NULL"},
};

static json_t *describe_replay(const struct verify *verify)
{
    if (!verify->replayed)
        return json_pack("{s:b, s:s}", "ran", 0, "why", verify->replay_why);
    return json_pack("{s:b, s:O, s:O}", "ran", 1, "events", json_object_get(verify->replayed, "events"),
                     "state_digest", json_object_get(verify->replayed, "state_digest"));
}

static json_t *describe_verdict(struct verify *verify)
{
    uint8_t chain[CHAIN_BYTES];
    char hex[2 * CHAIN_BYTES + 1];
    uint64_t head = trail_head(verify->remade, chain);
    sodium_bin2hex(hex, sizeof hex, chain, sizeof chain);
    int64_t unowned_ms =
        count_rows(verify, "SELECT coalesce(sum(to_ms - from_ms), 0) FROM custody_fault WHERE fault = 'gap'");
    json_t *verdict = json_pack("{s:b, s:s, s:I, s:s, s:f}", "verified", verify->finding_count == 0, "form",
                                verify->is_reduced ? "reduced" : "full", "events", (json_int_t)head, "chain",
                                hex, "unowned_s", (double)unowned_ms / 1000.0);
    bool good = verdict;
    for (size_t i = 0; i < sizeof verdict_counts / sizeof verdict_counts[0] && good; i++)
        good = json_object_set_new(verdict, verdict_counts[i].key,
                                   json_integer(count_rows(verify, verdict_counts[i].sql))) == 0;
    good =
        good && json_object_set_new(verdict, "replay", describe_replay(verify)) == 0 &&
        json_object_set_new(verdict, "finding_count", json_integer((json_int_t)verify->finding_count)) == 0 &&
        json_object_set(verdict, "findings", verify->findings) == 0;
    if (good)
        return verdict;
    json_decref(verdict);
    return NULL;
}

static int64_t verdict_number(const json_t *verdict, const char *key)
{
    return json_integer_value(json_object_get(verdict, key));
}

static void print_replay_text(const json_t *replay, FILE *out)
{
    if (json_is_true(json_object_get(replay, "ran")))
        fprintf(out, "replay       %8" PRId64 " of these follow from one another by the router's own rules\n",
                verdict_number(replay, "events"));
    else
        fprintf(out,
                "replay       not run: %s; so whether each event follows by the router's own rules "
                "was not checked\n",
                json_string_value(json_object_get(replay, "why")));
}

static void print_form_text(const char *form, FILE *out)
{
    fprintf(
        out, "form         %s: %s\n", form,
        strcmp(form, "full") == 0
            ? "an inspector's; what auditors get is the reduced form of each of these events"
            : "an auditor's; the chain binds what it leaves out, which only an inspector's trail can check");
}

static void print_verdict_text(const json_t *verdict, FILE *out)
{
    fprintf(out,
            "events       %8" PRId64 " of %" PRId64
            " walked from number 1, in order, each against the chain\n",
            verdict_number(verdict, "events"), verdict_number(verdict, "stored_events"));
    fprintf(out, "chain        %s\n", json_string_value(json_object_get(verdict, "chain")));
    print_form_text(json_string_value(json_object_get(verdict, "form")), out);
    fprintf(out, "referrals    %8" PRId64 ", owned in %" PRId64 " intervals: %g unowned seconds\n",
            verdict_number(verdict, "referrals"), verdict_number(verdict, "owned_intervals"),
            json_number_value(json_object_get(verdict, "unowned_s")));
    fprintf(out, "decisions    %8" PRId64 " to ask a team or the coordinator\n",
            verdict_number(verdict, "decisions"));
    fprintf(out, "offers       %8" PRId64 ", accepted %" PRId64 "\n", verdict_number(verdict, "offers"),
            verdict_number(verdict, "acceptances"));
    fprintf(out, "erased       %8" PRId64 " of these referrals; on hold %" PRId64 "\n",
            verdict_number(verdict, "erased"), verdict_number(verdict, "on_hold"));
    print_replay_text(json_object_get(verdict, "replay"), out);
    size_t at;
    const json_t *finding;
    json_array_foreach (json_object_get(verdict, "findings"), at, finding) {
        const char *referral = json_string_value(json_object_get(finding, "referral"));
        fprintf(out, "FOUND        %s: %s%s%s\n", json_string_value(json_object_get(finding, "check")),
                strcmp(referral, "-") == 0 ? "" : referral, strcmp(referral, "-") == 0 ? "" : ": ",
                json_string_value(json_object_get(finding, "text")));
    }
    if (json_object_get(verdict, "not_kept"))
        fprintf(out, "%s\n", json_string_value(json_object_get(verdict, "not_kept")));
    if (json_is_true(json_object_get(verdict, "verified")))
        fputs("trail verified: nothing altered, dropped, added or reordered\n", out);
    else
        fprintf(out, "trail NOT verified: %" PRId64 " findings\n", verdict_number(verdict, "finding_count"));
}

static int verify_is_stopped(void *stop)
{
    return atomic_load((const atomic_bool *)stop);
}

/* What had been found when it was stopped is no verdict: the rest was not looked at. */
static void verify_until(struct verify *verify, const char *trail_path, const atomic_bool *stop)
{
    if (stop)
        sqlite3_progress_handler(verify->database, STEPS_BETWEEN_LOOKS, verify_is_stopped,
                                 (void *)(uintptr_t)stop);
    if (attach_stored(verify, trail_path))
        verify_all(verify);
    else
        verify->failed = true;
    if (stop && atomic_load(stop)) {
        verify->failed = true;
        snprintf(verify->message, sizeof verify->message, "it was given up before its end");
    }
}

/* A verdict that cannot be kept is a verdict all the same, and says so. */
static void keep_verdict(const char *trail_path, json_t *verdict, int64_t at_ms)
{
    char why[TRAIL_MESSAGE_BYTES];
    if (!verify_keep(trail_path, verdict, at_ms, why, sizeof why))
        json_object_set_new(verdict, "not_kept", json_string(why));
}

int verify_ask(const char *trail_path, const atomic_bool *stop, json_t **verdict, char *message,
               size_t message_size)
{
    *verdict = NULL;
    /* Opened by itself only to tell a person what is wrong with a file that is no trail of this version. */
    sqlite3 *reader = trail_open_reader(trail_path, message, message_size);
    if (!reader)
        return VERIFY_FAILED;
    sqlite3_close(reader);
    struct verify verify = {.remade = trail_open_scratch(message, message_size), .findings = json_array()};
    int64_t began_ms = now_wall_ms();
    if (verify.remade && verify.findings) {
        verify.database = trail_database(verify.remade);
        verify_until(&verify, trail_path, stop);
        if (!verify.failed)
            *verdict = describe_verdict(&verify);
        if (!*verdict)
            snprintf(message, message_size, "%s: cannot be verified: %s", trail_path,
                     verify.message[0] != '\0' ? verify.message : sqlite3_errmsg(verify.database));
    }
    json_decref(verify.findings);
    json_decref(verify.replayed);
    trail_close(&verify.remade);
    if (!*verdict)
        return VERIFY_FAILED;
    keep_verdict(trail_path, *verdict, began_ms);
    return verify.finding_count == 0 ? VERIFY_HOLDS : VERIFY_FINDINGS;
}

int verify_run(const char *trail_path, FILE *out, bool json, char *message, size_t message_size)
{
    json_t *verdict;
    int result = verify_ask(trail_path, NULL, &verdict, message, message_size);
    bool printed = verdict;
    if (printed && json)
        printed = json_dumpf(verdict, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF;
    else if (printed)
        print_verdict_text(verdict, out);
    json_decref(verdict);
    return printed ? result : VERIFY_FAILED;
}
