/* commands.c: what an intake answers to each command of a device. */
#include "services/intake/commands.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/referral/merge.h"
#include "proto/words/refusal_text.h"
#include "proto/words/words.h"
#include "services/intake/limits.h"
#include "services/intake/outbox_form_keys.h"
#include "services/intake/sealed_form.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name
#define RECEIPT(name) CONCORDAT__V1__RECEIPT__RECEIPT_##name

/* A full board of statuses fits. */
enum { COMMANDS_ARENA_BYTES = 1024 * 1024 };

/* Answers one kind of command. */
typedef enum outbox_status answer_command(struct commands *commands, Concordat__V1__Request *request,
                                          struct arena *request_arena, int64_t now_ms, struct reply *reply);
static answer_command answer_submit, answer_sealed, answer_form_key, answer_update, answer_about,
    answer_withdraw, answer_status, answer_board;

/* The commands of a referrer. Hello and ping have no answer here: they belong to the connection. Nor has the
 * reading of a record, which only the router has (readings.h). */
static const struct referrer_command {
    Concordat__V1__Request__CommandCase command;
    answer_command *answer;
} referrer_commands[] = {
    {CONCORDAT__V1__REQUEST__COMMAND_HELLO, NULL},
    {CONCORDAT__V1__REQUEST__COMMAND_PING, NULL},
    {CONCORDAT__V1__REQUEST__COMMAND_SUBMIT, answer_submit},
    {CONCORDAT__V1__REQUEST__COMMAND_GET_FORM_KEY, answer_form_key},
    {CONCORDAT__V1__REQUEST__COMMAND_SUBMIT_SEALED, answer_sealed},
    {CONCORDAT__V1__REQUEST__COMMAND_UPDATE, answer_update},
    {CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW, answer_withdraw},
    {CONCORDAT__V1__REQUEST__COMMAND_TOLD, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_RECORD_DETENTION, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_RECORD_WISH, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_SEND_MESSAGE, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_SAW_CHANGES, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_REOPEN, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_REPORT_MISSING, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_REPORT_FOUND, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_ASK_BESIDE, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_ANSWER_BESIDE, answer_about},
    {CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS, answer_status},
    {CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD, answer_board},
    {CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD, NULL},
};

/* The postcode district of a referral that is in the outbox; "" if it is not known. */
static const char *commands_district(struct commands *commands, const uint8_t *referral)
{
    struct outbox_command content;
    arena_reset(&commands->learning);
    if (outbox_find_content(commands->outbox, referral, &commands->learning, &content) != OUTBOX_OK ||
        !content.request)
        return "";
    return outbox_parts(content.request).referral->postcode_district;
}

/* A status that was stored is no younger than the last time in it. */
static int64_t commands_no_younger(const Concordat__V1__CaseStatus *status)
{
    return status->since_ms > status->received_ms ? status->since_ms : status->received_ms;
}

void commands_learn(struct commands *commands, const Concordat__V1__CaseStatus *status, int64_t heard_ms)
{
    const char *district =
        status->referral.len == WIRE_ID_BYTES ? commands_district(commands, status->referral.data) : "";
    if (heard_ms == 0)
        heard_ms = commands_no_younger(status);
    rings_learn(&commands->rings, status->area, status->coordinator_name, status->coordinator_ring, district,
                heard_ms);
}

int commands_open(struct commands *commands, struct outbox *outbox, const struct referral_site *site,
                  const struct ring *ring)
{
    memset(commands, 0, sizeof *commands);
    commands->outbox = outbox;
    commands->site = *site;
    commands->rings.given = commands->ring = *ring;
    if (arena_open(&commands->arena, COMMANDS_ARENA_BYTES) != 0 ||
        arena_open(&commands->learning, ARENA_MESSAGE_BYTES) != 0)
        return -1;
    size_t count;
    const struct outbox_choice every = {.with_closed = true};
    if (outbox_board(outbox, &every, COMMANDS_BOARD_MAX, &commands->arena, commands->board, &count) !=
        OUTBOX_OK)
        return -1;
    commands->router_is_away = true;
    while (count > 0) {
        const Concordat__V1__CaseStatus *status = commands->board[--count];
        commands_learn(commands, status, 0);
        if (status->seq > 0 && commands_no_younger(status) > commands->heard_ms)
            commands->heard_ms = commands_no_younger(status);
    }
    return 0;
}

void commands_close(struct commands *commands)
{
    arena_close(&commands->arena);
    arena_close(&commands->learning);
}

void commands_note_router(struct commands *commands, bool is_there, int64_t now_ms)
{
    commands->router_is_away = !is_there;
    if (is_there)
        commands->heard_ms = now_ms;
}

/* When the router said what is shown; 0: now. */
static int64_t commands_as_of(const struct commands *commands)
{
    return commands->router_is_away ? commands->heard_ms : 0;
}

void commands_complete(struct commands *commands, Concordat__V1__CaseStatus *status)
{
    if (!status->coordinator_ring[0]) {
        status->coordinator_name = commands->ring.name;
        status->coordinator_ring = commands->ring.number;
    }
}

/* Sets the text for a person. A text that is cut off must not end inside a UTF-8 character: its reader would
 * refuse the whole message. */
__attribute__((format(printf, 2, 3))) static void reply_say(struct reply *reply, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(reply->text, sizeof reply->text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof reply->text) {
        size_t end = sizeof reply->text - 1;
        while (end > 0 && ((unsigned char)reply->text[end - 1] & 0xc0) == 0x80)
            end--;
        if (end > 0 && ((unsigned char)reply->text[end - 1] & 0x80) != 0)
            end--;
        reply->text[end] = '\0';
    }
    reply->answer.text = reply->text;
}

static void reply_begin(struct reply *reply, ProtobufCBinaryData command_id)
{
    concordat__v1__message__init(&reply->message);
    concordat__v1__answer__init(&reply->answer);
    concordat__v1__board__init(&reply->board);
    concordat__v1__form_key__init(&reply->form_key);
    reply->text[0] = '\0';
    reply->message.command_id = command_id;
    reply->message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    reply->message.answer = &reply->answer;
}

static void reply_refuse(struct commands *commands, const uint8_t *command_id, Concordat__V1__Refusal refusal,
                         const char *text, struct reply *reply)
{
    reply_begin(reply, (ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)command_id});
    reply->answer.refusal = refusal;
    if (text)
        reply_say(reply, "Not done: %s. If a person needs help now, ring %s.", text, commands->ring.text);
    else
        reply_say(reply, "Not done. %s If a person needs help now, ring %s.", refusal_text(refusal),
                  commands->ring.text);
}

void commands_refuse(struct commands *commands, const uint8_t *command_id, Concordat__V1__Refusal refusal,
                     const char *text, struct reply *reply)
{
    commands->ring = commands->rings.given;
    reply_refuse(commands, command_id, refusal, text, reply);
}

/* The referral in a request is new or changed: its own district counts. */
static void commands_ring_for_request(struct commands *commands, const Concordat__V1__Request *request,
                                      int64_t now_ms)
{
    const Concordat__V1__Referral *referral = outbox_parts(request).referral;
    const Concordat__V1__Confidential *confidential = outbox_parts(request).confidential;
    char district[POSTCODE_DISTRICT_BYTES] = "";
    if (referral && referral->postcode_district[0])
        snprintf(district, sizeof district, "%s", referral->postcode_district);
    else if (confidential)
        (void)postcode_district(confidential->postcode, district);
    rings_find(&commands->rings, "", district, now_ms, &commands->ring);
}

void commands_refuse_until(struct commands *commands, const Concordat__V1__Request *request, int64_t wait_ms,
                           int64_t now_ms, struct reply *reply)
{
    char text[REFUSAL_WAIT_BYTES];
    commands_ring_for_request(commands, request, now_ms);
    reply_begin(reply, request->command_id);
    reply->answer.refusal = REFUSAL(TOO_MANY);
    reply->answer.retry_after_ms = wait_ms;
    reply_say(reply, "Not saved. %s If a person needs help now, ring %s.", refusal_wait_text(wait_ms, text),
              commands->ring.text);
}

/* Says that the router does not have something, and why: it refused that, or this intake had to give it up.
 */
static void reply_refused(struct commands *commands, const char *what, Concordat__V1__Refusal refusal,
                          const char *why, struct reply *reply)
{
    reply->answer.refusal = refusal;
    if (refusal == REFUSAL(ALTERED))
        reply_say(reply, "The router does not have %s: ring %s. %s", what, commands->ring.text, why);
    else
        reply_say(reply, "The router did not take %s: ring %s. The router says: %s", what,
                  commands->ring.text, why);
}

static void reply_unopened(struct commands *commands, struct reply *reply)
{
    reply->answer.receipt = RECEIPT(UNOPENED);
    reply_say(
        reply,
        "Kept here, but this intake cannot open it: nobody can read it, and nobody is coming. Ring %s now, and say it.",
        commands->ring.text);
}

/* What a reply ends with that tells what the router said. */
static void reply_say_as_of(struct commands *commands, int64_t now_ms, struct reply *reply)
{
    char text[COMMANDS_TEXT_BYTES], clock[RINGS_CLOCK_BYTES];
    if (!commands_as_of(commands))
        return;
    memcpy(text, reply->text, sizeof text);
    rings_clock(commands_as_of(commands), now_ms, clock);
    reply_say(reply, "%s The router is away; this is as of %s.", text, clock);
}

/* Says how far a case is, and whom to ring until somebody is known to hold it. */
static void reply_case(struct commands *commands, const struct outbox_case *found, int64_t now_ms,
                       struct reply *reply)
{
    bool is_with_router = found->status->seq > 0;
    const ProtobufCBinaryData *id = &found->status->referral;
    bool is_in_no_area = !*found->status->area && id->len == WIRE_ID_BYTES;
    rings_find(&commands->rings, found->status->area,
               is_in_no_area ? commands_district(commands, id->data) : "", now_ms, &commands->ring);
    reply->answer.done = true;
    reply->answer.status = found->status;
    commands_complete(commands, found->status);
    if (found->submitted == COMMAND_REFUSED) {
        reply_refused(commands, "this referral and nobody holds it", found->refusal, found->refusal_text,
                      reply);
        return;
    }
    if (found->submitted == COMMAND_UNOPENED) {
        reply_unopened(commands, reply);
        return;
    }
    reply->answer.receipt =
        is_with_router || found->submitted == COMMAND_RECEIVED ? RECEIPT(RECEIVED) : RECEIPT(SAVED);
    if (reply->answer.receipt == RECEIPT(SAVED)) {
        reply_say(reply, "Saved here; the router does not have it yet. Until it does, ring %s.",
                  commands->ring.text);
        return;
    }
    if (found->refusal != REFUSAL(UNSPECIFIED)) {
        reply->answer.refusal = found->refusal;
        reply_say(reply, "Received by the router, but it did not take a later message about it: %s",
                  found->refusal_text);
    } else if (found->waiting > 0) {
        reply_say(reply, "Received by the router; %u later message%s about it saved here, not there yet.",
                  found->waiting, found->waiting == 1 ? "" : "s");
    } else {
        reply_say(reply, "Received by the router.");
    }
    reply_say_as_of(commands, now_ms, reply);
}

/* Says how far a command is. A device's receipt is for its own command, which may still be saved here while
 * the referral itself has been received. */
static void reply_command(struct commands *commands, const struct outbox_command *command,
                          struct reply *reply)
{
    switch (command->state) {
    case COMMAND_SAVED:
    case COMMAND_SENT:
        reply->answer.receipt = RECEIPT(SAVED);
        reply_say(reply, "Saved here; the router does not have it yet. Until it does, ring %s.",
                  commands->ring.text);
        break;
    case COMMAND_RECEIVED:
        reply->answer.receipt = RECEIPT(RECEIVED);
        reply_say(reply, "Received by the router.");
        break;
    case COMMAND_REFUSED:
        reply->answer.done = false;
        reply->answer.receipt = RECEIPT(UNSPECIFIED);
        reply_refused(commands, "this", command->refusal, command->refusal_text, reply);
        break;
    case COMMAND_UNOPENED:
        reply_unopened(commands, reply);
        break;
    }
}

static enum outbox_status reply_not_saved(struct commands *commands, struct reply *reply)
{
    reply->answer = (Concordat__V1__Answer)CONCORDAT__V1__ANSWER__INIT;
    if (outbox_is_full(commands->outbox)) {
        reply->answer.refusal = REFUSAL(NO_ROOM);
        reply_say(reply, "Not saved: the disk of this intake is full. If a person needs help, ring %s now.",
                  commands->ring.text);
    } else {
        reply->answer.refusal = REFUSAL(UNAVAILABLE);
        reply_say(reply,
                  "Not saved: this intake cannot use its disk. Send again shortly; until then ring %s.",
                  commands->ring.text);
    }
    return OUTBOX_FAILED;
}

static enum outbox_status reply_not_ours(struct commands *commands, const Concordat__V1__Request *request,
                                         struct reply *reply)
{
    reply_refuse(commands, request->command_id.data, REFUSAL(NOT_YOURS), "no such referral at this intake",
                 reply);
    return OUTBOX_OK;
}

/* The referral in a command that was saved; NULL if there is none, or if it does not open. */
static const Concordat__V1__Referral *referral_saved(const struct outbox_command *command)
{
    return command->request ? outbox_parts(command->request).referral : NULL;
}

/* Saves a command and tells how far it is. `digest` is over the command as the device sent it. */
static enum outbox_status commands_save(struct commands *commands, Concordat__V1__Request *request,
                                        const uint8_t digest[CONTENT_DIGEST_BYTES], int64_t now_ms,
                                        struct reply *reply)
{
    struct outbox_saved saved;
    enum outbox_status status =
        outbox_save(commands->outbox, request, digest, now_ms, &commands->arena, &saved);
    if (status == OUTBOX_NOT_FOUND)
        return reply_not_ours(commands, request, reply);
    if (status == OUTBOX_CONFLICT) {
        reply_refuse(commands, request->command_id.data, REFUSAL(CONFLICT),
                     "this id was used before with other content, and nothing was changed", reply);
        return OUTBOX_OK;
    }
    if (status != OUTBOX_OK && status != OUTBOX_REPEATED)
        return reply_not_saved(commands, reply);
    reply_case(commands, &saved.found, now_ms, reply);
    reply->answer.refusal = REFUSAL(UNSPECIFIED);
    reply_command(commands, &saved.command, reply);
    reply->answer.repeated = status == OUTBOX_REPEATED;
    const Concordat__V1__Referral *referral = referral_saved(&saved.command);
    if (referral) {
        reply->answer.flags = referral->flags;
        reply->answer.n_flags = referral->n_flags;
    }
    return OUTBOX_OK;
}

static bool commands_is_routable(struct commands *commands, const Concordat__V1__Request *request,
                                 const Concordat__V1__Referral *referral,
                                 const Concordat__V1__Confidential *confidential, struct reply *reply)
{
    bool is_new = request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    Concordat__V1__Refusal refusal =
        referral_rules_refusal(referral, confidential, commands->site.source, is_new);
    if (refusal == REFUSAL(NO_SOURCE) || refusal == REFUSAL(NOT_ALLOWED)) {
        char source[WORDS_MAX], text[COMMANDS_TEXT_BYTES];
        words_for(&concordat__v1__source__descriptor, (int)commands->site.source, source);
        snprintf(text, sizeof text, "referral.source must be %s at this intake", source);
        reply_refuse(commands, request->command_id.data, refusal, text, reply);
    } else if (refusal == REFUSAL(NO_CALLBACK)) {
        reply_refuse(commands, request->command_id.data, refusal,
                     "confidential.callbackNumber is needed, so that a team can ring you back", reply);
    }
    return refusal == REFUSAL(UNSPECIFIED);
}

/* The second sentence of a reply that some referrals to an emergency department need. */
static void reply_remind_of_assessment(const Concordat__V1__Referral *referral, struct reply *reply)
{
    char text[COMMANDS_TEXT_BYTES];
    if (!reply->answer.done || !referral_rules_assessment_is_due(referral))
        return;
    memcpy(text, reply->text, sizeof text);
    reply_say(reply, "%s Self-harm: a psychosocial assessment is still to be done.", text);
}

/* Takes a Submit. `digest` is over it as the device sent it, and times in it are as of as_of_ms. */
static enum outbox_status commands_submit(struct commands *commands, Concordat__V1__Request *request,
                                          const uint8_t digest[CONTENT_DIGEST_BYTES],
                                          struct arena *request_arena, int64_t as_of_ms, int64_t now_ms,
                                          struct reply *reply)
{
    const struct outbox_parts parts = outbox_parts(request);
    if (!commands_is_routable(commands, request, parts.referral, parts.confidential, reply))
        return OUTBOX_OK;
    if (!referral_rules_complete(parts.referral, parts.confidential, &commands->site, NULL, as_of_ms,
                                 request_arena)) {
        reply_refuse(commands, request->command_id.data, REFUSAL(TOO_LARGE), NULL, reply);
        return OUTBOX_OK;
    }
    enum outbox_status status = commands_save(commands, request, digest, now_ms, reply);
    if (status == OUTBOX_OK)
        reply_remind_of_assessment(parts.referral, reply);
    return status;
}

static enum outbox_status answer_submit(struct commands *commands, Concordat__V1__Request *request,
                                        struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    uint8_t digest[CONTENT_DIGEST_BYTES];
    return outbox_digest(request, digest)
               ? commands_submit(commands, request, digest, request_arena, now_ms, now_ms, reply)
               : reply_not_saved(commands, reply);
}

/* The digest is over the form as it is sealed: a repeat of it is the same, whenever it is opened. */
static enum outbox_status answer_sealed(struct commands *commands, Concordat__V1__Request *request,
                                        struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    uint8_t digest[CONTENT_DIGEST_BYTES];
    int64_t as_of_ms;
    if (!outbox_digest(request, digest))
        return reply_not_saved(commands, reply);
    switch (sealed_form_open(commands->outbox, &commands->site, request, now_ms, request_arena, &as_of_ms)) {
    case SEALED_FORM_NO_KEY:
        return commands_save(commands, request, digest, now_ms, reply);
    case SEALED_FORM_ALTERED:
        reply_refuse(
            commands, request->command_id.data, REFUSAL(BAD_VALUE),
            "this form was altered after it was saved on its device, and nobody can read it; nothing was saved. Fill it in again",
            reply);
        return OUTBOX_OK;
    case SEALED_FORM_FAILED:
        return reply_not_saved(commands, reply);
    case SEALED_FORM_OPENED:
        break;
    }
    commands_ring_for_request(commands, request, now_ms);
    return commands_submit(commands, request, digest, request_arena, as_of_ms, now_ms, reply);
}

static enum outbox_status answer_form_key(struct commands *commands, Concordat__V1__Request *request,
                                          struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    (void)request;
    (void)request_arena;
    struct form_key_kept kept;
    if (outbox_form_key_now(commands->outbox, now_ms, &kept) != OUTBOX_OK)
        return reply_not_saved(commands, reply);
    memcpy(reply->key_id, kept.id, sizeof kept.id);
    memcpy(reply->point, kept.key.point, sizeof kept.key.point);
    reply->form_key.key = (ProtobufCBinaryData){sizeof reply->key_id, reply->key_id};
    reply->form_key.public_key = (ProtobufCBinaryData){sizeof reply->point, reply->point};
    reply->form_key.opens_until_ms = kept.opens_until_ms;
    reply->message.body_case = CONCORDAT__V1__MESSAGE__BODY_FORM_KEY;
    reply->message.form_key = &reply->form_key;
    sodium_memzero(&kept, sizeof kept);
    return OUTBOX_OK;
}

/* An update is kept as it was sent: the router lays it over what it has. */
static enum outbox_status answer_update(struct commands *commands, Concordat__V1__Request *request,
                                        struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    (void)request_arena;
    const struct outbox_parts parts = outbox_parts(request);
    char fault[MERGE_FAULT_BYTES];
    uint8_t digest[CONTENT_DIGEST_BYTES];
    if (!outbox_digest(request, digest))
        return reply_not_saved(commands, reply);
    if (!merge_may_clear(request->update, fault)) {
        reply_refuse(commands, request->command_id.data, REFUSAL(BAD_VALUE), fault, reply);
        return OUTBOX_OK;
    }
    if (!commands_is_routable(commands, request, parts.referral, parts.confidential, reply))
        return OUTBOX_OK;
    enum outbox_status status = commands_save(commands, request, digest, now_ms, reply);
    if (status == OUTBOX_OK)
        reply_remind_of_assessment(parts.referral, reply);
    return status;
}

static enum outbox_status answer_about(struct commands *commands, Concordat__V1__Request *request,
                                       struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    (void)request_arena;
    uint8_t digest[CONTENT_DIGEST_BYTES];
    return outbox_digest(request, digest) ? commands_save(commands, request, digest, now_ms, reply)
                                          : reply_not_saved(commands, reply);
}

/* Any device withdraws the cases of its source, as at the end of a shift; but one that goes on and on may
 * have been stolen. A withdrawal that was saved before is answered as before. */
static enum outbox_status answer_withdraw(struct commands *commands, Concordat__V1__Request *request,
                                          struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    struct outbox_command saved;
    uint32_t others = 0;
    enum outbox_status status =
        outbox_find_command(commands->outbox, request->command_id.data, &commands->arena, &saved);
    if (status == OUTBOX_NOT_FOUND)
        status = outbox_others_withdrawn(commands->outbox, request->withdraw->referral.data, request->device,
                                         now_ms - OTHERS_WITHDRAWN_MS, now_ms, &others);
    if (status == OUTBOX_FAILED)
        return reply_not_saved(commands, reply);
    if (others < OTHERS_WITHDRAWN_MAX)
        return answer_about(commands, request, request_arena, now_ms, reply);
    reply_refuse(
        commands, request->command_id.data, REFUSAL(WRONG_STATE),
        "this case stays as it is. This device has withdrawn several cases of other devices within ten "
        "minutes, and cannot withdraw another one yet",
        reply);
    return OUTBOX_OK;
}

static enum outbox_status answer_status(struct commands *commands, Concordat__V1__Request *request,
                                        struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    (void)request_arena;
    const Concordat__V1__GetStatus *asked = request->get_status;
    struct outbox_case found;
    enum outbox_status status =
        asked->referral.len == WIRE_ID_BYTES
            ? outbox_find_case(commands->outbox, asked->referral.data, &commands->arena, &found)
            : outbox_find_number(commands->outbox, asked->number, &commands->arena, &found);
    if (status == OUTBOX_NOT_FOUND)
        return reply_not_ours(commands, request, reply);
    if (status != OUTBOX_OK)
        return reply_not_saved(commands, reply);
    reply_case(commands, &found, now_ms, reply);
    return OUTBOX_OK;
}

static enum outbox_status answer_board(struct commands *commands, Concordat__V1__Request *request,
                                       struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    (void)request_arena;
    const char *person = request->person ? request->person->id : "";
    const struct outbox_choice choice = {.with_closed = request->get_board->with_closed,
                                         .person = request->get_board->mine ? person : NULL};
    enum outbox_status status = outbox_board(commands->outbox, &choice, COMMANDS_BOARD_MAX, &commands->arena,
                                             commands->board, &reply->board.n_cases);
    if (status != OUTBOX_OK)
        return reply_not_saved(commands, reply);
    reply->board.cases = commands->board;
    reply->board.now_ms = now_ms;
    reply->board.as_of_ms = commands_as_of(commands);
    reply->message.body_case = CONCORDAT__V1__MESSAGE__BODY_BOARD;
    reply->message.board = &reply->board;
    return OUTBOX_OK;
}

static const struct referrer_command *referrer_command_find(Concordat__V1__Request__CommandCase command)
{
    for (size_t i = 0; i < sizeof referrer_commands / sizeof *referrer_commands; i++)
        if (referrer_commands[i].command == command)
            return &referrer_commands[i];
    return NULL;
}

bool commands_may_send(Concordat__V1__Role role, Concordat__V1__Request__CommandCase command)
{
    return role == CONCORDAT__V1__ROLE__ROLE_REFERRER && referrer_command_find(command);
}

bool commands_has(struct commands *commands, const Concordat__V1__Request *request)
{
    struct outbox_command saved;
    return wire_changed_referral(request) && outbox_find_command(commands->outbox, request->command_id.data,
                                                                 &commands->arena, &saved) == OUTBOX_OK;
}

enum outbox_status commands_answer(struct commands *commands, Concordat__V1__Request *request,
                                   struct arena *request_arena, int64_t now_ms, struct reply *reply)
{
    const struct referrer_command *found = referrer_command_find(request->command_case);
    assert(found && found->answer);
    arena_reset(&commands->arena);
    commands_ring_for_request(commands, request, now_ms);
    reply_begin(reply, request->command_id);
    return found->answer(commands, request, request_arena, now_ms, reply);
}
