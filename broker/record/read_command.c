/* read_command.c: a request of the wire as a command of the core. */
#include <assert.h>
#include <string.h>

#include "broker/record/noted.h"
#include "broker/record/record.h"
#include "proto/referral/content.h"
#include "proto/referral/referral_rules.h"

enum { MS_PER_MINUTE = 60 * 1000 };

static_assert((int)CONTENT_DIGEST_BYTES == (int)DIGEST_BYTES, "the core keeps the whole digest");

static void copy_id(const ProtobufCBinaryData *from, uint8_t to[ID_BYTES])
{
    if (from->len == ID_BYTES)
        memcpy(to, from->data, ID_BYTES);
}

/* A request on its way to become a command. Each fill_ function fills in what one kind of command carries. */
struct command_reading {
    const Concordat__V1__Request *request;
    struct record_content *content;
    struct command *command;
    int64_t now_ms;
};

void record_fill_referral(const Concordat__V1__Referral *referral,
                          const Concordat__V1__Confidential *confidential, int64_t now_ms,
                          struct command *command)
{
    copy_id(&referral->id, command->referral);
    command->is.submit.facts = record_facts(referral);
    command->is.submit.at = (struct referral_place){.district = referral->postcode_district,
                                                    .site = referral->site,
                                                    .organisation = referral->organisation};
    command->is.submit.drill = referral->drill;
    command->is.submit.with_confidential = confidential;
    command->is.submit.flags = referral_rules_flags(referral, confidential, now_ms);
    if (command->is.submit.flags & flag_bit(FLAG_AGE_CONTRADICTS) && confidential)
        command->is.submit.facts.age = (uint8_t)referral_rules_routed_age(referral, confidential, now_ms);
}

static void fill_submit(struct command_reading *in)
{
    const Concordat__V1__Submit *m = in->request->submit;
    record_fill_referral(m->referral, m->confidential, in->now_ms, in->command);
    if (m->telephoned)
        in->command->is.submit.telephoned =
            (struct telephoned){.is = true,
                                .on_behalf_of = m->telephoned->on_behalf_of,
                                .rang_ms = m->telephoned->rang ? m->telephoned->rang->unix_ms : 0};
    in->command->opaque = in->content;
}

static void fill_update(struct command_reading *in)
{
    const Concordat__V1__Update *m = in->request->update;
    record_fill_referral(m->referral, m->confidential, in->now_ms, in->command);
    in->command->opaque = in->content;
}

static void fill_withdraw(struct command_reading *in)
{
    copy_id(&in->request->withdraw->referral, in->command->referral);
}

static void fill_told(struct command_reading *in)
{
    copy_id(&in->request->told->referral, in->command->referral);
    in->command->is.told.state = (enum case_state)in->request->told->state;
}

static void fill_saw_changes(struct command_reading *in)
{
    copy_id(&in->request->saw_changes->referral, in->command->referral);
    in->command->is.saw_changes.of = in->request->saw_changes->seq;
    in->command->is.saw_changes.messages = in->request->saw_changes->messages_seq;
}

static void fill_on_shift(struct command_reading *in)
{
    in->command->is.shift.step = in->request->on_shift->ends ? SHIFT_ENDED : SHIFT_STARTED;
}

static void fill_shift_handover(struct command_reading *in)
{
    in->command->is.shift.step = (enum shift_step)in->request->shift_handover->step;
    in->command->is.shift.from = in->request->shift_handover->from_person;
}

static void fill_message(struct command_reading *in)
{
    copy_id(&in->request->send_message->referral, in->command->referral);
    in->command->is.message.to = (enum case_side)in->request->send_message->to;
    in->command->is.message.has_text = in->request->send_message->text[0];
}

static void fill_seen(struct command_reading *in)
{
    copy_id(&in->request->seen->referral, in->command->referral);
    in->command->is.offer.attempt = in->request->seen->attempt;
    in->command->is.offer.by_person = in->request->seen->by_person;
}

static void fill_accept(struct command_reading *in)
{
    const Concordat__V1__Accept *m = in->request->accept;
    copy_id(&m->referral, in->command->referral);
    in->command->is.offer.attempt = m->attempt;
    in->command->is.offer.says_when = m->arrival_case == CONCORDAT__V1__ACCEPT__ARRIVAL_EXPECTED_MINUTES;
    in->command->is.offer.expected_ms = (int64_t)m->expected_minutes * MS_PER_MINUTE;
}

static void fill_decline(struct command_reading *in)
{
    const Concordat__V1__Decline *m = in->request->decline;
    copy_id(&m->referral, in->command->referral);
    in->command->is.offer.attempt = m->attempt;
    in->command->is.offer.reason = (enum decline_reason)m->reason;
    in->command->is.offer.has_note = m->note[0];
}

static void fill_check_in(struct command_reading *in)
{
    const Concordat__V1__CheckIn *m = in->request->check_in;
    struct command *command = in->command;
    copy_id(&m->referral, command->referral);
    command->is.check_in.step = (enum step)m->step;
    command->is.check_in.occurred_ms = m->occurred ? m->occurred->unix_ms : 0;
    command->is.check_in.mechanism = (enum contact_mechanism)m->mechanism;
    command->is.check_in.attended = (enum attend_status)m->attend_status;
    command->is.check_in.says_when = m->arrival_case == CONCORDAT__V1__CHECK_IN__ARRIVAL_EXPECTED_MINUTES;
    command->is.check_in.expected_ms = (int64_t)m->expected_minutes * MS_PER_MINUTE;
    command->is.check_in.psychosocially_assessed = (int)m->psychosocially_assessed;
}

static void fill_close(struct command_reading *in)
{
    const Concordat__V1__Close *m = in->request->close;
    copy_id(&m->referral, in->command->referral);
    in->command->is.close.outcome = (int)m->outcome;
    in->command->is.close.psychosocially_assessed = (int)m->psychosocially_assessed;
    in->command->is.close.note_code = m->note_code;
    in->command->is.close.without_contact = (enum without_contact)m->without_contact;
    in->command->is.close.has_note = m->note[0];
}

static void fill_saw_closing(struct command_reading *in)
{
    const Concordat__V1__SawClosing *m = in->request->saw_closing;
    copy_id(&m->referral, in->command->referral);
    in->command->is.saw_closing.keep_open = m->keep_open;
    in->command->is.saw_closing.has_reason = m->reason[0];
}

static void fill_handover(struct command_reading *in)
{
    copy_id(&in->request->handover->referral, in->command->referral);
    in->command->is.move.team = in->request->handover->to_team;
    in->command->is.move.although = in->request->handover->although;
}

static void fill_give_back(struct command_reading *in)
{
    copy_id(&in->request->give_back->referral, in->command->referral);
    in->command->is.why.has_reason = in->request->give_back->reason[0];
}

static void fill_reopen(struct command_reading *in)
{
    copy_id(&in->request->reopen->referral, in->command->referral);
    in->command->is.why.has_reason = in->request->reopen->reason[0];
}

static void fill_passed_on(struct command_reading *in)
{
    const Concordat__V1__RecordPassedOn *m = in->request->record_passed_on;
    copy_id(&m->referral, in->command->referral);
    in->command->is.passed_on.to = (struct passed_on){m->provider, m->received ? m->received->unix_ms : 0};
    in->command->is.passed_on.has_note = m->note[0];
}

static void fill_cancel_handover(struct command_reading *in)
{
    copy_id(&in->request->cancel_handover->referral, in->command->referral);
}

static void fill_take(struct command_reading *in)
{
    copy_id(&in->request->take->referral, in->command->referral);
    in->command->is.why.has_reason = in->request->take->reason[0];
}

static void fill_assign(struct command_reading *in)
{
    copy_id(&in->request->assign->referral, in->command->referral);
    in->command->is.move.team = in->request->assign->to_team;
    in->command->is.move.although = in->request->assign->although;
}

static void fill_get_record(struct command_reading *in)
{
    copy_id(&in->request->get_record->referral, in->command->referral);
    in->command->is.read.reason = in->request->get_record->reason;
    in->command->is.read.as.break_glass = (enum break_glass)in->request->get_record->break_glass;
    in->command->is.read.as.who = in->request->get_record->who;
}

static void fill_cover(struct command_reading *in)
{
    in->command->is.cover.area = in->request->cover->area;
    in->command->is.cover.for_ms = (int64_t)in->request->cover->minutes * MS_PER_MINUTE;
    in->command->is.cover.reason = (enum cover_reason)in->request->cover->reason;
}

static void fill_erase(struct command_reading *in)
{
    const Concordat__V1__Erase *m = in->request->erase;
    copy_id(&m->referral, in->command->referral);
    in->command->is.erasure =
        (struct erasure){in->command->person.id, m->second_person, (enum erase_reason)m->reason};
}

static void fill_set_hold(struct command_reading *in)
{
    const Concordat__V1__SetHold *m = in->request->set_hold;
    copy_id(&m->referral, in->command->referral);
    in->command->is.set_hold.hold = (struct hold){in->command->person.id, (enum hold_on_erasure)m->reason};
    in->command->is.set_hold.on = m->on;
}

/* A code that the core does not know is none, and the core refuses it. */
static void fill_detention(struct command_reading *in)
{
    const Concordat__V1__RecordDetention *m = in->request->record_detention;
    copy_id(&m->referral, in->command->referral);
    if (!noted_read_command(m, &in->command->is.detention.entry))
        in->command->is.detention.entry.step = DETENTION_STEP_NONE;
    in->command->is.detention.has_note = m->note[0];
}

static void fill_wish(struct command_reading *in)
{
    copy_id(&in->request->record_wish->referral, in->command->referral);
    in->command->is.wish = (enum wish)in->request->record_wish->wish;
}

static void fill_acknowledge(struct command_reading *in)
{
    copy_id(&in->request->acknowledge->referral, in->command->referral);
}

static void fill_mute(struct command_reading *in)
{
    copy_id(&in->request->mute->referral, in->command->referral);
    in->command->is.mute.for_ms = (int64_t)in->request->mute->minutes * MS_PER_MINUTE;
}

static void fill_missing(struct command_reading *in)
{
    const Concordat__V1__ReportMissing *m = in->request->report_missing;
    copy_id(&m->referral, in->command->referral);
    in->command->is.sighting =
        (struct sighting){.at_ms = m->last_seen ? m->last_seen->unix_ms : 0, .place = (int)m->seen_at};
}

static void fill_found(struct command_reading *in)
{
    const Concordat__V1__ReportFound *m = in->request->report_found;
    copy_id(&m->referral, in->command->referral);
    in->command->is.sighting = (struct sighting){
        .at_ms = m->found ? m->found->unix_ms : 0, .place = (int)m->at, .found_by = (enum found_by)m->by};
}

static void fill_tried(struct command_reading *in)
{
    const Concordat__V1__TriedToReach *m = in->request->tried_to_reach;
    copy_id(&m->referral, in->command->referral);
    in->command->is.tried.mechanism = (enum contact_mechanism)m->mechanism;
    in->command->is.tried.next = (enum contact_next)m->next;
    in->command->is.tried.next_in_ms = (int64_t)m->next_minutes * MS_PER_MINUTE;
}

static void fill_ask_beside(struct command_reading *in)
{
    const Concordat__V1__AskBeside *m = in->request->ask_beside;
    copy_id(&m->referral, in->command->referral);
    in->command->is.beside.said = (struct beside_noted){.what = (enum beside_what)m->what,
                                                        .state = BESIDE_ASKED,
                                                        .request = m->request,
                                                        .asked_of = m->asked_of,
                                                        .log_number = m->log_number};
}

static void fill_answer_beside(struct command_reading *in)
{
    const Concordat__V1__AnswerBeside *m = in->request->answer_beside;
    copy_id(&m->referral, in->command->referral);
    in->command->is.beside.said = (struct beside_noted){.what = (enum beside_what)m->what,
                                                        .state = (enum beside_state)m->state,
                                                        .request = m->request,
                                                        .asked_of = "",
                                                        .log_number = m->log_number};
}

static void fill_presence(struct command_reading *in)
{
    in->command->has_id = false; /* renewed many times a minute; repeating it does no harm */
    in->command->is.presence.present = in->request->set_presence->present;
}

static void fill_capacity(struct command_reading *in)
{
    uint32_t free_places = in->request->set_capacity->free_places;
    in->command->is.capacity.free_places = free_places < UINT16_MAX ? (uint16_t)free_places : UINT16_MAX;
}

#define COMMAND(name) [CONCORDAT__V1__REQUEST__COMMAND_##name]

static const struct {
    void (*fill)(struct command_reading *in);
    enum command_kind kind;
} commands[] = {
    COMMAND(SUBMIT) = {fill_submit, COMMAND_SUBMIT},
    COMMAND(UPDATE) = {fill_update, COMMAND_UPDATE},
    COMMAND(WITHDRAW) = {fill_withdraw, COMMAND_WITHDRAW},
    COMMAND(TOLD) = {fill_told, COMMAND_TOLD},
    COMMAND(SAW_CHANGES) = {fill_saw_changes, COMMAND_SAW_CHANGES},
    COMMAND(SEEN) = {fill_seen, COMMAND_SEEN},
    COMMAND(ACCEPT) = {fill_accept, COMMAND_ACCEPT},
    COMMAND(DECLINE) = {fill_decline, COMMAND_DECLINE},
    COMMAND(CHECK_IN) = {fill_check_in, COMMAND_CHECK_IN},
    COMMAND(CLOSE) = {fill_close, COMMAND_CLOSE},
    COMMAND(SAW_CLOSING) = {fill_saw_closing, COMMAND_SAW_CLOSING},
    COMMAND(HANDOVER) = {fill_handover, COMMAND_HANDOVER},
    COMMAND(GIVE_BACK) = {fill_give_back, COMMAND_GIVE_BACK},
    COMMAND(REOPEN) = {fill_reopen, COMMAND_REOPEN},
    COMMAND(RECORD_PASSED_ON) = {fill_passed_on, COMMAND_RECORD_PASSED_ON},
    COMMAND(CANCEL_HANDOVER) = {fill_cancel_handover, COMMAND_CANCEL_HANDOVER},
    COMMAND(TAKE) = {fill_take, COMMAND_TAKE},
    COMMAND(ASSIGN) = {fill_assign, COMMAND_ASSIGN},
    COMMAND(GET_RECORD) = {fill_get_record, COMMAND_READ_RECORD},
    COMMAND(COVER) = {fill_cover, COMMAND_COVER},
    COMMAND(ERASE) = {fill_erase, COMMAND_ERASE},
    COMMAND(SET_HOLD) = {fill_set_hold, COMMAND_SET_HOLD},
    COMMAND(RECORD_DETENTION) = {fill_detention, COMMAND_RECORD_DETENTION},
    COMMAND(ACKNOWLEDGE) = {fill_acknowledge, COMMAND_ACKNOWLEDGE},
    COMMAND(MUTE) = {fill_mute, COMMAND_MUTE},
    COMMAND(TRIED_TO_REACH) = {fill_tried, COMMAND_TRIED},
    COMMAND(REPORT_MISSING) = {fill_missing, COMMAND_REPORT_MISSING},
    COMMAND(REPORT_FOUND) = {fill_found, COMMAND_REPORT_FOUND},
    COMMAND(ASK_BESIDE) = {fill_ask_beside, COMMAND_ASK_BESIDE},
    COMMAND(ANSWER_BESIDE) = {fill_answer_beside, COMMAND_ANSWER_BESIDE},
    COMMAND(SET_PRESENCE) = {fill_presence, COMMAND_PRESENCE},
    COMMAND(SET_CAPACITY) = {fill_capacity, COMMAND_CAPACITY},
    COMMAND(SEND_MESSAGE) = {fill_message, COMMAND_SEND_MESSAGE},
    COMMAND(ON_SHIFT) = {fill_on_shift, COMMAND_ON_SHIFT},
    COMMAND(SHIFT_HANDOVER) = {fill_shift_handover, COMMAND_SHIFT_HANDOVER},
    COMMAND(RECORD_WISH) = {fill_wish, COMMAND_RECORD_WISH},
};

/* Finds the parts of a request in its own bytes, if it came as we would pack it; otherwise packs it first. */
static void take_content(const Concordat__V1__Request *request, const uint8_t *packed, size_t size,
                         struct record_content *content, struct content *found)
{
    if (!packed) {
        assert(concordat__v1__request__get_packed_size(request) <= sizeof content->repacked);
        size = concordat__v1__request__pack(request, content->repacked);
        packed = content->repacked;
    }
    content_find(request, packed, size, found);
    content->referral = (ProtobufCMessageUnknownField){0};
    content->changes = content->unseen = (struct record_changes){NULL, 0};
    if (found->referral.number)
        content->referral = record_as_field(&found->referral, found->referral.number);
    content->text = found->text.number ? found->text.bytes : NULL;
    content->text_size = found->text.size;
    content->part = found->part;
}

bool record_read_command(const Concordat__V1__Request *request, const uint8_t *packed, size_t packed_size,
                         int64_t now_ms, struct record_content *content, struct command *command)
{
    struct command_reading in = {request, content, command, now_ms};
    struct content found;
    size_t row = (size_t)request->command_case;
    if (row >= sizeof commands / sizeof *commands || !commands[row].fill)
        return false;
    memset(command, 0, sizeof *command);
    command->has_id = true;
    command->kind = commands[row].kind;
    command->device = request->device;
    if (request->person)
        command->person = (struct person){request->person->id, (int)request->person->role};
    copy_id(&request->command_id, command->id);
    commands[row].fill(&in);
    take_content(request, packed, packed_size, content, &found);
    content_digest(&found, command->digest);
    return true;
}
