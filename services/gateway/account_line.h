/* account_line.h: one person's line of the file that accounts.h describes. Pure; any thread. */
#ifndef CONCORDAT_GATEWAY_ACCOUNT_LINE_H
#define CONCORDAT_GATEWAY_ACCOUNT_LINE_H

#include "services/gateway/accounts.h"

enum {
    /* All values at their longest, eight codes in hex, each character of a subject escaped, and the names of
     * the fields. */
    ACCOUNT_LINE_BYTES = 2048
};

/* Writes the line with its line end, and a NUL. Returns its size without the NUL. */
size_t account_line_write(const struct account *account, char out[ACCOUNT_LINE_BYTES]);

/* Reads a line without its line end, and changes it. Returns NULL, or what is wrong with it, in words that
 * repeat nothing of the line. */
const char *account_line_read(char *line, struct account *account);

#endif
