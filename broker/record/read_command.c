/* read_command.c: a request of the wire as a command of the core. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "broker/record/record.h"

enum { MS_PER_MINUTE = 60 * 1000 };

static void take_id(const ProtobufCBinaryData *from, uint8_t to[ID_BYTES])
{
    if (from->len == ID_BYTES)
        memcpy(to, from->data, ID_BYTES);
}

static void read_referral(const Concordat__V1__Referral *referral,
                          const Concordat__V1__Confidential *confidential,
                          struct record_submission *submission, struct command *command)
{
    take_id(&referral->id, command->referral);
    command->is.submit.facts = record_facts(referral);
    command->is.submit.district = referral->postcode_district;
    command->is.submit.organisation = referral->organisation;
    command->is.submit.drill = referral->drill;
    command->is.submit.with_confidential = confidential != NULL;
    *submission = (struct record_submission){.referral = referral, .has_confidential = confidential != NULL};
    command->opaque = submission;
}

static void read_check_in(const Concordat__V1__CheckIn *m, struct command *command)
{
    take_id(&m->referral, command->referral);
    command->is.check_in.step = (enum step)m->step;
    command->is.check_in.occurred_ms = m->occurred ? m->occurred->unix_ms : 0;
    command->is.check_in.mechanism = (enum contact_mechanism)m->mechanism;
    command->is.check_in.attended = (enum attend_status)m->attend_status;
    command->is.check_in.expected_ms = (int64_t)m->expected_minutes * MS_PER_MINUTE;
    command->is.check_in.psychosocially_assessed = (int)m->psychosocially_assessed;
}

static void read_answer(const ProtobufCBinaryData *referral, uint32_t attempt, struct command *command)
{
    take_id(referral, command->referral);
    command->is.offer.attempt = attempt;
}

bool record_read_command(const Concordat__V1__Request *request, struct record_submission *submission,
                         struct command *command)
{
    memset(command, 0, sizeof *command);
    command->has_id = true;
    take_id(&request->command_id, command->id);
    switch ((int)request->command_case) {
    case CONCORDAT__V1__REQUEST__COMMAND_SUBMIT:
        command->kind = COMMAND_SUBMIT;
        read_referral(request->submit->referral, request->submit->confidential, submission, command);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_UPDATE:
        command->kind = COMMAND_UPDATE;
        read_referral(request->update->referral, request->update->confidential, submission, command);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW:
        command->kind = COMMAND_WITHDRAW;
        take_id(&request->withdraw->referral, command->referral);
        command->is.withdraw.reason = request->withdraw->reason;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_TOLD:
        command->kind = COMMAND_TOLD;
        take_id(&request->told->referral, command->referral);
        command->is.told.state = (enum case_state)request->told->state;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_SEEN:
        command->kind = COMMAND_SEEN;
        read_answer(&request->seen->referral, request->seen->attempt, command);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_ACCEPT:
        command->kind = COMMAND_ACCEPT;
        read_answer(&request->accept->referral, request->accept->attempt, command);
        command->is.offer.expected_ms = (int64_t)request->accept->expected_minutes * MS_PER_MINUTE;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_DECLINE:
        command->kind = COMMAND_DECLINE;
        read_answer(&request->decline->referral, request->decline->attempt, command);
        command->is.offer.reason = (enum decline_reason)request->decline->reason;
        command->is.offer.note = request->decline->note;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_CHECK_IN:
        command->kind = COMMAND_CHECK_IN;
        read_check_in(request->check_in, command);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_CLOSE:
        command->kind = COMMAND_CLOSE;
        take_id(&request->close->referral, command->referral);
        command->is.close.outcome = (int)request->close->outcome;
        command->is.close.psychosocially_assessed = (int)request->close->psychosocially_assessed;
        command->is.close.note_code = request->close->note_code;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_HANDOVER:
        command->kind = COMMAND_HANDOVER;
        take_id(&request->handover->referral, command->referral);
        command->is.move.team = request->handover->to_team;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_TAKE:
        command->kind = COMMAND_TAKE;
        take_id(&request->take->referral, command->referral);
        command->is.take.by = request->take->by;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_ASSIGN:
        command->kind = COMMAND_ASSIGN;
        take_id(&request->assign->referral, command->referral);
        command->is.move.team = request->assign->to_team;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD:
        command->kind = COMMAND_READ_RECORD;
        take_id(&request->get_record->referral, command->referral);
        command->is.read.reason = request->get_record->reason;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE:
        command->kind = COMMAND_PRESENCE;
        command->has_id = false; /* renewed many times a minute; repeating it does no harm */
        command->is.presence.present = request->set_presence->present;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY:
        command->kind = COMMAND_CAPACITY;
        command->is.capacity.free_places = request->set_capacity->free_places < UINT16_MAX
                                               ? (uint16_t)request->set_capacity->free_places
                                               : UINT16_MAX;
        break;
    default:
        return false;
    }
    record_command_digest(request, command->digest);
    return true;
}

enum { DIGEST_BUFFER_BYTES = WIRE_REQUEST_BYTES_MAX };

void record_command_digest(const Concordat__V1__Request *request, uint8_t digest[DIGEST_BYTES])
{
    /* Packed anew without the id: the same content under another id has the same digest. */
    Concordat__V1__Request content = *request;
    uint8_t bytes[DIGEST_BUFFER_BYTES], hash[32];
    content.command_id = (ProtobufCBinaryData){0, NULL};
    size_t size = concordat__v1__request__get_packed_size(&content);
    if (size > sizeof bytes) /* cannot be: it came in a frame of that size, and packing never lengthens */
        abort();
    concordat__v1__request__pack(&content, bytes);
    crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
    memcpy(digest, hash, DIGEST_BYTES);
}
