/* keys.c: reads and writes key files in CZMQ's certificate format.
 *
 * CZMQ itself would read NAME.key_secret when asked for NAME.key, would write a secret before restricting who
 * may read the file, and ends the process if there is no memory while a router reads its keys again.
 */
#include "proto/keys/keys.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/words/file_error.h"
#include "proto/words/secret_mode.h"
#include "proto/words/words.h"

enum {
    FILE_BYTES_MAX = 4096,
    PATH_BYTES_MAX = 4096,
    INDENTATION = 4,
    VALUE_BYTES = 128, /* a longer value is cut, and then too long for what it is */
    CERTIFICATE_BYTES = 512
};

static const char name_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/* A key's name is also a file name, and what logs and the ledger call the key. */
static bool key_name_is_good(const char *name, size_t chars_max)
{
    size_t length = strlen(name);
    return length > 0 && length <= chars_max && strspn(name, name_chars) == length && name[0] != '.' &&
           name[0] != '-';
}

static bool key_role_is_good(const char *role, bool *is_server, Concordat__V1__Role *value)
{
    int parsed = 0;
    *is_server = strcmp(role, "server") == 0;
    *value = CONCORDAT__V1__ROLE__ROLE_UNSPECIFIED;
    if (*is_server)
        return true;
    if (!words_parse(&concordat__v1__role__descriptor, role, &parsed) || parsed == 0)
        return false;
    *value = (Concordat__V1__Role)parsed;
    return true;
}

/* Takes out a byte-order mark and the carriage returns that end lines. */
static void keys_drop_windows_marks(char *text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const char *from = text + (strncmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0);
    char *to = text;
    for (; *from; from++)
        if (*from != '\r' || (from[1] != '\n' && from[1] != '\0'))
            *to++ = *from;
    *to = '\0';
}

/* Reads all of an open file into text. Returns whether it could be read; *good is whether it can be a key. */
static bool keys_read_text(int fd, char text[FILE_BYTES_MAX], struct stat *about, bool *good)
{
    size_t size = 0;
    ssize_t got = 0;
    *good = false;
    if (fstat(fd, about) != 0)
        return false;
    if (!S_ISREG(about->st_mode))
        return true;
    while (size < FILE_BYTES_MAX && (got = read(fd, text + size, FILE_BYTES_MAX - size)) > 0)
        size += (size_t)got;
    if (got < 0)
        return false;
    *good = size < FILE_BYTES_MAX && !memchr(text, '\0', size);
    if (*good)
        text[size] = '\0';
    return true;
}

/* Reads the whole file as a string into text, which has FILE_BYTES_MAX bytes. Returns a message unless the
 * status is KEYS_GOOD. */
static enum keys_status keys_read_file(const char *path, char *text, bool *open_to_others, char *message,
                                       size_t message_size)
{
    /* O_NONBLOCK: to open a FIFO would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        int error = errno;
        snprintf(message, message_size, "%s: cannot open the key file: %s", path, strerror(error));
        return file_error_is_the_files(error) ? KEYS_WRONG : KEYS_NOT_NOW;
    }
    struct stat about = {0};
    bool good = false;
    bool could = keys_read_text(fd, text, &about, &good);
    int error = errno;
    close(fd);
    if (could && good) {
        keys_drop_windows_marks(text);
        *open_to_others = (about.st_mode & secret_mode_not_allowed(path)) != 0;
        return KEYS_GOOD;
    }
    explicit_bzero(text, FILE_BYTES_MAX);
    if (could)
        snprintf(message, message_size, "%s: not a key file; make one with `concordat keys`", path);
    else
        snprintf(message, message_size, "%s: cannot read the key file: %s", path, strerror(error));
    return could ? KEYS_WRONG : KEYS_NOT_NOW;
}

/* Returns whether a line is empty, a name, or a name with a value. It may have spaces and a comment. */
static bool key_line_is_good(const char *at, const char *end)
{
    size_t indentation = strspn(at, " ");
    at += indentation;
    size_t name = strspn(at, name_chars);
    if (name > 0 && indentation % INDENTATION != 0)
        return false;
    at += name;
    at += strspn(at, " ");
    if (at == end || *at == '#')
        return true;
    if (name == 0 || *at != '=')
        return false;
    at++;
    at += strspn(at, " ");
    if (*at != '"')
        return false;
    const char *close = memchr(at + 1, '"', (size_t)(end - at - 1));
    if (!close)
        return false;
    at = close + 1;
    at += strspn(at, " ");
    return at == end || *at == '#';
}

/* Returns the number of the first bad line, or 0. The line itself is not told: it may hold a secret. */
static int find_bad_key_line(const char *text)
{
    for (int number = 1; *text; number++) {
        const char *end = text + strcspn(text, "\n");
        if (!key_line_is_good(text, end))
            return number;
        text = *end ? end + 1 : end;
    }
    return 0;
}

static bool keys_copy(char *out, size_t size, const char *text)
{
    return (size_t)snprintf(out, size, "%s", text) < size;
}

static bool keys_decode(const char *text, uint8_t bytes[KEY_BYTES])
{
    return strlen(text) == KEY_TEXT_CHARS && zmq_z85_decode(bytes, text);
}

/* Finds the first line of this name in a section, in a text whose lines are good. Copies its value, or "". */
static void key_find_value(const char *text, const char *section, const char *name, char value[VALUE_BYTES])
{
    bool inside = false;
    value[0] = '\0';
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        size_t indentation = strspn(text, " ");
        const char *at = text + indentation;
        size_t length = strspn(at, name_chars);
        if (length > 0 && indentation == 0)
            inside = strlen(section) == length && strncmp(at, section, length) == 0;
        if (!inside || indentation != INDENTATION || strlen(name) != length || strncmp(at, name, length) != 0)
            continue;
        at += length;
        at += strspn(at, " ");
        at += *at == '=';
        at += strspn(at, " ");
        if (*at == '"') /* not the quotation mark of a comment */
            snprintf(value, VALUE_BYTES, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
        return;
    }
}

/* Fills in the secret, if there is one. Returns NULL, or what is wrong with it. */
static const char *keys_take_secret(const char *secret_text, struct key *key)
{
    char derived[KEY_TEXT_CHARS + 1];
    uint8_t secret_bytes[KEY_BYTES];
    key->has_secret = *secret_text != '\0';
    if (!key->has_secret)
        return NULL;
    bool good = keys_decode(secret_text, secret_bytes) &&
                keys_copy(key->secret_text, sizeof key->secret_text, secret_text);
    explicit_bzero(secret_bytes, sizeof secret_bytes);
    if (!good || zmq_curve_public(derived, secret_text) != 0)
        return "curve/secret-key must be 40 characters of Z85";
    if (strcmp(derived, key->public_text) != 0)
        return "its secret key does not belong to its public key";
    return NULL;
}

/* Fills in *key and returns NULL, or returns what is wrong with the file. */
static const char *keys_take_fields(const char *text, struct key *key)
{
    char value[VALUE_BYTES];
    key_find_value(text, "metadata", "name", value);
    if (!key_name_is_good(value, KEY_NAME_CHARS_MAX) || !keys_copy(key->name, sizeof key->name, value))
        return "it has no usable metadata/name";
    key_find_value(text, "metadata", "role", value);
    if (!key_role_is_good(value, &key->is_server, &key->role))
        return "metadata/role must be referrer, source, team, coordinator, auditor, inspector or "
               "server";
    key_find_value(text, "metadata", "of", value);
    if ((!key_name_is_good(value, KEY_OF_CHARS_MAX) && !(key->is_server && !*value)) ||
        !keys_copy(key->of, sizeof key->of, value))
        return "metadata/of must be the id that the key belongs to";
    key_find_value(text, "curve", "public-key", value);
    if (!keys_decode(value, key->public_bytes) ||
        !keys_copy(key->public_text, sizeof key->public_text, value))
        return "curve/public-key must be 40 characters of Z85";
    key_find_value(text, "curve", "secret-key", value);
    const char *problem = keys_take_secret(value, key);
    explicit_bzero(value, sizeof value);
    return problem;
}

enum keys_status keys_read(const char *path, struct key *key, char *message, size_t message_size)
{
    char text[FILE_BYTES_MAX];
    bool open_to_others;
    assert(message_size > 0);
    *key = (struct key){0};
    enum keys_status status = keys_read_file(path, text, &open_to_others, message, message_size);
    if (status != KEYS_GOOD)
        return status;
    int bad_line = find_bad_key_line(text);
    const char *problem = bad_line ? NULL : keys_take_fields(text, key);
    explicit_bzero(text, sizeof text);
    if (bad_line) {
        snprintf(message, message_size, "%s: line %d is not written as name = \"value\"", path, bad_line);
        return KEYS_WRONG;
    }
    /* Others may read a public key. */
    if (!problem && key->has_secret && open_to_others)
        problem = "others may read this secret key; `chmod 600` it, and make a new one if they did";
    if (!problem)
        return KEYS_GOOD;
    keys_wipe(key);
    snprintf(message, message_size, "%s: %s", path, problem);
    return KEYS_WRONG;
}

/* Writes and syncs a new file. Returns 0, or -1 with a message; then the file exists only if it did before.
 */
static int keys_write_file(const char *path, mode_t mode, const char *text, char *message,
                           size_t message_size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0) {
        const char *why = errno == EEXIST ? "there is such a key already; choose another name or move it away"
                                          : strerror(errno);
        snprintf(message, message_size, "%s: %s", path, why);
        return -1;
    }
    size_t size = strlen(text);
    /* The umask has no say: a program whose other files are private still makes public keys. */
    bool good = fchmod(fd, mode) == 0 && write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
    int problem = errno;
    if (close(fd) == 0 && good)
        return 0;
    unlink(path);
    snprintf(message, message_size, "%s: cannot write the key file: %s", path, strerror(problem));
    return -1;
}

/* Writes the text of a key file. Without a secret it is the public one. */
static void certificate_write(char text[CERTIFICATE_BYTES], const char *name, const char *role,
                              const char *of, const char *public_text, const char *secret_text)
{
    int size = snprintf(text, CERTIFICATE_BYTES,
                        "metadata = \"\"\n    name = \"%s\"\n    role = \"%s\"\n    of = \"%s\"\n"
                        "curve = \"\"\n    public-key = \"%s\"\n",
                        name, role, of, public_text);
    if (secret_text)
        size += snprintf(text + size, (size_t)(CERTIFICATE_BYTES - size), "    secret-key = \"%s\"\n",
                         secret_text);
    assert(size < CERTIFICATE_BYTES);
}

static int keys_write_pair(const char *public_path, const char *secret_path, const char *public_file,
                           const char *secret_file, char *message, size_t message_size)
{
    if (keys_write_file(secret_path, S_IRUSR | S_IWUSR, secret_file, message, message_size) != 0)
        return -1;
    if (keys_write_file(public_path, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, public_file, message,
                        message_size) == 0)
        return 0;
    unlink(secret_path);
    return -1;
}

int keys_make(const char *folder, const char *name, const char *role, const char *of, char *message,
              size_t message_size)
{
    bool is_server;
    Concordat__V1__Role value;
    char public_path[PATH_BYTES_MAX], secret_path[PATH_BYTES_MAX];
    if (!key_name_is_good(name, KEY_NAME_CHARS_MAX)) {
        snprintf(message, message_size,
                 "a key's name is 1 to %d letters, digits, dots, dashes and underscores", KEY_NAME_CHARS_MAX);
        return -1;
    }
    if (!key_role_is_good(role, &is_server, &value)) {
        snprintf(message, message_size,
                 "a key's role is one of referrer, source, team, coordinator, auditor, inspector, server");
        return -1;
    }
    if (!key_name_is_good(of, KEY_OF_CHARS_MAX) && !(is_server && !*of)) {
        snprintf(message, message_size,
                 "a key belongs to a source, team, coordinator or organisation: its id");
        return -1;
    }
    if ((size_t)snprintf(public_path, sizeof public_path, "%s/%s.key", folder, name) >= sizeof public_path ||
        (size_t)snprintf(secret_path, sizeof secret_path, "%s/%s.key_secret", folder, name) >=
            sizeof secret_path) {
        snprintf(message, message_size, "the folder's name is too long");
        return -1;
    }
    char public_text[KEY_TEXT_CHARS + 1], secret_text[KEY_TEXT_CHARS + 1];
    if (zmq_curve_keypair(public_text, secret_text) != 0) {
        snprintf(message, message_size, "this libzmq was built without CURVE");
        return -1;
    }
    char public_file[CERTIFICATE_BYTES], secret_file[CERTIFICATE_BYTES];
    certificate_write(public_file, name, role, of, public_text, NULL);
    certificate_write(secret_file, name, role, of, public_text, secret_text);
    explicit_bzero(secret_text, sizeof secret_text);
    int rc = keys_write_pair(public_path, secret_path, public_file, secret_file, message, message_size);
    explicit_bzero(secret_file, sizeof secret_file);
    return rc;
}

void keys_wipe(struct key *key)
{
    explicit_bzero(key, sizeof *key);
}
