/* verify.c: whether a trail proves itself.
 *
 * The stored events are fed, as if they came from the feed, into an empty trail: the same code checks the
 * chain and makes every table again. Then stored and remade are compared row by row, and what must hold of
 * every history is asked of the remade tables. All in one read transaction: one moment of a live trail.
 */
#include "services/audit/verify.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/audit/trail.h"
#include "services/audit/trail_schema.h"
#include "services/audit/verify_checks.h"

enum { FINDINGS_LISTED_MAX = 1000, PROGRESS_EVERY = 5000 };

struct verify {
    struct trail *remade;
    sqlite3 *database; /* of remade, with the stored trail attached as `stored` */
    json_t *findings;  /* objects: check, referral, text */
    size_t finding_count;
    bool failed; /* could not be read or remembered, which is no verdict */
    char message[TRAIL_MESSAGE_BYTES];
};

static void find(struct verify *verify, const char *check, const char *referral, const char *text)
{
    verify->finding_count++;
    if (verify->finding_count > FINDINGS_LISTED_MAX)
        return;
    json_t *finding = json_pack("{s:s, s:s, s:s}", "check", check, "referral", referral, "text", text);
    if (!finding || json_array_append_new(verify->findings, finding) != 0)
        verify->failed = true;
}

/* A question that cannot be answered is a finding too: the stored tables are not what they should be. */
static sqlite3_stmt *ask(struct verify *verify, const char *check, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(verify->database, sql, -1, &statement, NULL) != SQLITE_OK)
        find(verify, check, "-", sqlite3_errmsg(verify->database));
    return statement;
}

static void answered(struct verify *verify, const char *check, sqlite3_stmt *statement, int stepped)
{
    if (stepped != SQLITE_DONE)
        find(verify, check, "-", sqlite3_errmsg(verify->database));
    sqlite3_finalize(statement);
}

static const char *column(sqlite3_stmt *statement, int position)
{
    const char *text = (const char *)sqlite3_column_text(statement, position);
    return text == NULL ? "" : text;
}

static int64_t count(struct verify *verify, const char *sql)
{
    sqlite3_stmt *statement = ask(verify, "count", sql);
    int64_t value = 0;
    if (statement && sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

/* ---- opening ---- */

static bool attach(struct verify *verify, const char *path)
{
    sqlite3_str *uri = sqlite3_str_new(NULL);
    sqlite3_str_appendall(uri, "file:");
    for (const char *c = path; *c != '\0'; c++)
        sqlite3_str_appendf(uri, isalnum((unsigned char)*c) || strchr("/._-", *c) ? "%c" : "%%%02x",
                            (unsigned char)*c);
    sqlite3_str_appendall(uri, "?mode=ro");
    char *uri_text = sqlite3_str_finish(uri);
    char *sql = uri_text == NULL ? NULL : sqlite3_mprintf("ATTACH %Q AS stored; BEGIN", uri_text);
    int done = sql == NULL ? SQLITE_NOMEM : sqlite3_exec(verify->database, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    sqlite3_free(uri_text);
    return done == SQLITE_OK;
}

/* ---- the four parts of the proof ---- */

static void check_file(struct verify *verify)
{
    sqlite3_stmt *statement = ask(verify, "file", "PRAGMA stored.integrity_check(10)");
    int stepped = SQLITE_DONE;
    while (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
        if (strcmp(column(statement, 0), "ok") != 0)
            find(verify, "file", "-", column(statement, 0));
    answered(verify, "file", statement, stepped);
}

/* False where an event was found wrong: from there on nothing can be remade. */
static bool remake(struct verify *verify)
{
    bool progress = isatty(STDERR_FILENO) != 0;
    int64_t total = count(verify, "SELECT count(*) FROM stored.event");
    sqlite3_stmt *statement = ask(verify, "events", "SELECT seq, body, chain FROM stored.event ORDER BY seq");
    enum trail_status status = TRAIL_OK;
    int64_t done = 0;
    int stepped = SQLITE_DONE;
    while (statement && status == TRAIL_OK && (stepped = sqlite3_step(statement)) == SQLITE_ROW) {
        struct trail_event event = {.body = sqlite3_column_blob(statement, 1),
                                    .size = (size_t)sqlite3_column_bytes(statement, 1),
                                    .chain = sqlite3_column_blob(statement, 2)};
        uint64_t before = trail_head(verify->remade, NULL);
        if (!event.body || sqlite3_column_bytes(statement, 2) != CHAIN_BYTES) {
            snprintf(verify->message, sizeof verify->message, "the row of event %" PRIu64 " is cut short",
                     before + 1);
            status = TRAIL_BROKEN;
        } else {
            status = trail_append(verify->remade, &event, 1, verify->message, sizeof verify->message);
        }
        if (status == TRAIL_OK && trail_head(verify->remade, NULL) == before) {
            snprintf(verify->message, sizeof verify->message, "event %" PRIu64 " is stored twice", before);
            status = TRAIL_BROKEN;
        }
        if (progress && ++done % PROGRESS_EVERY == 0)
            fprintf(stderr, "\rverifying %" PRId64 " of %" PRId64 " events", done, total);
    }
    if (progress && done >= PROGRESS_EVERY)
        fputs("\r\033[K", stderr);
    verify->failed = verify->failed || status == TRAIL_FAILED;
    if (status == TRAIL_BROKEN)
        find(verify, "events", "-", verify->message);
    answered(verify, "events", statement, stepped == SQLITE_ROW ? SQLITE_DONE : stepped);
    return status == TRAIL_OK && statement;
}

/* As SQLite orders them: nothing first, then numbers, texts, bytes. */
static int rank(int type)
{
    return type == SQLITE_NULL ? 0 : type;
}

static int compare_values(sqlite3_stmt *one, sqlite3_stmt *other, int position)
{
    int type = sqlite3_column_type(one, position), other_type = sqlite3_column_type(other, position);
    if (type != other_type || type == SQLITE_NULL)
        return rank(type) - rank(other_type);
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

/* The first two columns tell which row it is. */
static void find_row(struct verify *verify, const char *table, sqlite3_stmt *statement, const char *meaning)
{
    char text[TRAIL_MESSAGE_BYTES];
    snprintf(text, sizeof text, "table %s: %s: %s %s, %s %s", table, meaning,
             sqlite3_column_name(statement, 0), column(statement, 0), sqlite3_column_name(statement, 1),
             column(statement, 1));
    find(verify, "tables", "-", text);
}

static sqlite3_stmt *ask_rows(struct verify *verify, const char *table, const char *columns, const char *side)
{
    char *sql = sqlite3_mprintf("SELECT %s FROM %s.%s ORDER BY 1, 2", columns, side, table);
    sqlite3_stmt *statement = sql == NULL ? NULL : ask(verify, table, sql);
    verify->failed = verify->failed || sql == NULL;
    sqlite3_free(sql);
    return statement;
}

static bool goes_on(int stepped)
{
    return stepped == SQLITE_ROW || stepped == SQLITE_DONE;
}

/* Walks both in one order, in which the first two columns put them: no two rows of a table have the same. */
static void compare(struct verify *verify, const char *table, const char *columns)
{
    sqlite3_stmt *remade = ask_rows(verify, table, columns, "main");
    sqlite3_stmt *stored = ask_rows(verify, table, columns, "stored");
    int here = SQLITE_DONE, there = SQLITE_DONE;
    if (remade && stored) {
        here = sqlite3_step(remade);
        there = sqlite3_step(stored);
    }
    while (goes_on(here) && goes_on(there) && (here == SQLITE_ROW || there == SQLITE_ROW)) {
        int order = here != SQLITE_ROW ? 1 : there != SQLITE_ROW ? -1 : compare_rows(remade, stored);
        if (order < 0)
            find_row(verify, table, remade, "a row was altered or is missing");
        else if (order > 0)
            find_row(verify, table, stored, "a row stands there that the events do not account for");
        if (order <= 0)
            here = sqlite3_step(remade);
        if (order >= 0)
            there = sqlite3_step(stored);
    }
    answered(verify, table, remade, here);
    answered(verify, table, stored, there);
}

static void check_history(struct verify *verify)
{
    for (const struct verify_check *check = verify_checks; check->name != NULL; check++) {
        sqlite3_stmt *statement = ask(verify, check->name, check->sql);
        int stepped = SQLITE_DONE;
        while (statement && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
            find(verify, check->name, column(statement, 0), column(statement, 1));
        answered(verify, check->name, statement, stepped);
    }
}

/* ---- the verdict ---- */

static json_t *verdict(struct verify *verify)
{
    uint8_t chain[CHAIN_BYTES];
    char hex[2 * CHAIN_BYTES + 1];
    uint64_t head = trail_head(verify->remade, chain);
    sodium_bin2hex(hex, sizeof hex, chain, sizeof chain);
    int64_t unowned_ms =
        count(verify, "SELECT coalesce(sum(to_ms - from_ms), 0) FROM custody_fault WHERE fault = 'gap'");
    return json_pack("{s:b, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:O}", "verified",
                     verify->finding_count == 0, "events", (json_int_t)head, "chain", hex, "stored_events",
                     (json_int_t)count(verify, "SELECT count(*) FROM stored.event"), "referrals",
                     (json_int_t)count(verify, "SELECT count(*) FROM main.referral"), "owned_intervals",
                     (json_int_t)count(verify, "SELECT count(*) FROM main.custody_interval"), "decisions",
                     (json_int_t)count(verify, "SELECT count(*) FROM main.decision"), "offers",
                     (json_int_t)count(verify, "SELECT count(*) FROM main.offer"), "acceptances",
                     (json_int_t)count(verify, "SELECT count(*) FROM main.acceptance"), "unowned_s",
                     (double)unowned_ms / 1000.0, "finding_count", (json_int_t)verify->finding_count,
                     "findings", verify->findings);
}

static int64_t number(const json_t *verdict, const char *key)
{
    return json_integer_value(json_object_get(verdict, key));
}

static void print_text(const json_t *verdict, FILE *out)
{
    fprintf(out,
            "events       %8" PRId64 " of %" PRId64
            " walked from number 1, in order, each against the chain\n",
            number(verdict, "events"), number(verdict, "stored_events"));
    fprintf(out, "chain        %s\n", json_string_value(json_object_get(verdict, "chain")));
    fprintf(out, "referrals    %8" PRId64 ", owned in %" PRId64 " intervals: %g unowned seconds\n",
            number(verdict, "referrals"), number(verdict, "owned_intervals"),
            json_number_value(json_object_get(verdict, "unowned_s")));
    fprintf(out, "decisions    %8" PRId64 " to ask a team or the coordinator\n",
            number(verdict, "decisions"));
    fprintf(out, "offers       %8" PRId64 ", accepted %" PRId64 "\n", number(verdict, "offers"),
            number(verdict, "acceptances"));
    size_t at;
    const json_t *finding;
    json_array_foreach (json_object_get(verdict, "findings"), at, finding) {
        const char *referral = json_string_value(json_object_get(finding, "referral"));
        fprintf(out, "FOUND        %s: %s%s%s\n", json_string_value(json_object_get(finding, "check")),
                strcmp(referral, "-") == 0 ? "" : referral, strcmp(referral, "-") == 0 ? "" : ": ",
                json_string_value(json_object_get(finding, "text")));
    }
    if (json_is_true(json_object_get(verdict, "verified")))
        fputs("trail verified: nothing altered, dropped, added or reordered\n", out);
    else
        fprintf(out, "trail NOT verified: %" PRId64 " findings\n", number(verdict, "finding_count"));
}

static void prove(struct verify *verify)
{
    check_file(verify);
    compare(verify, "sqlite_schema", "name, type, tbl_name, sql");
    if (!remake(verify))
        return;
    for (const char *const *table = trail_schema_derived; *table != NULL; table++)
        compare(verify, *table, "*");
    check_history(verify);
}

int verify_run(const char *trail_path, FILE *out, bool json, char *message, size_t message_size)
{
    /* Opened once by itself only for what it says of a file that is no trail of this version. */
    sqlite3 *reader = trail_open_reader(trail_path, message, message_size);
    if (!reader)
        return VERIFY_FAILED;
    sqlite3_close(reader);
    struct verify verify = {.remade = trail_open_scratch(message, message_size), .findings = json_array()};
    json_t *result = NULL;
    if (verify.remade && verify.findings) {
        verify.database = trail_database(verify.remade);
        if (attach(&verify, trail_path))
            prove(&verify);
        else
            verify.failed = true;
        if (!verify.failed)
            result = verdict(&verify);
        if (!result || verify.failed)
            snprintf(message, message_size, "%s: cannot be verified: %s", trail_path,
                     verify.message[0] != '\0' ? verify.message : sqlite3_errmsg(verify.database));
    }
    bool holds = verify.finding_count == 0;
    bool printed = result;
    if (printed && json)
        printed = json_dumpf(result, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF;
    else if (printed)
        print_text(result, out);
    json_decref(result);
    json_decref(verify.findings);
    trail_close(&verify.remade);
    return !printed ? VERIFY_FAILED : holds ? VERIFY_HOLDS : VERIFY_FINDINGS;
}
