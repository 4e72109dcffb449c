/* accounts.c: see accounts.h. */
#include "services/gateway/accounts.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "services/gateway/account_line.h"
#include "services/gateway/id_rows.h"
#include "services/gateway/whole_file.h"

static const char accounts_heading[] =
    "# People who may sign in at the gateway. `concordat people` writes this file; it is secret.\n";

static size_t accounts_bytes_max(void)
{
    return sizeof accounts_heading + PEOPLE_MAX * (size_t)ACCOUNT_LINE_BYTES +
           ACCESS_MAX * (size_t)ACCESS_LINE_BYTES;
}

void accounts_close(struct accounts *accounts)
{
    if (accounts->rows)
        sodium_memzero(accounts->rows, accounts->count * sizeof *accounts->rows);
    free(accounts->rows);
    free(accounts->tokens);
    *accounts = (struct accounts){0};
}

/* --- one person ----------------------------------------------------------------------------------------- */

static size_t place_of(const struct accounts *accounts, const char *id)
{
    return id_rows_place(accounts->rows, accounts->count, sizeof *accounts->rows, id);
}

bool accounts_people(const struct accounts *accounts, struct people *people)
{
    *people = (struct people){.rows = calloc(accounts->count + 1, sizeof *people->rows)};
    if (!people->rows)
        return false;
    for (; people->count < accounts->count; people->count++) {
        struct people_row *row = &people->rows[people->count];
        snprintf(row->id, sizeof row->id, "%s", accounts->rows[people->count].id);
        snprintf(row->name, sizeof row->name, "%s", accounts->rows[people->count].name);
    }
    return true;
}

struct account *accounts_find(const struct accounts *accounts, const char *id)
{
    size_t at = place_of(accounts, id);
    return id_rows_have(accounts->rows, accounts->count, sizeof *accounts->rows, at, id) ? &accounts->rows[at]
                                                                                         : NULL;
}

const struct account *accounts_find_identity(const struct accounts *accounts, const struct identity *identity)
{
    if (identity_is_none(identity))
        return NULL;
    for (size_t i = 0; i < accounts->count; i++)
        if (identity_compare(&accounts->rows[i].identity, identity) == 0)
            return &accounts->rows[i];
    return NULL;
}

/* The rows that are left behind hold secrets, which realloc would not wipe. */
struct account *accounts_add(struct accounts *accounts, const char *id)
{
    size_t at = place_of(accounts, id);
    assert(person_id_is(id) && !accounts_find(accounts, id));
    if (accounts->count == PEOPLE_MAX)
        return NULL;
    bool is_full = (accounts->count & (accounts->count - 1)) == 0;
    struct account *rows = accounts->rows;
    if (is_full) {
        rows = calloc(accounts->count ? accounts->count * 2 : 1, sizeof *rows);
        if (!rows)
            return NULL;
        if (accounts->rows) {
            memcpy(rows, accounts->rows, accounts->count * sizeof *rows);
            sodium_memzero(accounts->rows, accounts->count * sizeof *rows);
        }
        free(accounts->rows);
        accounts->rows = rows;
    }
    memmove(rows + at + 1, rows + at, (accounts->count - at) * sizeof *rows);
    rows[at] = (struct account){0};
    strcpy(rows[at].id, id);
    accounts->count++;
    return &rows[at];
}

/* --- the tokens of programs -------------------------------------------------------------------------------
 */

/* All are compared, so that how long it takes tells nothing of any. */
const struct account *accounts_find_token(const struct accounts *accounts, const char *text, int64_t now_ms,
                                          const char **name)
{
    uint8_t digest[ACCESS_DIGEST_BYTES];
    const struct access_token *found = NULL;
    access_token_digest(text, digest);
    for (size_t i = 0; i < accounts->token_count; i++)
        if (sodium_memcmp(accounts->tokens[i].digest, digest, sizeof digest) == 0)
            found = &accounts->tokens[i];
    if (!found || access_token_has_ended(found, now_ms))
        return NULL;
    const struct account *account = accounts_find(accounts, found->person);
    *name = found->name;
    return account && !account->disabled ? account : NULL;
}

typedef bool token_goes(const void *context, const struct access_token *token);

/* Returns how many go. */
static size_t drop_tokens(struct accounts *accounts, token_goes *goes, const void *context)
{
    size_t kept = 0, count = accounts->token_count;
    for (size_t i = 0; i < count; i++)
        if (!goes(context, &accounts->tokens[i]))
            accounts->tokens[kept++] = accounts->tokens[i];
    accounts->token_count = kept;
    return count - kept;
}

static bool has_ended(const void *context, const struct access_token *token)
{
    return access_token_has_ended(token, *(const int64_t *)context);
}

static bool is_named(const void *context, const struct access_token *token)
{
    const struct access_token *wanted = context;
    return strcmp(token->person, wanted->person) == 0 &&
           (!wanted->name[0] || strcmp(token->name, wanted->name) == 0);
}

/* Somebody who was taken out of the file has no tokens, also if the id comes back one day. */
static bool is_of_nobody(const void *context, const struct access_token *token)
{
    return !accounts_find(context, token->person);
}

static const char no_memory_for_token[] = "no memory";

/* NULL, or why it cannot be. */
static const char *keep_token(struct accounts *accounts, const struct access_token *token)
{
    size_t count = accounts->token_count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(accounts->tokens[i].name, token->name) == 0)
            return "this token has a line already";
    if (count == ACCESS_MAX)
        return "there are too many tokens";
    if ((count & (count - 1)) == 0) {
        struct access_token *tokens =
            reallocarray(accounts->tokens, count ? count * 2 : 1, sizeof *accounts->tokens);
        if (!tokens)
            return no_memory_for_token;
        accounts->tokens = tokens;
    }
    accounts->tokens[accounts->token_count++] = *token;
    return NULL;
}

const char *accounts_add_token(struct accounts *accounts, const struct access_token *token)
{
    size_t own = 0;
    (void)drop_tokens(accounts, has_ended, &token->made_ms);
    for (size_t i = 0; i < accounts->token_count; i++)
        own += strcmp(accounts->tokens[i].person, token->person) == 0;
    return own < ACCESS_OF_PERSON_MAX ? keep_token(accounts, token)
                                      : "this person has eight tokens already; end one first";
}

size_t accounts_end_tokens(struct accounts *accounts, const char *person, const char *name)
{
    struct access_token wanted = {0};
    if (name && !access_token_is_name(name))
        return 0;
    snprintf(wanted.person, sizeof wanted.person, "%s", person);
    snprintf(wanted.name, sizeof wanted.name, "%s", name ? name : "");
    return drop_tokens(accounts, is_named, &wanted);
}

/* --- what changes -----------------------------------------------------------------------------------------
 */

bool account_use_recovery(struct account *account, const char *code)
{
    uint8_t digest[RECOVERY_DIGEST_BYTES];
    size_t found = account->code_count;
    if (!recovery_digest(account->id, code, digest))
        return false;
    for (size_t i = 0; i < account->code_count; i++)
        if (sodium_memcmp(account->codes[i], digest, sizeof digest) == 0)
            found = i;
    if (found == account->code_count)
        return false;
    memcpy(account->codes[found], account->codes[--account->code_count], sizeof digest);
    return true;
}

void account_stamp(const struct account *account, uint8_t stamp[ACCOUNT_STAMP_BYTES])
{
    struct account counted = *account;
    char line[ACCOUNT_LINE_BYTES];
    counted.code_count = 0;
    account_line_write(&counted, line);
    int rc = crypto_generichash(stamp, ACCOUNT_STAMP_BYTES, (const uint8_t *)line, strlen(line), NULL, 0);
    assert(rc == 0);
    sodium_memzero(line, sizeof line);
    sodium_memzero(&counted, sizeof counted);
}

/* --- the file ------------------------------------------------------------------------------------------- */

static enum accounts_status accounts_refuse(char fault[ACCOUNTS_FAULT_BYTES], enum accounts_status status,
                                            const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum accounts_status accounts_refuse(char fault[ACCOUNTS_FAULT_BYTES], enum accounts_status status,
                                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault, ACCOUNTS_FAULT_BYTES, format, arguments);
    va_end(arguments);
    return status;
}

static enum accounts_status take_token_line(struct accounts *accounts, char *line, const char **why)
{
    struct access_token token;
    *why = access_token_read(line, &token);
    if (!*why)
        *why = keep_token(accounts, &token);
    if (!*why)
        return ACCOUNTS_GOOD;
    return *why == no_memory_for_token ? ACCOUNTS_ENVIRONMENT : ACCOUNTS_WRONG;
}

static enum accounts_status take_line(struct accounts *accounts, char *line, const char **why)
{
    struct account read;
    if (strncmp(line, ACCESS_LINE_WORD, sizeof ACCESS_LINE_WORD - 1) == 0)
        return take_token_line(accounts, line, why);
    *why = account_line_read(line, &read);
    if (!*why && accounts_find(accounts, read.id))
        *why = "this person has a line already";
    if (!*why && accounts->count == PEOPLE_MAX)
        *why = "there are too many people";
    struct account *row = *why ? NULL : accounts_add(accounts, read.id);
    if (row)
        *row = read;
    sodium_memzero(&read, sizeof read);
    if (*why)
        return ACCOUNTS_WRONG;
    return row ? ACCOUNTS_GOOD : ACCOUNTS_ENVIRONMENT;
}

static enum accounts_status take_text(struct accounts *accounts, const char *path, char *text,
                                      char fault[ACCOUNTS_FAULT_BYTES])
{
    char *rest = text;
    for (size_t number = 1; rest; number++) {
        char *line = strsep(&rest, "\n");
        const char *why = NULL;
        if (!*line || *line == '#')
            continue;
        enum accounts_status status = take_line(accounts, line, &why);
        if (status == ACCOUNTS_WRONG)
            return accounts_refuse(fault, status, "%.200s: line %zu: %s. Nobody is taken from the file", path,
                                   number, why);
        if (status != ACCOUNTS_GOOD)
            return accounts_refuse(fault, status, "%.200s: no memory", path);
    }
    (void)drop_tokens(accounts, is_of_nobody, accounts);
    return ACCOUNTS_GOOD;
}

static int compare_identities(const void *one, const void *other)
{
    const struct account *const *a = one, *const *b = other;
    return identity_compare(&(*a)->identity, &(*b)->identity);
}

/* One identity that is two people would sign in as the first that is found. */
static enum accounts_status check_identities(const struct accounts *accounts, const char *path,
                                             char fault[ACCOUNTS_FAULT_BYTES])
{
    const struct account **sorted = calloc(accounts->count + 1, sizeof *sorted);
    enum accounts_status status = ACCOUNTS_GOOD;
    if (!sorted)
        return accounts_refuse(fault, ACCOUNTS_ENVIRONMENT, "%.200s: no memory", path);
    for (size_t i = 0; i < accounts->count; i++)
        sorted[i] = &accounts->rows[i];
    qsort(sorted, accounts->count, sizeof *sorted, compare_identities);
    for (size_t i = 1; i < accounts->count && status == ACCOUNTS_GOOD; i++)
        if (!identity_is_none(&sorted[i]->identity) && compare_identities(&sorted[i - 1], &sorted[i]) == 0)
            status = accounts_refuse(
                fault, ACCOUNTS_WRONG,
                "%.200s: %s and %s have the same issuer and subject. Nobody is taken from the file", path,
                sorted[i - 1]->id, sorted[i]->id);
    free(sorted);
    return status;
}

enum accounts_status accounts_read(struct accounts *accounts, const char *path,
                                   char fault[ACCOUNTS_FAULT_BYTES])
{
    size_t size;
    *accounts = (struct accounts){0};
    fault[0] = '\0';
    char *text = whole_file_read(path, accounts_bytes_max(), &size);
    if (!text && errno == EPERM)
        return accounts_refuse(
            fault, ACCOUNTS_WRONG,
            "%.200s: others have rights to this file, which is secret. Nobody is taken from it. "
            "Say chmod 600, and who else could read it meanwhile",
            path);
    if (!text)
        return accounts_refuse(fault,
                               errno == EFBIG || errno == EILSEQ ? ACCOUNTS_WRONG : ACCOUNTS_ENVIRONMENT,
                               "%.200s: %s", path, strerror(errno));
    enum accounts_status status = take_text(accounts, path, text, fault);
    if (status == ACCOUNTS_GOOD)
        status = check_identities(accounts, path, fault);
    sodium_memzero(text, size);
    free(text);
    return status;
}

enum accounts_status accounts_write(const struct accounts *accounts, const char *path,
                                    char fault[ACCOUNTS_FAULT_BYTES])
{
    size_t room = sizeof accounts_heading + accounts->count * ACCOUNT_LINE_BYTES +
                  accounts->token_count * ACCESS_LINE_BYTES;
    char *text = malloc(room);
    if (!text)
        return accounts_refuse(fault, ACCOUNTS_ENVIRONMENT, "%.200s: no memory", path);
    char *at = stpcpy(text, accounts_heading);
    for (size_t i = 0; i < accounts->count; i++)
        at += account_line_write(&accounts->rows[i], at);
    for (size_t i = 0; i < accounts->token_count; i++)
        at += access_token_write(&accounts->tokens[i], at);
    enum accounts_status status = ACCOUNTS_GOOD;
    if (!whole_file_write(path, text, (size_t)(at - text)))
        status = accounts_refuse(fault, ACCOUNTS_ENVIRONMENT, "%.200s: %s. The file is as it was", path,
                                 strerror(errno));
    sodium_memzero(text, (size_t)(at - text));
    free(text);
    return status;
}

int accounts_lock(const char *path)
{
    char name[PATH_MAX];
    if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        close(fd);
        fd = -1;
    }
    return fd;
}
