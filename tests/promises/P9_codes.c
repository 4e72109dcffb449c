/* P9 Private: nothing that a person typed stands in a referral, which the ledger keeps for ever: each text of
 * it is a code or an id. Every other text of an event is the router's own, and here it is said which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/check.h"
#include "proto/wire/check_rules.h"

enum { CODE_BYTES_MAX = 32 };

static void fail_field(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                       const char *why)
{
    fail_msg("%s.%s %s", type->name, field->name, why);
}

/* Words have spaces, and a story is long. */
static bool is_code_shape(const struct check_shape *shape)
{
    return shape && (shape->values || (!strchr(shape->chars, ' ') && shape->most <= CODE_BYTES_MAX));
}

static void check_codes(const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const struct check_rule *rule = check_rules_of(type)[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            check_codes(field->descriptor);
        if (field->type == PROTOBUF_C_TYPE_STRING && !is_code_shape(rule->shape))
            fail_field(type, field,
                       "could hold words about a person: give it a code's shape in check_rules.c");
        if (field->type == PROTOBUF_C_TYPE_BYTES && (rule->bytes_max || rule->bytes_exact))
            fail_field(type, field, "could hold words about a person: bytes of a referral are an id");
    }
}

static void P9_every_text_of_a_referral_is_a_code(void **state)
{
    (void)state;
    check_codes(&concordat__v1__referral__descriptor);
}

static void P9_words_in_the_place_of_a_code_are_refused_and_never_repeated(void **state)
{
    (void)state;
    static const char *const words[] = {
        "Ann Example", "the flat above the shop", "14 Acacia Avenue", "hit a nurse", "07700 900123",
        "known to us", "n\xc3\xa9 1983"};
    for (unsigned i = 0; i < concordat__v1__referral__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &concordat__v1__referral__descriptor.fields[i];
        for (size_t w = 0; field->type == PROTOBUF_C_TYPE_STRING && w < sizeof words / sizeof *words; w++) {
            uint8_t id[WIRE_ID_BYTES] = {1};
            Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
            struct wire_fault fault = {0};
            referral.id = (ProtobufCBinaryData){sizeof id, id};
            memcpy((char *)&referral + field->offset, &words[w], sizeof words[w]);
            assert_false(check_message(&referral.base, &fault));
            assert_int_equal(fault.refusal, CONCORDAT__V1__REFUSAL__REFUSAL_BAD_VALUE);
            assert_non_null(strstr(fault.text, field->name));
            assert_null(strstr(fault.text, words[w]));
        }
    }
}

/* --- the other texts of an event ----------------------------------------------------------------------- */

#define DIRECTORY "an id of the directory: the policy file has it"
#define KEY       "the name of a key, which its operator gave it"
#define POLICY    "of the policy file, whose author describes teams, not people"
#define ROUTER    "the router's own word"

/* Sorted by name. What a person types in words is sealed beside the event, and has no row. */
static const struct event_text {
    const char *field, *from;
} event_texts[] = {
    {"Accepted.previous_team", DIRECTORY},
    {"Accepted.team", DIRECTORY},
    {"AreaCovered.area", DIRECTORY},
    {"AreaCovered.coordinator", DIRECTORY},
    {"BrokerStarted.version", ROUTER},
    {"CapacityClaimed.team", DIRECTORY},
    {"Change.field", ROUTER},
    {"CheckedIn.team", DIRECTORY},
    {"ClockBreached.standard", DIRECTORY},
    {"ClockChange.standard", DIRECTORY},
    {"ClockWarned.standard", DIRECTORY},
    {"Closed.by", DIRECTORY},
    {"ClosingAsked.coordinator", DIRECTORY},
    {"ClosingAsked.team", DIRECTORY},
    {"CommandRefused.command", ROUTER},
    {"Considered.team", DIRECTORY},
    {"Event.actor", KEY},
    {"Event.actor_device", KEY},
    {"Found.team", DIRECTORY},
    {"Held.coordinator", DIRECTORY},
    {"KeptOpen.coordinator", DIRECTORY},
    {"KeptOpen.team", DIRECTORY},
    {"KnownTeam.id", DIRECTORY},
    {"KnownTeam.name", POLICY},
    {"KnownTeam.organisation", POLICY},
    {"KnownTeam.team_type", POLICY},
    {"KnownTeam.telephone", POLICY},
    {"LeaseLapsed.team", DIRECTORY},
    {"GivenBack.team", DIRECTORY},
    {"Reopened.coordinator", DIRECTORY},
    {"Reopened.previous_team", DIRECTORY},
    {"Reopened.team", DIRECTORY},
    {"Taken.previous_team", DIRECTORY},
    {"LeaseWarned.team", DIRECTORY},
    {"OfferEnded.team", DIRECTORY},
    {"OfferSeen.team", DIRECTORY},
    {"OfferShortened.team", DIRECTORY},
    {"Offered.team", DIRECTORY},
    {"Owner.id", DIRECTORY},
    {"PolicyLoaded.areas", DIRECTORY},
    {"PolicyLoaded.coordinators", DIRECTORY},
    {"PresenceChanged.coordinator", DIRECTORY},
    {"PresenceChanged.team", DIRECTORY},
    {"Received.area", DIRECTORY},
    {"Received.coordinator", DIRECTORY},
    {"Received.on_behalf_of", KEY},
    {"Received.own_team", DIRECTORY},
    {"RecordRead.of", KEY},
    {"TeamSilent.team", DIRECTORY},
    {"Acknowledged.coordinator", DIRECTORY},
    {"Reminded.also", DIRECTORY},
    {"PassedOver.coordinator", DIRECTORY},
    {"PassedOver.previous", DIRECTORY},
    {"Reminded.coordinator", DIRECTORY},
    {"Taken.coordinator", DIRECTORY},
    {"ChangesSeen.team", DIRECTORY},
    {"ShiftNoted.team", DIRECTORY},
    {"ShiftNoted.coordinator", DIRECTORY},
    {"MessageSent.sender", DIRECTORY},
    {"MessageSent.team", DIRECTORY},
    {"Updated.area", DIRECTORY},
    {"Updated.coordinator", DIRECTORY},
    {"Updated.own_team", DIRECTORY},
    {"Updated.sent_by", KEY},
    {"WentMissing.team", DIRECTORY},
    {"Withdrawn.sent_by", KEY},
};

static bool is_known[sizeof event_texts / sizeof *event_texts];

static void check_event_text(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
    char name[80];
    snprintf(name, sizeof name, "%s.%s", type->short_name, field->name);
    for (size_t i = 0; i < sizeof event_texts / sizeof *event_texts; i++)
        if (strcmp(event_texts[i].field, name) == 0) {
            is_known[i] = true;
            return;
        }
    fail_field(type, field, "is a text of an event of which nobody has said where it comes from");
}

static void check_event_texts(const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            check_event_texts(field->descriptor);
        if (field->type == PROTOBUF_C_TYPE_STRING && !is_code_shape(check_rules_of(type)[i]->shape))
            check_event_text(type, field);
    }
}

static void P9_of_every_text_of_an_event_it_is_known_where_it_comes_from(void **state)
{
    (void)state;
    check_event_texts(&concordat__v1__event__descriptor);
    for (size_t i = 0; i < sizeof event_texts / sizeof *event_texts; i++)
        if (!is_known[i])
            fail_msg("%s (%s) is no such text any more: take its row out", event_texts[i].field,
                     event_texts[i].from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P9_every_text_of_a_referral_is_a_code),
        cmocka_unit_test(P9_words_in_the_place_of_a_code_are_refused_and_never_repeated),
        cmocka_unit_test(P9_of_every_text_of_an_event_it_is_known_where_it_comes_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
