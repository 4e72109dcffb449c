/* words.c: coded values, numbers, times and ids as people read and type them. */
#include "proto/words/words.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "proto/words/now.h"

/* These stay in capitals when a value's name becomes words. */
static const char *const acronyms[] = {"AMHP", "NHS", "PACE"};

/* Values are named PREFIX_WORDS; the zero value is always PREFIX_UNSPECIFIED. */
static size_t prefix_length(const ProtobufCEnumDescriptor *descriptor)
{
    const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(descriptor, 0);
    assert(zero);
    const char *tail = strstr(zero->name, "UNSPECIFIED");
    assert(tail);
    return (size_t)(tail - zero->name);
}

static bool is_acronym(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof acronyms / sizeof *acronyms; i++)
        if (strlen(acronyms[i]) == length && memcmp(acronyms[i], word, length) == 0)
            return true;
    return false;
}

const char *words_for(const ProtobufCEnumDescriptor *descriptor, int value, char out[WORDS_MAX])
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(descriptor, value);
    if (!found) {
        snprintf(out, WORDS_MAX, "unknown (%d)", value);
        return out;
    }
    if (value == 0) {
        snprintf(out, WORDS_MAX, "not recorded");
        return out;
    }
    const char *from = found->name + prefix_length(descriptor);
    size_t at = 0;
    while (*from && at < WORDS_MAX - 1) {
        size_t word = strcspn(from, "_");
        bool as_is = is_acronym(from, word);
        for (size_t i = 0; i < word && at < WORDS_MAX - 1; i++)
            out[at++] = as_is ? from[i] : (char)tolower((unsigned char)from[i]);
        from += word;
        if (*from == '_' && at < WORDS_MAX - 1) {
            out[at++] = ' ';
            from++;
        }
    }
    out[at] = '\0';
    return out;
}

const char *words_kebab(const ProtobufCEnumDescriptor *descriptor, int value, char out[WORDS_MAX])
{
    words_for(descriptor, value, out);
    for (char *at = out; *at; at++)
        if (*at == ' ')
            *at = '-';
    return out;
}

void words_field(const char *name, char out[WORDS_MAX])
{
    snprintf(out, WORDS_MAX, "%s", name);
    for (char *at = out; *at; at++)
        if (*at == '_')
            *at = ' ';
    out[0] = (char)toupper((unsigned char)out[0]);
}

static char as_in_name(char c)
{
    return c == ' ' || c == '-' ? '_' : (char)toupper((unsigned char)c);
}

static bool same_words(const char *text, const char *name)
{
    while (*text && as_in_name(*text) == *name) {
        text++;
        name++;
    }
    return !*text && !*name;
}

bool words_parse(const ProtobufCEnumDescriptor *descriptor, const char *text, int *value)
{
    size_t prefix = prefix_length(descriptor);
    for (unsigned i = 0; i < descriptor->n_values; i++) {
        const ProtobufCEnumValue *candidate = &descriptor->values[i];
        if (same_words(text, candidate->name) || same_words(text, candidate->name + prefix)) {
            *value = candidate->value;
            return true;
        }
    }
    if (same_words(text, "NOT_RECORDED")) {
        *value = 0;
        return true;
    }
    return false;
}

void words_number(uint32_t number, bool drill, char out[NUMBER_TEXT_BYTES])
{
    /* Without snprintf, for speed: every status has a number. */
    char digits[NUMBER_TEXT_BYTES];
    int count = 0;
    while (number > 0 || count < 4) {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    }
    *out++ = drill ? 'D' : 'R';
    *out++ = '-';
    while (count > 0)
        *out++ = digits[--count];
    *out = '\0';
}

/* Reads at most `most` digits at *text as a number, and advances. Returns false if there are fewer than
 * `least`.
 */
static bool take_digits(const char **text, size_t least, size_t most, uint64_t *number)
{
    size_t count = 0;
    *number = 0;
    while (count < most && isdigit((unsigned char)**text)) {
        *number = *number * 10 + (uint64_t)(**text - '0');
        (*text)++;
        count++;
    }
    return count >= least;
}

bool words_parse_number(const char *text, uint32_t *number, bool *drill)
{
    char letter = (char)toupper((unsigned char)*text);
    uint64_t read;
    *drill = letter == 'D';
    if (letter == 'R' || letter == 'D') {
        text++;
        if (*text == '-' || *text == ' ')
            text++;
    }
    if (!take_digits(&text, 1, 10, &read) || *text || read == 0 || read > UINT32_MAX)
        return false;
    *number = (uint32_t)read;
    return true;
}

void words_time(int64_t unix_ms, char out[TIME_TEXT_BYTES])
{
    int64_t ms = (unix_ms % 1000 + 1000) % 1000;
    time_t seconds = (time_t)(unix_ms / 1000 - (unix_ms % 1000 < 0));
    struct tm tm;
    /* RFC 3339 needs years of four digits, and strftime does not promise them. */
    if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
        snprintf(out, TIME_TEXT_BYTES, "a time out of range");
    else
        snprintf(out, TIME_TEXT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
                 (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
                 (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
                 (unsigned)tm.tm_sec % 100, (unsigned)ms % 1000);
}

/* Reads "Z" or "+01:00" at *text as minutes, and advances. */
static bool take_offset(const char **text, int *minutes)
{
    char sign = *(*text)++;
    uint64_t hour, minute;
    *minutes = 0;
    if (sign == 'Z' || sign == 'z')
        return true;
    if ((sign != '+' && sign != '-') || !take_digits(text, 2, 2, &hour) || *(*text)++ != ':' ||
        !take_digits(text, 2, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *minutes = (int)(hour * 60 + minute) * (sign == '-' ? -1 : 1);
    return true;
}

/* Reads ".5" at *text as milliseconds, ignoring digits after the third, and advances. No digits mean 0. */
static bool take_fraction(const char **text, int64_t *ms)
{
    *ms = 0;
    if (**text != '.')
        return true;
    const char *first = ++*text;
    uint64_t fraction;
    if (!take_digits(text, 1, 9, &fraction))
        return false;
    for (size_t digits = (size_t)(*text - first); digits < 9; digits++)
        fraction *= 10;
    *ms = (int64_t)(fraction / 1000000);
    return true;
}

bool words_parse_time(const char *text, int64_t *unix_ms)
{
    /* Each part: its number of digits, and the characters that may follow it. */
    static const struct {
        size_t digits;
        const char *then; /* "" before the fraction and the offset */
    } shape[] = {{4, "-"}, {2, "-"}, {2, "Tt "}, {2, ":"}, {2, ":"}, {2, ""}};
    uint64_t part[6];
    for (size_t i = 0; i < 6; i++) {
        if (!take_digits(&text, shape[i].digits, shape[i].digits, &part[i]))
            return false;
        if (*shape[i].then && (!*text || !strchr(shape[i].then, *text++)))
            return false;
    }
    int64_t ms;
    int offset_minutes;
    if (!take_fraction(&text, &ms) || !take_offset(&text, &offset_minutes) || *text)
        return false;
    struct tm tm = {.tm_year = (int)part[0] - 1900,
                    .tm_mon = (int)part[1] - 1,
                    .tm_mday = (int)part[2],
                    .tm_hour = (int)part[3],
                    .tm_min = (int)part[4],
                    .tm_sec = (int)part[5]};
    /* timegm turns the 31st of April into the 1st of May, so if the month changes the date does not exist. It
     * turns a leap second into the second after it. */
    if (part[1] < 1 || part[1] > 12 || part[3] > 23 || part[4] > 59 || part[5] > 60)
        return false;
    struct tm day = {.tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday};
    timegm(&day);
    if (day.tm_mon != tm.tm_mon)
        return false;
    *unix_ms = ((int64_t)timegm(&tm) - offset_minutes * 60) * 1000 + ms;
    return true;
}

void words_new_uuid(uint8_t id[16])
{
    uint64_t ms = (uint64_t)now_wall_ms();
    int rc = getentropy(id, 16);
    assert(rc == 0);
    for (int i = 0; i < 6; i++)
        id[i] = (uint8_t)(ms >> (40 - 8 * i));
    id[6] = (uint8_t)(0x70 | (id[6] & 0x0f));
    id[8] = (uint8_t)(0x80 | (id[8] & 0x3f));
}

static bool dash_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void words_uuid(const uint8_t id[16], char out[UUID_TEXT_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 16; i++) {
        if (dash_before(i))
            *out++ = '-';
        *out++ = digits[id[i] >> 4];
        *out++ = digits[id[i] & 15];
    }
    *out = '\0';
}

const char *words_fresh_uuid(char out[UUID_TEXT_BYTES])
{
    uint8_t id[16];
    words_new_uuid(id);
    words_uuid(id, out);
    return out;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool words_parse_uuid(const char *text, uint8_t id[16])
{
    for (size_t i = 0; i < 16; i++) {
        if (dash_before(i) && *text++ != '-')
            return false;
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return false;
        id[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return !*text;
}
