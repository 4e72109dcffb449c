/* check_rules.c: the limits of every field, in one table.
 *
 * We never refuse a referral because of what identifies the person: an NHS number that fails its check, an
 * impossible date or a postcode that does not exist is flagged elsewhere. Here the fields of Confidential
 * only have a greatest length and must be readable text.
 */
#include "proto/wire/check_rules.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/person_id.h"
#include "proto/wire/snomed.h"
#include "proto/wire/wire.h"

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALLS   "abcdefghijklmnopqrstuvwxyz"
#define DIGITS   "0123456789"

enum { DIGEST_BYTES = 32, TEAMS = 20000, AREAS = 4096, COORDINATORS = 1024, CASES = 4096, EVENTS = 4096 };
enum {
    COVERS = 1024,
    READINGS = 256,
    TYPED = 64,
    HISTORY = 256,
    FLAGS = 64,
    GROUNDS = 8,
    CHANGES = 128,
    BESIDE = 16
};
enum {
    AGE_YEARS = 130,
    WEEK_MINUTES = 7 * 24 * 60,
    HALF_DAY_MINUTES = 12 * 60,
    DAY_SECONDS = 24 * 60 * 60,
    PLACES = 1000,
    MUTE_MINUTES = 60,
    COORDINATORS_TOLD = 6,
    SHIFTS = 512,
    NAMES = 1024,
    SHIFT_CASES = 64,
    STANDINGS = 128,
    CLOCKS = 32,
    ROLES = 16
};

static const struct check_shape organisation = {
    .chars = CAPITALS DIGITS,
    .least = 2,
    .most = 10,
    .says = "an organisation's code, 2 to 10 capital letters and digits"};
/* The outward half only: the inward half would say where a person lives. */
static const struct check_shape district = {.chars = CAPITALS DIGITS,
                                            .least = 1,
                                            .most = 4,
                                            .says = "the first half of a postcode, in capitals, such as ZX1"};
static const struct check_shape two_digits = {
    .chars = DIGITS, .least = 2, .most = 2, .says = "a code of two digits"};
static const struct check_shape snomed = {.chars = DIGITS,
                                          .least = SNOMED_DIGITS_MIN,
                                          .most = SNOMED_DIGITS_MAX,
                                          .holds = snomed_is_concept,
                                          .says =
                                              "a SNOMED CT concept id, 6 to 18 digits with its check digit"};
static const struct check_shape language = {
    .chars = SMALLS, .least = 2, .most = 3, .says = "an ISO 639 code, two or three small letters"};
static const struct check_shape identifier = {
    .chars = CAPITALS SMALLS DIGITS "._-",
    .least = 1,
    .most = 32,
    .says = "an id, 1 to 32 letters, digits, dots, dashes, underscores"};
static bool has_digit(const char *text)
{
    return strpbrk(text, DIGITS);
}
/* The code of an incident, a council, an organisation. A name has no digit. */
static const struct check_shape reference = {
    .chars = CAPITALS SMALLS DIGITS "._/-",
    .least = 1,
    .most = 32,
    .holds = has_digit,
    .says = "a number or a code with a digit in it, at most 32 letters, digits, dots, dashes; never a name"};
/* What has no id is said in words, which the ledger must not have. */
static const struct check_shape site = {
    .chars = CAPITALS SMALLS DIGITS "._-",
    .least = 1,
    .most = 32,
    .says = "a site's id, 1 to 32 letters, digits, dots, dashes, underscores; put words into "
            "submit.confidential.site_in_words"};
/* As keys are named (proto/keys/keys.h). */
static const struct check_shape key_name = {
    .chars = CAPITALS SMALLS DIGITS "._-",
    .least = 1,
    .most = 63,
    .says = "a key's name, 1 to 63 letters, digits, dots, dashes, underscores"};
/* So that nobody types a name: this stands in the ledger for ever. */
static const struct check_shape person_id = {.chars = SMALLS DIGITS,
                                             .least = PERSON_ID_CHARS_MIN,
                                             .most = PERSON_ID_CHARS_MAX,
                                             .holds = person_id_is,
                                             .says = "a person's id, " PERSON_ID_RULE};
/* The name of a field, with those of the parts around it. */
static const struct check_shape field_path = {
    .chars = SMALLS DIGITS "._",
    .least = 1,
    .most = 64,
    .says = "the path of a field, 1 to 64 small letters, digits, dots, underscores"};
/* A code, a number, a time, or a list of codes. */
static const struct check_shape code_text = {.chars = CAPITALS SMALLS DIGITS "._-,",
                                             .least = 1,
                                             .most = 32,
                                             .says = "a code, a number or a list of codes"};
static const struct check_shape gender = {.values = (const char *const[]){"1", "2", "3", "4", "X", "Z", NULL},
                                          .says = "one of 1 2 3 4 X Z"};
static const struct check_shape ethnic_category = {
    .values = (const char *const[]){"A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R",
                                    "S", "Z", "99", NULL},
    .says = "one of A B C D E F G H J K L M N P R S Z 99"};

/* Sorted by name. */
static const struct check_rule rules[] = {
    {"concordat.v1.Accept.expected_minutes", .number_max = WEEK_MINUTES},
    {"concordat.v1.Accept.referral", .needed = true},
    {"concordat.v1.Acknowledge.referral", .needed = true},
    {"concordat.v1.Answer.text", .bytes_max = 300},
    {"concordat.v1.AnswerBeside.log_number", .shape = &reference},
    {"concordat.v1.AnswerBeside.note", .bytes_max = 200},
    {"concordat.v1.AnswerBeside.referral", .needed = true},
    {"concordat.v1.AreaCases.name", .bytes_max = 80},
    {"concordat.v1.AskBeside.asked_of", .shape = &reference},
    {"concordat.v1.AskBeside.log_number", .shape = &reference},
    {"concordat.v1.AskBeside.note", .bytes_max = 200},
    {"concordat.v1.AskBeside.referral", .needed = true},
    {"concordat.v1.Assign.referral", .needed = true},
    {"concordat.v1.Assign.to_team", .shape = &identifier, .needed = true},
    {"concordat.v1.BesideNoted.asked_of", .shape = &reference},
    {"concordat.v1.BesideNoted.found", .items_max = FLAGS},
    {"concordat.v1.BesideNoted.log_number", .shape = &reference},
    {"concordat.v1.BesideStatus.asked_of", .shape = &reference},
    {"concordat.v1.BesideStatus.log_number", .shape = &reference},
    {"concordat.v1.Board.areas", .items_max = AREAS},
    {"concordat.v1.Board.cases", .items_max = CASES},
    {"concordat.v1.Board.covers", .items_max = COVERS},
    {"concordat.v1.Board.on_duty", .items_max = COORDINATORS},
    {"concordat.v1.Board.on_shift", .items_max = SHIFTS},
    {"concordat.v1.Board.read_beyond", .items_max = READINGS},
    {"concordat.v1.BrokerStarted.state_digest", .bytes_exact = DIGEST_BYTES, .needed = true},
    {"concordat.v1.CancelHandover.referral", .needed = true},
    {"concordat.v1.CaseMessage.sender", .bytes_max = 80},
    {"concordat.v1.CaseMessage.text", .bytes_max = 200},
    {"concordat.v1.CaseStatus.area_name", .bytes_max = 80},
    {"concordat.v1.CaseStatus.asked_team_name", .bytes_max = 80},
    {"concordat.v1.CaseStatus.beside", .items_max = BESIDE},
    {"concordat.v1.CaseStatus.changed", .items_max = CHANGES},
    {"concordat.v1.CaseStatus.coordinator_name", .bytes_max = 80},
    {"concordat.v1.CaseStatus.had_by", .bytes_max = 80},
    {"concordat.v1.CaseStatus.heard_by", .shape = &person_id},
    {"concordat.v1.CaseStatus.owner_name", .bytes_max = 80},
    {"concordat.v1.CaseStatus.taken_by", .shape = &person_id},
    {"concordat.v1.CaseStatus.taken_from", .bytes_max = 80},
    {"concordat.v1.Change.after", .shape = &code_text},
    {"concordat.v1.Change.before", .shape = &code_text},
    {"concordat.v1.Change.field", .shape = &field_path, .needed = true},
    {"concordat.v1.CheckIn.expected_minutes", .number_max = WEEK_MINUTES},
    {"concordat.v1.CheckIn.referral", .needed = true},
    {"concordat.v1.Close.note", .bytes_max = 200},
    {"concordat.v1.Close.note_code", .shape = &two_digits},
    {"concordat.v1.Close.referral", .needed = true},
    {"concordat.v1.Closed.note_code", .shape = &two_digits},
    {"concordat.v1.ClosingAsked.note_code", .shape = &two_digits},
    {"concordat.v1.Confidential.address", .bytes_max = 200, .lines = true},
    {"concordat.v1.Confidential.as_typed", .bytes_max = 2000, .lines = true},
    {"concordat.v1.Confidential.narrative", .bytes_max = 8000, .lines = true},
    {"concordat.v1.Confidential.other_contact", .bytes_max = 200, .lines = true},
    {"concordat.v1.Confidential.other_facts", .bytes_max = 2000, .lines = true},
    {"concordat.v1.Confidential.person_name", .bytes_max = 200},
    {"concordat.v1.Confidential.referrer_name", .bytes_max = 200},
    {"concordat.v1.Confidential.role_in_words", .bytes_max = 200},
    {"concordat.v1.Confidential.site_in_words", .bytes_max = 200},
    {"concordat.v1.Cover.area", .shape = &identifier, .needed = true},
    {"concordat.v1.Cover.minutes", .number_max = HALF_DAY_MINUTES},
    {"concordat.v1.Covered.area_name", .bytes_max = 80},
    {"concordat.v1.Covered.by_name", .bytes_max = 80},
    {"concordat.v1.Covered.coordinator_name", .bytes_max = 80},
    {"concordat.v1.Decline.note", .bytes_max = 200},
    {"concordat.v1.Decline.referral", .needed = true},
    {"concordat.v1.Demographics.age_years", .number_max = AGE_YEARS},
    {"concordat.v1.Demographics.ethnic_category", .shape = &ethnic_category},
    {"concordat.v1.Demographics.gender", .shape = &gender},
    {"concordat.v1.Demographics.language", .shape = &language},
    {"concordat.v1.Detention.found", .items_max = FLAGS},
    {"concordat.v1.DetentionNoted.by", .shape = &person_id},
    {"concordat.v1.DetentionNoted.found", .items_max = FLAGS},
    {"concordat.v1.DetentionNoted.grounds", .items_max = GROUNDS},
    {"concordat.v1.DetentionNoted.minutes", .number_max = WEEK_MINUTES},
    {"concordat.v1.DetentionNoted.second", .shape = &person_id},
    {"concordat.v1.Directory.areas", .items_max = NAMES},
    {"concordat.v1.Directory.coordinators", .items_max = NAMES},
    {"concordat.v1.Directory.teams", .items_max = NAMES},
    {"concordat.v1.Erase.second_person", .shape = &person_id, .needed = true},
    {"concordat.v1.Erased.by", .shape = &person_id},
    {"concordat.v1.Erased.second", .shape = &person_id},
    {"concordat.v1.Event.actor_device", .shape = &key_name},
    {"concordat.v1.Feed.events", .items_max = EVENTS},
    {"concordat.v1.FeedEvent.chain", .bytes_exact = DIGEST_BYTES, .needed = true},
    {"concordat.v1.FeedEvent.event", .bytes_max = WIRE_EVENT_BYTES_MAX, .needed = true},
    {"concordat.v1.FeedEvent.other", .bytes_exact = DIGEST_BYTES, .needed = true},
    {"concordat.v1.Follow.credit", .number_max = EVENTS},
    {"concordat.v1.FormKey.key", .needed = true},
    {"concordat.v1.FormKey.public_key", .bytes_exact = WIRE_POINT_BYTES, .needed = true},
    {"concordat.v1.GetRecord.reason", .bytes_max = 200},
    {"concordat.v1.GiveBack.reason", .bytes_max = 200},
    {"concordat.v1.GiveBack.referral", .needed = true},
    {"concordat.v1.Handover.referral", .needed = true},
    {"concordat.v1.Handover.to_team", .shape = &identifier},
    {"concordat.v1.HandoverSheet.teams", .items_max = STANDINGS},
    {"concordat.v1.Held.considered", .items_max = TEAMS},
    {"concordat.v1.Held.policy", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.HistoryEntry.event", .bytes_max = WIRE_EVENT_BYTES_MAX, .needed = true},
    {"concordat.v1.HistoryEntry.text", .bytes_max = 200},
    {"concordat.v1.HoldLifted.by", .shape = &person_id},
    {"concordat.v1.HoldSet.by", .shape = &person_id},
    {"concordat.v1.KnownTeam.name", .bytes_max = 80},
    {"concordat.v1.ListedCase.owner_name", .bytes_max = 80},
    {"concordat.v1.Missing.team_name", .bytes_max = 80},
    {"concordat.v1.Mute.minutes", .number_max = MUTE_MINUTES},
    {"concordat.v1.Mute.referral", .needed = true},
    {"concordat.v1.Named.name", .bytes_max = 80},
    {"concordat.v1.Offer.if_ignored", .bytes_max = 200},
    {"concordat.v1.Offered.considered", .items_max = TEAMS},
    {"concordat.v1.Offered.policy", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.OnDuty.name", .bytes_max = 80},
    {"concordat.v1.OpenCases.areas", .items_max = AREAS},
    {"concordat.v1.OpenCases.late", .items_max = CLOCKS},
    {"concordat.v1.Passed.provider", .shape = &organisation},
    {"concordat.v1.PassedOn.provider", .shape = &organisation},
    {"concordat.v1.Person.id", .shape = &person_id, .needed = true},
    {"concordat.v1.PolicyLoaded.areas", .items_max = AREAS},
    {"concordat.v1.PolicyLoaded.coordinators", .items_max = COORDINATORS},
    {"concordat.v1.PolicyLoaded.digest", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.PolicyLoaded.file", .bytes_max = 8 * 1024 * 1024},
    {"concordat.v1.PolicyLoaded.teams", .items_max = TEAMS},
    {"concordat.v1.Pong.session", .bytes_max = 32},
    {"concordat.v1.ReadBeyond.area_name", .bytes_max = 80},
    {"concordat.v1.ReadBeyond.by_name", .bytes_max = 80},
    {"concordat.v1.ReadBeyond.coordinator_name", .bytes_max = 80},
    {"concordat.v1.Received.on_behalf_of", .shape = &key_name},
    {"concordat.v1.Received.policy", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.Received.referral", .needed = true},
    {"concordat.v1.Received.routed_age", .number_max = AGE_YEARS},
    {"concordat.v1.Record.history", .items_max = HISTORY},
    {"concordat.v1.Record.typed", .items_max = TYPED},
    {"concordat.v1.RecordDetention.by", .shape = &person_id},
    {"concordat.v1.RecordDetention.grounds", .items_max = GROUNDS},
    {"concordat.v1.RecordDetention.minutes", .number_max = WEEK_MINUTES},
    {"concordat.v1.RecordDetention.note", .bytes_max = 200},
    {"concordat.v1.RecordDetention.referral", .needed = true},
    {"concordat.v1.RecordDetention.second", .shape = &person_id},
    {"concordat.v1.RecordPassedOn.note", .bytes_max = 200},
    {"concordat.v1.RecordPassedOn.provider", .shape = &organisation},
    {"concordat.v1.RecordPassedOn.referral", .needed = true},
    {"concordat.v1.RecordWish.referral", .needed = true},
    {"concordat.v1.Referral.id", .needed = true},
    {"concordat.v1.Referral.organisation", .shape = &organisation},
    {"concordat.v1.Referral.postcode_district", .shape = &district},
    {"concordat.v1.Referral.presenting_code", .shape = &snomed},
    {"concordat.v1.Referral.primary_reason", .shape = &two_digits},
    {"concordat.v1.Referral.site", .shape = &site},
    {"concordat.v1.Reminded.also", .items_max = COORDINATORS_TOLD},
    {"concordat.v1.Reopen.reason", .bytes_max = 200},
    {"concordat.v1.Reopen.referral", .needed = true},
    {"concordat.v1.ReportFound.note", .bytes_max = 200},
    {"concordat.v1.ReportFound.referral", .needed = true},
    {"concordat.v1.ReportMissing.note", .bytes_max = 200},
    {"concordat.v1.ReportMissing.referral", .needed = true},
    {"concordat.v1.Request.command_id", .needed = true},
    {"concordat.v1.Request.device", .shape = &key_name},
    {"concordat.v1.SawChanges.referral", .needed = true},
    {"concordat.v1.SawClosing.reason", .bytes_max = 200},
    {"concordat.v1.SawClosing.referral", .needed = true},
    {"concordat.v1.SealedText.digest", .bytes_exact = DIGEST_BYTES, .needed = true},
    {"concordat.v1.Seen.referral", .needed = true},
    {"concordat.v1.SendMessage.referral", .needed = true},
    {"concordat.v1.SendMessage.text", .bytes_max = 200},
    {"concordat.v1.SetCapacity.free_places", .number_max = PLACES},
    {"concordat.v1.SetPresence.lease_seconds", .number_max = DAY_SECONDS},
    {"concordat.v1.ShiftHandover.from_person", .shape = &person_id},
    {"concordat.v1.ShiftNoted.cases", .items_max = SHIFT_CASES},
    {"concordat.v1.ShiftNoted.with_person", .shape = &person_id},
    {"concordat.v1.ShiftPerson.desk_name", .bytes_max = 80},
    {"concordat.v1.ShiftPerson.person", .shape = &person_id},
    {"concordat.v1.ShiftSigned.cases", .items_max = SHIFT_CASES},
    {"concordat.v1.ShiftSigned.event", .bytes_max = WIRE_EVENT_BYTES_MAX, .needed = true},
    {"concordat.v1.SnapshotKept.state_digest", .bytes_exact = DIGEST_BYTES, .needed = true},
    {"concordat.v1.Sought.considered", .items_max = TEAMS},
    {"concordat.v1.Sought.policy", .bytes_exact = DIGEST_BYTES},
    {"concordat.v1.Standing.connections", .items_max = ROLES},
    {"concordat.v1.Submit.referral", .needed = true},
    {"concordat.v1.SubmitSealed.key", .needed = true},
    {"concordat.v1.SubmitSealed.referral", .needed = true},
    {"concordat.v1.SubmitSealed.sealed", .bytes_max = WIRE_SEALED_BYTES_MAX, .needed = true},
    {"concordat.v1.SubmitSealed.sender_key", .bytes_exact = WIRE_POINT_BYTES, .needed = true},
    {"concordat.v1.Take.reason", .bytes_max = 200},
    {"concordat.v1.Take.referral", .needed = true},
    {"concordat.v1.TeamStanding.name", .bytes_max = 80},
    {"concordat.v1.Told.referral", .needed = true},
    {"concordat.v1.TriedToReach.next_minutes", .number_max = HALF_DAY_MINUTES},
    {"concordat.v1.TriedToReach.note", .bytes_max = 200},
    {"concordat.v1.TriedToReach.referral", .needed = true},
    {"concordat.v1.TypedText.text", .bytes_max = 200},
    {"concordat.v1.Update.clear", .shape = &field_path},
    {"concordat.v1.Update.referral", .needed = true},
    {"concordat.v1.Updated.changed", .items_max = CHANGES},
    {"concordat.v1.Updated.referral", .needed = true},
    {"concordat.v1.Updated.routed_age", .number_max = AGE_YEARS},
    {"concordat.v1.Updated.sent_by", .shape = &key_name},
    {"concordat.v1.Updated.unseen", .items_max = CHANGES},
    {"concordat.v1.Welcome.of_name", .bytes_max = 80},
    {"concordat.v1.Welcome.session", .bytes_max = 32},
    {"concordat.v1.Withdraw.reason", .bytes_max = 200},
    {"concordat.v1.Withdraw.referral", .needed = true},
    {"concordat.v1.Withdrawn.sent_by", .shape = &key_name},
};

static const struct check_rule no_rule;

const struct check_rule *check_rules(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}

bool check_shape_fits(const struct check_shape *shape, const char *text, size_t size)
{
    if (!shape->values)
        return size >= shape->least && size <= shape->most && strspn(text, shape->chars) == size &&
               (!shape->holds || shape->holds(text));
    for (const char *const *value = shape->values; *value; value++)
        if (strcmp(*value, text) == 0)
            return true;
    return false;
}

struct full_name {
    const char *type, *field;
};

static int rules_compare_name(const void *key, const void *row)
{
    const struct full_name *name = key;
    const struct check_rule *rule = row;
    size_t type = strlen(name->type);
    int order = strncmp(name->type, rule->field, type);
    if (order == 0)
        order = '.' - rule->field[type];
    return order != 0 ? order : strcmp(name->field, rule->field + type + 1);
}

static const struct check_rule *rules_search(const ProtobufCMessageDescriptor *type,
                                             const ProtobufCFieldDescriptor *field)
{
    const struct full_name name = {.type = type->name, .field = field->name};
    const struct check_rule *found =
        bsearch(&name, rules, sizeof rules / sizeof *rules, sizeof *rules, rules_compare_name);
    return found ? found : &no_rule;
}

/* --- by type ---------------------------------------------------------------------------------------- */

/* To search by name for each field of each message would be an eighth of the broker's work, so we search once
 * for each type of the schema and keep the result. */

/* A third of the table stays empty, so that a search in it is short and ends. */
enum { TYPES_MAX = 256, TYPES_USED_MAX = TYPES_MAX / 3 * 2, FIELDS_MAX = 2048 };

static struct {
    const ProtobufCMessageDescriptor *type;
    const struct check_rule *const *rules;
} by_type[TYPES_MAX]; /* open addressing */

static const struct check_rule *all_fields[FIELDS_MAX];
static size_t types_used, fields_used;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static size_t rules_place_of(const ProtobufCMessageDescriptor *type)
{
    size_t at = (size_t)((uintptr_t)type / sizeof(void *)) * 31 % TYPES_MAX;
    while (by_type[at].type && by_type[at].type != type)
        at = (at + 1) % TYPES_MAX;
    return at;
}

static void rules_add_type(const ProtobufCMessageDescriptor *type)
{
    size_t at = rules_place_of(type);
    if (by_type[at].type)
        return;
    assert(types_used < TYPES_USED_MAX && fields_used + type->n_fields <= FIELDS_MAX);
    types_used++;
    by_type[at].type = type;
    by_type[at].rules = &all_fields[fields_used];
    for (unsigned i = 0; i < type->n_fields; i++)
        all_fields[fields_used++] = rules_search(type, &type->fields[i]);
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            rules_add_type(type->fields[i].descriptor);
}

static void rules_make_table(void)
{
    rules_add_type(&concordat__v1__request__descriptor);
    rules_add_type(&concordat__v1__message__descriptor);
    rules_add_type(&concordat__v1__event__descriptor);
}

const struct check_rule *const *check_rules_of(const ProtobufCMessageDescriptor *type)
{
    pthread_once(&made, rules_make_table);
    size_t at = rules_place_of(type);
    assert(by_type[at].type);
    return by_type[at].rules;
}
