/* Out of memory: each allocation of a whole story fails once. The broker then refuses cleanly and does
 * nothing by half: its state has lived through exactly what it handed to the ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "broker/shell/broker.h"
#include "proto/wire/wire.h"
#include "tests/simulation/memory_keys.h"

/* --- allocations that fail -------------------------------------------------------------------------- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *piece, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);

static unsigned long allocations, failing; /* the number of the allocation that fails; 0: none does */

static bool fails(void)
{
    return ++allocations == failing;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *piece, size_t size)
{
    return fails() ? NULL : __real_realloc(piece, size);
}

/* Runs the story once for each of its allocations, which then fails. Returns how many there were. */
static unsigned long fail_each(void (*story)(void))
{
    unsigned long each = 0;
    do {
        allocations = 0;
        failing = ++each;
        story();
    } while (allocations >= each);
    failing = 0;
    return each - 1;
}

/* --- the stories ------------------------------------------------------------------------------------ */

static struct policy_file *policy;
static struct memory_keys memory_keys;
static uint64_t head;
static const struct key people[] = {
    {.name = "street", .role = CONCORDAT__V1__ROLE__ROLE_SOURCE, .of = "street-triage"},
    {.name = "north", .role = CONCORDAT__V1__ROLE__ROLE_TEAM, .of = "northmoor-crisis"}};

static enum ledger_status write_events(void *context, const struct ledger_event *events, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(events[i].seq, ++head);
    return LEDGER_OK;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static enum ledger_status sync_events(void *context)
{
    (void)context;
    return LEDGER_OK;
}

static enum ledger_status read_nothing(void *context, uint64_t after, size_t limit, ledger_each *each,
                                       void *each_context)
{
    (void)context, (void)after, (void)limit, (void)each, (void)each_context;
    return LEDGER_OK;
}

static enum ledger_status no_sealed(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                    size_t *size)
{
    (void)context, (void)seq, (void)buffer, (void)capacity, (void)size;
    return LEDGER_NOT_FOUND;
}

static enum server_sent send_nowhere(void *context, const struct server_route *route,
                                     const struct frame_part *parts, size_t count)
{
    (void)context, (void)route, (void)parts, (void)count;
    return SERVER_SENT;
}

static const struct key *find_key(void *context, const char *name)
{
    (void)context;
    return strcmp(name, people[0].name) == 0 ? &people[0] : &people[1];
}

static void give_random(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 7, size);
}

static struct disk_room room(void *context)
{
    (void)context;
    return (struct disk_room){UINT64_MAX, 0, UINT64_MAX};
}

static struct process_faults no_faults(void *context)
{
    (void)context;
    return (struct process_faults){0};
}

static void say(void *context, const char *line)
{
    (void)context, (void)line;
}

static void ask(struct broker *broker, int person, Concordat__V1__Request *request, uint8_t command,
                struct now now)
{
    static uint8_t packed[WIRE_REQUEST_BYTES_MAX];
    uint8_t id[16] = {command, (uint8_t)person};
    request->command_id = (ProtobufCBinaryData){sizeof id, id};
    size_t size = concordat__v1__request__pack(request, packed);
    const struct server_route route = {5, {0, (uint8_t)(person + 1)}};
    broker_take(broker, &route, people[person].name, packed, size, now);
}

static void say_hello(struct broker *broker, int person, struct now now)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Hello hello = CONCORDAT__V1__HELLO__INIT;
    hello.protocol = 1;
    hello.wants_news = 1;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_HELLO;
    request.hello = &hello;
    ask(broker, person, &request, 1, now);
}

static void submit(struct broker *broker, uint8_t number, struct now now)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit message = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    uint8_t id[16] = {number, 'r'};
    char telephone[] = "07700 900123";
    referral.id = (ProtobufCBinaryData){sizeof id, id};
    referral.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    confidential.callback_number = telephone;
    message.referral = &referral;
    message.confidential = &confidential;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = &message;
    ask(broker, 0, &request, number, now);
}

static void be_present(struct broker *broker, struct now now)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence presence = CONCORDAT__V1__SET_PRESENCE__INIT;
    presence.present = 1;
    presence.lease_seconds = 60;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &presence;
    ask(broker, 1, &request, 2, now);
}

/* What cannot be read is refused, and recorded. */
static void be_refused(struct broker *broker, struct now now)
{
    static const uint8_t garbage[] = {0xff};
    const struct server_route route = {5, {0, 1}};
    assert_false(broker_take(broker, &route, people[0].name, garbage, sizeof garbage, now));
}

static void commit(struct broker *broker)
{
    assert_int_equal(broker_commit(broker), LEDGER_OK);
    assert_int_equal(broker_state(broker)->counters.seq, head);
    broker_check(broker);
}

/* New keys, whose memory does not fail, with room for all that the story makes. */
static void memory_keys_renew(void)
{
    static const uint8_t chain[CHAIN_BYTES];
    const struct counters none = {0};
    unsigned long before = allocations, failing_before = failing;
    uint8_t key[SEAL_KEY_BYTES];
    failing = 0;
    memory_keys_close(&memory_keys);
    memory_keys_open(&memory_keys, chain, &none, &(struct seal_random){give_random, NULL});
    assert_non_null(memory_keys.seals);
    assert_int_equal(seals_make(memory_keys.seals, &(struct seals_case){1, false}, key), SEALS_OK);
    allocations = before;
    failing = failing_before;
}

static void story_of_a_broker(void)
{
    const struct broker_ports ports = {NULL,      write_events, never,    sync_events, read_nothing,
                                       no_sealed, send_nowhere, find_key, give_random, never,
                                       room,      no_faults,    say,      false};
    struct now now = {.wall_ms = INT64_C(1795003200000), .mono_ms = 1000};
    memory_keys_renew();
    head = 0;
    struct state *state = state_new(1);
    struct broker *broker = state ? broker_open(&ports, state, "test") : NULL;
    if (!broker)
        return;
    if (broker_load_policy(broker, policy, now)) {
        broker_record_start(broker, 0, now);
        commit(broker);
        assert_true(broker_use_seals(broker, memory_keys.seals));
        say_hello(broker, 0, now);
        say_hello(broker, 1, now);
        be_present(broker, now);
        commit(broker);
        be_refused(broker, now); /* one event: memory then ends between the two of a submission, too */
        for (uint8_t number = 3; number < 250; number++)
            submit(broker, number, now);
        commit(broker);
        now.wall_ms += 3600 * 1000;
        now.mono_ms += 3600 * 1000;
        broker_time(broker, now);
        commit(broker);
    }
    broker_close(&broker);
}

static void a_broker_out_of_memory_refuses_and_does_nothing_by_half(void **context)
{
    (void)context;
    struct policy_problems problems;
    policy = policy_file_read(SOURCE_FOLDER "/deploy/examples/region.yaml", &problems);
    assert_non_null(policy);
    assert_true(fail_each(story_of_a_broker) > 30);
    memory_keys_close(&memory_keys);
    policy_file_destroy(&policy);
}

static void story_of_a_ledger(void)
{
    static const uint8_t body[] = "an event", reduced[CHAIN_BYTES];
    char folder[] = "/tmp/concordat-memory-XXXXXX", path[64], message[256] = "";
    enum ledger_status status = LEDGER_OK;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/ledger.db", folder);
    struct ledger *ledger = ledger_open(path, &status, message, sizeof message);
    const struct ledger_event event = {
        .seq = 1, .kind = 44, .body = body, .body_size = sizeof body, .reduced = reduced};
    if (ledger)
        assert_int_equal(ledger_append(ledger, &event, 1), LEDGER_OK);
    else
        assert_true(status != LEDGER_OK && message[0]);
    ledger_close(&ledger);
    for (const char *const *suffix = (const char *const[]){"", "-wal", "-shm", ".lock", NULL}; *suffix;
         suffix++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, *suffix);
        unlink(name);
    }
    rmdir(folder);
}

static void a_ledger_that_cannot_be_opened_says_why(void **context)
{
    (void)context;
    assert_true(fail_each(story_of_a_ledger) > 0);
}

static void story_of_a_policy(void)
{
    struct policy_problems problems = {0};
    struct policy_file *file = policy_file_read(SOURCE_FOLDER "/deploy/examples/region.yaml", &problems);
    assert_true(file || problems.count > 0);
    policy_file_destroy(&file);
}

static void a_policy_that_does_not_fit_is_refused(void **context)
{
    (void)context;
    assert_true(fail_each(story_of_a_policy) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broker_out_of_memory_refuses_and_does_nothing_by_half),
        cmocka_unit_test(a_ledger_that_cannot_be_opened_says_why),
        cmocka_unit_test(a_policy_that_does_not_fit_is_refused),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
