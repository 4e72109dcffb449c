/* line.h: one connection to one server, that never blocks for longer than it is told, and that notices
 * warnings: a server that gives up waiting for its standby answers with success and a warning.
 */
#ifndef CONCORDAT_LINE_H
#define CONCORDAT_LINE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/ledger/postgres/servers.h"

enum { LINE_PARAMETERS_MAX = 12 /* as those of the batch */, LINE_MESSAGE_BYTES = 200 };

/* Start with zeros. */
struct line {
    PGconn *connection; /* owned; NULL: closed */
    PGresult *result;   /* owned; of the last question, until the next */
    bool asked;         /* a question has no answer yet */
    bool warned;        /* by the server, since the last question */
    char message[LINE_MESSAGE_BYTES];
};

/* What a question is asked with: binary, or NULL. */
struct line_parameters {
    int count;
    const char *values[LINE_PARAMETERS_MAX];
    int sizes[LINE_PARAMETERS_MAX];
};
void line_add(struct line_parameters *parameters, const void *value, size_t size);

enum line_answer {
    LINE_WAITS,
    LINE_ANSWERED, /* line->result has rows, or none were to come */
    LINE_REFUSED,  /* by the server, for a reason: line_code, message */
    LINE_LOST      /* the connection ended: message */
};

/* Connects to one of the servers, and waits at most that long. False with a message. */
bool line_open(struct line *line, const struct servers *servers, size_t which, const char *program,
               int64_t patience_ms);
void line_close(struct line *line);

/* Has the server keep a statement under a name. False with a message. */
bool line_prepare(struct line *line, const char *name, const char *sql, int64_t patience_ms);
/* Asks by a statement that was prepared. The parameters are borrowed for the call. False: LINE_LOST. */
bool line_ask(struct line *line, const char *name, const struct line_parameters *parameters);
/* The same by a text without parameters. */
bool line_ask_text(struct line *line, const char *sql);
/* Waits for the answer at most that long. Without a question: LINE_ANSWERED, or LINE_LOST. */
enum line_answer line_answer(struct line *line, int64_t patience_ms);
/* The server's code of why it refused; "" if it gave none. */
const char *line_code(const struct line *line);

#endif
