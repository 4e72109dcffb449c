/* people_file.c: see people_file.h. */
#include "services/terminal/people_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE_FILE_BYTES_MAX = PEOPLE_MAX * (PEOPLE_NAME_BYTES_MAX + PERSON_ID_CHARS_MAX + 8) };

/* The text of a file, owned by the caller; NULL with errno set. */
static char *people_file_text(FILE *file)
{
    char *text = malloc(PEOPLE_FILE_BYTES_MAX + 1);
    if (!text)
        return NULL;
    size_t size = fread(text, 1, PEOPLE_FILE_BYTES_MAX + 1, file);
    if (!ferror(file) && size <= PEOPLE_FILE_BYTES_MAX && !memchr(text, '\0', size)) {
        text[size] = '\0';
        return text;
    }
    free(text);
    errno = ferror(file) ? EIO : size > PEOPLE_FILE_BYTES_MAX ? EFBIG : EILSEQ;
    return NULL;
}

void people_file_read(struct people *people, const char *path, char fault[PEOPLE_FAULT_BYTES])
{
    FILE *file = fopen(path, "re");
    char *text = file ? people_file_text(file) : NULL;
    *people = (struct people){0};
    if (text)
        people_read(people, path, text, fault);
    else
        snprintf(fault, PEOPLE_FAULT_BYTES, "%s: %s", path, strerror(errno));
    free(text);
    if (file)
        fclose(file);
}
