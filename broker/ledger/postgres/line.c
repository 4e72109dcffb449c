/* line.c: see line.h. */
#include "broker/ledger/postgres/line.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/now.h"

enum { TEXT_RESULTS, BINARY_RESULTS };
enum { FLUSH_PATIENCE_MS = 2000 };

void line_add(struct line_parameters *parameters, const void *value, size_t size)
{
    parameters->values[parameters->count] = value;
    parameters->sizes[parameters->count++] = (int)size;
}

/* The first line of what libpq says, which ends there: the lines after it may quote what was sent. */
static void line_note(struct line *line, const char *said)
{
    size_t size = strcspn(said, "\n");
    snprintf(line->message, sizeof line->message, "%.*s", (int)(size < 180 ? size : 180), said);
}

static void line_take_notice(void *context, const PGresult *notice)
{
    struct line *line = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *said = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    if (!severity || strcmp(severity, "WARNING") != 0)
        return;
    line->warned = true;
    line_note(line, said ? said : "a warning without words");
}

/* Returns whether the descriptor is ready. */
static bool line_wait(const struct line *line, short events, int64_t until_ms)
{
    int64_t left = until_ms - now_boot_ms();
    struct pollfd item = {PQsocket(line->connection), events, 0};
    return left > 0 && (poll(&item, 1, (int)left) > 0 || errno == EINTR);
}

static bool line_connect(struct line *line, int64_t until_ms)
{
    for (PostgresPollingStatusType status = PGRES_POLLING_WRITING;;
         status = PQconnectPoll(line->connection)) {
        if (status == PGRES_POLLING_OK)
            return true;
        if (status == PGRES_POLLING_FAILED) {
            line_note(line, PQerrorMessage(line->connection));
            return false;
        }
        if (!line_wait(line, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ms)) {
            line_note(line, "no answer");
            return false;
        }
    }
}

bool line_open(struct line *line, const struct servers *servers, size_t which, const char *program,
               int64_t patience_ms)
{
    const char *names[SERVERS_SETTINGS_MAX], *values[SERVERS_SETTINGS_MAX];
    int64_t until_ms = now_boot_ms() + patience_ms;
    line_close(line);
    servers_settings(servers, which, program, names, values);
    line->connection = PQconnectStartParams(names, values, 0);
    if (!line->connection || PQstatus(line->connection) == CONNECTION_BAD) {
        line_note(line, line->connection ? PQerrorMessage(line->connection) : "not enough memory");
        return false;
    }
    PQsetNoticeReceiver(line->connection, line_take_notice, line);
    return line_connect(line, until_ms) && PQsetnonblocking(line->connection, 1) == 0;
}

void line_close(struct line *line)
{
    PQclear(line->result);
    PQfinish(line->connection);
    line->result = NULL;
    line->connection = NULL;
    line->asked = line->warned = false;
}

static bool line_begin(struct line *line)
{
    PQclear(line->result);
    line->result = NULL;
    line->warned = false;
    return line->connection;
}

/* All of it leaves now: a caller who polls for the answer does not see that there is more to send. */
static bool line_flush(struct line *line)
{
    int64_t until_ms = now_boot_ms() + FLUSH_PATIENCE_MS;
    int left;
    while ((left = PQflush(line->connection)) > 0)
        if (!line_wait(line, POLLOUT, until_ms) || !PQconsumeInput(line->connection))
            return false;
    return left == 0;
}

static bool line_sent(struct line *line, int sent)
{
    line->asked = sent == 1 && line_flush(line);
    if (!line->asked)
        line_note(line, *PQerrorMessage(line->connection) ? PQerrorMessage(line->connection)
                                                          : "the server takes nothing");
    return line->asked;
}

bool line_prepare(struct line *line, const char *name, const char *sql, int64_t patience_ms)
{
    return line_begin(line) && line_sent(line, PQsendPrepare(line->connection, name, sql, 0, NULL)) &&
           line_answer(line, patience_ms) == LINE_ANSWERED;
}

bool line_ask(struct line *line, const char *name, const struct line_parameters *parameters)
{
    static const int formats[LINE_PARAMETERS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    return line_begin(line) &&
           line_sent(line, PQsendQueryPrepared(line->connection, name, parameters->count, parameters->values,
                                               parameters->sizes, formats, BINARY_RESULTS));
}

bool line_ask_text(struct line *line, const char *sql)
{
    return line_begin(line) &&
           line_sent(line, PQsendQueryParams(line->connection, sql, 0, NULL, NULL, NULL, NULL, TEXT_RESULTS));
}

/* Takes what has come. The first result is kept; one that was refused replaces it. */
static enum line_answer line_take(struct line *line)
{
    if (!PQconsumeInput(line->connection)) {
        line_note(line, PQerrorMessage(line->connection));
        return LINE_LOST;
    }
    while (!PQisBusy(line->connection)) {
        PGresult *result = PQgetResult(line->connection);
        if (!result) {
            line->asked = false;
            ExecStatusType status = PQresultStatus(line->result);
            return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK         ? LINE_ANSWERED
                   : PQstatus(line->connection) == CONNECTION_BAD || !line->result ? LINE_LOST
                                                                                   : LINE_REFUSED;
        }
        if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
            const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
            line_note(line, said ? said : PQresultErrorMessage(result));
        }
        PQclear(line->result);
        line->result = result;
    }
    return LINE_WAITS;
}

/* The server says why it ends a connection, and then ends it: both are read. */
static bool line_is_alive(struct line *line)
{
    struct pollfd item = {PQsocket(line->connection), POLLIN, 0};
    bool alive = true;
    while (alive && poll(&item, 1, 0) > 0)
        alive = PQconsumeInput(line->connection) && PQstatus(line->connection) == CONNECTION_OK;
    if (!alive)
        line_note(line, PQerrorMessage(line->connection));
    return alive;
}

enum line_answer line_answer(struct line *line, int64_t patience_ms)
{
    int64_t until_ms = now_boot_ms() + patience_ms;
    if (!line->connection)
        return LINE_LOST;
    if (!line->asked)
        return line_is_alive(line) ? LINE_ANSWERED : LINE_LOST;
    for (;;) {
        enum line_answer answer = line_take(line);
        if (answer != LINE_WAITS || patience_ms == 0 || !line_wait(line, POLLIN, until_ms))
            return answer;
    }
}

const char *line_code(const struct line *line)
{
    const char *code = line->result ? PQresultErrorField(line->result, PG_DIAG_SQLSTATE) : NULL;
    return code ? code : "";
}
