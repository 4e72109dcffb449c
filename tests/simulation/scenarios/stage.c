/* stage.c: the real broker on a stage of its own. */
#include "tests/simulation/scenarios/stage.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/record/replay.h"
#include "broker/shell/recovery.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

static const char region[] =
    "region: Northmoor\ndefault_area: northmoor\nurgency_when_missing: very-urgent\n"
    "times:\n  answer: {emergency: 3m, very_urgent: 5m, urgent: 15m, routine: 30m}\n"
    "  arrival_grace: 30m\n  contact_lease: 12h\n  lease_grace: 15m\n  remind: 5m\n  coordinator_lease: 1h\n"
    "  capacity_good: 30m\n  rounds: 2\n"
    "standards:\n"
    "  - {id: seen, name: Seen, clock: response, sources: all, urgencies: all, within: 4h}\n"
    "  - {id: s136, name: Held, clock: section-136, sources: all, urgencies: all, within: 24h}\n"
    "bank_holidays: [2026-12-25]\n"
    "coordinators:\n  - {id: duty, name: Duty coordinator, telephone: 01632 960100}\n"
    "teams:\n"
    "  - {id: team-1, name: Team 1, type: A02, organisation: ZZM01, telephone: 01632 960110, sources: all, "
    "offers: comes, detained: also, ages: all, needs: [face-to-face-visit], interpreter: yes, expected_arrival: 30m, hours: %s}\n"
    "  - {id: team-2, name: Team 2, type: A02, organisation: ZZM01, telephone: 01632 960120, sources: all, "
    "offers: comes, detained: also, ages: all, needs: [face-to-face-visit], interpreter: yes, expected_arrival: 30m, hours: %s}\n"
    "ladders:\n  - {id: own, rungs: [[team-1], [team-2]]}\n"
    "areas:\n  - {id: northmoor, name: Northmoor, postcode_districts: [ZX1], coordinator: duty, ladder: "
    "own}\n"
    "organisations:\n  - {code: ZZP01, area: northmoor}\n"
    "quotas: {answers: {burst: 9999}, new_work: {burst: 9999}, questions: {burst: 99999}}\n";

static struct policy_file *read_region(const char *hours_1, const char *hours_2)
{
    char text[4096];
    struct policy_problems problems = {0};
    int size = snprintf(text, sizeof text, region, hours_1, hours_2);
    struct policy_file *file = policy_file_parse((const uint8_t *)text, (size_t)size, &problems);
    if (!file)
        fprintf(stderr, "line %d: %s: %s\n", problems.items[0].line, problems.items[0].field,
                problems.items[0].text);
    assert(file);
    return file;
}

static struct now now_is(const struct stage *s)
{
    return (struct now){.wall_ms = s->wall_ms, .mono_ms = s->mono_ms};
}

/* --- ports ------------------------------------------------------------------------------------------ */

static enum ledger_status port_write(void *context, const struct ledger_event *events, size_t count)
{
    struct stage *s = context;
    bool follows = store_write(&s->store, events, count);
    assert(follows);
    (void)follows;
    return LEDGER_OK;
}

static bool port_syncing(void *context)
{
    struct stage *s = context;
    return s->disk_takes_its_time;
}

static enum ledger_status port_sync(void *context)
{
    struct stage *s = context;
    store_settle(&s->store, !s->disk_fails);
    return s->disk_fails ? LEDGER_UNKNOWN : LEDGER_OK;
}

static enum ledger_status port_read(void *context, uint64_t after, size_t limit, ledger_each *each,
                                    void *each_context)
{
    struct stage *s = context;
    return store_read(&s->store, after, limit, each, each_context);
}

static enum ledger_status port_sealed(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                      size_t *size)
{
    struct stage *s = context;
    return store_sealed(&s->store, seq, buffer, capacity, size);
}

static struct server_route route_of(const struct stage *s, int peer)
{
    struct server_route route = {.size = 8};
    uint32_t parts[] = {(uint32_t)peer, s->run};
    memcpy(route.bytes, parts, sizeof parts);
    return route;
}

static enum server_sent port_send(void *context, const struct server_route *route,
                                  const struct frame_part *parts, size_t count)
{
    struct stage *s = context;
    uint32_t peer;
    memcpy(&peer, route->bytes, sizeof peer);
    assert(s->store.pending == 0);
    if (s->slow[peer] || ++s->in_turn[peer] > STAGE_HELD)
        return SERVER_PEER_SLOW;
    for (size_t i = 0; i < count; i++) {
        assert(s->sent_count < STAGE_SENT);
        struct stage_sent *sent = &s->sent[s->sent_count++];
        *sent = (struct stage_sent){(int)peer, malloc(parts[i].size), parts[i].size};
        assert(sent->bytes);
        memcpy(sent->bytes, parts[i].bytes, parts[i].size);
    }
    return SERVER_SENT;
}

static const struct key *port_key(void *context, const char *name)
{
    struct stage *s = context;
    for (int i = 0; i < s->peers; i++)
        if (strcmp(s->keys[i].name, name) == 0)
            return &s->keys[i];
    return NULL;
}

static void port_random(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 7, size);
}

static bool port_clock(void *context)
{
    return !((struct stage *)context)->clock_is_unknown;
}

/* --- opening ---------------------------------------------------------------------------------------- */

static void add_peer(struct stage *s, const char *name, Concordat__V1__Role role, const char *of)
{
    struct key *key = &s->keys[s->peers++];
    snprintf(key->name, sizeof key->name, "%s", name);
    snprintf(key->of, sizeof key->of, "%s", of);
    key->role = role;
}

/* The broker's log is not part of a scenario. */
static struct disk_room port_disk(void *context)
{
    struct stage *s = context;
    return (struct disk_room){s->disk_free_bytes, STAGE_DISK_FLOOR, UINT64_MAX};
}

static struct process_faults port_faults(void *context)
{
    (void)context;
    return (struct process_faults){0};
}

static void port_log(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static void start(struct stage *s)
{
    const struct broker_ports ports = {s,           port_write,  port_syncing, port_sync,   port_read,
                                       port_sealed, port_send,   port_key,     port_random, port_clock,
                                       port_disk,   port_faults, port_log,     false};
    struct state *state = state_new(++s->run);
    struct recovery_found found;
    enum ledger_status status = recovery_replay(state, s->store.count, port_read, s, &found);
    assert(status == LEDGER_OK && !found.differs);
    (void)status;
    s->broker = broker_open(&ports, state, "staged");
    bool loaded = broker_load_policy(s->broker, s->policy, now_is(s));
    assert(loaded);
    (void)loaded;
    broker_record_start(s->broker, s->store.count, now_is(s));
    stage_turn(s);
    memory_keys_open(&s->memory_keys, s->store.events[0].chain, &broker_state(s->broker)->counters,
                     &(struct seal_random){port_random, s});
    bool good = broker_use_seals(s->broker, s->memory_keys.seals);
    assert(good);
    (void)good;
    for (int peer = 0; peer < s->peers; peer++)
        stage_hello(s, peer);
}

struct stage *stage_open(const char *hours_1, const char *hours_2)
{
    struct stage *s = calloc(1, sizeof *s);
    assert(s);
    s->wall_ms = INT64_C(1795003200000); /* a Wednesday in November 2026, 12:00 in London */
    s->mono_ms = HOURS(1);
    s->disk_free_bytes = 2 * STAGE_DISK_FLOOR;
    int no_memory = arena_open(&s->arena, 1024 * 1024);
    assert(!no_memory);
    (void)no_memory;
    add_peer(s, "intake", CONCORDAT__V1__ROLE__ROLE_SOURCE, "street-triage");
    add_peer(s, "team-1-a", CONCORDAT__V1__ROLE__ROLE_TEAM, "team-1");
    add_peer(s, "team-1-b", CONCORDAT__V1__ROLE__ROLE_TEAM, "team-1");
    add_peer(s, "team-2-a", CONCORDAT__V1__ROLE__ROLE_TEAM, "team-2");
    add_peer(s, "duty-a", CONCORDAT__V1__ROLE__ROLE_COORDINATOR, "duty");
    add_peer(s, "auditor", CONCORDAT__V1__ROLE__ROLE_AUDITOR, "ZZA01");
    s->policy = read_region(hours_1, hours_2);
    start(s);
    stage_presence(s, TEAM_1, true, 600);
    stage_presence(s, TEAM_2, true, 600);
    return s;
}

int stage_add_follower(struct stage *s, const char *key_name, Concordat__V1__Role role)
{
    assert(s->peers < STAGE_PEERS);
    add_peer(s, key_name, role, "ZZA01");
    stage_hello(s, s->peers - 1);
    return s->peers - 1;
}

static void forget_sent(struct stage *s)
{
    for (size_t i = 0; i < s->sent_count; i++)
        free(s->sent[i].bytes);
    s->sent_count = 0;
}

void stage_close(struct stage **stage)
{
    struct stage *s = *stage;
    broker_close(&s->broker);
    memory_keys_close(&s->memory_keys);
    policy_file_destroy(&s->policy);
    store_close(&s->store);
    arena_close(&s->arena);
    forget_sent(s);
    free(s);
    *stage = NULL;
}

void stage_restart(struct stage *s)
{
    broker_close(&s->broker);
    memory_keys_shut(&s->memory_keys);
    s->disk_fails = s->disk_takes_its_time = false;
    store_settle(&s->store, true); /* what a process has written survives it */
    forget_sent(s);
    start(s);
}

void stage_snapshot(struct stage *s)
{
    uint8_t digest[STATE_DIGEST_BYTES];
    bool begun = broker_begin_snapshot(s->broker, now_is(s));
    stage_turn(s);
    replay_digest(broker_state(s->broker), digest);
    const struct kept kept = {broker_state(s->broker)->counters.seq, digest, state_layout};
    bool recorded = broker_keep_snapshot(s->broker, &kept, now_is(s));
    assert(begun && recorded);
    (void)begun, (void)recorded;
    stage_turn(s);
}

void stage_load(struct stage *s, const char *hours_1, const char *hours_2)
{
    struct policy_file *file = read_region(hours_1, hours_2);
    bool loaded = broker_load_policy(s->broker, file, now_is(s));
    assert(loaded);
    (void)loaded;
    policy_file_destroy(&s->policy);
    s->policy = file;
    stage_turn(s);
}

/* --- saying ----------------------------------------------------------------------------------------- */

void stage_say_only(struct stage *s, int peer, Concordat__V1__Request *request)
{
    uint8_t bytes[4096], id[16] = {0};
    struct server_route route = route_of(s, peer);
    if (!request->command_id.len) {
        s->ids++;
        memcpy(id, &s->ids, sizeof s->ids);
        id[15] = 1;
        request->command_id = (ProtobufCBinaryData){16, id};
    }
    size_t size = concordat__v1__request__pack(request, bytes);
    broker_take(s->broker, &route, s->keys[peer].name, bytes, size, now_is(s));
    if (request->command_id.data == id)
        request->command_id = (ProtobufCBinaryData){0, NULL};
}

enum ledger_status stage_turn(struct stage *s)
{
    memset(s->in_turn, 0, sizeof s->in_turn);
    broker_time(s->broker, now_is(s));
    return broker_commit(s->broker);
}

enum ledger_status stage_settle(struct stage *s)
{
    return broker_settle(s->broker);
}

const Concordat__V1__Message *stage_sent_message(struct stage *s, size_t at)
{
    struct wire_fault fault;
    return wire_unpack_message(s->sent[at].bytes, s->sent[at].size, &s->arena, &fault);
}

const Concordat__V1__Message *stage_say(struct stage *s, int peer, Concordat__V1__Request *request)
{
    size_t from = s->sent_count;
    stage_say_only(s, peer, request);
    if (stage_turn(s) != LEDGER_OK)
        return NULL;
    for (size_t i = from; i < s->sent_count; i++) {
        const Concordat__V1__Message *message = stage_sent_message(s, i);
        assert(message);
        if (s->sent[i].peer == peer && message->command_id.len)
            return message;
    }
    return NULL;
}

const Concordat__V1__Message *stage_hello(struct stage *s, int peer)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Hello hello = CONCORDAT__V1__HELLO__INIT;
    request.command_case = COMMAND(HELLO);
    request.hello = &hello;
    hello.protocol = WIRE_PROTOCOL;
    hello.wants_news = peer != AUDITOR;
    return stage_say(s, peer, &request);
}

static const Concordat__V1__Answer *answer(const Concordat__V1__Message *message)
{
    return message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER ? message->answer : NULL;
}

const Concordat__V1__Answer *stage_submit(struct stage *s, uint8_t id[16])
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    uint32_t number = ++s->ids;
    memset(id, 0, 16);
    memcpy(id, &number, sizeof number);
    id[15] = 2;
    request.command_case = COMMAND(SUBMIT);
    request.submit = &submit;
    submit.referral = &referral;
    submit.confidential = &confidential;
    referral.id = (ProtobufCBinaryData){16, id};
    referral.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    referral.urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT;
    confidential.callback_number = (char *)(uintptr_t) "07700 900123";
    if (s->narrative)
        confidential.narrative = s->narrative;
    return answer(stage_say(s, INTAKE, &request));
}

const Concordat__V1__Answer *stage_accept(struct stage *s, int peer, const uint8_t *id, uint32_t attempt)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Accept accept = CONCORDAT__V1__ACCEPT__INIT;
    request.command_case = COMMAND(ACCEPT);
    request.accept = &accept;
    accept.referral = (ProtobufCBinaryData){16, (uint8_t *)(uintptr_t)id};
    accept.attempt = attempt;
    return answer(stage_say(s, peer, &request));
}

const Concordat__V1__Answer *stage_take(struct stage *s, const uint8_t *id)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Take take = CONCORDAT__V1__TAKE__INIT;
    request.command_case = COMMAND(TAKE);
    request.take = &take;
    take.referral = (ProtobufCBinaryData){16, (uint8_t *)(uintptr_t)id};
    Concordat__V1__Person person = CONCORDAT__V1__PERSON__INIT;
    person.id = (char *)(uintptr_t) "zq40117";
    request.person = &person;
    return answer(stage_say(s, COORDINATOR, &request));
}

void stage_presence(struct stage *s, int peer, bool present, uint32_t lease_seconds)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence presence = CONCORDAT__V1__SET_PRESENCE__INIT;
    request.command_case = COMMAND(SET_PRESENCE);
    request.set_presence = &presence;
    presence.present = present;
    presence.lease_seconds = lease_seconds;
    stage_say(s, peer, &request);
}

void stage_wait(struct stage *s, int64_t ms, int silent)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Ping ping = CONCORDAT__V1__PING__INIT;
    request.command_case = COMMAND(PING);
    request.ping = &ping;
    for (int64_t passed_ms = 0; passed_ms < ms; passed_ms += SECONDS(1)) {
        s->wall_ms += SECONDS(1);
        s->mono_ms += SECONDS(1);
        for (int peer = 0; peer < s->peers && passed_ms % SECONDS(20) == 0; peer++)
            if (peer != silent)
                stage_say_only(s, peer, &request);
        if (passed_ms % MINUTES(5) == 0 && silent != TEAM_1)
            stage_presence(s, TEAM_1, true, 600);
        if (passed_ms % MINUTES(5) == 0 && silent != TEAM_2)
            stage_presence(s, TEAM_2, true, 600);
        if (stage_turn(s) != LEDGER_OK)
            return;
        for (size_t i = s->sent_count; i-- > 0 && s->sent[i].size < 64;) /* the stage does not keep pongs */
            free(s->sent[--s->sent_count].bytes);
    }
}

/* --- looking ---------------------------------------------------------------------------------------- */

const struct referral *stage_case(const struct stage *s, const uint8_t *id)
{
    return state_referral(broker_state(s->broker), id);
}

int stage_count(struct stage *s, int peer, int body_case, size_t from)
{
    int count = 0;
    for (size_t i = from; i < s->sent_count; i++)
        count += s->sent[i].peer == peer && (int)stage_sent_message(s, i)->body_case == body_case;
    return count;
}

const Concordat__V1__Event *stage_event(struct stage *s, uint64_t seq)
{
    struct wire_fault fault;
    const Concordat__V1__Event *event =
        wire_unpack_event(s->store.events[seq - 1].body, s->store.events[seq - 1].size, &s->arena, &fault);
    assert(event);
    return event;
}

int stage_events(struct stage *s, int what_case)
{
    int count = 0;
    for (uint64_t seq = 1; seq <= s->store.count; seq++)
        count += (int)stage_event(s, seq)->what_case == what_case;
    return count;
}
