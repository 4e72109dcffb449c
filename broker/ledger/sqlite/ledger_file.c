/* ledger_file.c: see ledger_file.h. */
#include "broker/ledger/sqlite/ledger_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/ledger_format.h"

enum { PAGE_BYTES = 4096, WAL_FRAME_BYTES = 24 };
enum { VALUE_BYTES_MAX = 1024 };

/* The tables and triggers of the file, as SQLite keeps them in sqlite_schema. The chain stands before the
 * body, which can be long, so that reading it alone is cheap. at_ms, kind and referral are copies out of the
 * body, for SQL; the chain covers the body, and in `reduced` the digest of its reduced form. Sealed rows
 * stand for ever too: a person's texts are erased by erasing their key. The triggers bind everyone who opens
 * the file, whatever their settings; event_in_order also stops INSERT OR REPLACE if recursive_triggers is
 * off. */
static const struct {
    const char *name, *sql;
} objects[] = {
    {"event", "CREATE TABLE event(seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, "
              "referral BLOB CHECK(length(referral) = 16), chain BLOB NOT NULL CHECK(length(chain) = 32), "
              "reduced BLOB NOT NULL CHECK(length(reduced) = 32), body BLOB NOT NULL) STRICT"},
    {"sealed", "CREATE TABLE sealed(seq INTEGER PRIMARY KEY REFERENCES event(seq), "
               "body BLOB NOT NULL) STRICT"},
    {"meta", "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"},
    {"event_in_order", "CREATE TRIGGER event_in_order BEFORE INSERT ON event "
                       "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event) "
                       "BEGIN SELECT RAISE(ABORT, 'the ledger grows at its end only'); END"},
    {"event_not_changed", "CREATE TRIGGER event_not_changed BEFORE UPDATE ON event "
                          "BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END"},
    {"event_not_removed", "CREATE TRIGGER event_not_removed BEFORE DELETE ON event "
                          "BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END"},
    {"sealed_once", "CREATE TRIGGER sealed_once BEFORE INSERT ON sealed "
                    "WHEN EXISTS (SELECT 1 FROM sealed WHERE seq = NEW.seq) "
                    "BEGIN SELECT RAISE(ABORT, 'what is sealed is never changed'); END"},
    {"sealed_not_changed", "CREATE TRIGGER sealed_not_changed BEFORE UPDATE ON sealed "
                           "BEGIN SELECT RAISE(ABORT, 'what is sealed is never changed'); END"},
    {"sealed_not_removed",
     "CREATE TRIGGER sealed_not_removed BEFORE DELETE ON sealed "
     "BEGIN SELECT RAISE(ABORT, 'what is sealed is never removed: erase its key'); END"},
};
enum { OBJECTS = sizeof objects / sizeof objects[0] };

/* Made in this order. `is` is what SQLite answers when it is asked whether it took the setting. */
struct file_setting {
    const char *name, *value, *is;
};

/* busy_timeout is 0 because there is one writer: to wait for another would hide a fault. */
static const struct file_setting writer_settings[] = {
    {"page_size", "4096", "4096"},    {"journal_mode", "WAL", "wal"},
    {"synchronous", "NORMAL", "1"}, /* wal.c syncs the log */
    {"foreign_keys", "ON", "1"},      {"recursive_triggers", "ON", "1"},
    {"trusted_schema", "OFF", "0"},   {"cell_size_check", "ON", "1"},
    {"wal_autocheckpoint", "0", "0"}, {"busy_timeout", "0", "0"},
    {"temp_store", "MEMORY", "2"},    {"journal_size_limit", "67108864", "67108864"},
};

/* busy_timeout: a reader waits that long for a writer that is just opening the file. */
static const struct file_setting reader_settings[] = {
    {"query_only", "ON", "1"},     {"trusted_schema", "OFF", "0"},   {"cell_size_check", "ON", "1"},
    {"temp_store", "MEMORY", "2"}, {"busy_timeout", "5000", "5000"},
};

/* Nobody reads a copy before it is whole and synced. */
static const struct file_setting copy_settings[] = {
    {"page_size", "4096", "4096"},  {"journal_mode", "MEMORY", "memory"}, {"synchronous", "OFF", "0"},
    {"trusted_schema", "OFF", "0"}, {"temp_store", "MEMORY", "2"},
};

const char ledger_file_damaged[] =
    "the file is damaged, or the disk did not read it; start again, and if this is "
    "said again look after the disk, and only then restore a backup";

struct ledger_file {
    sqlite3 *db;
    const char *path;
    enum ledger_status *status;
    char *message;
    size_t message_size;
};

static bool file_refuse(const struct ledger_file *file, enum ledger_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool file_refuse(const struct ledger_file *file, enum ledger_status status, const char *format, ...)
{
    int used = snprintf(file->message, file->message_size, "%s: ", file->path);
    if (used > 0 && (size_t)used < file->message_size) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(file->message + used, file->message_size - (size_t)used, format, arguments);
        va_end(arguments);
    }
    *file->status = status;
    return false;
}

static bool file_refuse_for(const struct ledger_file *file, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_NOTADB:
        return file_refuse(file, LEDGER_OTHER_VERSION, "this is not a ledger of Concordat");
    case SQLITE_CORRUPT:
        return file_refuse(file, LEDGER_CORRUPT, "%s", ledger_file_damaged);
    default:
        return file_refuse(file, LEDGER_UNKNOWN, "cannot open the ledger: %s", sqlite3_errmsg(file->db));
    }
}

/* The first column of the first row as text, "" if there is none. Returns an SQLite result code. */
static int file_ask(sqlite3 *db, const char *sql, char value[VALUE_BYTES_MAX])
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_step(statement);
    const unsigned char *text = sqlite3_column_text(statement, 0);
    snprintf(value, VALUE_BYTES_MAX, "%s", text ? (const char *)text : "");
    return sqlite3_finalize(statement);
}

/* Whether the file is a ledger of ours, or is empty and may become one. */
static bool file_identify(const struct ledger_file *file, bool *is_new)
{
    char id[VALUE_BYTES_MAX], version[VALUE_BYTES_MAX], count[VALUE_BYTES_MAX], expected[VALUE_BYTES_MAX];
    int rc = file_ask(file->db, "PRAGMA application_id", id);
    if (rc == SQLITE_OK)
        rc = file_ask(file->db, "PRAGMA user_version", version);
    if (rc == SQLITE_OK)
        rc = file_ask(file->db, "SELECT count(*) FROM sqlite_schema", count);
    if (rc != SQLITE_OK)
        return file_refuse_for(file, rc);
    *is_new = !strcmp(id, "0") && !strcmp(version, "0") && !strcmp(count, "0");
    if (*is_new)
        return true;
    snprintf(expected, sizeof expected, "%d", LEDGER_APPLICATION_ID);
    if (strcmp(id, expected) != 0)
        return file_refuse(file, LEDGER_OTHER_VERSION, "this is not a ledger of Concordat");
    snprintf(expected, sizeof expected, "%d", LEDGER_VERSION);
    if (strcmp(version, expected) != 0)
        return file_refuse(file, LEDGER_OTHER_VERSION,
                           "this ledger is of version %.20s and this program knows version %s; "
                           "start the program that wrote it",
                           version, expected);
    return true;
}

static bool file_set(const struct ledger_file *file, const struct file_setting *settings, size_t count)
{
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_limit(file->db, SQLITE_LIMIT_LENGTH, LEDGER_BLOB_BYTES_MAX);
    sqlite3_limit(file->db, SQLITE_LIMIT_ATTACHED, 0);
    for (size_t i = 0; i < count; i++) {
        char sql[128], value[VALUE_BYTES_MAX];
        snprintf(sql, sizeof sql, "PRAGMA %s=%s", settings[i].name, settings[i].value);
        int rc = file_ask(file->db, sql, value);
        snprintf(sql, sizeof sql, "PRAGMA %s", settings[i].name);
        if (rc == SQLITE_OK)
            rc = file_ask(file->db, sql, value);
        if (rc != SQLITE_OK)
            return file_refuse_for(file, rc);
        if (strcmp(value, settings[i].is) != 0)
            return file_refuse(file, LEDGER_UNKNOWN, "SQLite does not take %s=%s", settings[i].name,
                               settings[i].value);
    }
    return true;
}

static bool file_create(const struct ledger_file *file)
{
    char sql[256];
    int rc = sqlite3_exec(file->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (size_t i = 0; i < OBJECTS && rc == SQLITE_OK; i++)
        rc = sqlite3_exec(file->db, objects[i].sql, NULL, NULL, NULL);
    snprintf(sql, sizeof sql,
             "INSERT INTO meta VALUES('made_by', 'concordat %s');"
             "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
             CONCORDAT_VERSION, LEDGER_APPLICATION_ID, LEDGER_VERSION);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(file->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || file_refuse_for(file, rc);
}

/* Nothing else would notice that somebody has dropped a trigger. */
static bool file_check_shape(const struct ledger_file *file)
{
    char sql[128], value[VALUE_BYTES_MAX];
    for (size_t i = 0; i < OBJECTS; i++) {
        snprintf(sql, sizeof sql, "SELECT sql FROM sqlite_schema WHERE name = '%s'", objects[i].name);
        int rc = file_ask(file->db, sql, value);
        if (rc != SQLITE_OK)
            return file_refuse_for(file, rc);
        if (strcmp(value, objects[i].sql) != 0)
            return file_refuse(file, LEDGER_CORRUPT, "its table or trigger %s was changed or dropped",
                               objects[i].name);
    }
    return true;
}

static bool file_add_incoming(const struct ledger_file *file, struct incoming *incoming)
{
    char count[VALUE_BYTES_MAX];
    int rc = file_ask(file->db, "SELECT count(*) FROM sqlite_schema WHERE name = 'incoming' COLLATE NOCASE",
                      count);
    if (rc == SQLITE_OK && strcmp(count, "0") != 0)
        return file_refuse(file, LEDGER_CORRUPT, "it has a table incoming that this program did not make");
    if (rc == SQLITE_OK)
        rc = incoming_open(file->db, incoming);
    return rc == SQLITE_OK || file_refuse_for(file, rc);
}

/* A killed writer leaves commits in the write-ahead log that can be seen and yet are not on disk, because
 * their sync did not happen or failed. A checkpoint copies them into the file and syncs that, so that
 * whatever is replayed from here on is durable. A reader can hold that up (BUSY); the log is then synced with
 * the next batch. */
static bool file_settle_log(const struct ledger_file *file)
{
    int rc = sqlite3_wal_checkpoint_v2(file->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK || rc == SQLITE_BUSY || file_refuse_for(file, rc);
}

sqlite3_file *ledger_file_wal(sqlite3 *db)
{
    sqlite3_file *wal = NULL;
    sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    return wal;
}

/* Gives the log its whole length, because to sync what overwrites a file takes half as long as to sync what
 * lengthens it. SQLite takes the zeros for an empty log. If the disk has no room the log stays as it is. */
static void file_lengthen_log(sqlite3 *db)
{
    static const uint8_t zeros[64 * 1024];
    const sqlite3_int64 wanted = (sqlite3_int64)LEDGER_WAL_PAGES * (PAGE_BYTES + WAL_FRAME_BYTES);
    sqlite3_file *wal = ledger_file_wal(db);
    sqlite3_int64 size = 0;
    if (!wal || !wal->pMethods || wal->pMethods->xFileSize(wal, &size) != SQLITE_OK)
        return;
    const sqlite3_int64 before = size;
    int rc = SQLITE_OK;
    for (; size < wanted && rc == SQLITE_OK; size += (sqlite3_int64)sizeof zeros)
        rc = wal->pMethods->xWrite(wal, zeros, sizeof zeros, size);
    if (rc == SQLITE_OK)
        rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    if (rc != SQLITE_OK)
        wal->pMethods->xTruncate(wal, before);
}

static int file_authorize(void *unused, int action, const char *first, const char *second,
                          const char *database, const char *trigger)
{
    (void)unused, (void)second, (void)database, (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_TRANSACTION:
        return SQLITE_OK;
    case SQLITE_INSERT:
        return !strcmp(first, "event") || !strcmp(first, "sealed") ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

/* SQLite would let everyone read the file; its log and index take over the mode of the file. */
static bool file_make_file(const struct ledger_file *file)
{
    int fd = open(file->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd >= 0)
        close(fd);
    else if (errno != EEXIST)
        return file_refuse(file, LEDGER_UNKNOWN, "cannot make the ledger: %s", strerror(errno));
    return true;
}

static bool file_connect(struct ledger_file *file, int flags)
{
    int rc =
        sqlite3_open_v2(file->path, &file->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    return rc == SQLITE_OK || file_refuse_for(file, rc);
}

static sqlite3 *file_finish(const struct ledger_file *file, bool good)
{
    if (good) {
        sqlite3_set_authorizer(file->db, file_authorize, NULL);
        return file->db;
    }
    sqlite3_close(file->db);
    return NULL;
}

sqlite3 *ledger_file_open(const char *path, struct incoming *incoming, enum ledger_status *status,
                          char *message, size_t message_size)
{
    struct ledger_file file = {
        .path = path, .status = status, .message = message, .message_size = message_size};
    bool is_new = false;
    /* SQLite would count its memory under a lock, at one instruction in twenty of an append. This counts only
     * before it is first used in a process, and does no harm later. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    bool good =
        file_make_file(&file) && file_connect(&file, SQLITE_OPEN_READWRITE) && file_identify(&file, &is_new);
    /* The triggers are for everyone else: file_authorize says what this connection may do, and ledger.c
     * sees to the order of events, at less than half of what an insert costs otherwise. */
    if (good)
        sqlite3_db_config(file.db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    good = good && file_set(&file, writer_settings, sizeof writer_settings / sizeof writer_settings[0]) &&
           (!is_new || file_create(&file)) && file_check_shape(&file) && file_settle_log(&file) &&
           file_add_incoming(&file, incoming);
    if (good)
        file_lengthen_log(file.db);
    return file_finish(&file, good);
}

sqlite3 *ledger_file_open_to_read(const char *path, enum ledger_status *status, char *message,
                                  size_t message_size)
{
    struct ledger_file file = {
        .path = path, .status = status, .message = message, .message_size = message_size};
    bool is_new = false;
    bool good = file_connect(&file, SQLITE_OPEN_READONLY) &&
                file_set(&file, reader_settings, sizeof reader_settings / sizeof reader_settings[0]) &&
                file_identify(&file, &is_new);
    if (good && is_new)
        good = file_refuse(&file, LEDGER_OTHER_VERSION, "nothing has been written to it yet");
    return file_finish(&file, good && file_check_shape(&file));
}

sqlite3 *ledger_file_make_copy(const char *path, enum ledger_status *status, char *message,
                               size_t message_size)
{
    struct ledger_file file = {
        .path = path, .status = status, .message = message, .message_size = message_size};
    bool is_new = false;
    bool good =
        file_make_file(&file) && file_connect(&file, SQLITE_OPEN_READWRITE) && file_identify(&file, &is_new);
    if (good && !is_new)
        good = file_refuse(&file, LEDGER_IN_USE, "there is a ledger already");
    if (good)
        sqlite3_db_config(file.db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    good = good && file_set(&file, copy_settings, sizeof copy_settings / sizeof copy_settings[0]) &&
           file_create(&file);
    if (good)
        return file.db;
    sqlite3_close(file.db);
    return NULL;
}
