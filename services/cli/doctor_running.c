/* doctor_running.c: whether each program runs, is the one that is installed, and listens where its settings
 * say and nowhere else; and what systemd says of its unit. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/cli/doctor_checks.h"
#include "services/cli/setup_run.h"

/* As /proc/net/tcp writes it. */
enum { TCP_LISTENS = 0x0A, ADDRESS_CHARS = 32, ADDRESS_BYTES = INET6_ADDRSTRLEN + 16, RESTARTS_MANY = 3 };

/* --- what listens --------------------------------------------------------------------------------------- */

struct listening {
    char address[ADDRESS_BYTES]; /* such as 127.0.0.1:5170 */
    unsigned port;
    unsigned long inode;
    bool loopback;
};

/* The kernel writes an address as words of four bytes, each as this machine keeps a number. */
static void read_address(const char *text, unsigned port, struct listening *out)
{
    uint32_t words[4] = {0};
    char ip[INET6_ADDRSTRLEN] = "";
    size_t count = strlen(text) / 8;
    for (size_t i = 0; i < count && i < 4; i++)
        if (sscanf(text + 8 * i, "%8" SCNx32, &words[i]) != 1)
            return;
    out->loopback = count == 1 ? (ntohl(words[0]) >> 24) == 127
                               : !words[0] && !words[1] && !words[2] && ntohl(words[3]) == 1;
    inet_ntop(count == 1 ? AF_INET : AF_INET6, words, ip, sizeof ip);
    snprintf(out->address, sizeof out->address, count == 1 ? "%s:%u" : "[%s]:%u", ip, port);
}

static bool read_listening(const char *line, struct listening *out)
{
    char address[ADDRESS_CHARS + 1];
    unsigned port, state;
    *out = (struct listening){0};
    if (sscanf(line, " %*u: %32[0-9A-F]:%x %*s %x %*s %*s %*s %*u %*u %lu", address, &port, &state,
               &out->inode) != 4 ||
        state != TCP_LISTENS)
        return false;
    out->port = port;
    read_address(address, port, out);
    return true;
}

/* Calls back for each socket of TCP that listens in the network of a process. */
typedef void each_listening(void *context, const struct listening *listening);

static bool walk_listening(pid_t pid, each_listening *each, void *context)
{
    static const char *const tables[] = {"tcp", "tcp6"};
    char path[64], line[512];
    bool read = false;
    for (size_t i = 0; i < 2; i++) {
        struct listening listening;
        snprintf(path, sizeof path, "/proc/%ld/net/%s", (long)pid, tables[i]);
        FILE *file = fopen(path, "re");
        read |= file != NULL;
        while (file && fgets(line, sizeof line, file))
            if (read_listening(line, &listening))
                each(context, &listening);
        if (file)
            fclose(file);
    }
    return read;
}

/* Whether a process has the socket open; *known: its descriptors could be read. */
static bool process_has_socket(pid_t pid, unsigned long inode, bool *known)
{
    char path[300], link[64], wanted[64];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
    DIR *folder = opendir(path);
    *known = folder != NULL;
    for (const struct dirent *entry; folder && !found && (entry = readdir(folder));) {
        snprintf(path, sizeof path, "/proc/%ld/fd/%.20s", (long)pid, entry->d_name);
        ssize_t size = readlink(path, link, sizeof link - 1);
        link[size > 0 ? size : 0] = '\0';
        found = strcmp(link, wanted) == 0;
    }
    if (folder)
        closedir(folder);
    return found;
}

/* A socket that has the port of a program that does not run. */
struct port_taken {
    unsigned port;
    unsigned long inode; /* 0: nobody has it */
};

static void find_taken(void *context, const struct listening *listening)
{
    struct port_taken *taken = context;
    if (listening->port == taken->port)
        taken->inode = listening->inode;
}

static unsigned port_of(const char *endpoint)
{
    const char *colon = strrchr(endpoint, ':');
    return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

/* "; its address is taken by NAME (process 17)", or "". */
static void say_who_has(const struct doctor_part *part, char out[256])
{
    struct port_taken taken = {.port = port_of(part->listen)};
    char name[64] = "another program", path[64];
    DIR *folder =
        taken.port && walk_listening(getpid(), find_taken, &taken) && taken.inode ? opendir("/proc") : NULL;
    long pid = 0;
    bool known;
    for (const struct dirent *entry; folder && !pid && (entry = readdir(folder));)
        if (isdigit((unsigned char)entry->d_name[0]) &&
            process_has_socket((pid_t)atoi(entry->d_name), taken.inode, &known))
            pid = atol(entry->d_name);
    if (folder)
        closedir(folder);
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *file = pid ? fopen(path, "re") : NULL;
    if (file && fgets(name, sizeof name, file))
        name[strcspn(name, "\n")] = '\0';
    if (file)
        fclose(file);
    out[0] = '\0';
    if (taken.inode)
        snprintf(out, 256, "%s is taken by %s (process %ld); stop that, or have ours listen elsewhere. ",
                 part->listen, name, pid);
}

/* --- it runs -------------------------------------------------------------------------------------------- */

static void check_process(struct doctor *doctor, const struct doctor_part *part)
{
    char path[64], program[PATH_MAX], taken[256];
    if (!part->pid) {
        say_who_has(part, taken);
        doctor_wrong(doctor, "%s: it does not run. %s`journalctl -u %s` has its last words; see OPERATE.md",
                     part->unit, taken, part->unit);
        return;
    }
    snprintf(path, sizeof path, "/proc/%ld/exe", (long)part->pid);
    ssize_t size = readlink(path, program, sizeof program - 1);
    program[size > 0 ? size : 0] = '\0';
    if (size <= 0)
        doctor_unseen(doctor, "%s: which program process %ld runs: only root may look", part->unit,
                      (long)part->pid);
    else if (strstr(program, " (deleted)"))
        doctor_wrong(
            doctor,
            "%s: process %ld runs a program that was replaced since; `systemctl restart %s` when few people "
            "work with it",
            part->unit, (long)part->pid, part->unit);
    else
        doctor_well(doctor, "%s: process %ld runs %s", part->unit, (long)part->pid, program);
}

void doctor_check_running(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->part_count; i++)
        check_process(doctor, &doctor->parts[i]);
}

/* --- it listens nowhere else ---------------------------------------------------------------------------- */

struct port_check {
    struct doctor *doctor;
    const struct doctor_part *part;
    bool known;
    unsigned exposed;
};

static bool is_as_set(const struct doctor_part *part, const struct listening *listening)
{
    const char *set = strncmp(part->listen, "tcp://", 6) == 0 ? part->listen + 6 : part->listen;
    bool everywhere = strncmp(set, "*:", 2) == 0;
    if (!set[0])
        return listening->loopback;
    if (listening->port != port_of(set))
        return false;
    bool is_number = set[0] == '[' || isdigit((unsigned char)set[0]);
    return everywhere || !is_number || strcmp(set, listening->address) == 0;
}

static void check_listening(void *context, const struct listening *listening)
{
    struct port_check *check = context;
    bool known;
    bool ours = process_has_socket(check->part->pid, listening->inode, &known);
    check->known &= known;
    if (!ours || is_as_set(check->part, listening))
        return;
    check->exposed++;
    doctor_wrong(
        check->doctor,
        "%s: it listens on %s, and its settings say %s; if they are right, restart it, otherwise ask who "
        "changed its unit",
        check->part->unit, listening->address, check->part->listen[0] ? check->part->listen : "nothing");
}

void doctor_check_ports(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->part_count; i++) {
        struct port_check check = {doctor, &doctor->parts[i], true, 0};
        if (!check.part->pid)
            continue;
        bool read = walk_listening(check.part->pid, check_listening, &check);
        if (!read || !check.known)
            doctor_unseen(doctor, "%s: where it listens: only root may look", check.part->unit);
        else if (!check.exposed)
            doctor_well(doctor, "%s: it listens where its settings say, and nowhere else", check.part->unit);
    }
}

/* --- units ---------------------------------------------------------------------------------------------- */

/* The value of a line NAME=value of what systemctl said. */
static void unit_value_of(const char *said, const char *name, char out[64])
{
    size_t size = strlen(name);
    out[0] = '\0';
    for (const char *line = said; line && *line; line = strchr(line, '\n'), line += line != NULL)
        if (strncmp(line, name, size) == 0 && line[size] == '=')
            snprintf(out, 64, "%.*s", (int)strcspn(line + size + 1, "\n"), line + size + 1);
}

static void check_unit(struct doctor *doctor, const char *unit)
{
    char *said = NULL, enabled[64], active[64], restarts[64];
    int code = setup_run((const char *const[]){"systemctl", "show",
                                               "--property=UnitFileState,ActiveState,NRestarts", unit, NULL},
                         &said);
    unit_value_of(said, "UnitFileState", enabled);
    unit_value_of(said, "ActiveState", active);
    unit_value_of(said, "NRestarts", restarts);
    free(said);
    if (code != 0 || !active[0])
        doctor_unseen(doctor, "%s: systemctl does not say how it is", unit);
    else if (strcmp(active, "active") != 0)
        doctor_wrong(doctor, "%s: it is %s; `journalctl -u %s` has its last words, then `systemctl start %s`",
                     unit, active, unit, unit);
    else if (strncmp(enabled, "enabled", 7) != 0)
        doctor_wrong(doctor, "%s: it would not start with the machine (%s); `systemctl enable %s`", unit,
                     enabled[0] ? enabled : "not enabled", unit);
    else if (atoi(restarts) > RESTARTS_MANY)
        doctor_wrong(doctor,
                     "%s: systemd has started it again %s times; `journalctl -u %s` says why it ended, and "
                     "`systemctl reset-failed %s` counts anew",
                     unit, restarts, unit, unit);
    else
        doctor_well(doctor, "%s: active, enabled, started again %s times", unit,
                    restarts[0] ? restarts : "0");
}

void doctor_check_units(struct doctor *doctor)
{
    char path[PATH_MAX];
    if (access(doctor_path(doctor, "/run/systemd/system", path), F_OK) != 0) {
        doctor_unseen(doctor,
                      "the units: no systemd runs here, so whether they start with the machine is not known");
        return;
    }
    for (size_t i = 0; i < doctor->part_count; i++)
        check_unit(doctor, doctor->parts[i].unit);
    if (doctor_part_of(doctor, PART_GATEWAY))
        check_unit(doctor, "concordat-gateway.socket");
}
