/* picture_text.c: see picture_text.h. */
#include "services/gateway/picture_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PICTURE_TEXT_BYTES = 96 };

const char *picture_text(struct arena *arena, const char *format, ...)
{
    char text[PICTURE_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *copy = arena_take(arena, strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}
