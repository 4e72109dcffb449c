/* P11 Kind: what people read. An answer always says who holds the case now and whom to ring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/words/words.h"
#include "services/desk/board.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"
#include "services/terminal/terminal.h"

/* 14:04 on a summer's day in London, which is 13:04 in UTC. */
static const int64_t now_ms = 1783342800000 + 4 * 60000;
enum { MINUTE = 60000, HOUR = 60 * MINUTE };

static struct showing showing;
static struct sheet sheet;
static char *text;

/* A terminal of 80 columns that writes to `text`. */
static struct terminal open_screen(bool colour)
{
    static size_t size;
    free(text);
    text = NULL;
    struct terminal terminal = {.out = open_memstream(&text, &size), .columns = 80, .colour = colour};
    assert_non_null(terminal.out);
    return terminal;
}

static void print_sheet(void)
{
    struct terminal terminal = open_screen(false);
    terminal_show(&terminal, &sheet);
    assert_int_equal(fclose(terminal.out), 0);
}

static void assert_said(const char *expected)
{
    print_sheet();
    assert_string_equal(text, expected);
}

static void assert_says(const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("not said: \"%s\" in:\n%s", part, text);
}

static Concordat__V1__CaseStatus offered_case(void)
{
    static uint8_t id[WIRE_ID_BYTES] = {1};
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.referral = (ProtobufCBinaryData){sizeof id, id};
    status.number = (char *)"R-0412";
    status.state = CONCORDAT__V1__STATE__STATE_OFFERED;
    status.owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    status.owner = status.asked_team = (char *)"northmoor-crisis";
    status.owner_name = (char *)"Northmoor Crisis Team";
    status.ring = status.coordinator_ring = (char *)"01632 960001";
    status.coordinator_name = (char *)"Northmoor duty coordinator";
    status.since_ms = now_ms - MINUTE;
    status.act_by_ms = now_ms + 9 * MINUTE;
    status.answer_by_ms = now_ms + 9 * MINUTE;
    status.respond_by_ms = now_ms + 4 * HOUR - MINUTE;
    status.urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT;
    status.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    status.area = (char *)"northmoor";
    status.attempt = 1;
    return status;
}

static void P11_received_says_number_holder_whom_to_ring_and_what_happens_next(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    Concordat__V1__Flag flags[] = {CONCORDAT__V1__FLAG__FLAG_NHS_NUMBER_MISSING,
                                   CONCORDAT__V1__FLAG__FLAG_AGE_ESTIMATED};
    answer.done = true;
    answer.receipt = CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED;
    answer.status = &status;
    answer.flags = flags;
    answer.n_flags = 2;
    showing.receipt = true;
    show_answer(&sheet, &answer, &showing);
    assert_said("RECEIVED by the router as R-0412.\n"
                "Noted     NHS number missing, age estimated. None of this holds it up.\n"
                "Case      R-0412, very urgent, street triage, northmoor\n"
                "State     offered\n"
                "Held by   Northmoor Crisis Team, since 14:03 (1 min ago)\n"
                "Ring      01632 960001 (Northmoor duty coordinator)\n"
                "Next      Northmoor Crisis Team has been asked and has until 14:13 (in 9 min) to\n"
                "          answer; then the next team is asked at once.\n"
                "Seen by   18:03 (in 3 h 59 min)\n");
}

static void P11_saved_is_never_mistaken_for_received(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    status.coordinator_name = (char *)"Northmoor duty coordinator";
    status.coordinator_ring = (char *)"01632 960001";
    answer.done = true;
    answer.receipt = CONCORDAT__V1__RECEIPT__RECEIPT_SAVED;
    answer.status = &status;
    show_answer(&sheet, &answer, &showing);
    assert_said("SAVED on the intake's disk, NOT YET with the router.\n"
                "Next      The intake delivers it by itself as soon as the router answers; do not\n"
                "          send it again. Until it says RECEIVED no team has been asked: if it\n"
                "          cannot wait, ring.\n"
                "Ring      01632 960001 (Northmoor duty coordinator)\n");
}

static void P11_a_refusal_says_why_who_holds_the_case_and_whom_to_ring(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    status.owner = status.asked_team = (char *)"southfell-crisis";
    status.owner_name = (char *)"Southfell Crisis Team";
    answer.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_OFFER_ENDED;
    answer.text = (char *)"the offer ran out at 14:03, before this answer";
    answer.status = &status;
    show_answer(&sheet, &answer, &showing);
    print_sheet();
    assert_says("NOT DONE: offer ended\nReason    the offer ran out at 14:03, before this answer\n");
    assert_says("Held by   Southfell Crisis Team, since 14:03 (1 min ago)\n");
    assert_says("Ring      01632 960001 (Northmoor duty coordinator)\n");
}

static void P11_a_refusal_without_a_case_still_says_whom_to_ring(void **state)
{
    (void)state;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_NO_CALLBACK;
    answer.text = (char *)"a number to ring you back is needed";
    showing.ring = "01632 960009";
    show_answer(&sheet, &answer, &showing);
    assert_said("NOT DONE: no callback\n"
                "Reason    a number to ring you back is needed\n"
                "Ring      01632 960009, if a person is waiting\n");
    showing.ring = NULL;
    show_answer(&sheet, &answer, &showing);
    print_sheet();
    assert_says("Ring      your duty coordinator, if a person is waiting\n");
}

static void P11_a_refusal_about_no_case_shows_no_case_and_whom_to_ring(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    status.coordinator_name = (char *)"Northmoor duty coordinator";
    status.coordinator_ring = (char *)"01632 960001";
    answer.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_NOT_YOURS;
    answer.text = (char *)"There is no such case here for you.";
    answer.status = &status;
    show_answer(&sheet, &answer, &showing);
    assert_said("NOT DONE: not yours\n"
                "Reason    There is no such case here for you.\n"
                "Ring      01632 960001 (Northmoor duty coordinator)\n");
}

static void P11_every_state_says_who_holds_it_whom_to_ring_and_what_comes_next(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *states = &concordat__v1__state__descriptor;
    for (unsigned i = 0; i < states->n_values; i++) {
        Concordat__V1__CaseStatus status = offered_case();
        status.state = (Concordat__V1__State)states->values[i].value;
        status.expected_arrival_ms = now_ms + 20 * MINUTE;
        show_status(&sheet, &status, &showing);
        print_sheet();
        assert_says("\nHeld by   ");
        assert_says("\nRing      01632 960001");
        assert_says("\nNext      ");
        assert_null(strchr(text, '{'));
        assert_null(strchr(text, '\033'));
    }
}

static void a_case_that_is_over_says_no_urgency_if_none_was_told(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    status.state = CONCORDAT__V1__STATE__STATE_CLOSED;
    status.urgency = CONCORDAT__V1__URGENCY__URGENCY_UNSPECIFIED;
    status.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("Case      R-0412, street triage, northmoor\n");
}

static void P11_a_case_that_is_only_saved_is_never_shown_as_over_or_held(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("State     saved at the intake only\nHeld by   nobody yet: it is not with the router\n");
    assert_null(strstr(text, "over"));
}

static void P11_a_case_that_had_to_yield_its_place_says_so_to_both_sides(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    Concordat__V1__OfferOver over = CONCORDAT__V1__OFFER_OVER__INIT;
    status.state = CONCORDAT__V1__STATE__STATE_HELD;
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("No team can take it now. The duty coordinator holds it");
    status.hold_reason = CONCORDAT__V1__HOLD_REASON__HOLD_REASON_ORIGIN_SHARE;
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("its place went to a source");
    over.number = (char *)"R-0412";
    over.end = CONCORDAT__V1__OFFER_END__OFFER_END_ORIGIN_SHARE;
    show_offer_over_line(&sheet, &over);
    print_sheet();
    assert_says("your places were full, and a source with fewer");
}

static void a_case_that_is_overdue_says_so_in_words(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    status.state = CONCORDAT__V1__STATE__STATE_ACCEPTED;
    status.ring = (char *)"01632 960101";
    status.lease_warned = true;
    status.respond_by_ms = now_ms - 5 * MINUTE;
    status.expected_arrival_ms = now_ms - 10 * MINUTE;
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("State     accepted; OVERDUE: nothing was heard by the promised time\n");
    assert_says("Ring      01632 960101 (Northmoor Crisis Team)\nor        01632 960001 (Northmoor duty "
                "coordinator)\n");
    assert_says("Seen by   13:59 (5 min ago) LATE\n");
}

/* A strip of a coordinator's board has only what somebody must know of a case that is well otherwise. */
static void R15_a_case_says_who_has_heard_of_it_and_until_when_it_is_muted(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    show_concerns(&sheet, &status, &showing);
    assert_int_equal(sheet.count, 0);
    status.state = CONCORDAT__V1__STATE__STATE_HELD;
    status.heard_by = (char *)"p117";
    show_concerns(&sheet, &status, &showing);
    assert_said("Heard     p117 has heard of it.\n");
    status.muted_until_ms = now_ms + 15 * MINUTE;
    status.tries = 3;
    status.declined_as =
        (Concordat__V1__DeclineReason[]){CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_INTOXICATION};
    status.n_declined_as = 1;
    show_concerns(&sheet, &status, &showing);
    assert_said("Heard     p117 has heard of it. Nobody is reminded until 14:19, or until it is\n"
                "          worse.\n"
                "Declined  for intoxication; no person is turned away for that\n"
                "Tries     3 to reach the person failed\n");
    status.lease_warned = true;
    status.respond_by_ms = now_ms - 5 * MINUTE;
    show_concerns(&sheet, &status, &showing);
    print_sheet();
    assert_says("Overdue   nothing was heard by the promised time\nSeen by   13:59 (5 min ago) LATE\n");
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("p117 has heard of it. Nobody is reminded until 14:19");
}

static void a_case_that_was_erased_or_is_on_hold_says_since_when(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    Concordat__V1__Erase erase = CONCORDAT__V1__ERASE__INIT;
    status.number = (char *)"R-0412";
    status.state = CONCORDAT__V1__STATE__STATE_CLOSED;
    status.urgency = CONCORDAT__V1__URGENCY__URGENCY_URGENT;
    status.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    status.on_hold_ms = now_ms - HOUR;
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("On hold   since 13:04: it cannot be erased until that is lifted\n");
    status.on_hold_ms = 0;
    erase.second_person = (char *)"p204";
    erase.reason = CONCORDAT__V1__ERASE_REASON__ERASE_REASON_RETENTION;
    show_erasure_plan(&sheet, &status, "p117", &erase, &showing);
    assert_said("TO ERASE: R-0412, for good. Nobody can undo it.\n"
                "Case      R-0412, urgent, street triage\n"
                "Goes      who the person is and how to reach them, and all that was told or\n"
                "          noted about them, whoever asks\n"
                "Stays     codes and times, and which team and coordinator had it; every report\n"
                "          counts it\n"
                "By        p117 and p204, who answer for it; reason: retention\n");
    status.erased_ms = now_ms - MINUTE;
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_says("Erased    14:03: the texts about the person cannot be opened any more\n");
}

static void the_board_is_sorted_by_time_to_breach_and_fits_eighty_columns(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus cases[4] = {offered_case(), offered_case(), offered_case(), offered_case()};
    Concordat__V1__CaseStatus *listed[] = {&cases[0], &cases[1], &cases[2], &cases[3]};
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    static const char *const numbers[] = {"R-0001", "R-0002", "R-0003", "R-0004"};
    static const int64_t due[] = {0, 4 * HOUR, -MINUTE, HOUR};
    for (int i = 0; i < 4; i++) {
        cases[i].number = (char *)numbers[i];
        cases[i].respond_by_ms = due[i] != 0 ? now_ms + due[i] : 0;
    }
    cases[1].owner_name = (char *)"A team with a name that is rather longer than the column";
    board.cases = listed;
    board.n_cases = 4;
    struct terminal terminal = open_screen(false);
    terminal_show_board(&terminal, &board, now_ms);
    assert_int_equal(fclose(terminal.out), 0);
    const char *last = text;
    static const char *const order[] = {"R-0003", "R-0004", "R-0002", "R-0001"};
    for (int i = 0; i < 4; i++) {
        const char *at = strstr(text, order[i]);
        assert_true(at > last);
        last = at;
    }
    assert_says("14:03 LATE");
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 80);
}

static Concordat__V1__Covered northmoor_covered(void)
{
    Concordat__V1__Covered covered = CONCORDAT__V1__COVERED__INIT;
    covered.area = (char *)"northmoor";
    covered.area_name = (char *)"Northmoor";
    covered.by = (char *)"southfell-duty";
    covered.by_name = (char *)"Southfell duty coordinator";
    covered.by_ring = (char *)"01632 960200";
    covered.until_ms = now_ms + 2 * HOUR;
    covered.reason = CONCORDAT__V1__COVER_REASON__COVER_REASON_ASKED;
    covered.coordinator = (char *)"northmoor-duty";
    covered.coordinator_name = (char *)"Northmoor duty coordinator";
    covered.coordinator_ring = (char *)"01632 960001";
    return covered;
}

static void a_cover_says_what_holds_until_when_and_who_is_told(void **state)
{
    (void)state;
    Concordat__V1__Covered covered = northmoor_covered();
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.done = true;
    answer.seq = 7;
    answer.covered = &covered;
    show_answer(&sheet, &answer, &showing);
    assert_said("DONE\n"
                "Area      You cover Northmoor until 16:04 (in 2 h 0 min), as they asked for\n"
                "          help.\n"
                "Told      Northmoor duty coordinator (01632 960001), now or when they next\n"
                "          connect\n"
                "Next      Its cases are on your board: you can take them, ask a team and read\n"
                "          their records. Each stays with its holder until you do.\n");
    covered.until_ms = 0;
    show_answer(&sheet, &answer, &showing);
    assert_said("DONE\n"
                "Area      You do not cover Northmoor. A case that you took in hand stays with\n"
                "          you.\n"
                "Told      Northmoor duty coordinator (01632 960001), now or when they next\n"
                "          connect\n");
    answer.seq = 0; /* nothing has changed */
    covered.by = covered.coordinator;
    show_answer(&sheet, &answer, &showing);
    assert_said("DONE\n"
                "Area      Northmoor is your own: you see its cases without covering it.\n");
}

static void a_coordinators_board_says_whose_areas_it_shows(void **state)
{
    (void)state;
    Concordat__V1__Covered theirs = northmoor_covered(), mine = northmoor_covered();
    Concordat__V1__Covered *covers[] = {&theirs, &mine};
    char *areas[] = {(char *)"northmoor", (char *)"ferrymouth"};
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    mine.area = (char *)"southfell";
    mine.area_name = (char *)"Southfell";
    show_areas(&sheet, &board, now_ms);
    assert_said(""); /* of a team, a source, an auditor */
    board.areas = areas;
    board.n_areas = 2;
    board.covers = covers;
    board.n_covers = 2;
    show_areas(&sheet, &board, now_ms);
    assert_said("Your areas: northmoor, ferrymouth.\n"
                "Southfell duty coordinator (01632 960200) covers Northmoor until 16:04.\n"
                "You cover Southfell until 16:04.\n");
    struct terminal terminal = open_screen(false);
    terminal_show_board(&terminal, &board, now_ms);
    assert_int_equal(fclose(terminal.out), 0);
    assert_says("0 cases\nYour areas: northmoor, ferrymouth.\n");
}

static void a_board_of_offers_has_the_teams_own_only_and_says_if_there_is_none(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus cases[3] = {offered_case(), offered_case(), offered_case()};
    Concordat__V1__CaseStatus *listed[] = {&cases[0], &cases[1], &cases[2]};
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    cases[0].asked_team = (char *)"southfell-crisis";
    cases[1].attempt = 0;
    board.cases = listed;
    board.n_cases = 3;
    board_keep_offers(&board, "northmoor-crisis");
    board_show_offers(&sheet, &board, "northmoor-crisis", now_ms);
    assert_said("R-0412 very urgent, street triage, northmoor; to be answered by 14:13 (in 9\n"
                "min); nobody has said yet that they saw it\n");
    board_keep_offers(&board, "nobody");
    board_show_offers(&sheet, &board, "nobody", now_ms);
    assert_said("No offer waits for an answer of nobody.\n");
}

/* A page or a hook has no columns and no colours. */
static void a_sheet_can_be_read_line_by_line(void **state)
{
    (void)state;
    static const struct sheet_line expected[] = {
        {.kind = SHEET_HEADLINE, .tone = TONE_WARNING, .label = "NOT DONE:", .text = (char *)"offer ended"},
        {.kind = SHEET_ROW, .label = "Reason", .text = (char *)"the offer ran out"},
        {.kind = SHEET_ROW,
         .label = "Ring",
         .text = (char *)"your duty coordinator, if a person is waiting"}};
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_OFFER_ENDED;
    answer.text = (char *)"the offer ran out";
    show_answer(&sheet, &answer, &showing);
    assert_int_equal(sheet.count, 3);
    for (size_t i = 0; i < sheet.count; i++) {
        assert_int_equal(sheet.lines[i].kind, expected[i].kind);
        assert_int_equal(sheet.lines[i].tone, expected[i].tone);
        assert_string_equal(sheet.lines[i].label, expected[i].label);
        assert_string_equal(sheet.lines[i].text, expected[i].text);
    }
    assert_false(sheet.incomplete);
    sheet_close(&sheet);
    assert_int_equal(sheet.count, 0);
}

static void without_escapes(char *of)
{
    for (char *at; (at = strchr(of, '\033')) != NULL;)
        memmove(at, strchr(at, 'm') + 1, strlen(strchr(at, 'm') + 1) + 1);
}

static void colour_says_nothing_that_the_words_do_not(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    answer.status = &status;
    show_answer(&sheet, &answer, &showing);
    print_sheet();
    char *plain = strdup(text);
    struct terminal terminal = open_screen(true);
    show_answer(&sheet, &answer, &showing);
    terminal_show(&terminal, &sheet);
    assert_int_equal(fclose(terminal.out), 0);
    assert_memory_equal(text, "\033[1;31mNOT DONE:\033[0m", strlen("\033[1;31mNOT DONE:\033[0m"));
    without_escapes(text);
    assert_string_equal(text, plain);
    free(plain);
}

static void times_are_londons_and_say_how_far_off_they_are(void **state)
{
    (void)state;
    char out[TIME_WORDS_BYTES];
    time_words(now_ms + 12 * MINUTE, now_ms, out);
    assert_string_equal(out, "14:16 (in 12 min)");
    time_words(now_ms - 3 * MINUTE, now_ms, out);
    assert_string_equal(out, "14:01 (3 min ago)");
    time_words(now_ms + 30000, now_ms, out);
    assert_string_equal(out, "14:04 (in 30 s)");
    time_words(now_ms + 24 * HOUR, now_ms, out);
    assert_string_equal(out, "Tue 07 Jul 14:04 (in 24 h 0 min)");
    time_words(1767225600000, 1767225600000 + 1000, out); /* midnight in winter: UTC */
    assert_string_equal(out, "00:00 (1 s ago)");
    time_words(0, now_ms, out);
    assert_string_equal(out, "not known");
    time_words_short(now_ms + 9 * MINUTE, now_ms, out);
    assert_string_equal(out, "14:13 9 min");
    time_words_short(now_ms + 24 * HOUR, now_ms, out);
    assert_string_equal(out, "14:04 24h00");
    time_words_short(now_ms - 1, now_ms, out);
    assert_string_equal(out, "14:03 LATE");
}

static void control_characters_from_elsewhere_never_reach_the_terminal(void **state)
{
    (void)state;
    Concordat__V1__CaseStatus status = offered_case();
    status.owner_name = (char *)"North\033[2Jmoor \xC2\x9B te\u202eam\a";
    show_status(&sheet, &status, &showing);
    print_sheet();
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\a'));
    assert_null(strstr(text, "\xC2\x9B"));
    assert_null(strstr(text, "\u202e"));
}

static void a_record_shows_each_recorded_field_once_and_says_that_it_was_read(void **state)
{
    (void)state;
    Concordat__V1__Record record = CONCORDAT__V1__RECORD__INIT;
    Concordat__V1__Referral referral = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Confidential confidential = CONCORDAT__V1__CONFIDENTIAL__INIT;
    Concordat__V1__StreetTriage triage = CONCORDAT__V1__STREET_TRIAGE__INIT;
    Concordat__V1__Need needs[] = {CONCORDAT__V1__NEED__NEED_AMHP, CONCORDAT__V1__NEED__NEED_AUTISM};
    triage.scene_safety = CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_NOT_SAFE;
    referral.details_case = CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE;
    referral.street_triage = &triage;
    referral.needs = needs;
    referral.n_needs = 2;
    referral.referrer_role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_OTHER;
    triage.kind_of_place = CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_CAR_PARK;
    confidential.narrative = (char *)"Met on a footbridge.";
    confidential.role_in_words = (char *)"harbour master";
    confidential.other_facts = (char *)"Offence: none yet";
    record.referral = &referral;
    record.confidential = &confidential;
    show_record(&sheet, &record, &showing);
    assert_said("CONFIDENTIAL\n"
                "  Narrative: Met on a footbridge.\n"
                "  Role in words: harbour master\n"
                "  Other facts: Offence: none yet\n"
                "REFERRAL\n"
                "  Referrer role: other\n"
                "  Needs: AMHP\n"
                "  Needs: autism\n"
                "Street triage\n"
                "  Scene safety: not safe\n"
                "  Kind of place: car park\n"
                "This reading has been recorded.\n");
}

static int open_showing(void **state)
{
    (void)state;
    showing = (struct showing){.now_ms = now_ms};
    return 0;
}

static int free_text(void **state)
{
    (void)state;
    free(text);
    text = NULL;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(P11_received_says_number_holder_whom_to_ring_and_what_happens_next,
                               open_showing),
        cmocka_unit_test_setup(P11_saved_is_never_mistaken_for_received, open_showing),
        cmocka_unit_test_setup(P11_a_refusal_says_why_who_holds_the_case_and_whom_to_ring, open_showing),
        cmocka_unit_test_setup(P11_a_refusal_without_a_case_still_says_whom_to_ring, open_showing),
        cmocka_unit_test_setup(P11_a_refusal_about_no_case_shows_no_case_and_whom_to_ring, open_showing),
        cmocka_unit_test_setup(P11_every_state_says_who_holds_it_whom_to_ring_and_what_comes_next,
                               open_showing),
        cmocka_unit_test_setup(a_case_that_is_over_says_no_urgency_if_none_was_told, open_showing),
        cmocka_unit_test_setup(P11_a_case_that_is_only_saved_is_never_shown_as_over_or_held, open_showing),
        cmocka_unit_test_setup(P11_a_case_that_had_to_yield_its_place_says_so_to_both_sides, open_showing),
        cmocka_unit_test_setup(a_case_that_is_overdue_says_so_in_words, open_showing),
        cmocka_unit_test_setup(R15_a_case_says_who_has_heard_of_it_and_until_when_it_is_muted, open_showing),
        cmocka_unit_test_setup(a_case_that_was_erased_or_is_on_hold_says_since_when, open_showing),
        cmocka_unit_test_setup(the_board_is_sorted_by_time_to_breach_and_fits_eighty_columns, open_showing),
        cmocka_unit_test_setup(a_cover_says_what_holds_until_when_and_who_is_told, open_showing),
        cmocka_unit_test_setup(a_coordinators_board_says_whose_areas_it_shows, open_showing),
        cmocka_unit_test_setup(a_board_of_offers_has_the_teams_own_only_and_says_if_there_is_none,
                               open_showing),
        cmocka_unit_test_setup(a_sheet_can_be_read_line_by_line, open_showing),
        cmocka_unit_test_setup(colour_says_nothing_that_the_words_do_not, open_showing),
        cmocka_unit_test_setup(times_are_londons_and_say_how_far_off_they_are, open_showing),
        cmocka_unit_test_setup(control_characters_from_elsewhere_never_reach_the_terminal, open_showing),
        cmocka_unit_test_setup(a_record_shows_each_recorded_field_once_and_says_that_it_was_read,
                               open_showing),
    };
    return cmocka_run_group_tests(tests, NULL, free_text);
}
