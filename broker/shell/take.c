/* take.c: what one message leads to: whether it is looked at, and who answers it. */
#include <string.h>

#include "broker/record/record.h"
#include "broker/shell/adopt.h"
#include "broker/shell/answers.h"
#include "broker/shell/board.h"
#include "broker/shell/broker.h"
#include "broker/shell/catch_up.h"
#include "broker/shell/confidential.h"
#include "broker/shell/covers.h"
#include "broker/shell/detention_fault.h"
#include "broker/shell/erased.h"
#include "broker/shell/erasure.h"
#include "broker/shell/feed.h"
#include "broker/shell/glass.h"
#include "broker/shell/greet.h"
#include "broker/shell/in_hand.h"
#include "broker/shell/inside.h"
#include "broker/shell/merging.h"
#include "broker/shell/messages.h"
#include "broker/shell/moves.h"
#include "broker/shell/records.h"
#include "broker/shell/roles.h"
#include "broker/shell/shifts.h"
#include "broker/shell/sight.h"
#include "broker/shell/standing.h"
#include "broker/shell/telephoned.h"
#include "broker/shell/time.h"
#include "broker/shell/undoing.h"
#include "proto/referral/referral_rules.h"
#include "proto/server/greeting.h"

/* Refuses a request and records that, because its sender is known here. */
static void refuse_request(struct broker *b, const struct asking *asking, enum refusal refusal,
                           const uint8_t *referral)
{
    const Concordat__V1__Request *request = asking->request;
    char text[ERASURE_WORDS_BYTES], undoing[UNDOING_WORDS_BYTES], shifts[SHIFTS_WORDS_BYTES];
    const char *words = erasure_fault(b, request, refusal, referral, text);
    if (!words)
        words = undoing_fault(b, request, refusal, referral, undoing);
    if (!words)
        words = moves_fault(request, refusal);
    if (!words)
        words = detention_fault(request, refusal);
    if (!words)
        words = telephoned_fault(asking, refusal);
    if (!words)
        words = messages_fault(request, refusal);
    if (!words)
        words = shifts_fault(b, asking, refusal, shifts);
    const uint8_t *told = words ? referral : NULL;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_COVER && refusal == REFUSAL_BAD_VALUE)
        words = covers_fault(b, request->cover);
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD)
        words = glass_fault(request->get_record, refusal);
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE && refusal == REFUSAL_BAD_VALUE)
        words = merging_fault(b);
    if (refusal == REFUSAL_SEALED)
        words = sealing_fault(b);
    if (words)
        answers_refuse_saying(b, &asking->to, refusal, words, told);
    else
        answers_refuse(b, &asking->to, refusal, referral);
    adopt_refusal(b, asking->key->name, asking->request, refusal, asking->now);
}

/* --- commands --------------------------------------------------------------------------------------- */

/* A source's key names the one source that it speaks for. */
static enum refusal why_not_routed(const struct broker *b, const struct asking *asking,
                                   const Concordat__V1__Referral *referral,
                                   const Concordat__V1__Confidential *confidential, bool is_new)
{
    Concordat__V1__Source source = telephoned_source(b, asking);
    return (enum refusal)referral_rules_refusal(referral, confidential, source, is_new);
}

/* Some commands can name their case by the number that people say. */
static void find_numbered(const struct broker *b, const ProtobufCBinaryData *referral, const char *text,
                          struct command *command)
{
    uint32_t number;
    bool drill;
    if (referral->len || !words_parse_number(text, &number, &drill))
        return;
    const struct any_case of = state_case_by_number(b->state, number, drill);
    if (of.open || of.ended)
        memcpy(command->referral, of.open ? of.open->id : of.ended->id, ID_BYTES);
}

/* The earlier case that a new one follows, if there is one of that number. A number that nobody knows holds
 * nothing up. */
static uint32_t find_followed(const struct broker *b, const Concordat__V1__Submit *submit)
{
    uint32_t number;
    bool drill;
    if (!words_parse_number(submit->follows, &number, &drill) || drill != submit->referral->drill)
        return 0;
    const struct any_case of = state_case_by_number(b->state, number, drill);
    return of.open || of.ended ? number : 0;
}

/* What only the shell knows: a reading says for whom, and which case has a number. */
static void complete_command(const struct broker *b, const struct asking *asking, struct command *command)
{
    const Concordat__V1__Request *request = asking->request;
    if (command->kind == COMMAND_SUBMIT) {
        command->is.submit.follows = find_followed(b, request->submit);
    } else if (command->kind == COMMAND_READ_RECORD) {
        command->is.read.as.of = asking->key->of;
        command->is.read.as.role = (int)asking->key->role;
        find_numbered(b, &request->get_record->referral, request->get_record->number, command);
    } else if (command->kind == COMMAND_ERASE) {
        find_numbered(b, &request->erase->referral, request->erase->number, command);
    } else if (command->kind == COMMAND_SET_HOLD) {
        find_numbered(b, &request->set_hold->referral, request->set_hold->number, command);
    }
}

/* The request as a command of the core, on behalf of its sender. */
static enum refusal take_read_command(const struct broker *b, const struct asking *asking,
                                      struct record_content *content, struct command *command)
{
    const Concordat__V1__Request *request = asking->request;
    enum refusal refusal = REFUSAL_NONE;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        refusal = why_not_routed(b, asking, request->submit->referral, request->submit->confidential, true);
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        refusal = why_not_routed(b, asking, request->update->referral, request->update->confidential, false);
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD &&
             !roles_may_read(asking->key->role, request->get_record))
        refusal = REFUSAL_NOT_ALLOWED; /* a repeat too, which is decided no second time */
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!record_read_command(request, asking->packed, asking->packed_size,
                             state_utc(b->state, asking->now.wall_ms), content, command))
        return REFUSAL_UNKNOWN_COMMAND;
    command->party = asking->party;
    command->slot = asking->slot;
    command->actor = asking->key->name;
    complete_command(b, asking, command);
    return REFUSAL_NONE;
}

/* The case whose status a refusal may tell; NULL: none. Some refusals are decided before it is known whose
 * case it is. */
static const uint8_t *case_to_tell(const struct broker *b, const struct asking *asking, enum refusal refusal,
                                   const uint8_t *referral)
{
    bool may_be_told = refusal != REFUSAL_NOT_YOURS;
    if (refusal == REFUSAL_CONFLICT || refusal == REFUSAL_CASE_CLOSED || refusal == REFUSAL_UNAVAILABLE ||
        asking->request->command_case == CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD)
        may_be_told = sight_may_see(b, asking->session, state_case(b->state, referral));
    return may_be_told ? referral : NULL;
}

/* A team hears how the case stands after its own command, also if that ended its part in it. A coordinator
 * hears it while the case is theirs: a command can be repeated long after the cover has ended under which it
 * was given. What they entered for somebody who rang can be a neighbour's: they have to tell the caller. */
static const uint8_t *case_to_answer(const struct broker *b, const struct asking *asking,
                                     const struct command *command)
{
    if (command->kind == COMMAND_PRESENCE || command->kind == COMMAND_CAPACITY ||
        command->kind == COMMAND_ON_SHIFT || command->kind == COMMAND_SHIFT_HANDOVER)
        return NULL;
    bool may_be_told = asking->party != PARTY_COORDINATOR || command->kind == COMMAND_SUBMIT ||
                       sight_may_see(b, asking->session, state_case(b->state, command->referral));
    return may_be_told ? command->referral : NULL;
}

/* A record is the answer, or the refusal if the case is no longer the sender's: a reading that is repeated is
 * decided no second time. */
static void take_record(struct broker *b, const struct asking *asking, const uint8_t *referral,
                        const struct done *done)
{
    const struct glass_read *beyond = NULL;
    if (asking->request->get_record->break_glass)
        beyond = glass_find(b->state, asking->slot, referral, b->time.now_ms);
    if (!beyond && !sight_may_see(b, asking->session, state_case(b->state, referral))) {
        refuse_request(b, asking, REFUSAL_NOT_YOURS, NULL);
        return;
    }
    if (beyond && beyond->seq == done->seq && !done->repeated)
        glass_tell(b, asking->session, asking->slot, beyond);
    records_ask(b, &asking->to, referral,
                &(struct record_asked){.reader = beyond ? asking->slot : SLOT_NONE,
                                       .who = asking->request->get_record->who,
                                       .own = asking->party == PARTY_SOURCE});
}

/* Whether a command that was carried out before told the same text. */
static bool take_is_as_told(struct broker *b, const struct asking *asking, const struct command *command,
                            uint64_t seq)
{
    if (command->kind == COMMAND_UPDATE)
        return merging_is_as_told(b, asking, command->referral, seq);
    return !b->content.text || confidential_is_as_told(b, command->referral, seq, &b->content);
}

/* A team that goes is told what it still has in hand. */
static void answer_done_command(struct broker *b, const struct asking *asking, const struct command *command,
                                struct done *done)
{
    char text[IN_HAND_BYTES], shifts[SHIFTS_WORDS_BYTES];
    if (command->kind == COMMAND_ON_SHIFT || command->kind == COMMAND_SHIFT_HANDOVER)
        done->note = shifts_note(b, command, shifts);
    else if (command->kind == COMMAND_PRESENCE && asking->party == PARTY_TEAM &&
             !command->is.presence.present)
        done->note = in_hand_words(b, asking->slot, text);
    else if (command->kind == COMMAND_SUBMIT)
        done->note = telephoned_note(asking, command);
    else if (command->kind == COMMAND_CLOSE && state_case(b->state, command->referral).open)
        done->note =
            "Nobody has met the person, so the coordinator is told. It closes when they have seen that.";
    else if (command->kind == COMMAND_CLOSE && command->is.close.outcome == OUTCOME_REFERRED_ON)
        done->note = "If another provider has it now, say who has it and when they received it.";
    answers_done(b, &asking->to, done, case_to_answer(b, asking, command));
}

static void take_core_command(struct broker *b, const struct asking *asking)
{
    struct record_content *content = &b->content;
    struct command command;
    struct done done;
    enum refusal refusal = take_read_command(b, asking, content, &command);
    if (refusal == REFUSAL_NONE && command.kind == COMMAND_UPDATE)
        refusal = merging_lay(b, asking, content, &command);
    else if (refusal == REFUSAL_NONE && command.kind == COMMAND_SUBMIT)
        refusal = telephoned_complete(b, asking, content, &command);
    if (refusal != REFUSAL_NONE) {
        refuse_request(b, asking, refusal, NULL);
        return;
    }
    refusal = adopt_request(b, asking, &command, content, &done);
    if (refusal == REFUSAL_NONE && done.repeated && !take_is_as_told(b, asking, &command, done.seq))
        refusal = REFUSAL_CONFLICT;
    if (refusal != REFUSAL_NONE) {
        refuse_request(b, asking, refusal, case_to_tell(b, asking, refusal, command.referral));
        return;
    }
    if (command.kind == COMMAND_READ_RECORD)
        take_record(b, asking, command.referral, &done);
    else if (command.kind == COMMAND_COVER)
        covers_answer(b, asking, &done);
    else if (command.kind == COMMAND_ERASE)
        erased_answer_later(b, &asking->to, &done, command.referral);
    else
        answer_done_command(b, asking, &command, &done);
}

static void take_handover_question(struct broker *b, const struct asking *asking)
{
    bool is_team = asking->party == PARTY_TEAM;
    records_ask(b, &asking->to, NULL,
                &(struct record_asked){.reader = SLOT_NONE,
                                       .handover = true,
                                       .team = is_team ? asking->slot : SLOT_NONE,
                                       .coordinator = is_team ? SLOT_NONE : asking->slot,
                                       .seq = asking->request->get_handover->seq});
}

/* A team, or a coordinator, is present as long as one of its devices is. */
static void take_presence(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__SetPresence *presence = asking->request->set_presence;
    int64_t seconds = presence->lease_seconds, now_ms = asking->now.mono_ms;
    if (seconds < PRESENCE_LEASE_SECONDS_MIN)
        seconds = PRESENCE_LEASE_SECONDS_MIN;
    if (seconds > PRESENCE_LEASE_SECONDS_MAX)
        seconds = PRESENCE_LEASE_SECONDS_MAX;
    asking->session->presence.until_ms = presence->present ? now_ms + seconds * 1000 : 0;
    int64_t until_ms = sessions_present_until(&b->sessions, asking->party, asking->slot);
    bool another_is_there = !presence->present && until_ms > now_ms;
    if (!sessions_set_lease(&b->sessions, asking->party, asking->slot, until_ms))
        refuse_request(b, asking, REFUSAL_UNAVAILABLE, NULL);
    else if (another_is_there)
        answers_done(b, &asking->to, &(struct done){0}, NULL);
    else
        take_core_command(b, asking);
}

/* A coordinator who covers an area from now on is shown its cases. */
static void take_cover(struct broker *b, const struct asking *asking)
{
    uint16_t area = state_area_slot(b->state, asking->request->cover->area);
    int64_t before_ms = covers_until(b, asking->slot, area);
    take_core_command(b, asking);
    int64_t until_ms = covers_until(b, asking->slot, area);
    if (until_ms == before_ms)
        return;
    covers_tell(b, asking->session, asking->slot, area);
    if (!before_ms)
        catch_up_begin_all(b, asking->slot);
}

/* --- whether a request is looked at ----------------------------------------------------------------- */

typedef void take_request(struct broker *b, const struct asking *asking);

/* Requests that are more, or less, than a command of the core; hello and ping are not among them. */
static take_request *const takers[] = {
    [CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS] = board_answer_status,
    [CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD] = board_answer_board,
    [CONCORDAT__V1__REQUEST__COMMAND_GET_HANDOVER] = take_handover_question,
    [CONCORDAT__V1__REQUEST__COMMAND_GET_STANDING] = standing_answer,
    [CONCORDAT__V1__REQUEST__COMMAND_FOLLOW] = feed_follow,
    [CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE] = take_presence,
    [CONCORDAT__V1__REQUEST__COMMAND_COVER] = take_cover,
};

/* On whose behalf a key asks. False if the directory has no such team or coordinator. */
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
        asking->party = PARTY_BROKER; /* an auditor only follows; an inspector sees every case */
        return true;
    }
}

static bool sender_may(const struct broker *b, struct asking *asking)
{
    return asking->key && asking->request &&
           roles_may_send(asking->key->role, asking->request->command_case) && find_party(b, asking);
}

/* The session of the request's connection; NULL if it has none, or if its session is over now. */
static struct session *current_session(struct broker *b, const struct asking *asking)
{
    struct session *session = sessions_find(&b->sessions, asking->to.route);
    return session && sight_admits_as(b, session, asking->key) ? session : NULL;
}

static void refuse_to_look(struct broker *b, const struct asking *asking, const char *key_name,
                           const struct greeting_next *next)
{
    enum refusal refusal = (enum refusal)next->refusal;
    if (next->text)
        answers_refuse_saying(b, &asking->to, refusal, next->text, NULL);
    else
        answers_refuse(b, &asking->to, refusal, NULL);
    /* A missing hello is ordinary after a restart of ours, or a broken connection; a hello of another version
     * asks for nothing. */
    if (refusal != REFUSAL_HELLO_FIRST && refusal != REFUSAL_VERSION)
        adopt_refusal(b, key_name, asking->request, refusal, asking->now);
}

/* Only a source's key speaks for devices: an intake knows them by their keys. */
static bool speaks_for_what_it_may(const struct asking *asking)
{
    return !asking->request->device[0] || asking->key->role == CONCORDAT__V1__ROLE__ROLE_SOURCE;
}

static void refuse_device(struct broker *b, const struct asking *asking)
{
    answers_refuse_saying(
        b, &asking->to, REFUSAL_NOT_ALLOWED,
        "Only an intake speaks for a device. Nothing was changed; leave Request.device out.", NULL);
    adopt_refusal(b, asking->key->name, asking->request, REFUSAL_NOT_ALLOWED, asking->now);
}

/* Whether the request is within its key's quota. If not, its sender is told when to try again. */
static bool is_within_quota(struct broker *b, const struct asking *asking)
{
    uint32_t unknown = 0;
    const struct quota_request request = {asking->key->name,
                                          asking->session ? &asking->session->quota_row : &unknown,
                                          asking->request->command_case, asking->packed_size};
    int64_t wait_ms = quotas_take(&b->quotas, b->directory->policy, &request, asking->now.mono_ms);
    bool reads = request.command == CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD ||
                 request.command == CONCORDAT__V1__REQUEST__COMMAND_GET_HANDOVER;
    if (!wait_ms && reads && records_are_full(b))
        wait_ms = RECORDS_FULL_WAIT_MS;
    if (!wait_ms)
        return true;
    answers_refuse_until(b, &asking->to, wait_ms);
    adopt_refusal(b, asking->key->name, asking->request, REFUSAL_TOO_MANY, asking->now);
    return false;
}

/* Nobody did anything wrong, and an event would take room: this refusal is not recorded. */
static bool there_is_room(struct broker *b, const struct asking *asking)
{
    if (room_takes(b, asking->request, asking->packed_size))
        return true;
    answers_refuse(b, &asking->to, REFUSAL_NO_ROOM, NULL);
    return false;
}

static void take_on(struct broker *b, const struct asking *asking)
{
    size_t command = (size_t)asking->request->command_case;
    take_request *take = command < sizeof takers / sizeof *takers ? takers[command] : NULL;
    (take ? take : take_core_command)(b, asking);
}

static bool take_message(struct broker *b, const struct server_route *route, const char *key_name,
                         const uint8_t *bytes, size_t size, struct now now)
{
    struct greeting_request said;
    greeting_read(&said, b->ports.key(b->ports.context, key_name), bytes, size, &b->request_arena);
    struct asking asking = {.to = {route, greeting_command_id(&said)},
                            .key = said.key,
                            .request = said.request,
                            .packed = said.fault.as_packed ? bytes : NULL,
                            .packed_size = size,
                            .now = time_of_ledger(b, now)};
    asking.session = current_session(b, &asking);
    const struct greeting_next next = greeting_decide(&said, sender_may(b, &asking), asking.session);
    if (next.step == GREETING_REFUSE) {
        refuse_to_look(b, &asking, key_name, &next);
        return !next.is_misuse;
    }
    if (asking.session) {
        asking.session->presence.heard_ms = now.mono_ms;
        catch_up_heard(b, asking.session);
    }
    if (!is_within_quota(b, &asking) || !there_is_room(b, &asking))
        return true;
    if (!speaks_for_what_it_may(&asking))
        refuse_device(b, &asking);
    else if (next.step == GREETING_HELLO)
        greet_hello(b, &asking);
    else if (next.step == GREETING_PING)
        greet_ping(b, &asking);
    else
        take_on(b, &asking);
    return true;
}

bool broker_take(struct broker *b, const struct server_route *route, const char *key_name,
                 const uint8_t *bytes, size_t size, struct now now)
{
    bool good = take_message(b, route, key_name, bytes, size, now);
    arena_reset(&b->request_arena); /* which wipes what a person told */
    return good;
}
