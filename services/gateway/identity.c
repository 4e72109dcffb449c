/* identity.c: see identity.h. */
#include "services/gateway/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_printable(const char *text, char from)
{
    size_t size = text ? strlen(text) : 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] < from || text[i] > '~')
            return false;
    return size > 0 && size <= IDENTITY_BYTES_MAX;
}

static bool is_issuer(const char *text)
{
    static const char tls[] = "https://";
    return is_printable(text, '!') && strncmp(text, tls, sizeof tls - 1) == 0 && text[sizeof tls - 1];
}

bool identity_set(struct identity *identity, const char *issuer, const char *subject)
{
    *identity = (struct identity){0};
    if (!is_issuer(issuer) || !is_printable(subject, ' '))
        return false;
    strcpy(identity->issuer, issuer);
    strcpy(identity->subject, subject);
    return true;
}

bool identity_is_none(const struct identity *identity)
{
    return !identity->issuer[0];
}

int identity_compare(const struct identity *one, const struct identity *other)
{
    int order = strcmp(one->issuer, other->issuer);
    return order ? order : strcmp(one->subject, other->subject);
}

void identity_write_subject(const struct identity *identity, char out[IDENTITY_ESCAPED_BYTES])
{
    for (const char *at = identity->subject; *at; at++)
        if (*at == ' ' || *at == '%')
            out += sprintf(out, "%%%02X", (unsigned)*at);
        else
            *out++ = *at;
    *out = '\0';
}

bool identity_read_subject(const char *escaped, char out[IDENTITY_BYTES_MAX + 1])
{
    size_t size = 0;
    for (const char *at = escaped; *at; at++) {
        if (size == IDENTITY_BYTES_MAX)
            return false;
        out[size] = *at;
        if (*at == '%') {
            const char digits[] = {at[1], at[1] ? at[2] : '\0', '\0'};
            if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
                return false;
            out[size] = (char)strtoul(digits, NULL, 16);
            at += 2;
        }
        size++;
    }
    out[size] = '\0';
    return true;
}
