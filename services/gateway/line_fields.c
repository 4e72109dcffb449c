/* line_fields.c: see line_fields.h. */
#include "services/gateway/line_fields.h"

#include <string.h>

#include "proto/wire/utf8.h"

static char *take_line_value(char **rest, const char *name, bool is_last)
{
    size_t chars = strlen(name);
    if (!*rest || strncmp(*rest, name, chars) != 0 || (*rest)[chars] != '=')
        return NULL;
    *rest += chars + 1;
    return strsep(rest, is_last ? "" : " ");
}

const char *line_fields_read(char *text, const struct line_field *fields, size_t count, void *row)
{
    char *rest = text;
    for (size_t i = 0; i < count; i++) {
        const char *value = take_line_value(&rest, fields[i].name, i + 1 == count);
        if (!value || !fields[i].read(value, row))
            return fields[i].wrong;
    }
    return NULL;
}

bool line_fields_copy(char *out, size_t room, const char *value)
{
    size_t size = strlen(value);
    if (size == 0 || size >= room || !utf8_is_text(value, size, false))
        return false;
    memcpy(out, value, size + 1);
    return true;
}
