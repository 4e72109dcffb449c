/* broker.c: one turn: take what waits, decide it, commit it, then send. */
#include "broker/shell/broker.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/shell/inside.h"
#include "broker/shell/roles.h"
#include "proto/referral/referral_rules.h"

enum { EVENT_ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX, DECISIONS_BY_TIME_MAX = 256, LEASE_CHECK_MS = 1000 };
/* Less than the two thirds of the shortest lease in which a team may still renew it. */
enum { NOT_LISTENING_MS = 3000 };

/* Less is an ordinary correction of the clock, and is not spoken of. */
enum { SET_BACK_LEAST_MS = 10 * 1000 };

struct broker *broker_open(const struct broker_ports *ports, struct state *state, const char *version)
{
    struct broker *b = calloc(1, sizeof *b);
    if (!b || arena_open(&b->arena, ARENA_MESSAGE_BYTES) || arena_open(&b->event_arena, EVENT_ARENA_BYTES)) {
        state_destroy(&state);
        broker_close(&b);
        return NULL;
    }
    uint64_t seed;
    ports->random(ports->context, &seed, sizeof seed);
    ports->random(ports->context, b->session_id, sizeof b->session_id);
    b->ports = *ports;
    b->version = version;
    b->state = state;
    b->durable_seq = state->counters.seq;
    outgoing_open(&b->outgoings[0]);
    outgoing_open(&b->outgoings[1]);
    b->outgoing = &b->outgoings[0];
    b->sealed_outgoing = &b->outgoings[1];
    sessions_open(&b->sessions, seed);
    refusals_open(&b->refusals, seed);
    table_open(&b->met, ID_BYTES);
    index_open(&b->met_by_id, 0, ID_BYTES, seed);
    return b;
}

void broker_close(struct broker **broker)
{
    struct broker *b = *broker;
    if (!b)
        return;
    state_destroy(&b->state);
    directory_destroy(&b->directory);
    sessions_close(&b->sessions);
    refusals_close(&b->refusals);
    arena_close(&b->arena);
    arena_close(&b->event_arena);
    batch_close(&b->batch);
    outgoing_close(&b->outgoings[0]);
    outgoing_close(&b->outgoings[1]);
    table_close(&b->met);
    index_close(&b->met_by_id);
    free(b);
    *broker = NULL;
}

const struct state *broker_state(const struct broker *broker)
{
    return broker->state;
}

struct broker_counts broker_counts(const struct broker *broker)
{
    struct broker_counts counts = broker->counts;
    counts.sessions = broker->sessions.count;
    return counts;
}

bool broker_admits(struct broker *b, struct session *session)
{
    if (b->ports.key(b->ports.context, session->key_name))
        return true;
    sessions_end(&b->sessions, session);
    return false;
}

/* From here on wall_ms is the ledger's time. It begins where the ledger ends, whatever the wall clock says.
 */
static struct now in_ledger_time(struct broker *b, struct now now)
{
    if (!b->has_time)
        b->time = (struct ledger_time){b->state->counters.at_ms, now.mono_ms};
    b->has_time = true;
    int64_t wall_ms = now.wall_ms;
    now.wall_ms = ledger_time_follow(&b->time, wall_ms, now.mono_ms);
    bool set_back = now.wall_ms - wall_ms >= SET_BACK_LEAST_MS;
    if (set_back && !b->set_back)
        b->ports.log(
            b->ports.context,
            "the wall clock stands before the ledger's time, which goes on a little slower until the "
            "clock has caught up: look after this machine's clock");
    b->set_back = set_back;
    return now;
}

/* --- decisions become part of the turn -------------------------------------------------------------- */

/* Events after which a held case may find a team that it did not find before. */
static bool gives_hope(const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_PRESENCE_CHANGED:
        return event->is.presence.present;
    case EVENT_CAPACITY_CLAIMED:
    case EVENT_POLICY_LOADED:
    case EVENT_OFFER_ENDED:
    case EVENT_LEASE_LAPSED:
    case EVENT_CLOSED:
    case EVENT_WITHDRAWN:
        return true;
    case EVENT_ACCEPTED:
        return event->is.accepted.previous_team != SLOT_NONE;
    default:
        return false;
    }
}

static void look_again(struct broker *b)
{
    if (b->look_again)
        b->look_once_more = true;
    b->look_again = true;
}

/* Room in the state is made before a decision and not after: until it is adopted a decision points into the
 * state's rows, which move when room is made. */
static void decide_command(struct broker *b, const struct command *command, struct now now)
{
    uint32_t names = 0;
    if (command->kind == COMMAND_LOAD_POLICY)
        names = command->is.policy.teams.count + command->is.policy.areas.count +
                command->is.policy.coordinators.count;
    if (state_reserve(b->state, names)) {
        decide(b->state, b->directory, command, now.wall_ms, &b->decision);
    } else {
        b->decision.refusal = REFUSAL_UNAVAILABLE;
        b->decision.count = 0;
    }
}

bool broker_adopt(struct broker *b, const uint8_t *salt, const uint8_t *confidential,
                  size_t confidential_size)
{
    struct decision *decision = &b->decision;
    size_t used = b->batch.used, count = b->batch.count;
    bool good = true;
    for (int i = 0; good && i < decision->count; i++) {
        bool first = i == 0 && confidential;
        good = batch_add(&b->batch, &decision->events[i], b->state, b->directory, salt,
                         first ? confidential : NULL, first ? confidential_size : 0);
    }
    if (!good) {
        b->batch.used = used;
        b->batch.count = count;
        return false;
    }
    for (int i = 0; i < decision->count; i++) {
        if (!state_apply(b->state, &decision->events[i]))
            abort(); /* a bug: what was decided on this state must be possible in it */
        if (gives_hope(&decision->events[i]))
            look_again(b);
    }
    b->counts.events += decision->count;
    return true;
}

static bool record_policy(struct broker *b, const struct policy_file *file, struct now now)
{
    struct command command = {.kind = COMMAND_LOAD_POLICY, .actor = "", .opaque = file};
    command.is.policy.digest = file->policy.digest;
    command.is.policy.teams = b->directory->teams;
    command.is.policy.areas = b->directory->areas;
    command.is.policy.coordinators = b->directory->coordinators;
    decide_command(b, &command, now);
    return b->decision.refusal == REFUSAL_NONE && broker_adopt(b, NULL, NULL, 0);
}

bool broker_load_policy(struct broker *b, const struct policy_file *file, struct now now)
{
    now = in_ledger_time(b, now);
    struct directory *before = b->directory;
    statuses_forget(&b->statuses);
    b->directory = directory_new(&file->policy);
    /* The ledger keeps each policy once: a restart under the same one is no event. */
    bool known = memcmp(b->state->counters.policy_digest, file->policy.digest, POLICY_DIGEST_BYTES) == 0;
    if (!b->directory || (!known && !record_policy(b, file, now)) ||
        !directory_bind(b->directory, b->state)) {
        directory_destroy(&b->directory);
        b->directory = before;
        return false;
    }
    directory_destroy(&before);
    /* Teams that the ledger knows as present have a while to be heard of again. */
    for (uint32_t slot = 0; slot < b->state->teams.count; slot++)
        if (state_team(b->state, (uint16_t)slot)->present && !sessions_lease(&b->sessions, (uint16_t)slot))
            sessions_set_lease(&b->sessions, (uint16_t)slot, now.mono_ms + PRESENCE_RETURN_MS);
    look_again(b);
    return true;
}

void broker_record_start(struct broker *b, uint64_t replayed, struct now now)
{
    struct command command = {.kind = COMMAND_RECORD_START, .actor = ""};
    now = in_ledger_time(b, now);
    command.is.started.version = b->version;
    command.is.started.replayed = replayed;
    decide_command(b, &command, now);
    broker_adopt(b, NULL, NULL, 0);
}

/* --- taking ----------------------------------------------------------------------------------------- */

static const char *command_name(const Concordat__V1__Request *request)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
        &concordat__v1__request__descriptor, request ? (unsigned)request->command_case : 0);
    return field ? field->name : "unreadable";
}

/* Written down, within bounds, because somebody tried who is known here. */
static void record_refusal(struct broker *b, const char *key_name, const char *name, enum refusal refusal,
                           struct now now)
{
    uint32_t left_out;
    b->counts.refused++;
    if (!refusals_note(&b->refusals, key_name, now.mono_ms, &left_out))
        return;
    struct command command = {.kind = COMMAND_RECORD_REFUSAL, .actor = key_name};
    command.is.refused.command = name;
    command.is.refused.refusal = refusal;
    command.is.refused.left_out = left_out;
    char line[KEY_NAME_CHARS_MAX + 160];
    snprintf(line, sizeof line, "refused: %s from %s: %s (%u more not written down)", name, key_name,
             refusals_text(refusal), left_out);
    b->ports.log(b->ports.context, line);
    decide_command(b, &command, now);
    broker_adopt(b, NULL, NULL, 0);
}

static void refuse(struct broker *b, const struct asking *asking, enum refusal refusal, const char *text)
{
    answers_refuse(b, asking->route, asking->request->command_id.data, refusal, text, NULL);
    record_refusal(b, asking->key->name, command_name(asking->request), refusal, asking->now);
}

/* Whose commands these are. False where the key belongs to nothing in the directory. */
static bool find_party(const struct broker *b, struct asking *asking)
{
    asking->slot = SLOT_NONE;
    switch ((int)asking->key->role) {
    case CONCORDAT__V1__ROLE__ROLE_SOURCE:
        asking->party = PARTY_SOURCE;
        return true;
    case CONCORDAT__V1__ROLE__ROLE_TEAM:
        asking->party = PARTY_TEAM;
        asking->slot = state_team_slot(b->state, asking->key->of);
        return asking->slot != SLOT_NONE;
    case CONCORDAT__V1__ROLE__ROLE_COORDINATOR:
        asking->party = PARTY_COORDINATOR;
        asking->slot = state_coordinator_slot(b->state, asking->key->of);
        return asking->slot != SLOT_NONE;
    default:
        asking->party = PARTY_BROKER; /* an auditor: asks, never commands */
        return true;
    }
}

/* A source's key names the one source that it speaks for. */
static enum refusal cannot_be_routed(const struct asking *asking, const Concordat__V1__Referral *referral,
                                     const Concordat__V1__Confidential *confidential, bool is_new)
{
    int source;
    if (!words_parse(&concordat__v1__source__descriptor, asking->key->of, &source))
        source = CONCORDAT__V1__SOURCE__SOURCE_UNSPECIFIED;
    return (enum refusal)referral_rules_refusal(referral, confidential, (Concordat__V1__Source)source,
                                                is_new);
}

/* The confidential part goes beside the ledger; the event only commits to it, under a salt of its own. */
static void salt_confidential(struct broker *b, struct record_content *content, uint8_t *salt)
{
    crypto_generichash_state hash;
    b->ports.random(b->ports.context, salt, LEDGER_SALT_BYTES);
    crypto_generichash_init(&hash, NULL, 0, CONFIDENTIAL_DIGEST_BYTES);
    crypto_generichash_update(&hash, salt, LEDGER_SALT_BYTES);
    crypto_generichash_update(&hash, content->confidential, content->confidential_size);
    crypto_generichash_final(&hash, content->confidential_digest, CONFIDENTIAL_DIGEST_BYTES);
}

/* Whether a refusal may say who holds the case. Some are decided before it is known whose case that is. */
static bool may_be_told(const struct broker *b, const struct asking *asking, enum refusal refusal,
                        const uint8_t *referral)
{
    if (refusal == REFUSAL_CONFLICT || refusal == REFUSAL_CASE_CLOSED)
        return questions_may_see(b, sessions_find(&b->sessions, asking->route), referral);
    return refusal != REFUSAL_NOT_YOURS;
}

static void take_command(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__Request *request = asking->request;
    struct record_content content;
    struct command command;
    uint8_t salt[LEDGER_SALT_BYTES];
    enum refusal refusal = REFUSAL_NONE;

    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        refusal = cannot_be_routed(asking, request->submit->referral, request->submit->confidential, true);
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        refusal = cannot_be_routed(asking, request->update->referral, request->update->confidential, false);
    if (refusal == REFUSAL_NONE && !record_read_command(request, asking->packed, asking->packed_size,
                                                        asking->now.wall_ms, &content, &command))
        refusal = REFUSAL_UNKNOWN_COMMAND;
    if (refusal != REFUSAL_NONE) {
        refuse(b, asking, refusal, refusals_text(refusal));
        return;
    }
    command.party = asking->party;
    command.slot = asking->slot;
    command.actor = asking->key->name;
    if (command.kind == COMMAND_READ_RECORD) {
        command.is.read.of = asking->key->of;
        command.is.read.role = (int)asking->key->role;
    }
    if (content.confidential)
        salt_confidential(b, &content, salt);
    decide_command(b, &command, asking->now);
    refusal = b->decision.refusal;
    if (refusal == REFUSAL_NONE && !broker_adopt(b, salt, content.confidential, content.confidential_size))
        refusal = REFUSAL_UNAVAILABLE;
    if (refusal != REFUSAL_NONE) {
        answers_refuse(b, asking->route, request->command_id.data, refusal, refusals_text(refusal),
                       may_be_told(b, asking, refusal, command.referral) ? command.referral : NULL);
        record_refusal(b, asking->key->name, command_name(request), refusal, asking->now);
        return;
    }
    if (command.kind == COMMAND_READ_RECORD && b->record_count < TURN_MESSAGES_MAX) {
        struct record_asked *record = &b->records[b->record_count++];
        record->route = *asking->route;
        memcpy(record->command, request->command_id.data, ID_BYTES);
        memcpy(record->referral, command.referral, ID_BYTES);
        return;
    }
    bool of_a_case = command.kind != COMMAND_PRESENCE && command.kind != COMMAND_CAPACITY;
    answers_done(b, asking, of_a_case ? command.referral : NULL);
    batch_note_asker(&b->batch, b->decision.count,
                     sessions_row_of(&b->sessions, sessions_find(&b->sessions, asking->route)));
}

/* A team is there as long as one of its devices is. */
static void take_presence(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__SetPresence *presence = asking->request->set_presence;
    int64_t seconds = presence->lease_seconds;
    if (seconds < PRESENCE_LEASE_SECONDS_MIN)
        seconds = PRESENCE_LEASE_SECONDS_MIN;
    if (seconds > PRESENCE_LEASE_SECONDS_MAX)
        seconds = PRESENCE_LEASE_SECONDS_MAX;
    struct session *session = sessions_find(&b->sessions, asking->route);
    session->present_until_ms = presence->present ? asking->now.mono_ms + seconds * 1000 : 0;
    int64_t until_ms = sessions_present_until(&b->sessions, asking->slot);
    if (!sessions_set_lease(&b->sessions, asking->slot, until_ms)) {
        refuse(b, asking, REFUSAL_UNAVAILABLE, refusals_text(REFUSAL_UNAVAILABLE));
    } else if (!presence->present && until_ms > asking->now.mono_ms) {
        /* Another device of the team is still there. */
        b->decision.count = 0;
        b->decision.seq = 0;
        b->decision.repeated = false;
        answers_done(b, asking, NULL);
    } else {
        take_command(b, asking);
    }
}

typedef void take_request(struct broker *b, const struct asking *asking);

/* What is not a command of the core. */
static take_request *const own[] = {
    [CONCORDAT__V1__REQUEST__COMMAND_HELLO] = answers_hello,
    [CONCORDAT__V1__REQUEST__COMMAND_PING] = answers_ping,
    [CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS] = questions_status,
    [CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD] = questions_board,
    [CONCORDAT__V1__REQUEST__COMMAND_FOLLOW] = questions_follow,
    [CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE] = take_presence,
};

/* The one place where it is decided whether a request is looked at: key, then form, then role, then hello. */
bool broker_take(struct broker *b, const struct server_route *route, const char *key_name,
                 const uint8_t *bytes, size_t size, struct now now)
{
    struct wire_fault fault = {0};
    now = in_ledger_time(b, now);
    struct asking asking = {.route = route, .now = now, .packed_size = size};
    b->counts.commands++;
    asking.request = wire_unpack_request(bytes, size, &b->arena, &fault);
    asking.packed = fault.as_packed ? bytes : NULL;
    const uint8_t *command_id = fault.has_command_id ? fault.command_id : NULL;
    if (asking.request)
        command_id = asking.request->command_id.data;
    asking.key = b->ports.key(b->ports.context, key_name);
    if (!asking.key) {
        answers_refuse(b, route, command_id, REFUSAL_REVOKED, refusals_text(REFUSAL_REVOKED), NULL);
        record_refusal(b, key_name, command_name(asking.request), REFUSAL_REVOKED, now);
        return false;
    }
    if (!asking.request) {
        b->counts.malformed++;
        answers_refuse(b, route, command_id, (enum refusal)fault.refusal, fault.text, NULL);
        record_refusal(b, key_name, "unreadable", (enum refusal)fault.refusal, now);
        return false;
    }
    if (!roles_may_send(asking.key->role, asking.request->command_case) || !find_party(b, &asking)) {
        refuse(b, &asking, REFUSAL_NOT_ALLOWED, refusals_text(REFUSAL_NOT_ALLOWED));
        return true;
    }
    struct session *session = sessions_find(&b->sessions, route);
    size_t command = (size_t)asking.request->command_case;
    if (!session && command != CONCORDAT__V1__REQUEST__COMMAND_HELLO) {
        /* Ordinary after a restart of ours or a broken connection: not written down. */
        answers_refuse(b, route, command_id, REFUSAL_HELLO_FIRST, refusals_text(REFUSAL_HELLO_FIRST), NULL);
        return true;
    }
    if (session) {
        session->heard_ms = now.mono_ms;
        session->ready = session->behind;
        b->someone_ready |= session->behind;
    }
    take_request *take = command < sizeof own / sizeof *own ? own[command] : NULL;
    (take ? take : take_command)(b, &asking);
    return true;
}

/* --- time ------------------------------------------------------------------------------------------- */

/* Teams that were not heard of by the end of their lease, and connections that have gone silent. Who did not
 * listen (a machine that stood still, a disk that took its time) cannot say that others were silent: such a
 * time counts for nobody. */
static void check_leases(struct broker *b, struct now now)
{
    int64_t since_ms = now.mono_ms - b->leases_checked_ms;
    if (since_ms < LEASE_CHECK_MS)
        return;
    if (since_ms > NOT_LISTENING_MS && b->leases_checked_ms)
        sessions_postpone(&b->sessions, since_ms);
    b->leases_checked_ms = now.mono_ms;
    for (uint32_t slot = 0; slot < b->state->teams.count; slot++) {
        if (!state_team(b->state, (uint16_t)slot)->present ||
            sessions_lease(&b->sessions, (uint16_t)slot) > now.mono_ms)
            continue;
        struct command command = {.kind = COMMAND_PRESENCE, .actor = "", .slot = (uint16_t)slot};
        command.is.presence.lapsed = true;
        decide_command(b, &command, now);
        if (!broker_adopt(b, NULL, NULL, 0))
            return;
    }
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (session->live && now.mono_ms - session->heard_ms > SESSION_SILENCE_MS)
            sessions_end(&b->sessions, session);
    }
}

void broker_time(struct broker *b, struct now now)
{
    now = in_ledger_time(b, now);
    b->now_mono_ms = now.mono_ms;
    check_leases(b, now);
    for (int i = 0; i < DECISIONS_BY_TIME_MAX && state_reserve(b->state, 0); i++) {
        decide_time(b->state, b->directory, now.wall_ms, &b->decision);
        if (b->decision.count == 0 || !broker_adopt(b, NULL, NULL, 0))
            break;
    }
    for (int i = 0; b->look_again && i < DECISIONS_BY_TIME_MAX && state_reserve(b->state, 0); i++) {
        b->look_again = decide_again(b->state, b->directory, now.wall_ms, &b->look_from, &b->decision);
        if (b->decision.count && !broker_adopt(b, NULL, NULL, 0))
            b->look_again = true;
        if (b->look_again)
            continue;
        b->look_from = 0;
        b->look_again = b->look_once_more;
        b->look_once_more = false;
    }
}

int broker_patience_ms(const struct broker *b, struct now now)
{
    int64_t due_ms = state_due(b->state);
    int64_t now_ms = ledger_time_now(&b->time, now.wall_ms, now.mono_ms);
    int64_t most_ms = b->someone_ready ? NEWS_PIECE_MS : LEASE_CHECK_MS;
    if (b->sealed)
        return LEASE_CHECK_MS;
    if (b->look_again || due_ms <= now_ms)
        return 0;
    return (int)(due_ms - now_ms < most_ms ? due_ms - now_ms : most_ms);
}

/* --- committing ------------------------------------------------------------------------------------- */

/* It is told everything again, from when it is next heard of; slower than before, because whoever sends much
 * and reads slowly would otherwise be told the beginning for ever. */
static void fall_behind(struct session *session)
{
    if (session->told_below && session->setbacks < NEWS_SETBACKS_MAX)
        session->setbacks++;
    session->told_below = 0;
    session->behind = true;
    session->ready = false;
}

/* An answer that cannot be sent is not kept: whoever asked asks again. News that cannot be sent are told all
 * over when the session is next heard of. */
static void send_all(struct broker *b, struct outgoing *outgoing)
{
    struct outgoing_frame frame;
    while (outgoing_next(outgoing, &frame)) {
        enum server_sent sent = b->ports.send(b->ports.context, frame.route, frame.parts, frame.count);
        if (sent == SERVER_SENT) {
            b->counts.sent += frame.count;
            continue;
        }
        b->counts.unsent += frame.count;
        struct session *session = sessions_find(&b->sessions, frame.route);
        if (session && sent == SERVER_PEER_GONE)
            sessions_end(&b->sessions, session);
        else if (session && session->wants_news)
            fall_behind(session);
    }
}

/* All that is said of the turn is packed here, from the state as the turn leaves it: the next one goes on
 * from there while this one is on its way to the disk. */
static enum ledger_status seal(struct broker *b)
{
    b->sealed_events = b->batch.count > 0;
    if (b->sealed_events) {
        enum ledger_status status = b->ports.write(b->ports.context, batch_events(&b->batch), b->batch.count);
        if (status != LEDGER_OK)
            return status;
    }
    questions_pack_records(b);
    news_pack(b);
    batch_clear(&b->batch);
    struct outgoing *outgoing = b->outgoing;
    b->outgoing = b->sealed_outgoing;
    b->sealed_outgoing = outgoing;
    b->sealed_seq = b->state->counters.seq;
    b->sealed = true;
    return LEDGER_OK;
}

/* The ledger is asked where nothing was written too: it may have failed since in reading, and in a quiet hour
 * nobody would notice before the next event. */
enum ledger_status broker_settle(struct broker *b)
{
    if (!b->sealed)
        return LEDGER_OK;
    enum ledger_status status = b->ports.sync(b->ports.context);
    if (status != LEDGER_OK)
        return status;
    b->counts.commits += b->sealed_events;
    b->sealed = false;
    b->durable_seq = b->sealed_seq;
    questions_pack_feeds(b, b->sealed_outgoing);
    send_all(b, b->sealed_outgoing);
    return LEDGER_OK;
}

enum ledger_status broker_commit(struct broker *b)
{
    enum ledger_status status = broker_settle(b);
    if (status == LEDGER_OK)
        status = seal(b);
    if (status == LEDGER_OK && !(b->sealed_events && b->ports.syncing(b->ports.context)))
        status = broker_settle(b);
    return status;
}

bool broker_is_settled(const struct broker *broker)
{
    return !broker->sealed;
}
