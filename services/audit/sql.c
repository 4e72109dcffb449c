/* sql.c: SQL statements that are prepared once, and values that know how they are stored. */
#include "services/audit/sql.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

#include "proto/words/words.h"

static_assert((int)SQL_OWN_BYTES >= (int)WORDS_MAX && (int)SQL_OWN_BYTES >= (int)UUID_TEXT_BYTES,
              "a value can hold its own text");

struct sql_value sql_integer(int64_t value)
{
    return (struct sql_value){.kind = SQL_INTEGER, .integer = value};
}

struct sql_value sql_time(int64_t unix_ms)
{
    return unix_ms == 0 ? (struct sql_value){.kind = SQL_NULL} : sql_integer(unix_ms);
}

struct sql_value sql_text(const char *text)
{
    if (!text || text[0] == '\0')
        return (struct sql_value){.kind = SQL_NULL};
    return (struct sql_value){.kind = SQL_TEXT, .text = text};
}

struct sql_value sql_words(const ProtobufCEnumDescriptor *descriptor, int value)
{
    struct sql_value words = {.kind = SQL_NULL};
    if (value != 0) {
        words.kind = SQL_OWN_TEXT;
        snprintf(words.own, sizeof words.own, "%s", words_for(descriptor, value, (char[WORDS_MAX]){0}));
    }
    return words;
}

struct sql_value sql_uuid(const ProtobufCBinaryData *id)
{
    struct sql_value uuid = {.kind = SQL_NULL};
    if (id->len == 16) {
        uuid.kind = SQL_OWN_TEXT;
        words_uuid(id->data, uuid.own);
    }
    return uuid;
}

struct sql_value sql_hex(const ProtobufCBinaryData *bytes)
{
    struct sql_value hex = {.kind = SQL_NULL};
    /* The first half of a digest is plenty to tell two policies apart, and to read aloud. */
    if (bytes->len >= 16) {
        hex.kind = SQL_OWN_TEXT;
        sodium_bin2hex(hex.own, sizeof hex.own, bytes->data, 16);
    }
    return hex;
}

struct sql_value sql_blob(const void *bytes, size_t size)
{
    return (struct sql_value){.kind = SQL_BLOB, .blob = bytes, .size = size};
}

/* A place for one more statement: a free one, or that of the oldest, which is finalized. */
static size_t sql_place(struct sql *sql)
{
    if (sql->count < SQL_STATEMENTS_MAX)
        return sql->count++;
    size_t at = sql->oldest;
    sqlite3_finalize(sql->prepared[at].statement);
    sql->oldest = (at + 1) % SQL_STATEMENTS_MAX;
    return at;
}

static sqlite3_stmt *find_statement(struct sql *sql, const char *text)
{
    for (size_t i = 0; i < sql->count; i++)
        if (sql->prepared[i].text == text)
            return sql->prepared[i].statement;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(sql->database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        return NULL;
    size_t at = sql_place(sql);
    sql->prepared[at].text = text;
    sql->prepared[at].statement = statement;
    return statement;
}

static int bind_value(sqlite3_stmt *statement, int position, const struct sql_value *value)
{
    switch (value->kind) {
    case SQL_NULL:
        return sqlite3_bind_null(statement, position);
    case SQL_INTEGER:
        return sqlite3_bind_int64(statement, position, value->integer);
    case SQL_TEXT:
        return sqlite3_bind_text(statement, position, value->text, -1, SQLITE_TRANSIENT);
    case SQL_OWN_TEXT:
        return sqlite3_bind_text(statement, position, value->own, -1, SQLITE_TRANSIENT);
    case SQL_BLOB:
        return sqlite3_bind_blob64(statement, position, value->blob, value->size, SQLITE_TRANSIENT);
    }
    return SQLITE_MISUSE;
}

sqlite3_stmt *sql_bind(struct sql *sql, const char *text, const struct sql_value *values, size_t count)
{
    sqlite3_stmt *statement = find_statement(sql, text);
    if (!statement)
        return NULL;
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    assert((int)count <= sqlite3_bind_parameter_count(statement));
    for (size_t i = 0; i < count; i++)
        if (bind_value(statement, (int)i + 1, &values[i]) != SQLITE_OK)
            return NULL;
    return statement;
}

int sql_run(struct sql *sql, const char *text, const struct sql_value *values, size_t count)
{
    sqlite3_stmt *statement = sql_bind(sql, text, values, count);
    if (!statement)
        return sqlite3_extended_errcode(sql->database);
    int stepped = sqlite3_step(statement);
    assert(stepped != SQLITE_ROW);
    sqlite3_reset(statement);
    return stepped == SQLITE_DONE ? SQLITE_OK : stepped;
}

void sql_finish(struct sql *sql)
{
    for (size_t i = 0; i < sql->count; i++)
        sqlite3_finalize(sql->prepared[i].statement);
    sql->count = 0;
}

int64_t sql_ask(sqlite3 *database, const char *text, int64_t value)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = 0;
    bool asked = sqlite3_prepare_v2(database, text, -1, &statement, NULL) == SQLITE_OK;
    if (asked && sqlite3_bind_parameter_count(statement) > 0)
        asked = sqlite3_bind_int64(statement, 1, value) == SQLITE_OK;
    if (asked && sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}
