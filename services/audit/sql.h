/* sql.h: SQL statements that are prepared once, and values that know how they are stored.
 *
 * The SQL stands at the call that runs it. A prepared statement is found again by the address of its text, so
 * the text must be a string literal. A value that is not recorded (0 for a time or a code, "" for a text) is
 * stored as NULL.
 */
#ifndef CONCORDAT_SQL_H
#define CONCORDAT_SQL_H

#include <protobuf-c/protobuf-c.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each call in trail*.c has a statement of its own, some 90 by now. If there are more, the one that was
 * prepared first is prepared again when it is next run. */
enum { SQL_STATEMENTS_MAX = 128, SQL_OWN_BYTES = 64 };

struct sql {
    sqlite3 *database; /* borrowed */
    size_t count;
    size_t oldest; /* of the prepared, once all places are taken */
    struct {
        const char *text;
        sqlite3_stmt *statement;
    } prepared[SQL_STATEMENTS_MAX];
};

enum sql_value_kind { SQL_NULL, SQL_INTEGER, SQL_TEXT, SQL_OWN_TEXT, SQL_BLOB };

struct sql_value {
    enum sql_value_kind kind;
    int64_t integer;
    const char *text; /* borrowed */
    const void *blob; /* borrowed */
    size_t size;
    char own[SQL_OWN_BYTES];
};

struct sql_value sql_integer(int64_t value);
struct sql_value sql_time(int64_t unix_ms);
struct sql_value sql_text(const char *text);
struct sql_value sql_words(const ProtobufCEnumDescriptor *descriptor, int value);
struct sql_value sql_uuid(const ProtobufCBinaryData *id);
struct sql_value sql_hex(const ProtobufCBinaryData *bytes);
struct sql_value sql_blob(const void *bytes, size_t size);

/* The statement with its values bound, ready to step; NULL if it cannot be prepared. Parameters beyond count
 * are NULL. */
sqlite3_stmt *sql_bind(struct sql *sql, const char *text, const struct sql_value *values, size_t count);
/* Runs a statement that gives no rows. An SQLite result code; SQLITE_OK: done. */
int sql_run(struct sql *sql, const char *text, const struct sql_value *values, size_t count);
#define SQL_VALUES(...)                                                                                      \
    (const struct sql_value[]){__VA_ARGS__},                                                                 \
        sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value)

/* The number in the first column of the first row of any open database; 0 if there is none. A statement with
 * a parameter has the value there. */
int64_t sql_ask(sqlite3 *database, const char *text, int64_t value);

/* Finalizes every prepared statement. */
void sql_finish(struct sql *sql);

#endif
