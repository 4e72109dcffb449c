/* board.c: how cases stand, when a peer asks: one case, or the board of all that it may see. */
#include "broker/shell/board.h"

#include "broker/shell/adopt.h"
#include "broker/shell/answers.h"
#include "broker/shell/covers.h"
#include "broker/shell/glass.h"
#include "broker/shell/inside.h"
#include "broker/shell/messages.h"
#include "broker/shell/names.h"
#include "broker/shell/shifts.h"
#include "broker/shell/sight.h"
#include "proto/wire/borrowed.h"

enum {
    BOARD_CASES_MAX = 2000, /* keeps a board within the longest message */
    BOARD_ENDED_MAX = 100,
    BOARD_COVERS_MAX = 1024,
    BOARD_READINGS_MAX = 256,
    DUTIES_MAX = 64 /* more than a region has; the rest is left out */
};

/* The case is given by its id, or by the number that people say. */
static struct any_case case_asked_for(const struct state *state, const Concordat__V1__GetStatus *asked)
{
    uint32_t number;
    bool drill;
    if (asked->referral.len == ID_BYTES)
        return state_case(state, asked->referral.data);
    if (!words_parse_number(asked->number, &number, &drill))
        return (struct any_case){NULL, NULL};
    return state_case_by_number(state, number, drill);
}

/* A team that was asked about an open case may ask what became of it, so that a late yes finds out whether it
 * is still wanted. */
static bool board_may_ask(const struct broker *b, const struct session *session, struct any_case of)
{
    bool was_asked =
        of.open && session->peer.party == PARTY_TEAM && referral_times_asked(of.open, session->peer.slot) > 0;
    return was_asked || sight_may_see(b, session, of);
}

void board_answer_status(struct broker *b, const struct asking *asking)
{
    struct any_case of = case_asked_for(b->state, asking->request->get_status);
    if (!board_may_ask(b, asking->session, of)) {
        answers_refuse(b, &asking->to, REFUSAL_NOT_YOURS, NULL);
        adopt_refusal(b, asking->key->name, asking->request, REFUSAL_NOT_YOURS, asking->now);
        return;
    }
    struct done done = {.seq = of.open ? of.open->last_seq : of.ended->last_seq};
    answers_done(b, &asking->to, &done, of.open ? of.open->id : of.ended->id);
}

/* The cases of a board in the making. Too much for the stack; one thread uses it, for one board at a time. */
static struct {
    struct status statuses[BOARD_CASES_MAX];
    struct case_messages messages[BOARD_CASES_MAX];
    Concordat__V1__CaseStatus *list[BOARD_CASES_MAX];
    size_t count;
    char *areas[AREAS_MAX];
    size_t area_count;
    Concordat__V1__Covered covers[BOARD_COVERS_MAX];
    Concordat__V1__Covered *cover_list[BOARD_COVERS_MAX];
    size_t cover_count;
    struct reading_beyond readings[BOARD_READINGS_MAX];
    Concordat__V1__ReadBeyond *reading_list[BOARD_READINGS_MAX];
    size_t reading_count;
    Concordat__V1__OnDuty duties[DUTIES_MAX];
    Concordat__V1__OnDuty *duty_list[DUTIES_MAX];
    size_t duty_count;
    struct shift_list shifts;
} board;

/* Whether the case was put on the board. */
static bool board_put(struct broker *b, const struct session *session, struct any_case of)
{
    if (!sight_may_see(b, session, of))
        return false;
    struct status *status = &board.statuses[board.count];
    const struct case_reader reader = {session->peer.party, session->peer.slot};
    status_of(status, b->state, b->directory, of);
    if (messages_wait(of))
        messages_say_marks(b, of.open, &reader, &board.messages[board.count], &status->message);
    board.list[board.count++] = &status->message;
    return true;
}

static void board_fill(struct broker *b, const struct session *session, bool with_closed)
{
    size_t ended = 0;
    board.count = 0;
    for (uint32_t row = 0; row < state_referral_rows(b->state) && board.count < BOARD_CASES_MAX; row++) {
        const struct referral *r = state_referral_row(b->state, row);
        if (r->state != CASE_NONE)
            board_put(b, session, (struct any_case){.open = r});
    }
    uint32_t row = with_closed ? b->state->ended.count : 0;
    while (row-- > 0 && board.count < BOARD_CASES_MAX && ended < BOARD_ENDED_MAX)
        ended += board_put(b, session, (struct any_case){.ended = table_row(&b->state->ended, row)});
}

static void board_put_duty(const struct broker *b, uint16_t coordinator)
{
    const struct coordinator_words words = status_coordinator(b->state, b->directory, coordinator);
    for (size_t i = 0; i < board.duty_count; i++)
        if (board.duties[i].coordinator == words.id)
            return;
    if (board.duty_count == DUTIES_MAX)
        return;
    Concordat__V1__OnDuty *duty = &board.duties[board.duty_count];
    concordat__v1__on_duty__init(duty);
    duty->coordinator = words.id;
    duty->name = words.name;
    duty->ring = words.ring;
    duty->present = state_coordinator(b->state, coordinator)->present;
    board.duty_list[board.duty_count++] = duty;
}

/* The coordinator of an area, and those who are told after them. */
static void board_put_duties(const struct broker *b, const struct policy_area *area)
{
    board_put_duty(b, b->directory->coordinator_slots[area->coordinator]);
    for (int i = 0; i < area->escalate_count; i++)
        board_put_duty(b, b->directory->coordinator_slots[area->escalate[i]]);
}

/* Which areas' cases a coordinator's board has, so that an empty board can be understood. */
static void board_fill_areas(const struct broker *b, const struct session_peer *peer)
{
    board.area_count = board.cover_count = board.reading_count = board.duty_count = 0;
    if (peer->party != PARTY_COORDINATOR)
        return;
    const struct directory *directory = b->directory;
    for (uint32_t i = 0; i < directory->policy->area_count; i++)
        if (directory_coordinator_slot(directory, directory->area_slots[i]) == peer->slot) {
            board.areas[board.area_count++] = borrowed_text(directory->policy->areas[i].id);
            board_put_duties(b, &directory->policy->areas[i]);
        }
    board.cover_count = covers_list(b, peer->slot, board.covers, BOARD_COVERS_MAX);
    for (size_t i = 0; i < board.cover_count; i++)
        board.cover_list[i] = &board.covers[i];
    board.reading_count = glass_list(b, peer->slot, board.readings, BOARD_READINGS_MAX);
    for (size_t i = 0; i < board.reading_count; i++)
        board.reading_list[i] = &board.readings[i].message;
}

void board_answer_board(struct broker *b, const struct asking *asking)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Board answer = CONCORDAT__V1__BOARD__INIT;
    board_fill(b, asking->session, asking->request->get_board->with_closed);
    board_fill_areas(b, &asking->session->peer);
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_BOARD;
    message.board = &answer;
    answer.n_cases = board.count;
    answer.cases = board.list;
    answer.now_ms = state_utc(b->state, asking->now.wall_ms);
    answer.n_areas = board.area_count;
    answer.areas = board.areas;
    answer.n_covers = board.cover_count;
    answer.covers = board.cover_list;
    answer.n_read_beyond = board.reading_count;
    answer.read_beyond = board.reading_list;
    answer.n_on_duty = board.duty_count;
    answer.on_duty = board.duty_list;
    shifts_list(b, asking->party, asking->slot, &board.shifts);
    answer.n_on_shift = board.shifts.count;
    answer.on_shift = board.shifts.list;
    if (asking->party == PARTY_TEAM || asking->party == PARTY_COORDINATOR)
        answer.directory = names_of_directory(b);
    outgoing_add(b->turn.outgoing, asking->to.route, &message);
}
