/* intake_stage.c: see intake_stage.h. */
#include "tests/integration/intake_stage.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- The stage ---- */

const char *path_of(const struct stage *s, const char *name)
{
    static char paths[4][2 * PATH_BYTES];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", s->folder, name);
    return path;
}

static void make_key(const struct stage *s, const char *folder, const char *name, const char *role,
                     const char *of)
{
    char message[256] = "";
    if (keys_make(path_of(s, folder), name, role, of, message, sizeof message) != 0)
        fail_msg("%s", message);
}

static void copy_public(const struct stage *s, const char *from, const char *to)
{
    char bytes[4096];
    FILE *file = fopen(path_of(s, from), "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    file = fopen(path_of(s, to), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(const struct stage *s, const char *name)
{
    assert_int_equal(mkdir(path_of(s, name), 0700), 0);
}

void start_intake_on(struct stage *s, rlim_t file_bytes)
{
    s->intake = fork();
    assert_true(s->intake >= 0);
    if (s->intake == 0) {
        const struct rlimit limit = {file_bytes, file_bytes};
        (void)signal(SIGXFSZ, SIG_IGN);
        if (freopen(path_of(s, "intake.log"), "a", stderr) == NULL ||
            (file_bytes != 0 && setrlimit(RLIMIT_FSIZE, &limit) != 0))
            _exit(1);
        execl(INTAKE_PROGRAM, INTAKE_PROGRAM, "--source", "street-triage", "--organisation", "ZZ9", "--site",
              "Northmoor station", "--state", path_of(s, "state"), "--listen", s->intake_at, "--key",
              path_of(s, "keys/triage.key_secret"), "--keys", path_of(s, "devices"), "--broker", s->broker_at,
              "--broker-key", path_of(s, "keys/broker.key"), "--ring", "Duty coordinator 01632 960100",
              (char *)NULL);
        _exit(1);
    }
}

void start_intake(struct stage *s)
{
    start_intake_on(s, 0);
}

int wait_for_intake(struct stage *s)
{
    int ended;
    assert_int_equal(waitpid(s->intake, &ended, 0), s->intake);
    s->intake = 0;
    return ended;
}

void kill_intake(struct stage *s)
{
    assert_int_equal(kill(s->intake, SIGKILL), 0);
    assert_true(WIFSIGNALED(wait_for_intake(s)));
}

void start_broker(struct stage *s)
{
    fake_broker_start(&s->broker, s->broker_at, path_of(s, "keys/broker.key_secret"), path_of(s, "sources"));
}

struct concordat_client *open_device(const struct stage *s, const char *key)
{
    char message[256] = "";
    const struct concordat_client_config config = {.endpoint = s->intake_at,
                                                   .server_key_path = path_of(s, "keys/triage.key"),
                                                   .key_path = path_of(s, key),
                                                   .software = "test",
                                                   .wants_news = true};
    struct concordat_client *device = concordat_client_open(&config, message, sizeof message);
    if (!device)
        fail_msg("%s", message);
    return device;
}

int set_stage(void **state)
{
    struct stage *s = calloc(1, sizeof *s);
    assert_non_null(s);
    snprintf(s->folder, sizeof s->folder, "/tmp/intake-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->intake_at, sizeof s->intake_at, "ipc://%s", path_of(s, "intake"));
    snprintf(s->broker_at, sizeof s->broker_at, "ipc://%s", path_of(s, "broker"));
    make_folder(s, "keys");
    make_folder(s, "devices");
    make_folder(s, "sources");
    make_key(s, "keys", "broker", "server", "");
    make_key(s, "keys", "triage", "source", "northmoor-triage");
    make_key(s, "keys", "tablet", "referrer", "northmoor-triage");
    make_key(s, "keys", "stranger", "referrer", "northmoor-triage");
    make_key(s, "keys", "team", "team", "northmoor-crisis");
    copy_public(s, "keys/triage.key", "sources/triage.key");
    copy_public(s, "keys/tablet.key", "devices/tablet.key");
    copy_public(s, "keys/team.key", "devices/team.key");
    start_intake(s);
    s->device = open_device(s, "keys/tablet.key_secret");
    *state = s;
    return 0;
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *walk)
{
    (void)what;
    (void)kind;
    (void)walk;
    return remove(path);
}

int clear_stage(void **state)
{
    struct stage *s = *state;
    concordat_client_close(&s->device);
    fake_broker_stop(&s->broker);
    if (s->intake > 0) {
        (void)kill(s->intake, SIGKILL);
        (void)waitpid(s->intake, NULL, 0);
    }
    (void)nftw(s->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(s);
    return 0;
}

/* ---- Time passes ---- */

int64_t monotonic_ms(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void look_at(struct stage *s, const Concordat__V1__Message *message)
{
    struct seen *seen = &s->seen;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS) {
        s->told[message->status->referral.data[1]] = message->status->state;
    } else if (message->command_id.len == WIRE_ID_BYTES &&
               memcmp(message->command_id.data, s->waits_for, WIRE_ID_BYTES) == 0) {
        seen->got = true;
        if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD) {
            seen->is_board = true;
            seen->cases = message->board->n_cases;
        } else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER) {
            const Concordat__V1__Answer *answer = message->answer;
            seen->done = answer->done;
            seen->repeated = answer->repeated;
            seen->refusal = answer->refusal;
            seen->receipt = answer->receipt;
            seen->flags = answer->n_flags;
            seen->state = answer->status ? answer->status->state : STATE(UNSPECIFIED);
            snprintf(seen->text, sizeof seen->text, "%s", answer->text);
        }
    }
}

void step(struct stage *s)
{
    fake_broker_turn(&s->broker);
    const Concordat__V1__Message *message = concordat_client_next(s->device, 2);
    if (message)
        look_at(s, message);
}

/* ---- What a device does ---- */

void make_id(uint8_t id[WIRE_ID_BYTES], uint8_t kind, uint32_t number)
{
    memset(id, 0, WIRE_ID_BYTES);
    id[0] = kind;
    memcpy(id + 1, &number, sizeof number);
}

uint32_t send_as(struct stage *s, Concordat__V1__Request *request, uint32_t command)
{
    uint8_t id[WIRE_ID_BYTES];
    command = command != 0 ? command : ++s->next_command;
    make_id(id, 'c', command);
    request->command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    memcpy(s->waits_for, id, WIRE_ID_BYTES);
    s->seen = (struct seen){0};
    assert_int_equal(concordat_client_send(s->device, request, NULL), 0);
    return command;
}

uint32_t send_submit(struct stage *s, uint32_t number, const char *site, uint32_t command)
{
    uint8_t id[WIRE_ID_BYTES];
    make_id(id, 'r', number);
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    referral.id = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    referral.source = SOURCE(STREET_TRIAGE);
    referral.site = (char *)site;
    confidential.callback_number = "07700 900123";
    confidential.nhs_number = "3478526985";
    confidential.postcode = "ZZ99 3VZ";
    confidential.date_of_birth = "about forty";
    submit.referral = &referral;
    submit.confidential = &confidential;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &submit;
    return send_as(s, &request, command);
}

uint32_t submit(struct stage *s, uint32_t number, const char *site)
{
    uint32_t command = send_submit(s, number, site, 0);
    AWAIT(s->seen.got);
    return command;
}

void tell(struct stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    make_id(id, 'r', number);
    Concordat__V1__Told told = CONCORDAT__V1__TOLD__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    told.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    told.state = STATE(OFFERED);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_TOLD;
    request.told = &told;
    (void)send_as(s, &request, 0);
    AWAIT(s->seen.got);
}

void withdraw(struct stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    make_id(id, 'r', number);
    Concordat__V1__Withdraw body = CONCORDAT__V1__WITHDRAW__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    body.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
    request.withdraw = &body;
    (void)send_as(s, &request, 0);
    AWAIT(s->seen.got);
}

void ask_status(struct stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    make_id(id, 'r', number);
    Concordat__V1__GetStatus body = CONCORDAT__V1__GET_STATUS__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    body.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &body;
    (void)send_as(s, &request, 0);
    AWAIT(s->seen.got);
}

size_t effects(struct stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    make_id(id, 'r', number);
    return fake_broker_count(&s->broker, id);
}

void assert_saved(const struct stage *s)
{
    assert_true(s->seen.done);
    assert_int_equal(s->seen.receipt, RECEIPT(SAVED));
}
