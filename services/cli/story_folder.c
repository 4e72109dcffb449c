/* story_folder.c: see story_folder.h. */
#include "services/cli/story_folder.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/sync_folder.h"
#include "services/terminal/terminal.h"

enum {
    PATH_BYTES = PATH_MAX + 32,
    STORY_COLUMNS = 80,
    EVENT_INDENT = 8,
    ITEM_INDENT = 10,
    DIGEST_LINE_BYTES = 2 * crypto_hash_sha256_BYTES + 32
};

/* The files of a folder, in the order in which they are made: the last names the digests of the others. */
enum story_file { FILE_STORY, FILE_EVENTS, FILE_ABOUT, FILE_CHECK, FILES };
static const char *const file_names[FILES] = {"story.txt", "events.json", "about.json", "check.txt"};

struct file_text {
    char *text; /* owned */
    size_t size;
};

static void close_texts(struct file_text texts[FILES])
{
    for (int i = 0; i < FILES; i++) {
        free(texts[i].text);
        texts[i] = (struct file_text){0};
    }
}

/* ---- the story as it is read ---- */

static void print_underlined(const struct terminal *page, const struct sheet_line *line)
{
    int width = fprintf(page->out, "%s%s%s", line->label, line->text[0] ? " " : "", line->text);
    fputc('\n', page->out);
    for (int i = 0; i < width; i++)
        fputc('=', page->out);
    fputc('\n', page->out);
}

static void print_story_line(const struct terminal *page, const struct sheet_line *line)
{
    switch (line->kind) {
    case SHEET_HEADLINE:
        print_underlined(page, line);
        return;
    case SHEET_HEADING:
        fprintf(page->out, "%s\n", line->text);
        return;
    case SHEET_FIELD:
        terminal_wrap(page, line->text, EVENT_INDENT,
                      (unsigned)fprintf(page->out, "%-*s", EVENT_INDENT, line->label));
        return;
    case SHEET_ITEM:
        terminal_wrap(page, line->text, ITEM_INDENT,
                      (unsigned)fprintf(page->out, "%*s%s:", EVENT_INDENT, "", line->label));
        return;
    case SHEET_ROW:
    case SHEET_SENTENCE:
        terminal_wrap(page, line->text, 0, 0);
        return;
    }
}

/* A paragraph or a heading stands apart; so does a list from what comes before it. */
static bool stands_apart(const struct sheet_line *before, const struct sheet_line *line)
{
    bool is_part = line->kind == SHEET_FIELD || line->kind == SHEET_ITEM;
    bool follows_part = before->kind == SHEET_FIELD || before->kind == SHEET_ITEM;
    return line->kind == SHEET_HEADLINE || line->kind == SHEET_HEADING ||
           (before->kind != SHEET_HEADLINE && before->kind != SHEET_HEADING && is_part != follows_part);
}

void story_print(const struct case_story *story, FILE *out)
{
    const struct terminal page = {.out = out, .columns = STORY_COLUMNS};
    const struct sheet *sheet = &story->sheet;
    for (size_t i = 0; i < sheet->count; i++) {
        if (i > 0 && stands_apart(&sheet->lines[i - 1], &sheet->lines[i]))
            fputc('\n', out);
        print_story_line(&page, &sheet->lines[i]);
    }
}

/* ---- the texts of the files ---- */

static const char *about_text(const json_t *about, const char *key)
{
    const char *text = json_string_value(json_object_get(about, key));
    return text ? text : "";
}

/* As sha256sum prints it. Returns `out`. */
static const char *digest_line(const struct file_text *text, const char *name, char out[DIGEST_LINE_BYTES])
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof digest + 1];
    crypto_hash_sha256(digest, (const uint8_t *)text->text, text->size);
    snprintf(out, DIGEST_LINE_BYTES, "%s  %s\n", sodium_bin2hex(hex, sizeof hex, digest, sizeof digest),
             name);
    return out;
}

static void print_check(const struct case_story *story, const struct file_text texts[FILES], FILE *out)
{
    char line[DIGEST_LINE_BYTES];
    fprintf(out,
            "How to check this folder\n"
            "========================\n"
            "It has the story of case %s as of event %" JSON_INTEGER_FORMAT " of a trail.\n"
            "  story.txt    the story, to be read\n"
            "  events.json  every event of the case: its number, its bytes (in hexadecimal\n"
            "               digits), their digest and the chain value of the trail\n"
            "  about.json   from which trail it was made, and by which program\n"
            "\n"
            "1. Has the trail been altered? Ask whoever keeps a trail to run:\n"
            "     concordat verify --trail trail.db\n"
            "\n"
            "2. Does this folder say what that trail says?\n"
            "     concordat story --check FOLDER --trail trail.db\n"
            "   It reads every event of the case in the trail, tells the story again and\n"
            "   compares each file. It names what differs, and ends with 8 if anything does.\n"
            "   An auditor's and an inspector's trail have another form of each event: ask\n"
            "   for a trail of the kind from which this was made (\"form\" in about.json).\n"
            "\n"
            "3. Without Concordat: the chain value of an event is the BLAKE2b-256 of\n"
            "   chainBefore, the digest of its reduced form and that of its full form, one\n"
            "   after another; its digest is the BLAKE2b-256 of its bytes. In a trail:\n"
            "     sqlite3 trail.db \"SELECT seq, kind, hex(chain) FROM event WHERE seq = N\"\n"
            "\n"
            "4. Are the files those that were written together with this one?\n"
            "     sha256sum --check check.txt\n"
            "   This alone proves little: whoever alters a file can alter this one too.\n"
            "\n",
            about_text(story->about, "case"), json_integer_value(json_object_get(story->about, "event")));
    for (int i = 0; i < FILE_CHECK; i++)
        fputs(digest_line(&texts[i], file_names[i], line), out);
}

static bool print_json(const json_t *json, FILE *out)
{
    return json_dumpf(json, out, JSON_INDENT(1) | JSON_SORT_KEYS) == 0 && fputc('\n', out) != EOF;
}

static bool make_text(const struct case_story *story, enum story_file which, struct file_text texts[FILES])
{
    FILE *out = open_memstream(&texts[which].text, &texts[which].size);
    bool good = out;
    if (!out)
        return false;
    if (which == FILE_STORY)
        story_print(story, out);
    else if (which == FILE_CHECK)
        print_check(story, texts, out);
    else
        good = print_json(which == FILE_EVENTS ? story->events : story->about, out);
    return fclose(out) == 0 && good && texts[which].text;
}

static bool make_texts(const struct case_story *story, struct file_text texts[FILES])
{
    for (enum story_file which = FILE_STORY; which < FILES; which++)
        if (!make_text(story, which, texts))
            return false;
    return true;
}

/* ---- writing ---- */

static bool write_new(const char *folder, const char *name, const struct file_text *text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wxe");
    bool good = out && fwrite(text->text, 1, text->size, out) == text->size && fflush(out) == 0 &&
                fsync(fileno(out)) == 0;
    int problem = errno;
    good = out && fclose(out) == 0 && good;
    errno = problem;
    return good;
}

static void remove_made(const char *folder)
{
    char path[PATH_BYTES];
    int problem = errno;
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, file_names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    errno = problem;
}

/* A folder that is filled takes the place of one that is not there, or is empty: rename refuses any other. */
static bool write_folder(const struct file_text texts[FILES], const char *folder)
{
    char made[PATH_MAX], inside[PATH_BYTES];
    size_t size = strlen(folder);
    while (size > 1 && folder[size - 1] == '/')
        size--;
    if (snprintf(made, sizeof made, "%.*s.XXXXXX", (int)size, folder) >= (int)sizeof made - 16) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!mkdtemp(made))
        return false;
    bool good = true;
    for (int i = 0; i < FILES && good; i++)
        good = write_new(made, file_names[i], &texts[i]);
    snprintf(inside, sizeof inside, "%s/%s", made, file_names[0]);
    if (good && sync_folder_of(inside) && rename(made, folder) == 0 && sync_folder_of(made))
        return true;
    remove_made(made);
    return false;
}

int story_folder_write(const struct case_story *story, const char *folder, char *message, size_t message_size)
{
    struct file_text texts[FILES] = {0};
    int result = make_texts(story, texts) ? REPORT_DONE : REPORT_FAILED;
    snprintf(message, message_size, "the story cannot be written: out of memory");
    if (result == REPORT_DONE && !write_folder(texts, folder)) {
        bool stands = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR;
        result = stands ? REPORT_UNKNOWN : REPORT_FAILED;
        if (stands)
            snprintf(
                message, message_size,
                "%.200s is there already, and is not an empty folder: nothing was written; say --out with "
                "another name",
                folder);
        else
            snprintf(message, message_size, "%.200s cannot be made: %s; nothing was written", folder,
                     strerror(errno));
    }
    close_texts(texts);
    return result;
}

/* ---- checking ---- */

struct check {
    FILE *out;
    const char *folder;
    size_t differing;
};

__attribute__((format(printf, 2, 3))) static void differs(struct check *check, const char *format, ...)
{
    va_list arguments;
    check->differing++;
    fputs("DIFFERS: ", check->out);
    va_start(arguments, format);
    vfprintf(check->out, format, arguments);
    va_end(arguments);
    fputc('\n', check->out);
}

static bool read_text(const char *folder, const char *name, struct file_text *text)
{
    char path[PATH_BYTES], part[4096];
    size_t got;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "re"), *out = in ? open_memstream(&text->text, &text->size) : NULL;
    if (!out) {
        if (in)
            fclose(in);
        return false;
    }
    while ((got = fread(part, 1, sizeof part, in)) > 0)
        fwrite(part, 1, got, out);
    bool good = !ferror(in);
    fclose(in);
    return fclose(out) == 0 && good;
}

static void find_strangers(struct check *check)
{
    DIR *folder = opendir(check->folder);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        bool known = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        for (int i = 0; i < FILES; i++)
            known = known || strcmp(entry->d_name, file_names[i]) == 0;
        if (!known)
            differs(check, "the folder has a file that no story has: %.100s", entry->d_name);
    }
    if (folder)
        closedir(folder);
}

/* Whether each file is the one that was written together with check.txt. */
static void compare_digests(struct check *check, const struct file_text has[FILES])
{
    char line[DIGEST_LINE_BYTES];
    for (int i = 0; i < FILE_CHECK; i++)
        if (!strstr(has[FILE_CHECK].text, digest_line(&has[i], file_names[i], line)))
            differs(check, "%s is not the file that check.txt has the digest of", file_names[i]);
}

static int line_length(const char *at)
{
    size_t size = strcspn(at, "\n");
    return size < 200 ? (int)size : 200;
}

/* Names the first line that is not the same. */
static void compare_text(struct check *check, const char *name, const struct file_text *has,
                         const struct file_text *gives)
{
    size_t line = 1, begins = 0, at = 0;
    if (has->size == gives->size && memcmp(has->text, gives->text, has->size) == 0)
        return;
    for (; at < has->size && at < gives->size && has->text[at] == gives->text[at]; at++)
        if (has->text[at] == '\n') {
            line++;
            begins = at + 1;
        }
    differs(check, "%s, line %zu\n  the folder has:  %.*s\n  the trail gives: %.*s", name, line,
            line_length(has->text + begins), has->text + begins, line_length(gives->text + begins),
            gives->text + begins);
}

/* Events are compared one by one, so that each that differs is named. */
static void compare_events(struct check *check, const struct file_text *has, const json_t *gives)
{
    json_t *events = json_loadb(has->text, has->size, JSON_REJECT_DUPLICATES, NULL), *event;
    size_t at, count = json_array_size(gives);
    if (!json_is_array(events))
        differs(check, "events.json is no list of events any more");
    else if (json_array_size(events) != count)
        differs(check, "events.json has %zu events of the case, and the trail has %zu",
                json_array_size(events), count);
    json_array_foreach (events, at, event) {
        const json_t *given = json_array_get(gives, at);
        if (given && !json_equal(event, given))
            differs(check, "event %" JSON_INTEGER_FORMAT " is not the event of the trail",
                    json_integer_value(json_object_get(given, "event")));
    }
    json_decref(events);
}

/* What the folder says of itself; NULL if that cannot be read. */
static json_t *read_about(struct check *check, const struct file_text *text,
                          struct case_story_question *question)
{
    json_t *about = json_loadb(text->text, text->size, JSON_REJECT_DUPLICATES, NULL);
    question->number = json_string_value(json_object_get(about, "case"));
    question->as_at_event = json_integer_value(json_object_get(about, "event"));
    question->verified = about;
    uint32_t number;
    bool drill;
    if (question->number && words_parse_number(question->number, &number, &drill) &&
        question->as_at_event > 0 &&
        case_story_read_profile(about_text(about, "profile"), &question->profile))
        return about;
    differs(check, "about.json does not say any more which story this is");
    json_decref(about);
    return NULL;
}

static void compare_all(struct check *check, const struct file_text has[FILES],
                        const struct file_text gives[FILES], const struct case_story *story,
                        const json_t *about)
{
    const char *wrote = about_text(about, "program"), *reads = about_text(story->about, "program");
    if (strcmp(about_text(about, "chain"), about_text(story->about, "chain")) != 0)
        differs(check,
                "the trail is another one, or was altered: its event %" JSON_INTEGER_FORMAT
                " has another chain value than the folder says",
                json_integer_value(json_object_get(story->about, "event")));
    compare_events(check, &has[FILE_EVENTS], story->events);
    if (strcmp(wrote, reads) != 0) {
        differs(check,
                "%.60s wrote the folder, and this is %.60s, whose words may be others: only the events were "
                "compared",
                wrote, reads);
        return;
    }
    for (int i = 0; i < FILES; i++)
        compare_text(check, file_names[i], &has[i], &gives[i]);
}

/* An auditor's trail and an inspector's have another form of each event. */
static bool is_of_another_kind(const json_t *about, const json_t *given, char *message, size_t message_size)
{
    bool was_full = strcmp(about_text(about, "form"), "full") == 0,
         is_full = strcmp(about_text(given, "form"), "full") == 0;
    snprintf(
        message, message_size,
        "the folder was made from %s trail, and this is %s: nothing was compared; ask for a trail of the first "
        "kind",
        was_full ? "an inspector's" : "an auditor's", is_full ? "an inspector's" : "an auditor's");
    return was_full != is_full;
}

static int check_texts(struct check *check, const char *trail_path, const struct file_text has[FILES],
                       char *message, size_t message_size)
{
    struct case_story story = {0};
    struct case_story_question question = {0};
    struct file_text gives[FILES] = {0};
    json_t *about = read_about(check, &has[FILE_ABOUT], &question);
    if (!about)
        return REPORT_DONE;
    int result = case_story_tell(trail_path, &question, &story, message, message_size);
    bool is_told = result == REPORT_DONE || result == REPORT_ALTERED;
    if (is_told && is_of_another_kind(about, story.about, message, message_size))
        result = REPORT_UNKNOWN;
    else if (is_told && make_texts(&story, gives)) {
        compare_all(check, has, gives, &story, about);
        if (check->differing == 0)
            fprintf(check->out,
                    "Nothing differs: the folder has the story of case %s as of event %" PRId64
                    ", and the trail gives the same, byte by byte, with its %zu events.\n"
                    "Whether the trail is whole, concordat verify says.\n",
                    question.number, question.as_at_event, json_array_size(story.events));
        result = story.is_altered ? REPORT_ALTERED : REPORT_DONE;
    } else if (is_told) {
        snprintf(message, message_size, "out of memory");
        result = REPORT_FAILED;
    }
    close_texts(gives);
    case_story_close(&story);
    json_decref(about);
    return result;
}

int story_folder_check(const char *trail_path, const char *folder, FILE *out, char *message,
                       size_t message_size)
{
    struct check check = {out, folder, 0};
    struct file_text has[FILES] = {0};
    struct stat about;
    if (stat(folder, &about) != 0 || !S_ISDIR(about.st_mode)) {
        snprintf(message, message_size, "%.200s is no folder that can be read", folder);
        return REPORT_UNKNOWN;
    }
    for (int i = 0; i < FILES; i++)
        if (!read_text(folder, file_names[i], &has[i]))
            differs(&check, "%s is not there, or cannot be read", file_names[i]);
    find_strangers(&check);
    int result = REPORT_DONE;
    if (has[FILE_ABOUT].text && has[FILE_STORY].text && has[FILE_EVENTS].text && has[FILE_CHECK].text) {
        char line[DIGEST_LINE_BYTES];
        compare_digests(&check, has);
        /* By an about.json that was altered another story would be told. */
        if (strstr(has[FILE_CHECK].text, digest_line(&has[FILE_ABOUT], file_names[FILE_ABOUT], line)))
            result = check_texts(&check, trail_path, has, message, message_size);
    }
    close_texts(has);
    return check.differing && (result == REPORT_DONE || result == REPORT_ALTERED) ? STORY_DIFFERS : result;
}
