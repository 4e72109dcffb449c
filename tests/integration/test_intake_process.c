/* The intake as a process between a device and a broker that comes, goes, refuses and stays silent. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/integration/intake_stage.h"

static void P1_saved_while_the_router_is_away_is_received_when_it_comes(void **state)
{
    struct intake_stage *s = *state;
    device_submit(s, 1, "");
    assert_saved(s);
    assert_non_null(strstr(s->seen.text, "Duty coordinator 01632 960100"));
    device_ask_status(s, 1);
    assert_saved(s);
    assert_int_equal(s->seen.state, STATE(UNSPECIFIED));
    intake_stage_broker(s);
    AWAIT(s->told[1] == STATE(OFFERED));
    device_ask_status(s, 1);
    assert_int_equal(s->seen.receipt, RECEIPT(RECEIVED));
    assert_int_equal(s->seen.state, STATE(OFFERED));
    assert_int_equal(effects_at_broker(s, 1), 1);
}

static void P1_an_intake_killed_after_saved_delivers_once_after_its_restart(void **state)
{
    struct intake_stage *s = *state;
    for (uint32_t i = 1; i <= 5; i++) {
        device_submit(s, i, "");
        assert_saved(s);
    }
    intake_kill(s);
    intake_start(s);
    intake_stage_broker(s);
    AWAIT(s->broker.count == 5);
    /* The same command again, long after: the same answer, and no second effect. */
    uint32_t again = device_send_submit(s, 3, "", 3);
    AWAIT(s->seen.got);
    assert_int_equal(again, 3);
    assert_true(s->seen.done);
    assert_true(s->seen.repeated);
    AWAIT((device_ask_status(s, 3), s->seen.receipt == RECEIPT(RECEIVED)));
    device_send_submit(s, 3, "elsewhere", 3);
    AWAIT(s->seen.got);
    assert_int_equal(s->seen.refusal, REFUSAL(CONFLICT));
    device_send_submit(s, 3, "elsewhere", 0);
    AWAIT(s->seen.got);
    assert_int_equal(s->seen.refusal, REFUSAL(CONFLICT));
    assert_int_equal(s->broker.count, 5);
}

/* The broker has a submit, a told and a withdraw, in this order, each once. */
static void assert_order(const struct intake_stage *s, uint32_t number)
{
    static const Concordat__V1__Request__CommandCase order[] = {CONCORDAT__V1__REQUEST__COMMAND_SUBMIT,
                                                                CONCORDAT__V1__REQUEST__COMMAND_TOLD,
                                                                CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW};
    uint8_t id[WIRE_ID_BYTES];
    size_t at = 0;
    device_id(id, 'r', number);
    for (size_t i = 0; i < s->broker.count; i++) {
        if (memcmp(s->broker.commands[i].referral, id, WIRE_ID_BYTES) == 0) {
            assert_true(at < 3);
            assert_int_equal(s->broker.commands[i].kind, order[at++]);
        }
    }
    assert_int_equal(at, 3);
}

static void P1_kills_of_intake_and_router_at_any_moment_lose_and_double_nothing(void **state)
{
    struct intake_stage *s = *state;
    uint32_t number = 0, seed = (uint32_t)time(NULL);
    const char *given = getenv("CONCORDAT_TEST_SEED");
    if (given)
        seed = (uint32_t)strtoul(given, NULL, 10);
    print_message("seed %u (CONCORDAT_TEST_SEED)\n", seed);
    srandom(seed);
    intake_stage_broker(s);
    for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 4; i++) {
            number++;
            device_submit(s, number, "");
            device_tell(s, number);
            device_withdraw(s, number);
        }
        for (long steps = random() % 30; steps > 0; steps--)
            intake_stage_step(s);
        if (random() % 2 == 0) {
            fake_broker_stop(&s->broker);
            intake_stage_broker(s);
        }
        intake_kill(s);
        intake_start(s);
    }
    AWAIT(s->broker.count == 3 * number);
    for (uint32_t i = 1; i <= number; i++)
        assert_order(s, i);
    AWAIT((device_ask_status(s, number), s->seen.state == STATE(WITHDRAWN)));
}

static void one_refused_silent_or_busy_referral_holds_up_no_other(void **state)
{
    struct intake_stage *s = *state;
    s->broker.keeps_silent = true;
    device_submit(s, 1, "silent");
    device_submit(s, 2, "poison");
    device_submit(s, 3, "busy");
    device_submit(s, 4, "");
    intake_stage_broker(s);
    AWAIT(s->told[4] == STATE(OFFERED));
    AWAIT(s->told[3] == STATE(OFFERED));
    AWAIT((device_ask_status(s, 2), s->seen.refusal == REFUSAL(BAD_VALUE)));
    assert_non_null(strstr(s->seen.text, "refused in this test"));
    assert_non_null(strstr(s->seen.text, "01632 960100")); /* the router has told no area of it */
    device_ask_status(s, 1);
    assert_saved(s);
    s->broker.keeps_silent = false;
    AWAIT(s->told[1] == STATE(OFFERED));
    assert_int_equal(s->broker.count, 3);
    /* A corrected submission may follow a refused one. */
    device_submit(s, 2, "");
    assert_saved(s);
    AWAIT(s->told[2] == STATE(OFFERED));
}

static void a_router_that_restarts_is_found_again_and_asked_for_what_was_missed(void **state)
{
    struct intake_stage *s = *state;
    uint8_t id[WIRE_ID_BYTES];
    device_id(id, 'r', 1);
    intake_stage_broker(s);
    device_submit(s, 1, "");
    AWAIT(s->told[1] == STATE(OFFERED));
    fake_broker_tell(&s->broker, id, STATE(ACCEPTED));
    AWAIT(s->told[1] == STATE(ACCEPTED));
    fake_broker_stop(&s->broker);
    device_submit(s, 2, "");
    assert_saved(s);
    size_t asked = s->broker.questions;
    intake_stage_broker(s);
    AWAIT(s->told[2] == STATE(OFFERED));
    AWAIT(s->broker.questions > asked);
    Concordat__V1__GetBoard body = CONCORDAT__V1__GET_BOARD__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &body;
    (void)device_send(s, &request, 0);
    AWAIT(s->seen.got);
    assert_true(s->seen.is_board);
    assert_int_equal(s->seen.cases, 2);
}

static void P11_odd_facts_are_flagged_and_only_the_unroutable_is_refused(void **state)
{
    struct intake_stage *s = *state;
    uint8_t id[WIRE_ID_BYTES];
    device_id(id, 'r', 9);
    device_submit(s, 1, "");
    assert_saved(s);
    assert_true(s->seen.flags >= 5);
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Submit body = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    referral.id = (ProtobufCBinaryData){WIRE_ID_BYTES, id};
    body.referral = &referral;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &body;
    const struct {
        Concordat__V1__Source source;
        Concordat__V1__Refusal refusal;
    } rows[] = {{SOURCE(UNSPECIFIED), REFUSAL(NO_SOURCE)},
                {SOURCE(EMERGENCY_DEPARTMENT), REFUSAL(NOT_ALLOWED)},
                {SOURCE(STREET_TRIAGE), REFUSAL(NO_CALLBACK)}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        referral.source = rows[i].source;
        (void)device_send(s, &request, 0);
        AWAIT(s->seen.got);
        assert_false(s->seen.done);
        assert_int_equal(s->seen.refusal, rows[i].refusal);
        assert_non_null(strstr(s->seen.text, "Duty coordinator 01632 960100"));
    }
    device_ask_status(s, 9);
    assert_int_equal(s->seen.refusal, REFUSAL(NOT_YOURS));
    device_withdraw(s, 9);
    assert_int_equal(s->seen.refusal, REFUSAL(NOT_YOURS));
}

static void P10_only_referrers_are_served_and_only_their_commands(void **state)
{
    struct intake_stage *s = *state;
    Concordat__V1__SetPresence body = CONCORDAT__V1__SET_PRESENCE__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &body;
    (void)device_send(s, &request, 0);
    AWAIT(s->seen.got);
    assert_int_equal(s->seen.refusal, REFUSAL(NOT_ALLOWED));

    struct concordat_client *team = device_connect(s, "keys/team.key_secret");
    struct concordat_client *stranger = device_connect(s, "keys/stranger.key_secret");
    for (int i = 0; i < 50; i++) {
        (void)concordat_client_next(team, 2);
        (void)concordat_client_next(stranger, 2);
        assert_false(concordat_client_connected(team));
        assert_false(concordat_client_connected(stranger));
        device_ask_status(s, 1); /* the intake goes on serving */
    }
    concordat_client_close(&team);
    concordat_client_close(&stranger);

    assert_int_equal(unlink(intake_stage_path(s, "devices/tablet.key")), 0);
    AWAIT((device_ask_status(s, 1), s->seen.refusal == REFUSAL(REVOKED)));
}

/* A second device, which does nothing but what a test has it do. */
struct phone {
    struct concordat_client *client;
    Concordat__V1__State told; /* the latest news */
    bool answered;
};

static void phone_step(struct intake_stage *s, struct phone *phone)
{
    fake_broker_turn(&s->broker);
    const Concordat__V1__Message *message = concordat_client_next(phone->client, 2);
    if (message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        phone->told = message->status->state;
    phone->answered |= message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER;
}

/* Its answer comes after all news that it was sent before. */
static void phone_ask(struct intake_stage *s, struct phone *phone)
{
    Concordat__V1__GetStatus body = CONCORDAT__V1__GET_STATUS__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    body.number = "R-9999";
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &body;
    assert_int_equal(concordat_client_send(phone->client, &request, NULL), 0);
    AWAIT((phone_step(s, phone), phone->answered));
}

/* The intake has read its keys again as soon as it welcomes a key that was admitted now. */
static void intake_reads_keys(struct intake_stage *s, const char *name)
{
    char key[PATH_BYTES];
    struct phone other = {0};
    intake_stage_admit(s, name);
    snprintf(key, sizeof key, "keys/%s.key_secret", name);
    other.client = device_connect(s, key);
    AWAIT((phone_step(s, &other), concordat_client_connected(other.client)));
    concordat_client_close(&other.client);
}

static void key_is_withdrawn(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void key_is_given_to_another_owner(const char *path)
{
    char text[4096], moved[PATH_BYTES * 2 + 8];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    char *owner = strstr(text, "northmoor-triage");
    assert_non_null(owner);
    memcpy(owner, "southfell", strlen("southfell"));
    snprintf(moved, sizeof moved, "%s.new", path);
    file = fopen(moved, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(moved, path), 0);
}

static void P10_a_device_whose_key_no_longer_counts_hears_no_news(void **state)
{
    static void (*const happens[])(const char *path) = {key_is_withdrawn, key_is_given_to_another_owner};
    static const char *const names[][2] = {{"phone-1", "later-1"}, {"phone-2", "later-2"}};
    struct intake_stage *s = *state;
    intake_stage_broker(s);
    for (uint32_t i = 0; i < 2; i++) {
        char key[PATH_BYTES];
        uint8_t id[WIRE_ID_BYTES];
        struct phone phone = {0};
        device_id(id, 'r', i + 1);
        intake_stage_admit(s, names[i][0]);
        snprintf(key, sizeof key, "keys/%s.key_secret", names[i][0]);
        phone.client = device_connect(s, key);
        AWAIT((phone_step(s, &phone), concordat_client_connected(phone.client)));
        device_submit(s, i + 1, "");
        AWAIT((phone_step(s, &phone), phone.told == STATE(OFFERED)));
        snprintf(key, sizeof key, "devices/%s.key", names[i][0]);
        happens[i](intake_stage_path(s, key));
        intake_reads_keys(s, names[i][1]);
        fake_broker_tell(&s->broker, id, STATE(ACCEPTED));
        AWAIT(s->told[i + 1] == STATE(ACCEPTED));
        phone_ask(s, &phone);
        assert_int_equal(phone.told, STATE(OFFERED));
        concordat_client_close(&phone.client);
    }
}

/* Whether the intake has ended by itself; `ended` says how. */
static bool has_ended(struct intake_stage *s, int *ended)
{
    if (s->intake > 0 && waitpid(s->intake, ended, WNOHANG) == s->intake)
        s->intake = 0;
    return s->intake == 0;
}

static void P1_a_disk_that_fills_ends_the_intake_and_loses_nothing(void **state)
{
    struct intake_stage *s = *state;
    uint32_t tried = 0;
    int ended = 0;
    intake_kill(s);
    intake_start_on(s, 200000);
    while (!has_ended(s, &ended)) {
        assert_true(++tried < REFERRALS_MAX);
        device_send_submit(s, tried, "", 0);
        AWAIT(s->seen.got || has_ended(s, &ended));
    }
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 111);
    assert_false(s->seen.got);
    /* With room again, everything that was told "saved" is there; the last command is sent again, and saved
     * now. */
    intake_start(s);
    AWAIT(s->seen.got);
    assert_saved(s);
    intake_stage_broker(s);
    for (uint32_t i = 1; i <= tried; i++)
        AWAIT(effects_at_broker(s, i) == 1);
}

/* Runs an intake with these options, up to NULL, and returns its exit code. */
static int run_with(const char *const *options)
{
    int ended;
    char *arguments[24] = {INTAKE_PROGRAM};
    for (size_t i = 0; options[i] != NULL; i++)
        arguments[i + 1] = (char *)options[i];
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)!freopen("/dev/null", "w", stderr);
        (void)!freopen("/dev/null", "w", stdout);
        execv(INTAKE_PROGRAM, arguments);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    return WEXITSTATUS(ended);
}

#define RUN_WITH(...) run_with((const char *const[]){__VA_ARGS__, NULL})

static void the_intake_ends_as_its_help_says(void **state)
{
    struct intake_stage *s = *state;
    device_submit(s, 1, "");
    assert_int_equal(kill(s->intake, SIGTERM), 0);
    int ended = intake_wait(s);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
    assert_int_equal(RUN_WITH("--help"), 0);
    assert_int_equal(RUN_WITH("--source=court"), 100);
    assert_int_equal(RUN_WITH("--nonsense"), 100);
    assert_int_equal(RUN_WITH("--source=street-triage"), 100);
    /* A code that the broker would refuse in every referral is refused at the start; a state folder that
     * cannot be made is the environment's. */
    assert_int_equal(RUN_WITH("--source=street-triage", "--site=x", "--state=/dev/null/x",
                              "--listen=ipc:///x", "--key=x", "--keys=x", "--broker=ipc:///x",
                              "--broker-key=x", "--organisation=zz-9"),
                     100);
    assert_int_equal(RUN_WITH("--source=street-triage", "--site=Control room", "--state=/dev/null/x",
                              "--listen=ipc:///x", "--key=x", "--keys=x", "--broker=ipc:///x",
                              "--broker-key=x", "--organisation=ZZ9"),
                     100);
    assert_int_equal(RUN_WITH("--source=street-triage", "--site=x", "--state=/dev/null/x",
                              "--listen=ipc:///x", "--key=x", "--keys=x", "--broker=ipc:///x",
                              "--broker-key=x", "--organisation=ZZ9"),
                     111);
}

static void P9_the_log_holds_nothing_about_a_person(void **state)
{
    struct intake_stage *s = *state;
    static const char *const personal[] = {"900123", "3478526985", "ZZ99", "forty"};
    static char log[65536];
    intake_stage_broker(s);
    device_submit(s, 1, "");
    device_submit(s, 2, "poison");
    AWAIT((device_ask_status(s, 2), s->seen.refusal == REFUSAL(BAD_VALUE)));
    FILE *file = fopen(intake_stage_path(s, "intake.log"), "rb");
    assert_non_null(file);
    log[fread(log, 1, sizeof log - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(log, "saved "));
    assert_non_null(strstr(log, "refused "));
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++)
        assert_null(strstr(log, personal[i]));
}

#define ON_STAGE(name) cmocka_unit_test_setup_teardown(name, intake_stage_set, intake_stage_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAGE(P1_saved_while_the_router_is_away_is_received_when_it_comes),
        ON_STAGE(P1_an_intake_killed_after_saved_delivers_once_after_its_restart),
        ON_STAGE(P1_kills_of_intake_and_router_at_any_moment_lose_and_double_nothing),
        ON_STAGE(one_refused_silent_or_busy_referral_holds_up_no_other),
        ON_STAGE(a_router_that_restarts_is_found_again_and_asked_for_what_was_missed),
        ON_STAGE(P11_odd_facts_are_flagged_and_only_the_unroutable_is_refused),
        ON_STAGE(P10_only_referrers_are_served_and_only_their_commands),
        ON_STAGE(P10_a_device_whose_key_no_longer_counts_hears_no_news),
        ON_STAGE(P1_a_disk_that_fills_ends_the_intake_and_loses_nothing),
        ON_STAGE(the_intake_ends_as_its_help_says),
        ON_STAGE(P9_the_log_holds_nothing_about_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
