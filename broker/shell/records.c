/* records.c: see records.h. */
#include "broker/shell/records.h"

#include <assert.h>
#include <string.h>

#include "broker/shell/answers.h"
#include "broker/shell/confidential.h"
#include "broker/shell/glass.h"
#include "broker/shell/handover_sheet.h"
#include "broker/shell/history.h"
#include "broker/shell/inside.h"
#include "broker/shell/limits.h"
#include "broker/shell/names.h"
#include "broker/shell/shifts.h"
#include "broker/shell/sight.h"
#include "proto/wire/borrowed.h"

enum { RECORD_REFERRAL = 1 }; /* a field of Record */

void records_ask(struct broker *b, const struct answer_to *to, const uint8_t *referral,
                 const struct record_asked *as)
{
    struct record_requests *records = &b->turn.records;
    assert(!records_are_full(b));
    struct record_request *asked = &records->items[records->count++];
    asked->route = *to->route;
    memcpy(asked->command_id, to->command_id, ID_BYTES);
    memset(asked->referral, 0, ID_BYTES);
    if (referral)
        memcpy(asked->referral, referral, ID_BYTES);
    asked->as = *as;
}

/* Reads the case's referral and confidential part into a record. */
static enum stored_found records_read(struct broker *b, struct any_case of, const uint8_t *id,
                                      Concordat__V1__Record *record, spliced_field *referral)
{
    struct seal_opened part;
    enum stored_found facts =
        stored_referral(b, of.open ? of.open->facts_seq : of.ended->facts_seq, id, RECORD_REFERRAL, referral);
    enum stored_found found = confidential_open(
        b, of, of.open ? of.open->confidential_seq : of.ended->confidential_seq, SEAL_RECORD, &part);
    if (facts == STORED_FOUND)
        spliced_into(&record->base, referral, 1);
    if (found == STORED_FOUND)
        record->confidential =
            concordat__v1__confidential__unpack(&b->stored_arena.allocator, part.size, part.text);
    return facts == STORED_ALTERED ? STORED_ALTERED : found;
}

static void records_send(struct broker *b, const struct record_request *asked, Concordat__V1__Record *record)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.command_id = borrowed_bytes(asked->command_id, ID_BYTES);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_RECORD;
    message.record = record;
    outgoing_add(b->turn.outgoing, &asked->route, &message);
}

/* The following two return how many events were read. */

static size_t records_pack_record(struct broker *b, const struct record_request *asked, struct any_case of,
                                  Concordat__V1__Record *record)
{
    const struct glass_read *read = NULL;
    struct reading_beyond reading;
    struct history_typed typed;
    spliced_field referral;
    enum stored_found found = records_read(b, of, asked->referral, record, &referral);
    if (found == STORED_ALTERED || found == STORED_SHUT) {
        answers_refuse(b, &(struct answer_to){&asked->route, asked->command_id},
                       found == STORED_SHUT ? REFUSAL_SEALED : REFUSAL_ALTERED, asked->referral);
        return 1;
    }
    if (asked->as.reader != SLOT_NONE)
        read = glass_find(b->state, asked->as.reader, asked->referral, b->time.now_ms);
    if (read) {
        glass_say(b, asked->as.reader, read, &reading);
        record->read_beyond = &reading.message;
    }
    history_find_typed(b, of, asked->as.own, &typed);
    record->n_typed = typed.count;
    record->typed = typed.texts;
    records_send(b, asked, record);
    return typed.events_read;
}

static size_t records_pack_who(struct broker *b, const struct record_request *asked, struct any_case of,
                               Concordat__V1__Record *record)
{
    static struct shift_list shifts; /* too much for the stack; one thread packs records */
    struct history history;
    history_find(b, of, &history);
    shifts.count = 0;
    if (of.open && of.open->owner.kind != OWNER_NONE) {
        bool is_team = of.open->owner.kind == OWNER_TEAM;
        shifts_add(b, is_team ? of.open->owner.slot : SLOT_NONE, is_team ? SLOT_NONE : of.open->owner.slot,
                   &shifts);
    }
    record->n_on_shift = shifts.count;
    record->on_shift = shifts.list;
    record->n_history = history.count;
    record->history = history.entries;
    record->directory = names_of_directory(b);
    records_send(b, asked, record);
    return history.events_read;
}

static size_t records_pack_one(struct broker *b, const struct record_request *asked)
{
    if (asked->as.handover)
        return handover_sheet_pack(b, asked);
    const struct any_case of = state_case(b->state, asked->referral);
    Concordat__V1__Record record = CONCORDAT__V1__RECORD__INIT;
    struct status status;
    if (!status_of(&status, b->state, b->directory, of))
        return 0;
    record.status = &status.message;
    return (asked->as.who ? records_pack_who : records_pack_record)(b, asked, of, &record);
}

bool records_wait(const struct broker *b)
{
    return b->turn.records.count > 0;
}

bool records_are_full(const struct broker *b)
{
    return b->turn.records.count == RECORDS_WAITING_MAX;
}

void records_pack(struct broker *b)
{
    struct record_requests *records = &b->turn.records;
    size_t done = 0, events = 0;
    for (; done < records->count && events < HISTORY_TURN_EVENTS_MAX; done++)
        if (sight_admits_still(b, &records->items[done].route))
            events += records_pack_one(b, &records->items[done]);
    records->count -= done;
    memmove(records->items, records->items + done, records->count * sizeof *records->items);
}
