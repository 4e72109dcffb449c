/* master_key.c: the master key, which wraps the keys of referrals: read from a systemd credential or from a
 * file, and kept in memory that is not swapped. */
#include "proto/seal/master_key.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/inside_folder.h"
#include "proto/words/secret_mode.h"
#include "proto/words/sync_folder.h"

enum {
    HEX_CHARS = 2 * MASTER_KEY_BYTES,
    BASE64_CHARS = 44,
    LINE_CHARS = 4 + HEX_CHARS + 1, /* number, space, key, line end */
};

static const char made_heading[] =
    "# A master key of Concordat. Keep a copy on paper: without it nothing that was sealed can be opened.\n";

_Static_assert(sizeof made_heading + MASTER_KEY_GENERATIONS_MAX * LINE_CHARS < MASTER_KEY_FILE_BYTES_MAX,
               "what is made can be read");

struct master_key {
    uint8_t keys[MASTER_KEY_GENERATIONS_MAX + 1][MASTER_KEY_BYTES]; /* by generation; 0 is none */
    size_t lines[MASTER_KEY_GENERATIONS_MAX + 1];                   /* 0: there is no such generation */
    uint8_t newest;
    bool locked;
};

/* A text that is being read, and what is said of it. */
struct master_text {
    const char *name;
    size_t line;
    char *message;
    size_t message_size;
};

static bool master_refuse(const struct master_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool master_refuse(const struct master_text *text, const char *format, ...)
{
    int used = text->line
                   ? snprintf(text->message, text->message_size, "%s: line %zu: ", text->name, text->line)
                   : snprintf(text->message, text->message_size, "%s: ", text->name);
    if (used > 0 && (size_t)used < text->message_size) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(text->message + used, text->message_size - (size_t)used, format, arguments);
        va_end(arguments);
    }
    return false;
}

/* Memory that is wiped when it is freed. NULL if there is none. */
static void *master_memory(size_t size, bool *locked)
{
    void *memory = sodium_malloc(size);
    if (!memory)
        return NULL;
    /* sodium_malloc has tried to lock it, and does not tell. */
    bool could = sodium_mlock(memory, size) == 0;
    if (locked)
        *locked = could;
    sodium_memzero(memory, size);
    return memory;
}

/* --- the text --------------------------------------------------------------------------------------- */

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

static const char *skip_word(const char *at, const char *end)
{
    while (at < end && !is_blank(*at) && *at != '#')
        at++;
    return at;
}

/* 0 if it is no number of a generation. */
static unsigned generation_of(const char *at, const char *end)
{
    unsigned number = 0;
    if (end - at < 1 || end - at > 3)
        return 0;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9')
            return 0;
        number = number * 10 + (unsigned)(*at - '0');
    }
    return number <= MASTER_KEY_GENERATIONS_MAX ? number : 0;
}

static bool master_decode(const char *at, size_t chars, uint8_t key[MASTER_KEY_BYTES])
{
    size_t size = 0;
    const char *end = NULL;
    int rc = chars == HEX_CHARS ? sodium_hex2bin(key, MASTER_KEY_BYTES, at, chars, NULL, &size, &end)
                                : sodium_base642bin(key, MASTER_KEY_BYTES, at, chars, NULL, &size, &end,
                                                    sodium_base64_VARIANT_ORIGINAL);
    return rc == 0 && size == MASTER_KEY_BYTES && end == at + chars;
}

/* A key of one byte over and over is what somebody types to try things out. */
static bool is_one_byte(const uint8_t key[MASTER_KEY_BYTES])
{
    uint8_t differs = 0;
    for (size_t i = 1; i < MASTER_KEY_BYTES; i++)
        differs |= key[i] ^ key[0];
    return !differs;
}

static bool master_check_key(const struct master_text *text, const struct master_key *key, unsigned number)
{
    if (is_one_byte(key->keys[number]))
        return master_refuse(text, "this key is not random; draw one with `concordat keys`");
    for (unsigned other = 1; other <= MASTER_KEY_GENERATIONS_MAX; other++)
        if (other != number && key->lines[other] &&
            sodium_memcmp(key->keys[other], key->keys[number], MASTER_KEY_BYTES) == 0)
            return master_refuse(text, "generation %u has the same key as generation %u; draw a new one",
                                 number, other);
    return true;
}

static bool master_read_line(const struct master_text *text, struct master_key *key, const char *at,
                             const char *end)
{
    while (end > at && (end[-1] == '\r' || is_blank(end[-1])))
        end--;
    at = skip_blanks(at, end);
    if (at == end || *at == '#')
        return true;
    const char *word_end = skip_word(at, end);
    unsigned number = generation_of(at, word_end);
    if (!number)
        return master_refuse(text, "a line begins with the number of its generation, 1 to %d",
                             MASTER_KEY_GENERATIONS_MAX);
    if (key->lines[number])
        return master_refuse(text, "generation %u stands in line %zu already; keep the line that is right",
                             number, key->lines[number]);
    at = skip_blanks(word_end, end);
    word_end = skip_word(at, end);
    size_t chars = (size_t)(word_end - at);
    if ((chars != HEX_CHARS && chars != BASE64_CHARS) || !master_decode(at, chars, key->keys[number]))
        return master_refuse(text, "the key of generation %u is not %d hex digits or %d characters of base64",
                             number, HEX_CHARS, BASE64_CHARS);
    at = skip_blanks(word_end, end);
    if (at != end && *at != '#')
        return master_refuse(text, "more stands behind the key; begin a comment with #");
    key->lines[number] = text->line;
    if (number > key->newest)
        key->newest = (uint8_t)number;
    return master_check_key(text, key, number);
}

static bool master_read_lines(struct master_text *text, struct master_key *key, const char *bytes,
                              size_t size)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const char *at = bytes, *end = bytes + size;
    if (size >= sizeof mark - 1 && memcmp(bytes, mark, sizeof mark - 1) == 0)
        at += sizeof mark - 1;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        text->line++;
        if (!master_read_line(text, key, at, line_end ? line_end : end))
            return false;
        at = line_end ? line_end + 1 : end;
    }
    text->line = 0;
    if (!key->newest)
        return master_refuse(text, "there is no master key in it; make one with `concordat keys`");
    return true;
}

enum master_key_status master_key_open_text(const char *name, const char *bytes, size_t size,
                                            struct master_key **key, char *message, size_t message_size)
{
    struct master_text text = {name, 0, message, message_size};
    bool locked;
    assert(message_size > 0);
    *key = master_memory(sizeof **key, &locked);
    if (!*key) {
        master_refuse(&text, "no memory for the master key");
        return MASTER_KEY_NOT_NOW;
    }
    (*key)->locked = locked;
    if (!master_read_lines(&text, *key, bytes, size)) {
        master_key_close(key);
        return MASTER_KEY_WRONG;
    }
    sodium_mprotect_readonly(*key);
    return MASTER_KEY_GOOD;
}

/* --- the file --------------------------------------------------------------------------------------- */

/* Returns whether an error of open(2) says something about the file, and not about the machine's state. */
static bool master_error_is_the_files(int error)
{
    static const int errors[] = {ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, ENXIO, ENODEV, EISDIR};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i] == error)
            return true;
    return false;
}

/* A file that is open: its kind, its owner, and who may read or write it. */
static bool master_check_file(const struct master_text *text, const struct stat *about)
{
    if (!S_ISREG(about->st_mode))
        return master_refuse(text, "not a master key: it is no regular file");
    if (about->st_uid != geteuid() && about->st_uid != 0)
        return master_refuse(text, "this master key is user %u's; `chown` it to the service's user",
                             (unsigned)about->st_uid);
    if (about->st_mode & secret_mode_not_allowed(text->name))
        return master_refuse(text, "others may read or write this master key; `chmod 600` it, and make a new "
                                   "generation if they did");
    return true;
}

/* Reads an open file into memory of MASTER_KEY_FILE_BYTES_MAX. False with a message if it cannot be a key;
 * *could is false if it could not be read. */
static bool master_read_file(const struct master_text *text, int fd, char *bytes, size_t *size, bool *could)
{
    struct stat about;
    ssize_t got = 0;
    *size = 0;
    *could = fstat(fd, &about) == 0;
    if (*could && !master_check_file(text, &about))
        return false;
    while (*could && *size < MASTER_KEY_FILE_BYTES_MAX &&
           (got = read(fd, bytes + *size, MASTER_KEY_FILE_BYTES_MAX - *size)) != 0)
        if (got > 0)
            *size += (size_t)got;
        else if (errno != EINTR)
            *could = false;
    if (!*could)
        return master_refuse(text, "cannot read the master key: %s", strerror(errno));
    if (*size == MASTER_KEY_FILE_BYTES_MAX)
        return master_refuse(text, "not a master key: it has %d bytes or more", MASTER_KEY_FILE_BYTES_MAX);
    return true;
}

static enum master_key_status master_open(const char *path, struct master_key **key, char *message,
                                          size_t message_size)
{
    const struct master_text text = {path, 0, message, message_size};
    enum master_key_status status = MASTER_KEY_WRONG;
    /* O_NONBLOCK: to open a FIFO would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0) {
        int error = errno;
        if (error == ELOOP)
            master_refuse(&text, "this is a symbolic link; name the file itself");
        else
            master_refuse(&text, "cannot open the master key: %s", strerror(error));
        return master_error_is_the_files(error) ? MASTER_KEY_WRONG : MASTER_KEY_NOT_NOW;
    }
    size_t size;
    bool could = false;
    char *bytes = master_memory(MASTER_KEY_FILE_BYTES_MAX, NULL);
    if (!bytes)
        master_refuse(&text, "no memory for the master key");
    else if (master_read_file(&text, fd, bytes, &size, &could))
        status = master_key_open_text(path, bytes, size, key, message, message_size);
    sodium_free(bytes);
    close(fd);
    return could ? status : MASTER_KEY_NOT_NOW;
}

enum master_key_status master_key_open_file(const char *path, const char *apart_from, struct master_key **key,
                                            char *message, size_t message_size)
{
    const struct master_text text = {path, 0, message, message_size};
    assert(message_size > 0);
    *key = NULL;
    if (apart_from && is_inside_folder(path, apart_from)) {
        master_refuse(
            &text,
            "the master key stands in %s, beside what it seals; move it to another folder, one that "
            "no backup of this one takes in",
            apart_from);
        return MASTER_KEY_WRONG;
    }
    return master_open(path, key, message, message_size);
}

enum master_key_status master_key_open_credential(const char *name, struct master_key **key, char *message,
                                                  size_t message_size)
{
    char path[PATH_MAX];
    const struct master_text text = {name, 0, message, message_size};
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    assert(message_size > 0);
    *key = NULL;
    if (!folder || !*folder) {
        master_refuse(&text,
                      "the service manager gave this process no credentials; write "
                      "LoadCredentialEncrypted=%s into its unit, or name a file with the master key",
                      name);
        return MASTER_KEY_WRONG;
    }
    if (!*name || strchr(name, '/') ||
        (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path) {
        master_refuse(&text, "this cannot be the name of a credential");
        return MASTER_KEY_WRONG;
    }
    return master_open(path, key, message, message_size);
}

/* --- the key ---------------------------------------------------------------------------------------- */

void master_key_close(struct master_key **key)
{
    sodium_free(*key);
    *key = NULL;
}

bool master_key_is_locked(const struct master_key *key)
{
    return key->locked;
}

uint8_t master_key_newest(const struct master_key *key)
{
    return key->newest;
}

const uint8_t *master_key_of(const struct master_key *key, uint8_t generation)
{
    return key->lines[generation] ? key->keys[generation] : NULL;
}

/* --- a new one -------------------------------------------------------------------------------------- */

static size_t master_write_line(char *text, unsigned number, const uint8_t key[MASTER_KEY_BYTES])
{
    size_t used = (size_t)snprintf(text, LINE_CHARS + 1, "%u ", number);
    sodium_bin2hex(text + used, HEX_CHARS + 1, key, MASTER_KEY_BYTES);
    used += HEX_CHARS;
    text[used] = '\n';
    return used + 1;
}

static size_t master_write_text(char *text, const struct master_key *before)
{
    uint8_t drawn[MASTER_KEY_BYTES];
    size_t used = sizeof made_heading - 1;
    unsigned newest = before ? before->newest : 0;
    memcpy(text, made_heading, used);
    for (unsigned number = 1; number <= newest; number++)
        if (before->lines[number])
            used += master_write_line(text + used, number, before->keys[number]);
    randombytes_buf(drawn, sizeof drawn);
    used += master_write_line(text + used, newest + 1, drawn);
    sodium_memzero(drawn, sizeof drawn);
    return used;
}

static int master_write_file(const struct master_text *about, const char *bytes, size_t size)
{
    int fd = open(about->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        master_refuse(about, "%s",
                      errno == EEXIST ? "there is such a file already; choose another name or move it away"
                                      : strerror(errno));
        return -1;
    }
    bool good = fchmod(fd, S_IRUSR | S_IWUSR) == 0 && write(fd, bytes, size) == (ssize_t)size &&
                fsync(fd) == 0 && sync_folder_of(about->name);
    int problem = errno;
    if (close(fd) == 0 && good)
        return 0;
    unlink(about->name);
    master_refuse(about, "cannot write the master key: %s", strerror(problem));
    return -1;
}

int master_key_make(const char *path, const struct master_key *before, char *message, size_t message_size)
{
    const struct master_text about = {path, 0, message, message_size};
    assert(message_size > 0);
    if (before && before->newest == MASTER_KEY_GENERATIONS_MAX) {
        master_refuse(&about, "there is no generation after %d", MASTER_KEY_GENERATIONS_MAX);
        return -1;
    }
    char *text = master_memory(MASTER_KEY_FILE_BYTES_MAX, NULL);
    if (!text) {
        master_refuse(&about, "no memory for the master key");
        return -1;
    }
    int rc = master_write_file(&about, text, master_write_text(text, before));
    sodium_free(text);
    return rc;
}
