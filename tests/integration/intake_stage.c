/* intake_stage.c: see intake_stage.h. */
#include "tests/integration/intake_stage.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- The stage ---- */

const char *intake_stage_path(const struct intake_stage *s, const char *name)
{
    static char paths[4][2 * PATH_BYTES];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", s->folder, name);
    return path;
}

static void intake_stage_key(const struct intake_stage *s, const char *folder, const char *name,
                             const char *role, const char *of)
{
    char message[256] = "";
    if (keys_make(intake_stage_path(s, folder), name, role, of, message, sizeof message) != 0)
        fail_msg("%s", message);
}

static void copy_public(const struct intake_stage *s, const char *from, const char *to)
{
    char bytes[4096];
    FILE *file = fopen(intake_stage_path(s, from), "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    file = fopen(intake_stage_path(s, to), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void intake_stage_admit(const struct intake_stage *s, const char *name)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    intake_stage_key(s, "keys", name, "referrer", "northmoor-triage");
    snprintf(from, sizeof from, "keys/%s.key", name);
    snprintf(to, sizeof to, "devices/%s.key", name);
    copy_public(s, from, to);
}

static void intake_stage_folder(const struct intake_stage *s, const char *name)
{
    assert_int_equal(mkdir(intake_stage_path(s, name), 0700), 0);
}

void intake_start_on(struct intake_stage *s, rlim_t file_bytes)
{
    s->intake = fork();
    assert_true(s->intake >= 0);
    if (s->intake == 0) {
        const struct rlimit limit = {file_bytes, file_bytes};
        (void)signal(SIGXFSZ, SIG_IGN);
        if (freopen(intake_stage_path(s, "intake.log"), "a", stderr) == NULL ||
            (file_bytes != 0 && setrlimit(RLIMIT_FSIZE, &limit) != 0))
            _exit(1);
        execl(INTAKE_PROGRAM, INTAKE_PROGRAM, "--source", "street-triage", "--organisation", "ZZ9", "--site",
              "northmoor-car", "--state", intake_stage_path(s, "state"), "--listen", s->intake_at, "--key",
              intake_stage_path(s, "keys/triage.key_secret"), "--keys", intake_stage_path(s, "devices"),
              "--broker", s->broker_at, "--broker-key", intake_stage_path(s, "keys/broker.key"), "--ring",
              "Duty coordinator 01632 960100", (char *)NULL);
        _exit(1);
    }
}

void intake_start(struct intake_stage *s)
{
    intake_start_on(s, 0);
}

int intake_wait(struct intake_stage *s)
{
    int ended;
    assert_int_equal(waitpid(s->intake, &ended, 0), s->intake);
    s->intake = 0;
    return ended;
}

void intake_kill(struct intake_stage *s)
{
    assert_int_equal(kill(s->intake, SIGKILL), 0);
    assert_true(WIFSIGNALED(intake_wait(s)));
}

void intake_stage_broker(struct intake_stage *s)
{
    fake_broker_start(&s->broker, s->broker_at, intake_stage_path(s, "keys/broker.key_secret"),
                      intake_stage_path(s, "sources"));
}

struct concordat_client *device_connect(const struct intake_stage *s, const char *key)
{
    char message[256] = "";
    const struct concordat_client_config config = {.endpoint = s->intake_at,
                                                   .server_key_path = intake_stage_path(s, "keys/triage.key"),
                                                   .key_path = intake_stage_path(s, key),
                                                   .software = "test",
                                                   .wants_news = true};
    struct concordat_client *device = concordat_client_open(&config, message, sizeof message);
    if (!device)
        fail_msg("%s", message);
    return device;
}

int intake_stage_set(void **state)
{
    struct intake_stage *s = calloc(1, sizeof *s);
    assert_non_null(s);
    snprintf(s->folder, sizeof s->folder, "/tmp/intake-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->intake_at, sizeof s->intake_at, "ipc://%s", intake_stage_path(s, "intake"));
    snprintf(s->broker_at, sizeof s->broker_at, "ipc://%s", intake_stage_path(s, "broker"));
    intake_stage_folder(s, "keys");
    intake_stage_folder(s, "devices");
    intake_stage_folder(s, "sources");
    intake_stage_key(s, "keys", "broker", "server", "");
    intake_stage_key(s, "keys", "triage", "source", "northmoor-triage");
    intake_stage_key(s, "keys", "stranger", "referrer", "northmoor-triage");
    intake_stage_key(s, "keys", "team", "team", "northmoor-crisis");
    copy_public(s, "keys/triage.key", "sources/triage.key");
    intake_stage_admit(s, "tablet");
    copy_public(s, "keys/team.key", "devices/team.key");
    intake_start(s);
    s->device = device_connect(s, "keys/tablet.key_secret");
    *state = s;
    return 0;
}

static int intake_stage_remove(const char *path, const struct stat *what, int kind, struct FTW *walk)
{
    (void)what;
    (void)kind;
    (void)walk;
    return remove(path);
}

int intake_stage_clear(void **state)
{
    struct intake_stage *s = *state;
    concordat_client_close(&s->device);
    fake_broker_stop(&s->broker);
    if (s->intake > 0) {
        (void)kill(s->intake, SIGKILL);
        (void)waitpid(s->intake, NULL, 0);
    }
    (void)nftw(s->folder, intake_stage_remove, 16, FTW_DEPTH | FTW_PHYS);
    free(s);
    return 0;
}

/* ---- Time passes ---- */

static void look_at(struct intake_stage *s, const Concordat__V1__Message *message)
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

void intake_stage_step(struct intake_stage *s)
{
    fake_broker_turn(&s->broker);
    const Concordat__V1__Message *message = concordat_client_next(s->device, 2);
    if (message)
        look_at(s, message);
}

/* ---- The device ---- */

void device_id(uint8_t id[WIRE_ID_BYTES], uint8_t kind, uint32_t number)
{
    memset(id, 0, WIRE_ID_BYTES);
    id[0] = kind;
    memcpy(id + 1, &number, sizeof number);
}

uint32_t device_send(struct intake_stage *s, Concordat__V1__Request *request, uint32_t command)
{
    uint8_t id[WIRE_ID_BYTES];
    command = command != 0 ? command : ++s->next_command;
    device_id(id, 'c', command);
    request->command_id = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    memcpy(s->waits_for, id, WIRE_ID_BYTES);
    s->seen = (struct seen){0};
    assert_int_equal(concordat_client_send(s->device, request, NULL), 0);
    return command;
}

uint32_t device_send_submit(struct intake_stage *s, uint32_t number, const char *site, uint32_t command)
{
    uint8_t id[WIRE_ID_BYTES];
    device_id(id, 'r', number);
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
    return device_send(s, &request, command);
}

uint32_t device_submit(struct intake_stage *s, uint32_t number, const char *site)
{
    uint32_t command = device_send_submit(s, number, site, 0);
    AWAIT(s->seen.got);
    return command;
}

void device_tell(struct intake_stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    device_id(id, 'r', number);
    Concordat__V1__Told told = CONCORDAT__V1__TOLD__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    told.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    told.state = STATE(OFFERED);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_TOLD;
    request.told = &told;
    (void)device_send(s, &request, 0);
    AWAIT(s->seen.got);
}

void device_withdraw(struct intake_stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    device_id(id, 'r', number);
    Concordat__V1__Withdraw body = CONCORDAT__V1__WITHDRAW__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    body.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW;
    request.withdraw = &body;
    (void)device_send(s, &request, 0);
    AWAIT(s->seen.got);
}

void device_ask_status(struct intake_stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    device_id(id, 'r', number);
    Concordat__V1__GetStatus body = CONCORDAT__V1__GET_STATUS__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    body.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &body;
    (void)device_send(s, &request, 0);
    AWAIT(s->seen.got);
}

size_t effects_at_broker(struct intake_stage *s, uint32_t number)
{
    uint8_t id[WIRE_ID_BYTES];
    device_id(id, 'r', number);
    return fake_broker_count(&s->broker, id);
}

void assert_saved(const struct intake_stage *s)
{
    assert_true(s->seen.done);
    assert_int_equal(s->seen.receipt, RECEIPT(SAVED));
}
