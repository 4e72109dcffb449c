/* schema.c: see schema.h. */
#include "broker/ledger/postgres/schema.h"

#include <stdio.h>
#include <string.h>

#include "broker/ledger/ledger.h"
#include "proto/words/ledger_format.h"

#define SCHEMA_VERSION "1"
_Static_assert(LEDGER_VERSION == 1, "SCHEMA_VERSION is the same number as a text");

/* The chain stands before the body, which can be long. There is no index but the number's: the router never
 * asks by anything else, and each index is written with every event. Bodies of some hundred bytes are not
 * worth the try to compress them. A trigger that stands on a statement costs nothing when rows are added. */
const char ledger_schema[] =
    "CREATE TABLE event(\n"
    "    seq bigint PRIMARY KEY CHECK (seq > 0), at_ms bigint NOT NULL, kind bigint NOT NULL,\n"
    "    referral bytea CHECK (length(referral) = 16),\n"
    "    chain bytea NOT NULL CHECK (length(chain) = 32),\n"
    "    reduced bytea NOT NULL CHECK (length(reduced) = 32), body bytea NOT NULL);\n"
    "ALTER TABLE event ALTER body SET STORAGE EXTERNAL;\n"
    "CREATE TABLE sealed(seq bigint PRIMARY KEY REFERENCES event(seq), body bytea NOT NULL);\n"
    "ALTER TABLE sealed ALTER body SET STORAGE EXTERNAL;\n"
    "CREATE TABLE writer(\n"
    "    epoch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, host text NOT NULL DEFAULT "
    "coalesce(host(inet_client_addr()), 'here'),\n"
    "    program text NOT NULL DEFAULT current_setting('application_name'),\n"
    "    at timestamptz NOT NULL DEFAULT clock_timestamp());\n"
    "CREATE TABLE pulse(\n"
    "    one boolean PRIMARY KEY DEFAULT true CHECK (one), epoch bigint NOT NULL, at timestamptz NOT NULL,\n"
    "    mark text NOT NULL DEFAULT 'in place' CHECK (mark IN ('in place', 'copying', 'moved')));\n"
    "INSERT INTO pulse VALUES (true, 0, clock_timestamp());\n"
    "CREATE TABLE referral_key(place bigint PRIMARY KEY, bytes bytea NOT NULL);\n"
    "CREATE TABLE meta(name text PRIMARY KEY, value text NOT NULL);\n"
    "INSERT INTO meta VALUES ('version', '" SCHEMA_VERSION "'), "
    "('made_by', 'concordat " CONCORDAT_VERSION "');\n"
    "\n"
    "CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS\n"
    "    $$BEGIN RAISE EXCEPTION '% is never changed', TG_TABLE_NAME; END$$;\n"
    "CREATE TRIGGER event_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON event\n"
    "    EXECUTE FUNCTION never_changed();\n"
    "CREATE TRIGGER sealed_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON sealed\n"
    "    EXECUTE FUNCTION never_changed();\n"
    "CREATE TRIGGER writer_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON writer\n"
    "    EXECUTE FUNCTION never_changed();\n"
    "\n"
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;\n"
    "DO $$BEGIN\n"
    "    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'concordat_broker') THEN\n"
    "        CREATE ROLE concordat_broker LOGIN;\n"
    "    END IF;\n"
    "    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'concordat_reader') THEN\n"
    "        CREATE ROLE concordat_reader LOGIN;\n"
    "    END IF;\n"
    "END$$;\n"
    "GRANT SELECT, INSERT ON event, sealed, writer TO concordat_broker;\n"
    "GRANT SELECT, UPDATE ON pulse TO concordat_broker;\n"
    "GRANT SELECT, INSERT, UPDATE ON referral_key TO concordat_broker;\n"
    "GRANT SELECT ON meta TO concordat_broker, concordat_reader;\n"
    "GRANT SELECT ON event, writer, pulse TO concordat_reader;\n"
    "ALTER ROLE concordat_broker SET synchronous_commit = on;\n"
    "ALTER ROLE concordat_broker SET lock_timeout = '2s';\n"
    "ALTER ROLE concordat_broker SET log_parameter_max_length_on_error = 0;\n";

/* Each is asked of the server, in one question. Its answer must be one of two. */
static const struct schema_need {
    const char *expression, *good[2], *remedy;
} schema_needs[] = {
    {"(SELECT value FROM meta WHERE name = 'version')",
     {SCHEMA_VERSION},
     "this database has a ledger of another version: use the program that made it"},
    {"pg_is_in_recovery()::text",
     {"false"},
     "this server only follows another: the one that leads is wanted"},
    {"current_setting('transaction_read_only')",
     {"off"},
     "this server takes no commits now (default_transaction_read_only)"},
    {"(SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%\\_never\\_changed' AND tgenabled IN ('O', 'A'))"
     "::text",
     {"3"},
     "a trigger that keeps events from being changed is gone: make it again, and look for who took it"},
    {"(has_table_privilege('event', 'UPDATE') OR has_table_privilege('event', 'DELETE') OR "
     "has_table_privilege('event', 'TRUNCATE'))::text",
     {"false"},
     "this role may change events: use concordat_broker, which may only add them"},
    {"current_setting('synchronous_commit')",
     {"on", "remote_apply"},
     "synchronous_commit must be on for this role, and nothing else: what is acknowledged has to be on disk"},
    {"current_setting('fsync')", {"on"}, "fsync must be on"},
    {"current_setting('full_page_writes')", {"on"}, "full_page_writes must be on"},
    {"current_setting('synchronous_standby_names')", {NULL}, NULL},
};
enum { SCHEMA_NEEDS = sizeof schema_needs / sizeof schema_needs[0], SCHEMA_SQL_BYTES = 2048 };

static bool schema_refuse(struct line *line, const char *why)
{
    snprintf(line->message, sizeof line->message, "%s", why);
    return false;
}

/* One named standby, and no other: only that one may be promoted, because only that one has every commit.
 * ANY lets a primary that was deposed go on with the other; "*" takes anything that follows. */
static bool schema_check_standby(struct line *line, const char *names)
{
    if (!*names)
        return schema_refuse(line,
                             "no other server has to confirm a commit (synchronous_standby_names is "
                             "empty): let the agent set it (synchronous_mode, synchronous_mode_strict)");
    if (strchr(names, '*'))
        return schema_refuse(line,
                             "no standby is named yet (synchronous_standby_names is *): a second server "
                             "has to follow this one");
    if (strncmp(names, "ANY", 3) == 0 || strchr(names, ','))
        return schema_refuse(line,
                             "synchronous_standby_names must name one standby: with several nobody knows "
                             "which of them has the last commit");
    return true;
}

static bool schema_meets(struct line *line, const struct schema_need *need, const char *value, bool several)
{
    if (!need->good[0])
        return !several || schema_check_standby(line, value);
    return strcmp(value, need->good[0]) == 0 || (need->good[1] && strcmp(value, need->good[1]) == 0) ||
           schema_refuse(line, need->remedy);
}

static bool schema_ask(struct line *line, int64_t patience_ms)
{
    char sql[SCHEMA_SQL_BYTES];
    size_t used = 0;
    for (size_t i = 0; i < SCHEMA_NEEDS; i++)
        used += (size_t)snprintf(sql + used, sizeof sql - used, "%s%s", i ? ", " : "SELECT ",
                                 schema_needs[i].expression);
    return line_ask_text(line, sql) && line_answer(line, patience_ms) == LINE_ANSWERED;
}

bool schema_check(struct line *line, bool several, int64_t patience_ms)
{
    if (!schema_ask(line, patience_ms))
        return strcmp(line_code(line), "42P01") == 0 || strcmp(line_code(line), "42501") == 0
                   ? schema_refuse(line,
                                   "this database has no ledger, or this role may not see it: its owner "
                                   "runs what `concordat-ledger schema` prints")
                   : false;
    for (size_t i = 0; i < SCHEMA_NEEDS; i++) {
        const char *value = PQgetvalue(line->result, 0, (int)i);
        if (!schema_meets(line, &schema_needs[i], value, several))
            return false;
    }
    return true;
}
