/* doctor_parts.c: which of our programs a machine is to run, as its settings say, and which of them run. See
 * doctor.h. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/cli/doctor.h"

enum { SETTING_LINE_BYTES = 1024, COMMAND_BYTES = 16 * 1024 };

static const char settings_folder[] = "/etc/default/";

const char *doctor_path(const struct doctor *doctor, const char *path, char out[PATH_MAX])
{
    size_t size = strlen(doctor->root);
    bool stands = size && strncmp(path, doctor->root, size) == 0 && path[size] == '/';
    if (snprintf(out, PATH_MAX, "%s%s", stands ? "" : doctor->root, path) >= PATH_MAX)
        out[0] = '\0';
    return out;
}

/* --- settings ------------------------------------------------------------------------------------------- */

/* The value without its quotation marks, as systemd reads it. */
static void take_setting(const char *from, char *out, size_t size)
{
    size_t used = 0;
    bool quoted = *from == '"';
    for (from += quoted; *from && *from != '\n' && !(quoted && *from == '"') && used + 1 < size; from++) {
        if (*from == '\\' && from[1])
            from++;
        out[used++] = *from;
    }
    out[used] = '\0';
}

int doctor_setting(const struct doctor *doctor, const char *path, const char *name, char *out, size_t size)
{
    char line[SETTING_LINE_BYTES], there[PATH_MAX];
    FILE *file = fopen(doctor_path(doctor, path, there), "re");
    size_t length = strlen(name);
    int number = 0, found = 0;
    out[0] = '\0';
    while (file && fgets(line, sizeof line, file)) {
        number++;
        if (strncmp(line, name, length) != 0 || line[length] != '=')
            continue;
        take_setting(line + length + 1, out, size); /* the last one counts */
        found = number;
    }
    if (file)
        fclose(file);
    return found;
}

/* --- processes ------------------------------------------------------------------------------------------ */

/* Whether a word of a command line is a path in this folder, or the folder: by itself, or as an option's. */
static bool word_is_in(const char *word, const char *folder)
{
    const char *equals = strchr(word, '='), *path = equals && word[0] == '-' ? equals + 1 : word;
    size_t size = strlen(folder);
    return strncmp(path, folder, size) == 0 && (path[size] == '\0' || path[size] == '/');
}

static bool command_is_of(const char *command, size_t size, const struct doctor_part *part, const char *state)
{
    const char *slash = strrchr(command, '/'), *end = command + size;
    if (strcmp(slash ? slash + 1 : command, part->program) != 0)
        return false;
    for (const char *word = command; word < end; word += strlen(word) + 1)
        if (word_is_in(word, state))
            return true;
    return false;
}

/* The command line of a process, its words ended by NUL; 0: it cannot be read. */
static size_t read_command_line(const char *pid, char out[COMMAND_BYTES])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t got = read(file, out, COMMAND_BYTES - 1);
    close(file);
    out[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

static pid_t find_process(const struct doctor *doctor, const struct doctor_part *part)
{
    static char command[COMMAND_BYTES];
    char state[PATH_MAX];
    pid_t pid = 0;
    DIR *folder = opendir("/proc");
    (void)doctor_path(doctor, part->state, state);
    for (const struct dirent *entry; folder && !pid && (entry = readdir(folder));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        size_t size = read_command_line(entry->d_name, command);
        if (size && command_is_of(command, size, part, state))
            pid = (pid_t)atoi(entry->d_name);
    }
    if (folder)
        closedir(folder);
    return pid;
}

/* --- parts ---------------------------------------------------------------------------------------------- */

static struct doctor_part *doctor_part_add(struct doctor *doctor, enum doctor_kind kind, const char *program)
{
    if (doctor->part_count == DOCTOR_PARTS_MAX)
        return NULL;
    struct doctor_part *part = &doctor->parts[doctor->part_count++];
    *part = (struct doctor_part){.kind = kind, .program = program, .user = program};
    snprintf(part->unit, sizeof part->unit, "%s.service", program);
    snprintf(part->settings, sizeof part->settings, "%s%s", settings_folder, program);
    snprintf(part->state, sizeof part->state, "/var/lib/%s", program);
    return part;
}

static void settle_part(struct doctor *doctor, struct doctor_part *part)
{
    int line = doctor_setting(doctor, part->settings, "CONCORDAT_LISTEN", part->listen, sizeof part->listen);
    if (!line && part->kind == PART_ROUTER)
        snprintf(part->listen, sizeof part->listen, "tcp://127.0.0.1:5170"); /* as its unit says */
    part->pid = find_process(doctor, part);
}

static bool doctor_has(const struct doctor *doctor, const char *shown)
{
    char path[PATH_MAX];
    return access(doctor_path(doctor, shown, path), F_OK) == 0;
}

/* Its settings say that it is to run here, or another file that it alone reads (NULL: there is none). */
static void find_part(struct doctor *doctor, enum doctor_kind kind, const char *program, const char *other)
{
    char settings[DOCTOR_TEXT_BYTES];
    snprintf(settings, sizeof settings, "%s%s", settings_folder, program);
    bool runs_here = doctor_has(doctor, settings) || (other && doctor_has(doctor, other));
    struct doctor_part *part = runs_here ? doctor_part_add(doctor, kind, program) : NULL;
    if (part)
        settle_part(doctor, part);
}

static void find_intakes(struct doctor *doctor)
{
    static const char every[] = "concordat-intake-";
    char pattern[PATH_MAX], shown[DOCTOR_TEXT_BYTES];
    glob_t found = {0};
    snprintf(shown, sizeof shown, "%s%s*", settings_folder, every);
    (void)glob(doctor_path(doctor, shown, pattern), 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *source = strstr(strrchr(found.gl_pathv[i], '/'), every) + strlen(every);
        bool is_settings = source[strcspn(source, ".~")] == '\0' && strlen(source) <= 32;
        struct doctor_part *part =
            is_settings ? doctor_part_add(doctor, PART_INTAKE, "concordat-intake") : NULL;
        if (!part)
            continue;
        snprintf(part->source, sizeof part->source, "%.32s", source);
        snprintf(part->unit, sizeof part->unit, "concordat-intake@%.32s.service", source);
        snprintf(part->settings, sizeof part->settings, "%s%s%.32s", settings_folder, every, source);
        snprintf(part->state, sizeof part->state, "/var/lib/%s%.32s", every, source);
        settle_part(doctor, part);
    }
    globfree(&found);
}

void doctor_find_parts(struct doctor *doctor)
{
    find_part(doctor, PART_ROUTER, "concordat-broker", "/etc/concordat/region.yaml");
    find_intakes(doctor);
    find_part(doctor, PART_AUDIT, "concordat-audit", NULL);
    find_part(doctor, PART_GATEWAY, "concordat-gateway", NULL);
}

const struct doctor_part *doctor_part_of(const struct doctor *doctor, enum doctor_kind kind)
{
    for (size_t i = 0; i < doctor->part_count; i++)
        if (doctor->parts[i].kind == kind)
            return &doctor->parts[i];
    return NULL;
}
