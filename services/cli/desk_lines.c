/* desk_lines.c: see desk_lines.h. */
#include "services/cli/desk_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SECRET_ENDING ".key_secret"
#define DESK_CREDENTIAL   "desks_"

static const char blanks[] = " \t\r";

/* Writes the name of the key whose path this word is; "" if it is none. */
static void key_name_of(const char *word, size_t size, char name[DESK_NAME_BYTES])
{
    static const char ending[] = KEY_SECRET_ENDING, folder[] = DESK_CREDENTIAL;
    const char *end = word + size, *slash = memrchr(word, '/', size);
    if (slash)
        word = slash + 1;
    name[0] = '\0';
    if ((size_t)(end - word) < sizeof ending || strncmp(end - strlen(ending), ending, strlen(ending)) != 0)
        return;
    end -= strlen(ending);
    if (strncmp(word, folder, strlen(folder)) == 0)
        word += strlen(folder);
    if (end - word < DESK_NAME_BYTES)
        snprintf(name, DESK_NAME_BYTES, "%.*s", (int)(end - word), word);
}

bool desk_lines_take(const char **text, char name[DESK_NAME_BYTES])
{
    const char *line = *text, *word = line + strspn(line, blanks);
    name[0] = '\0';
    if (!*line)
        return false;
    if (*word != '#')
        key_name_of(word, strcspn(word, " \t\r\n"), name);
    *text = line + strcspn(line, "\n");
    *text += **text == '\n';
    return true;
}

static bool has_desk(const char *text, const char *name)
{
    char other[DESK_NAME_BYTES];
    while (desk_lines_take(&text, other))
        if (strcmp(other, name) == 0)
            return true;
    return false;
}

/* Whether a word of a comment is the path of the key. */
static bool is_commented_out(const char *text, const char *name)
{
    char other[DESK_NAME_BYTES];
    bool comment = false;
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, "# \t\r\n");
        if (size > 0)
            key_name_of(at, size, other);
        if (size > 0 && comment && strcmp(other, name) == 0)
            return true;
        at += size;
        comment = *at == '#' || (comment && *at != '\n');
        at += *at != '\0';
    }
    return false;
}

/* Writes the line of `wanted` that begins at `line` where it belongs. */
static void compare_desk(const char *there, const char *line, const char *name, FILE *out, FILE *added,
                         FILE *left)
{
    if (has_desk(there, name))
        return;
    FILE *names = is_commented_out(there, name) ? left : added;
    if (names == added)
        fprintf(out, "%.*s\n", (int)strcspn(line, "\n"), line);
    fprintf(names, "%s%s", ftell(names) > 0 ? ", " : "", name);
}

bool desk_changes_find(struct desk_changes *changes, const char *there, const char *wanted)
{
    char name[DESK_NAME_BYTES];
    size_t sizes[3], size = strlen(there);
    FILE *out = open_memstream(&changes->text, &sizes[0]),
         *added = open_memstream(&changes->added, &sizes[1]),
         *left = open_memstream(&changes->left, &sizes[2]);
    bool good = out && added && left;
    if (good)
        fprintf(out, "%s", there);
    if (good && size > 0 && there[size - 1] != '\n')
        fprintf(out, "\n");
    for (const char *line = wanted, *next = line; good && desk_lines_take(&next, name); line = next)
        if (*name)
            compare_desk(there, line, name, out, added, left);
    FILE *const files[] = {out, added, left};
    for (size_t i = 0; i < 3; i++)
        good = files[i] && fclose(files[i]) == 0 && good;
    return good;
}

void desk_changes_close(struct desk_changes *changes)
{
    free(changes->text);
    free(changes->added);
    free(changes->left);
    *changes = (struct desk_changes){0};
}
