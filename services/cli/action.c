/* action.c: the table of actions, and reading their words: see action.h. */
#include "services/cli/action.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTES_MAX = 24 * 60, PLACES_MAX = 1000 };
enum { OPTION_ATTEMPT = 0x200, OPTION_AT, OPTION_ATTENDED, OPTION_ASSESSED };

__attribute__((format(printf, 2, 3))) static bool fault(struct action *action, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(action->fault, sizeof action->fault, format, arguments);
    va_end(arguments);
    return false;
}

void action_typed_word(const ProtobufCEnumDescriptor *descriptor, int value, char out[WORDS_MAX])
{
    out[0] = '\0';
    if (value != 0)
        words_for(descriptor, value, out);
    for (char *at = out; *at != '\0'; at++)
        if (*at == ' ')
            *at = '-';
}

static void list_words(const ProtobufCEnumDescriptor *descriptor, char *out, size_t size)
{
    size_t used = 0;
    char word[WORDS_MAX];

    out[0] = '\0';
    for (unsigned i = 0; i < descriptor->n_values && used < size; i++) {
        action_typed_word(descriptor, descriptor->values[i].value, word);
        if (word[0] != '\0')
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", word);
    }
}

static bool read_enum(struct action *action, const ProtobufCEnumDescriptor *descriptor, const char *what,
                      const char *word, void *value)
{
    char known[300];
    int read;

    if (words_parse(descriptor, word, &read) && read != 0) {
        memcpy(value, &read, sizeof read);
        return true;
    }
    list_words(descriptor, known, sizeof known);
    return fault(action, "%s is one of: %s", what, known);
}

static bool read_count(struct action *action, const char *what, const char *word, uint32_t max,
                       uint32_t *value)
{
    char *end;
    unsigned long read = isdigit((unsigned char)word[0]) ? strtoul(word, &end, 10) : max + 1UL;

    if (read > max || *end != '\0')
        return fault(action, "%s is a whole number from 0 to %u", what, max);
    *value = (uint32_t)read;
    return true;
}

/* Words that are one text: appended with a space between. */
static bool read_text(struct action *action, const char *word)
{
    size_t used = strlen(action->text);

    if (used + strlen(word) + 2 > sizeof action->text)
        return fault(action, "the text is longer than %zu characters", sizeof action->text - 1);
    snprintf(action->text + used, sizeof action->text - used, "%s%s", used > 0 ? " " : "", word);
    return true;
}

static bool accept_word(struct action *action, unsigned index, const char *word)
{
    (void)index;
    return read_count(action, "MINUTES", word, MINUTES_MAX, &action->body.accept.expected_minutes);
}

static bool decline_word(struct action *action, unsigned index, const char *word)
{
    action->body.decline.note = action->text;
    return index == 0 ? read_enum(action, &concordat__v1__decline_reason__descriptor, "REASON", word,
                                  &action->body.decline.reason)
                      : read_text(action, word);
}

static bool check_in_word(struct action *action, unsigned index, const char *word)
{
    Concordat__V1__CheckIn *check_in = &action->body.check_in;

    if (index == 0)
        return read_enum(action, &concordat__v1__step__descriptor, "STEP", word, &check_in->step);
    if (check_in->step == CONCORDAT__V1__STEP__STEP_TRAVELLING)
        return read_count(action, "MINUTES", word, MINUTES_MAX, &check_in->expected_minutes);
    if (check_in->step == CONCORDAT__V1__STEP__STEP_CONTACT)
        return read_enum(action, &concordat__v1__contact_mechanism__descriptor, "HOW", word,
                         &check_in->mechanism);
    return fault(action, "nothing follows \"arrived\"");
}

static bool close_word(struct action *action, unsigned index, const char *word)
{
    (void)index;
    return read_enum(action, &concordat__v1__outcome__descriptor, "OUTCOME", word,
                     &action->body.close.outcome);
}

/* All words are one text: a reason, a team, a signature. */
static bool text_word(struct action *action, unsigned index, const char *word)
{
    char *text = action->text;

    (void)index;
    memcpy((char *)action + action->kind->text_at, &text, sizeof text);
    return read_text(action, word);
}

static bool capacity_word(struct action *action, unsigned index, const char *word)
{
    (void)index;
    return read_count(action, "PLACES", word, PLACES_MAX, &action->body.set_capacity.free_places);
}

static const struct argp_option attempt_option[] = {
    {"attempt", OPTION_ATTEMPT, "N", 0, "The offer's attempt; without it the live offer is answered", 0},
    {0}};
static const struct argp_option check_in_options[] = {
    {"at", OPTION_AT, "TIME", 0, "When it was, such as 2026-01-31T14:05:00Z; without it, now", 0},
    {"attended", OPTION_ATTENDED, "HOW", 0,
     "on-time (where nothing is said), late-but-seen, late-not-seen, "
     "did-not-attend, cancelled-by-person, cancelled-by-provider",
     0},
    {"assessed", OPTION_ASSESSED, "YES|NO", 0, "Whether a psychosocial assessment was done", 0},
    {0}};
static const struct argp_option close_options[] = {
    {"assessed", OPTION_ASSESSED, "YES|NO", 0, "Whether a psychosocial assessment was done", 0}, {0}};

#define AT(body_member, field) offsetof(struct action, body.body_member.field)
#define ANY_WORDS              1000

const struct action_kind action_kinds[] = {
    {"status", "CASE", "who holds a case, and whom to ring", "  concordat status R-0412", NULL,
     CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS, AT(get_status, referral), 0, 0, 0, 0, NULL},
    {"withdraw", "CASE REASON...", "nobody need come any more",
     "  concordat withdraw R-0412 went home with family", NULL, CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW,
     AT(withdraw, referral), 0, AT(withdraw, reason), 1, ANY_WORDS, text_word},
    {"show", "CASE REASON...", "the person's record; the reading and its reason are recorded",
     "  concordat show R-0412 on our way to the person", NULL, CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD,
     AT(get_record, referral), 0, AT(get_record, reason), 1, ANY_WORDS, text_word},
    {"accept", "CASE MINUTES", "accept an offer: your team will be there in MINUTES",
     "  concordat accept R-0412 20", attempt_option, CONCORDAT__V1__REQUEST__COMMAND_ACCEPT,
     AT(accept, referral), AT(accept, attempt), 0, 1, 1, accept_word},
    {"decline", "CASE REASON [NOTE...]", "decline an offer; the next team is asked at once",
     "REASON is one of: no-capacity, not-clinically-appropriate, service-cannot-respond, "
     "person-not-contactable, "
     "age-not-served, area-not-served, too-far, need-not-served, intoxication, behaviour, safety-of-staff, "
     "other. "
     "With \"other\" a note is asked for; write nothing in it that names the person.\n\n"
     "  concordat decline R-0412 no-capacity\n  concordat decline R-0412 other lift broken, no step-free "
     "access",
     attempt_option, CONCORDAT__V1__REQUEST__COMMAND_DECLINE, AT(decline, referral), AT(decline, attempt), 0,
     1, ANY_WORDS, decline_word},
    {"checkin", "CASE travelling [MINUTES] | arrived | contact HOW", "say how far your team is with a case",
     "HOW is one of: face-to-face, telephone, talk-type, email, text, video. A contact counts as attended, "
     "on "
     "time, unless --attended says otherwise. Only a contact that was attended and face to face stops the "
     "response clock.\n\n  concordat checkin R-0412 travelling 15\n  concordat checkin R-0412 arrived\n"
     "  concordat checkin R-0412 contact face-to-face --assessed yes\n"
     "  concordat checkin R-0412 contact telephone --attended did-not-attend",
     check_in_options, CONCORDAT__V1__REQUEST__COMMAND_CHECK_IN, AT(check_in, referral), 0, 0, 1, 2,
     check_in_word},
    {"close", "CASE OUTCOME", "close a case with what came of it",
     "OUTCOME is one of: advice, crisis-home-treatment, admitted-informally, detained-section-2, "
     "detained-section-3, discharged-with-plan, to-emergency-department, remains-in-custody, signposted, "
     "referred-on, not-found, declined-care, died.\n\n  concordat close R-0412 crisis-home-treatment "
     "--assessed yes",
     close_options, CONCORDAT__V1__REQUEST__COMMAND_CLOSE, AT(close, referral), 0, 0, 1, 1, close_word},
    {"handover", "CASE [TEAM]", "hand a case to another team; yours holds it until that team accepts",
     "Without TEAM whoever the ladder finds is asked.\n\n  concordat handover R-0412 southfell-crisis", NULL,
     CONCORDAT__V1__REQUEST__COMMAND_HANDOVER, AT(handover, referral), 0, AT(handover, to_team), 0, 1,
     text_word},
    {"take", "CASE BY", "coordinator: take a held case in hand, signed by a role or initials",
     "  concordat take R-0412 MB", NULL, CONCORDAT__V1__REQUEST__COMMAND_TAKE, AT(take, referral), 0,
     AT(take, by), 1, ANY_WORDS, text_word},
    {"assign", "CASE TEAM", "coordinator: ask the team that you choose",
     "  concordat assign R-0412 northmoor-crisis", NULL, CONCORDAT__V1__REQUEST__COMMAND_ASSIGN,
     AT(assign, referral), 0, AT(assign, to_team), 1, 1, text_word},
    {"capacity", "PLACES", "how many more people your team could see now",
     "A claim ages: say it again when it changes and at the start of a shift. 0 means full.\n\n"
     "  concordat capacity 3",
     NULL, CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY, 0, 0, 0, 1, 1, capacity_word},
    {0}};

const struct action_kind *action_find(const char *name)
{
    for (const struct action_kind *kind = action_kinds; kind->name != NULL; kind++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}

static const ProtobufCMessageDescriptor *body_descriptor(const struct action_kind *kind)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&concordat__v1__request__descriptor, (unsigned)kind->command);

    assert(field);
    return field->descriptor;
}

void action_start(struct action *action, const struct action_kind *kind)
{
    *action = (struct action){.kind = kind};
    concordat__v1__instant__init(&action->occurred);
    concordat__v1__request__init(&action->request);
    protobuf_c_message_init(body_descriptor(kind), &action->body);
    action->request.command_case = kind->command;
    action->request.accept = &action->body.accept; /* whichever member: they share their address */
}

bool action_needs_case(const struct action *action)
{
    return action->kind->referral_at != 0;
}

bool action_needs_attempt(const struct action *action)
{
    return action->kind->attempt_at != 0 && action->attempt == 0;
}

static bool read_case(struct action *action, const char *word)
{
    uint32_t number;
    bool drill;

    if (words_parse_number(word, &number, &drill)) {
        words_number(number, drill, action->case_text);
        return true;
    }
    action->case_is_id = words_parse_uuid(word, action->id);
    if (action->case_is_id)
        words_uuid(action->id, action->case_text);
    return action->case_is_id || fault(action, "CASE is a spoken number such as R-0412, or a referral's id");
}

static bool read_word(struct action *action, const char *word)
{
    const struct action_kind *kind = action->kind;

    if (action_needs_case(action) && action->case_text[0] == '\0')
        return read_case(action, word);
    if (action->words >= kind->words_max)
        return fault(action, "\"%.40s\" is too much: %s %s", word, kind->name, kind->arguments);
    return kind->word(action, action->words++, word);
}

static bool read_instant(struct action *action, const char *word)
{
    if (!words_parse_time(word, &action->occurred.unix_ms))
        return fault(action, "--at takes a time such as 2026-01-31T14:05:00Z");
    action->occurred.basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    action->body.check_in.occurred = &action->occurred;
    return true;
}

static bool read_assessed(struct action *action, const char *word)
{
    bool closing = action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_CLOSE;

    return read_enum(action, &concordat__v1__answered__descriptor, "--assessed", word,
                     closing ? &action->body.close.psychosocially_assessed
                             : &action->body.check_in.psychosocially_assessed);
}

static bool read_attempt(struct action *action, const char *word)
{
    if (!read_count(action, "--attempt", word, 1000000, &action->attempt))
        return false;
    memcpy((char *)action + action->kind->attempt_at, &action->attempt, sizeof action->attempt);
    return true;
}

/* Options are read before words, so what a contact is taken for is known only here. */
static bool end_check_in(struct action *action)
{
    Concordat__V1__CheckIn *check_in = &action->body.check_in;

    if (check_in->step != CONCORDAT__V1__STEP__STEP_CONTACT)
        return true;
    if (check_in->mechanism == 0)
        return fault(action, "say how the contact was made, such as: contact face-to-face");
    if (check_in->attend_status == 0)
        check_in->attend_status = CONCORDAT__V1__ATTEND_STATUS__ATTEND_STATUS_ON_TIME;
    return true;
}

static bool read_end(struct action *action)
{
    bool missing = action->words < action->kind->words_min ||
                   (action_needs_case(action) && action->case_text[0] == '\0');

    if (missing)
        return fault(action, "something is missing: %s %s", action->kind->name, action->kind->arguments);
    if (action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_CHECK_IN)
        return end_check_in(action);
    if (action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_DECLINE && action->text[0] == '\0' &&
        action->body.decline.reason == CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_OTHER)
        return fault(action, "\"other\" needs a note: a few words why, nothing that names the person");
    return true;
}

error_t action_parse_option(int key, char *argument, struct argp_state *state)
{
    struct action *action = state->input;
    bool read = true;

    switch (key) {
    case ARGP_KEY_ARG:
        read = read_word(action, argument);
        break;
    case ARGP_KEY_END:
        read = read_end(action);
        break;
    case OPTION_ATTEMPT:
        read = read_attempt(action, argument);
        break;
    case OPTION_AT:
        read = read_instant(action, argument);
        break;
    case OPTION_ATTENDED:
        read = read_enum(action, &concordat__v1__attend_status__descriptor, "--attended", argument,
                         &action->body.check_in.attend_status);
        break;
    case OPTION_ASSESSED:
        read = read_assessed(action, argument);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    if (!read)
        argp_error(state, "%s", action->fault);
    return read ? 0 : EINVAL;
}

bool action_read(struct action *action, const struct action_kind *kind, int count, char **words)
{
    const struct argp argp = {.options = kind->options, .parser = action_parse_option};

    action_start(action, kind);
    if (argp_parse(&argp, count, words, ARGP_SILENT, NULL, action) == 0)
        return true;
    return action->fault[0] != '\0' ? false : fault(action, "%s %s", kind->name, kind->arguments);
}

void action_bind(struct action *action, const uint8_t id[WIRE_ID_BYTES], uint32_t attempt)
{
    ProtobufCBinaryData bytes = {.len = WIRE_ID_BYTES, .data = action->id};

    memmove(action->id, id, WIRE_ID_BYTES);
    memcpy((char *)action + action->kind->referral_at, &bytes, sizeof bytes);
    if (action_needs_attempt(action))
        memcpy((char *)action + action->kind->attempt_at, &attempt, sizeof attempt);
}
