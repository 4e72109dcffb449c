/* doctor_programs.c: whether the programs that are installed, and what they stored, are of one version. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/ledger_format.h"
#include "proto/words/program.h"
#include "services/audit/trail_schema.h"
#include "services/cli/doctor_checks.h"
#include "services/cli/setup_run.h"
#include "services/intake/outbox.h"

/* --- versions ------------------------------------------------------------------------------------------- */

/* Seen from this program: the same folder; sbin beside bin; and where a build puts each. */
static const char *const program_places[] = {
    "", "../sbin/", "../../broker/", "../../broker/tools/", "../intake/", "../audit/", "../gateway/"};

static void check_version_of(struct doctor *doctor, const char *program)
{
    char path[PATH_MAX], *said = NULL;
    size_t size = strlen(program);
    if (!program_beside(program, program_places, sizeof program_places / sizeof *program_places, path)) {
        doctor_wrong(doctor, "%s: it is not installed beside this program; install its package", program);
        return;
    }
    int code = setup_run((const char *const[]){path, "--version", NULL}, &said);
    char *line = said ? strsep(&(char *){said}, "\n") : NULL;
    bool is_told = code == 0 && line && strncmp(line, program, size) == 0 && line[size] == ' ';
    if (!is_told)
        doctor_wrong(doctor, "%s: it does not say its version; install its package again", path);
    else if (strcmp(line + size + 1, CONCORDAT_VERSION) != 0)
        doctor_wrong(doctor, "%s: it is of version %.40s, and this program of %s; install all of one version",
                     path, line + size + 1, CONCORDAT_VERSION);
    else
        doctor_well(doctor, "%s: version %s", path, CONCORDAT_VERSION);
    free(said);
}

void doctor_check_programs(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->part_count; i++) {
        bool is_first = i == 0 || doctor->parts[i].kind != doctor->parts[i - 1].kind;
        if (is_first)
            check_version_of(doctor, doctor->parts[i].program);
        if (doctor->parts[i].kind == PART_ROUTER)
            check_version_of(doctor, "concordat-replay");
    }
}

/* --- what is stored ------------------------------------------------------------------------------------- */

/* The header of an SQLite file has the number of its format, and whose file it is (big-endian). */
enum { SQLITE_HEADER_BYTES = 100, AT_FORMAT = 60, AT_OWNER = 68 };

static const struct stored_file {
    enum doctor_kind kind;
    const char *name;
    uint32_t owner, format;
} stored_files[] = {
    {PART_ROUTER, "ledger.db", LEDGER_APPLICATION_ID, LEDGER_VERSION},
    {PART_AUDIT, "trail.db", TRAIL_APPLICATION_ID, TRAIL_VERSION},
    {PART_INTAKE, "outbox.db", OUTBOX_APPLICATION_ID, OUTBOX_VERSION},
};

static uint32_t number_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* SQLite itself would write beside the file, so its header is read as it stands. */
static void check_header(struct doctor *doctor, const struct stored_file *file, const char *path,
                         const char *unit)
{
    unsigned char header[SQLITE_HEADER_BYTES];
    FILE *open = fopen(path, "re");
    if (!open && errno != ENOENT) {
        doctor_unseen(doctor, "%s: %s", path, strerror(errno));
        return;
    }
    size_t got = open ? fread(header, 1, sizeof header, open) : 0;
    if (open)
        fclose(open);
    if (got == 0) /* nothing was stored yet; the check of rights says if the folder is missing */
        return;
    uint32_t format = got == sizeof header ? number_at(header + AT_FORMAT) : 0;
    uint32_t owner = got == sizeof header ? number_at(header + AT_OWNER) : 1;
    if (owner == 0 && format == 0)
        doctor_unseen(doctor, "%s: its format: the file is new, and only its program can read it yet", path);
    else if (got != sizeof header || owner != file->owner)
        doctor_wrong(doctor,
                     "%s: it is none of ours, or damaged; keep it, and see OPERATE.md before %s starts", path,
                     unit);
    else if (format != file->format)
        doctor_wrong(
            doctor,
            "%s: it is of format %u, and this version knows %u; install the version that wrote it (%s than "
            "this one)",
            path, format, file->format, format > file->format ? "newer" : "older");
    else
        doctor_well(doctor, "%s: format %u", path, format);
}

void doctor_check_formats(struct doctor *doctor)
{
    char shown[PATH_MAX], path[PATH_MAX];
    for (size_t i = 0; i < doctor->part_count; i++)
        for (size_t j = 0; j < sizeof stored_files / sizeof *stored_files; j++) {
            const struct doctor_part *part = &doctor->parts[i];
            if (part->kind != stored_files[j].kind)
                continue;
            snprintf(shown, sizeof shown, "%s/%s", part->state, stored_files[j].name);
            check_header(doctor, &stored_files[j], doctor_path(doctor, shown, path), part->unit);
        }
}
