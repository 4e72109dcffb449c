/* pair.c: see pair.h. */
#include "broker/tools/pair.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker/ledger/sqlite/ledger_copy.h"
#include "broker/seals/seals_copy.h"
#include "broker/seals/seals_disk.h"
#include "proto/words/words.h"

static enum exit_code pair_refuse(struct pair_check *check, enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum exit_code pair_refuse(struct pair_check *check, enum exit_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(check->message, sizeof check->message, format, arguments);
    va_end(arguments);
    return code;
}

static enum exit_code code_of_ledger(enum ledger_status status)
{
    return status == LEDGER_OK ? CODE_DONE : status == LEDGER_UNKNOWN ? CODE_ENVIRONMENT : CODE_REFUSED;
}

void pair_check_close(struct pair_check *check)
{
    replay_run_close(&check->run);
}

/* --- the ledger ------------------------------------------------------------------------------------- */

static enum exit_code check_sealed_texts(const char *path, struct pair_check *check)
{
    enum ledger_status status = ledger_copy_check(path, check->message, sizeof check->message);
    check->has_digest = status == LEDGER_OK;
    return status == LEDGER_NOT_FOUND ? CODE_DONE : code_of_ledger(status);
}

static enum exit_code replay_whole(const char *path, struct pair_check *check)
{
    struct replay_run *run = &check->run;
    replay_run_close(run);
    if (!replay_run_open(run, UINT64_MAX))
        return pair_refuse(check, CODE_ENVIRONMENT, "%s: not enough memory", path);
    enum exit_code code = replay_run_ledger(run, path);
    if (run->no_memory)
        return pair_refuse(check, CODE_ENVIRONMENT, "%s: not enough memory", path);
    if (code != CODE_DONE)
        return pair_refuse(check, code, "%s", run->why);
    if (run->contradicted)
        return pair_refuse(check, CODE_REFUSED,
                           "%s: event %" PRIu64 " does not follow: %s. A router does not start from this "
                           "file: use an older backup, and keep this file as evidence",
                           path, run->last + 1, run->why);
    if (run->last == 0)
        return pair_refuse(check, CODE_REFUSED, "%s: no event is in it; use another backup", path);
    return CODE_DONE;
}

static enum exit_code check_ledger(const char *path, struct pair_check *check)
{
    enum exit_code code = check_sealed_texts(path, check);
    return code == CODE_DONE ? replay_whole(path, check) : code;
}

/* --- the keys --------------------------------------------------------------------------------------- */

static void draw_nothing(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 0, size); /* no key is made or wrapped here */
}

/* Opens keys beside the ledger that was replayed. No key opens any of them here. */
static struct seals *open_beside(const char *path, struct seals_disk *disk, struct pair_check *check)
{
    static const uint8_t no_service[SEAL_KEY_BYTES];
    const struct counters *counters = &check->run.state->counters;
    enum seals_opening opening;
    struct seals_setting setting = {.name = path,
                                    .file = seals_disk_file(disk),
                                    .random = {draw_nothing, NULL},
                                    .service = no_service,
                                    .newest_case = counters->number,
                                    .newest_drill = counters->drill_number};
    memcpy(setting.ledger, check->run.first_chain, sizeof setting.ledger);
    return seals_open(&setting, &opening, check->message, sizeof check->message);
}

static enum exit_code count_keys(const char *path, struct seals *seals, struct pair_check *check)
{
    if (seals_counted(seals, &check->keys) != SEALS_OK)
        return pair_refuse(check, CODE_ENVIRONMENT, "%s: cannot be read; look after the disk", path);
    if (check->keys.missing)
        return pair_refuse(
            check, CODE_REFUSED,
            "%s: the keys of %u referrals that are in the ledger are missing; use a newer copy "
            "of the keys",
            path, check->keys.missing);
    check->has_keys = true;
    check->message[0] = '\0';
    return CODE_DONE;
}

static enum exit_code check_keys(const char *path, struct pair_check *check)
{
    struct seals_disk disk = {open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (disk.fd < 0)
        return pair_refuse(check, errno == ENOENT ? CODE_REFUSED : CODE_ENVIRONMENT, "%s: %s", path,
                           errno == ENOENT
                               ? "the keys of the referrals are not here; put the copy of the keys "
                                 "here that was made together with the ledger's"
                               : strerror(errno));
    struct seals *seals = open_beside(path, &disk, check);
    enum exit_code code = seals ? count_keys(path, seals, check) : CODE_REFUSED;
    seals_close(&seals);
    seals_disk_close(&disk);
    return code;
}

enum exit_code pair_check(const struct pair *pair, struct pair_check *check)
{
    enum exit_code code = check_ledger(pair->ledger, check);
    return code == CODE_DONE && pair->keys[0] ? check_keys(pair->keys, check) : code;
}

/* --- copying ---------------------------------------------------------------------------------------- */

/* Syncs a file, and lets the system forget it, so that what is read back comes from the disk. */
static enum exit_code sync_written(const char *path, struct pair_check *check)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (good)
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (fd >= 0)
        close(fd);
    return good ? CODE_DONE
                : pair_refuse(check, CODE_ENVIRONMENT, "%s: cannot be synced: %s", path, strerror(why));
}

/* As the router does it at each start: the event of an erasing decides. */
static enum exit_code erase_in_copy(const char *path, struct seals *seals, struct pair_check *check)
{
    const struct state *state = check->run.state;
    enum seals_status status = SEALS_OK;
    for (uint32_t row = 0; row < state_ended_rows(state) && status == SEALS_OK; row++) {
        const struct ended_case *ended = state_ended_row(state, row);
        const struct seals_case of = {ended->number, ended->drill};
        uint8_t key[SEAL_KEY_BYTES];
        if (ended->erased_ms && seals_find(seals, &of, key) != SEALS_ERASED)
            status = seals_erase(seals, &of);
        sodium_memzero(key, sizeof key);
    }
    return status == SEALS_OK ? CODE_DONE
                              : pair_refuse(check, CODE_ENVIRONMENT,
                                            "%s: the key of an erased case cannot be overwritten; make room "
                                            "on the disk",
                                            path);
}

static enum exit_code copy_slots(const char *from, struct seals_disk *to, struct pair_check *check)
{
    const struct counters *counters = &check->run.state->counters;
    struct seals_disk source = {open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (source.fd < 0)
        return pair_refuse(check, CODE_ENVIRONMENT, "%s: %s", from, strerror(errno));
    const struct seals_file reading = seals_disk_file(&source), writing = seals_disk_file(to);
    int error = seals_copy(&reading, &writing, counters->number, counters->drill_number);
    seals_disk_close(&source);
    return error == 0
               ? CODE_DONE
               : pair_refuse(check, CODE_ENVIRONMENT, "the keys cannot be copied: %s", strerror(error));
}

static enum exit_code copy_keys(const struct pair *from, const struct pair *to, struct pair_check *check)
{
    struct seals_disk disk = {-1};
    if (seals_disk_open(to->keys, &disk, check->message, sizeof check->message) != 0)
        return CODE_ENVIRONMENT;
    enum exit_code code = copy_slots(from->keys, &disk, check);
    struct seals *seals = code == CODE_DONE ? open_beside(to->keys, &disk, check) : NULL;
    if (code == CODE_DONE)
        code = seals ? erase_in_copy(to->keys, seals, check) : CODE_REFUSED;
    seals_close(&seals);
    seals_disk_close(&disk);
    return code == CODE_DONE ? sync_written(to->keys, check) : code;
}

enum exit_code pair_copy(const struct pair *from, const struct pair *to, bool strictly,
                         struct pair_check *check)
{
    enum exit_code code = strictly ? check_sealed_texts(from->ledger, check) : CODE_DONE;
    if (code == CODE_DONE)
        code = code_of_ledger(ledger_copy(from->ledger, to->ledger, check->message, sizeof check->message));
    if (code == CODE_DONE)
        code = sync_written(to->ledger, check);
    if (code == CODE_DONE)
        code = check_ledger(to->ledger, check);
    if (code == CODE_DONE && strictly)
        code = check_keys(from->keys, check);
    if (code == CODE_DONE)
        code = copy_keys(from, to, check);
    return code == CODE_DONE ? check_keys(to->keys, check) : code;
}

/* --- what is said ----------------------------------------------------------------------------------- */

static bool print_faults(const struct pair *pair, const struct pair_check *check)
{
    bool of_copy;
    const struct replay_difference differs = replay_run_differs(&check->run, &of_copy);
    uint32_t damaged = check->keys.torn + check->keys.other;
    if (differs.seq)
        printf("Look after: event %" PRIu64 " of the ledger: %s. A router starts from it and says so too.\n",
               differs.seq, differs.text);
    if (damaged)
        printf("Look after: %u keys in %s are damaged; an older copy of the keys may have them whole.\n",
               damaged, pair->keys);
    return differs.seq || damaged;
}

enum exit_code pair_print(const struct pair *pair, const struct pair_check *check)
{
    const struct counters *counters = &check->run.state->counters;
    char at[TIME_TEXT_BYTES], chain[2 * CHAIN_BYTES + 1], number[NUMBER_TEXT_BYTES];
    words_time(counters->at_ms - counters->ahead_ms, at);
    words_number(counters->number, false, number);
    printf("Ledger:         %s\n", pair->ledger);
    if (check->has_keys)
        printf("Keys:           %s (%u of open or ended cases, %u erased)\n", pair->keys, check->keys.live,
               check->keys.erased);
    printf("Recovery point: event %" PRIu64 ", of %s\n", counters->seq, at);
    printf("Chain value:    %s\n",
           sodium_bin2hex(chain, sizeof chain, check->run.chain, sizeof check->run.chain));
    printf("Cases:          %u open, of these %u held; %u ended; the newest number is %s\n",
           counters->open_count, counters->held_count, check->run.state->ended.count,
           counters->number ? number : "none");
    if (!check->has_digest)
        printf("Not checked:    the sealed texts, because this is no copy that concordat-ledger made\n");
    return print_faults(pair, check) ? CODE_REFUSED : CODE_DONE;
}
