/* delivery.c: see delivery.h. */
#include "services/intake/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/borrowed.h"
#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/intake/outbox_kept.h"
#include "services/intake/repeats.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

enum {
    COMMANDS_MAX = 128,     /* in flight, each about another referral */
    NEW_WORK_MAX = 32,      /* of them submissions and updates: those that wait for the router's quota leave
                               room for withdrawals and for what people were told */
    QUESTIONS_MAX = 16,     /* in flight; few, so that commands go first */
    RECORDS_MAX = 16,       /* readings in flight, each of a person who waits */
    MESSAGES_A_TURN = 256,  /* so that the devices have their turn */
    ASK_AGAIN_MS = 60000,   /* a status whose news was lost is out of date no longer than this */
    PUT_OFF_MS = 1000,      /* the first time, and twice as long each time after */
    PUT_OFF_MAX_MS = 60000, /* a person waits, so never longer (see STATEMENT_NEXT_DUE) */
};

static_assert(COMMANDS_MAX + REPEATS_MAX + QUESTIONS_MAX + RECORDS_MAX <= CLIENT_OUTSTANDING_MAX,
              "the client takes them all");

/* Refusals that do not judge the command: they are about the state of the broker, or about how the broker and
 * this intake are set up. The command is kept and sent again. Every other refusal judges the command's
 * content. */
static const Concordat__V1__Refusal passing_refusals[] = {
    REFUSAL(UNSPECIFIED), REFUSAL(UNKNOWN_COMMAND), REFUSAL(HELLO_FIRST),
    REFUSAL(VERSION),     REFUSAL(NOT_ALLOWED),     REFUSAL(REVOKED),
    REFUSAL(UNAVAILABLE), REFUSAL(TOO_MANY),        REFUSAL(NO_ROOM),
};

enum sent_kind {
    SENT_COMMAND,
    SENT_REPEAT,   /* a command that the router had acknowledged (outbox_kept.h) */
    SENT_QUESTION, /* for a status */
    SENT_KINDS
};

/* What the broker has not answered yet. */
struct sent_request {
    enum sent_kind kind;
    uint8_t command_id[WIRE_ID_BYTES];
    uint8_t referral[WIRE_ID_BYTES];
    uint32_t attempts;
    bool is_new_work; /* a command that is */
};

struct delivery {
    struct outbox *outbox;
    struct concordat_client *client;
    delivery_news *news;
    delivery_record *record;
    void *context;
    struct arena arena;
    struct sent_request in_flight[COMMANDS_MAX + REPEATS_MAX + QUESTIONS_MAX];
    size_t in_flight_count;
    size_t counts[SENT_KINDS]; /* how many of each kind are in flight */
    size_t new_work;           /* how many of the commands are that */
    struct repeats repeats;
    bool connected;
    uint8_t session[OUTBOX_SESSION_BYTES_MAX];
    size_t session_size;
    bool asking;       /* for the status of each open referral */
    int64_t asked_row; /* how far that has come */
    int64_t ask_at_ms; /* when to begin again */
};

struct delivery *delivery_open(struct outbox *outbox, struct concordat_client *client, delivery_news *news,
                               delivery_record *record, void *context)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (!delivery)
        return NULL;
    *delivery = (struct delivery){
        .outbox = outbox, .client = client, .news = news, .record = record, .context = context};
    if (arena_open(&delivery->arena, ARENA_MESSAGE_BYTES) != 0)
        delivery_close(&delivery);
    return delivery;
}

void delivery_close(struct delivery **delivery)
{
    if (*delivery) {
        arena_close(&(*delivery)->arena);
        free(*delivery);
        *delivery = NULL;
    }
}

/* Logs what happened to which referral. Nothing about the person is in the line. */
static void delivery_note(struct delivery *delivery, const char *what, const uint8_t *referral,
                          Concordat__V1__Refusal refusal)
{
    char uuid[UUID_TEXT_BYTES], words[WORDS_MAX];
    struct outbox_counts counts = {0};
    words_uuid(referral, uuid);
    words_for(&concordat__v1__refusal__descriptor, (int)refusal, words);
    (void)outbox_count(delivery->outbox, &counts);
    fprintf(stderr, "%s %s%s%s (%u waiting, %u refused)\n", what, uuid,
            refusal != REFUSAL(UNSPECIFIED) ? ": " : "", refusal != REFUSAL(UNSPECIFIED) ? words : "",
            counts.waiting, counts.refused);
}

static struct sent_request *delivery_find(struct delivery *delivery, const uint8_t *command_id)
{
    for (size_t i = 0; i < delivery->in_flight_count; i++)
        if (memcmp(delivery->in_flight[i].command_id, command_id, WIRE_ID_BYTES) == 0)
            return &delivery->in_flight[i];
    return NULL;
}

static void delivery_add(struct delivery *delivery, const struct sent_request *entry)
{
    delivery->in_flight[delivery->in_flight_count++] = *entry;
    delivery->counts[entry->kind] += 1;
    delivery->new_work += entry->is_new_work;
}

static void delivery_drop(struct delivery *delivery, struct sent_request *entry)
{
    delivery->counts[entry->kind] -= 1;
    delivery->new_work -= entry->is_new_work;
    *entry = delivery->in_flight[--delivery->in_flight_count];
}

static enum outbox_status delivery_take_status(struct delivery *delivery,
                                               const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    enum outbox_status told = outbox_tell(delivery->outbox, status, now_ms);
    if (told == OUTBOX_OK)
        delivery->news(delivery->context, status);
    return told == OUTBOX_FAILED ? told : OUTBOX_OK;
}

static bool delivery_is_passing(Concordat__V1__Refusal refusal)
{
    for (size_t i = 0; i < sizeof passing_refusals / sizeof *passing_refusals; i++)
        if (passing_refusals[i] == refusal)
            return true;
    return false;
}

static enum outbox_status delivery_put_off(struct delivery *delivery, const struct sent_request *entry,
                                           const Concordat__V1__Answer *answer, int64_t now_ms)
{
    int64_t wait_ms = PUT_OFF_MS;
    for (uint32_t i = 1; i < entry->attempts && wait_ms < PUT_OFF_MAX_MS; i++)
        wait_ms *= 2;
    if (wait_ms > PUT_OFF_MAX_MS)
        wait_ms = PUT_OFF_MAX_MS;
    enum outbox_status status = outbox_put_off(delivery->outbox, entry->command_id, answer, now_ms + wait_ms);
    delivery_note(delivery, "put off", entry->referral, answer->refusal);
    return status;
}

/* Stores the answer to a command, logs `what` it is, and tells the news. */
static enum outbox_status delivery_settle(struct delivery *delivery, const uint8_t *command_id,
                                          const uint8_t *referral, const char *what,
                                          const Concordat__V1__Answer *answer, int64_t now_ms)
{
    struct outbox_case found;
    enum outbox_status status = outbox_answered(delivery->outbox, command_id, answer, now_ms);
    arena_reset(&delivery->arena);
    if (status == OUTBOX_OK)
        status = outbox_find_case(delivery->outbox, referral, &delivery->arena, &found);
    if (status == OUTBOX_OK) {
        delivery_note(delivery, what, referral, answer->done ? REFUSAL(UNSPECIFIED) : answer->refusal);
        delivery->news(delivery->context, found.status);
    }
    return status;
}

static const char gave_up_log[] =
    "gave up what does not open, altered or half written on this disk; have it sent "
    "again, or ring the coordinator:";

/* A command that does not open can never be delivered. Its sender sees it as refused, and sends it again. */
static enum outbox_status delivery_give_up(struct delivery *delivery, const struct outbox_command *command,
                                           int64_t now_ms)
{
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.refusal = REFUSAL(ALTERED);
    answer.text = borrowed_text(
        "What this intake had saved of it was altered on its disk and cannot be read: send it again.");
    return delivery_settle(delivery, command->id, command->referral, gave_up_log, &answer, now_ms);
}

enum outbox_status delivery_give_up_lost(struct delivery *delivery, int64_t now_ms)
{
    struct outbox_command command;
    int64_t row = 0;
    enum outbox_status status;
    while ((status = outbox_next_lost(delivery->outbox, &row, &delivery->arena, &command)) == OUTBOX_OK) {
        status = delivery_give_up(delivery, &command, now_ms);
        if (status != OUTBOX_OK)
            return status;
    }
    arena_reset(&delivery->arena);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

static enum outbox_status delivery_take_repeated(struct delivery *delivery, const struct sent_request *entry,
                                                 const Concordat__V1__Answer *answer, int64_t now_ms)
{
    struct outbox_case found;
    bool was_lost;
    if (!answer->done && delivery_is_passing(answer->refusal)) {
        repeats_pause(&delivery->repeats, now_monotonic_ms());
        return OUTBOX_OK;
    }
    enum outbox_status status =
        outbox_repeated(delivery->outbox, entry->command_id, answer, now_ms, &was_lost);
    if (status != OUTBOX_OK || !was_lost)
        return status;
    delivery->repeats.lost++;
    Concordat__V1__Refusal refusal = answer->done ? REFUSAL(UNSPECIFIED) : answer->refusal;
    delivery_note(delivery, concordat_client_lost_words(refusal), entry->referral, refusal);
    arena_reset(&delivery->arena);
    status = outbox_find_case(delivery->outbox, entry->referral, &delivery->arena, &found);
    if (status == OUTBOX_OK)
        delivery->news(delivery->context, found.status);
    return status;
}

static enum outbox_status delivery_take_answer(struct delivery *delivery, const uint8_t *command_id,
                                               const Concordat__V1__Answer *answer, int64_t now_ms)
{
    struct sent_request *found = delivery_find(delivery, command_id);
    if (!found) {
        /* It answers nothing of ours, so it answers the client's hello. */
        char words[WORDS_MAX];
        fprintf(stderr, "the router does not welcome this intake: %s\n",
                words_for(&concordat__v1__refusal__descriptor, (int)answer->refusal, words));
        return OUTBOX_OK;
    }
    struct sent_request entry = *found;
    delivery_drop(delivery, found);
    enum outbox_status status = OUTBOX_OK;
    if (entry.kind == SENT_REPEAT)
        status = delivery_take_repeated(delivery, &entry, answer, now_ms);
    else if (entry.kind == SENT_QUESTION)
        status = answer->done && answer->status ? delivery_take_status(delivery, answer->status, now_ms)
                                                : OUTBOX_OK;
    else if (!answer->done && delivery_is_passing(answer->refusal))
        status = delivery_put_off(delivery, &entry, answer, now_ms);
    else
        status = delivery_settle(delivery, entry.command_id, entry.referral,
                                 answer->done ? "received" : "refused", answer, now_ms);
    return status == OUTBOX_FAILED ? status : OUTBOX_OK;
}

/* A run of the router that this intake had not met: it is sent again what another run had acknowledged. */
static enum outbox_status delivery_meet(struct delivery *delivery)
{
    uint32_t count = 0;
    outbox_meet(delivery->outbox, delivery->session, delivery->session_size);
    repeats_begin(&delivery->repeats);
    enum outbox_status status = outbox_count_repeats(delivery->outbox, &count);
    if (status == OUTBOX_OK && count > 0)
        fprintf(
            stderr,
            "the router has started anew: what it acknowledged in the last hour is sent again, in case that "
            "it has lost some (%u commands)\n",
            count);
    return status;
}

/* Notices when the broker connects or has restarted. Then everything that was put off is due, and every
 * status is asked for. */
static enum outbox_status delivery_notice_connection(struct delivery *delivery, int64_t now_ms)
{
    const Concordat__V1__Welcome *welcome =
        concordat_client_connected(delivery->client) ? concordat_client_welcome(delivery->client) : NULL;
    bool was_connected = delivery->connected;
    delivery->connected = welcome;
    if (!welcome) {
        if (was_connected)
            fprintf(stderr, "the router is away; referrals are saved here until it is back\n");
        return OUTBOX_OK;
    }
    size_t size =
        welcome->session.len < sizeof delivery->session ? welcome->session.len : sizeof delivery->session;
    bool same_session = size == delivery->session_size &&
                        (size == 0 || memcmp(delivery->session, welcome->session.data, size) == 0);
    if (was_connected && same_session)
        return OUTBOX_OK;
    if (size > 0)
        memcpy(delivery->session, welcome->session.data, size);
    delivery->session_size = size;
    delivery->ask_at_ms = now_ms;
    struct outbox_counts counts = {0};
    enum outbox_status status = outbox_resume(delivery->outbox);
    if (status == OUTBOX_OK) {
        status = outbox_count(delivery->outbox, &counts);
        fprintf(stderr, "the router is there (%u waiting, %u refused)\n", counts.waiting, counts.refused);
    }
    return status == OUTBOX_OK && !same_session ? delivery_meet(delivery) : status;
}

static enum outbox_status delivery_take_messages(struct delivery *delivery, int64_t now_ms)
{
    enum outbox_status status = OUTBOX_OK;
    for (int i = 0; i < MESSAGES_A_TURN && status == OUTBOX_OK; i++) {
        const Concordat__V1__Message *message = concordat_client_next(delivery->client, 0);
        status =
            delivery_notice_connection(delivery, now_ms); /* what comes now is of its run of the router */
        if (!message || status != OUTBOX_OK)
            break;
        if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
            status = delivery_take_status(delivery, message->status, now_ms);
        else if (delivery->record(delivery->context, message))
            continue;
        else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER &&
                 message->command_id.len == WIRE_ID_BYTES)
            status = delivery_take_answer(delivery, message->command_id.data, message->answer, now_ms);
    }
    return status;
}

/* Sends one command, and notes that it is in flight. NOT_FOUND if the client cannot take it now. */
static enum outbox_status delivery_send_command(struct delivery *delivery,
                                                const struct outbox_command *command)
{
    /* Mark it before sending, so that the attempt counts even if the intake ends in the middle of it. */
    enum outbox_status status = outbox_sent(delivery->outbox, command->id);
    if (status == OUTBOX_OK && concordat_client_send(delivery->client, command->request, NULL) != 0)
        status = OUTBOX_NOT_FOUND;
    if (status != OUTBOX_OK)
        return status;
    struct sent_request entry = {.attempts = command->attempts + 1,
                                 .is_new_work = outbox_parts(command->request).referral};
    memcpy(entry.command_id, command->id, WIRE_ID_BYTES);
    memcpy(entry.referral, command->referral, WIRE_ID_BYTES);
    delivery_add(delivery, &entry);
    return OUTBOX_OK;
}

static enum outbox_status delivery_send_commands(struct delivery *delivery, int64_t now_ms)
{
    struct outbox_command command;
    int64_t row = 0;
    enum outbox_status status = OUTBOX_OK;
    while (status == OUTBOX_OK && delivery->counts[SENT_COMMAND] < COMMANDS_MAX) {
        arena_reset(&delivery->arena);
        bool with_new_work = delivery->new_work < NEW_WORK_MAX;
        status = outbox_next_due(delivery->outbox, now_ms, with_new_work, &row, &delivery->arena, &command);
        if (status != OUTBOX_OK || delivery_find(delivery, command.id))
            continue;
        status = command.request ? delivery_send_command(delivery, &command)
                                 : delivery_give_up(delivery, &command, now_ms);
    }
    arena_reset(&delivery->arena); /* which wipes what a person told */
    return status == OUTBOX_FAILED ? status : OUTBOX_OK;
}

/* NOT_FOUND if the client cannot take it now. */
static enum outbox_status delivery_send_repeat(struct delivery *delivery,
                                               const struct outbox_command *command)
{
    struct sent_request entry = {.kind = SENT_REPEAT};
    if (!command->request) /* it was altered on this disk */
        return outbox_strip(delivery->outbox, command->id);
    if (concordat_client_send(delivery->client, command->request, NULL) != 0)
        return OUTBOX_NOT_FOUND;
    memcpy(entry.command_id, command->id, WIRE_ID_BYTES);
    memcpy(entry.referral, command->referral, WIRE_ID_BYTES);
    delivery_add(delivery, &entry);
    return OUTBOX_OK;
}

/* Sends what may be sent now of what is found after *row. NOT_FOUND if there is no more. */
static enum outbox_status delivery_walk_repeats(struct delivery *delivery, bool needed, int64_t *row)
{
    struct repeats *repeats = &delivery->repeats;
    struct outbox_command command;
    int64_t now_ms = now_monotonic_ms();
    while (repeats_may_go_on(repeats, delivery->counts[SENT_REPEAT], now_ms)) {
        int64_t at = *row;
        arena_reset(&delivery->arena);
        enum outbox_status status =
            outbox_next_repeat(delivery->outbox, needed, &at, &delivery->arena, &command);
        if (status != OUTBOX_OK)
            return status;
        repeats->found = true;
        bool is_sent = delivery_find(delivery, command.id);
        if (!is_sent && command.request && !repeats_take(repeats, command.request, now_ms))
            return OUTBOX_OK;
        if (!is_sent && (status = delivery_send_repeat(delivery, &command)) != OUTBOX_OK)
            return status == OUTBOX_FAILED ? status : OUTBOX_OK;
        *row = at;
    }
    return OUTBOX_OK;
}

/* A round that found nothing is the last. */
static void delivery_end_round(struct delivery *delivery)
{
    struct repeats *repeats = &delivery->repeats;
    repeats->going = repeats->found || delivery->counts[SENT_REPEAT] > 0;
    repeats->row = 0;
    repeats->found = false;
    if (!repeats->going && repeats->sent > 0)
        fprintf(stderr, "sent again what the router had acknowledged: %u commands, of which it had lost %u\n",
                repeats->sent, repeats->lost);
}

/* First those about a referral of which something new waits: it is sent when they are there. */
static enum outbox_status delivery_send_repeats(struct delivery *delivery)
{
    int64_t needed_row = 0;
    if (!repeats_may_go_on(&delivery->repeats, delivery->counts[SENT_REPEAT], now_monotonic_ms()))
        return OUTBOX_OK;
    enum outbox_status status = delivery_walk_repeats(delivery, true, &needed_row);
    if (status == OUTBOX_FAILED)
        return status;
    status = delivery_walk_repeats(delivery, false, &delivery->repeats.row);
    if (status == OUTBOX_NOT_FOUND)
        delivery_end_round(delivery);
    arena_reset(&delivery->arena); /* which wipes what a person told */
    return status == OUTBOX_FAILED ? status : OUTBOX_OK;
}

static bool delivery_ask(struct delivery *delivery, const uint8_t *referral)
{
    Concordat__V1__GetStatus get_status = CONCORDAT__V1__GET_STATUS__INIT;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    struct sent_request entry = {.kind = SENT_QUESTION};
    memcpy(entry.referral, referral, WIRE_ID_BYTES);
    get_status.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, entry.referral};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &get_status;
    if (concordat_client_send(delivery->client, &request, entry.command_id) != 0)
        return false;
    delivery_add(delivery, &entry);
    return true;
}

static enum outbox_status delivery_send_questions(struct delivery *delivery, int64_t now_ms)
{
    uint8_t referral[WIRE_ID_BYTES];
    if (now_ms >= delivery->ask_at_ms || delivery->ask_at_ms > now_ms + ASK_AGAIN_MS) {
        delivery->asking = true;
        delivery->asked_row = 0;
        delivery->ask_at_ms = now_ms + ASK_AGAIN_MS;
    }
    while (delivery->asking && delivery->counts[SENT_QUESTION] < QUESTIONS_MAX) {
        enum outbox_status status = outbox_next_open(delivery->outbox, &delivery->asked_row, referral);
        if (status == OUTBOX_FAILED)
            return status;
        if (status == OUTBOX_NOT_FOUND || !delivery_ask(delivery, referral))
            delivery->asking = false;
    }
    return OUTBOX_OK;
}

bool delivery_is_connected(const struct delivery *delivery)
{
    return delivery->connected;
}

bool delivery_read(struct delivery *delivery, Concordat__V1__Request *request)
{
    return delivery->connected && concordat_client_send(delivery->client, request, NULL) == 0;
}

enum outbox_status delivery_turn(struct delivery *delivery, int64_t now_ms)
{
    enum outbox_status status = delivery_take_messages(delivery, now_ms);
    if (status == OUTBOX_OK)
        status = delivery_notice_connection(delivery, now_ms);
    if (status == OUTBOX_OK && delivery->connected) {
        status = delivery_send_commands(delivery, now_ms);
        if (status == OUTBOX_OK)
            status = delivery_send_repeats(delivery);
        if (status == OUTBOX_OK)
            status = delivery_send_questions(delivery, now_ms);
    }
    return status;
}
