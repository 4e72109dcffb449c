/* The crisis team's device: what it knows of its cases, what it shows of an offer, and its hook. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/words/now.h"
#include "services/team/cases.h"
#include "services/team/display.h"
#include "services/terminal/hook.h"

static const int64_t now_ms = 1783342800000; /* 14:00 in London */
enum { MINUTE = 60000 };

static uint8_t ids[3][WIRE_ID_BYTES] = {{1}, {2}, {3}};

static Concordat__V1__Offer offer_of(int which, uint32_t attempt)
{
    static const char *const numbers[] = {"R-0001", "R-0002", "R-0003"};
    Concordat__V1__Offer offer = CONCORDAT__V1__OFFER__INIT;
    offer.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, ids[which]};
    offer.number = (char *)(uintptr_t)numbers[which];
    offer.attempt = attempt;
    offer.expires_ms = now_ms + 9 * MINUTE;
    return offer;
}

static Concordat__V1__CaseStatus case_status_of(int which, const char *owner, Concordat__V1__State state)
{
    Concordat__V1__CaseStatus status = CONCORDAT__V1__CASE_STATUS__INIT;
    status.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, ids[which]};
    status.number = offer_of(which, 0).number;
    status.state = state;
    status.owner_kind = CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    status.owner = (char *)(uintptr_t)owner;
    return status;
}

static void an_offer_is_new_once_and_the_next_attempt_is_new_again(void **state)
{
    (void)state;
    static struct cases cases;
    Concordat__V1__Offer first = offer_of(0, 1), again = offer_of(0, 1), next = offer_of(0, 4);
    assert_true(cases_note_offer(&cases, &first));
    assert_false(cases_note_offer(&cases, &again));
    assert_true(cases_note_offer(&cases, &next));
    assert_int_equal(cases_find(&cases, "R-0001")->attempt, 4);
    assert_null(cases_find(&cases, "R-0002"));
}

static void a_case_goes_unnamed_only_if_one_alone_can_be_meant(void **state)
{
    (void)state;
    static struct cases cases;
    Concordat__V1__Offer first = offer_of(0, 1), second = offer_of(1, 1);
    assert_null(cases_only(&cases, true));
    cases_note_offer(&cases, &first);
    assert_string_equal(cases_only(&cases, true)->number, "R-0001");
    cases_note_offer(&cases, &second);
    assert_null(cases_only(&cases, true));

    Concordat__V1__OfferOver over = CONCORDAT__V1__OFFER_OVER__INIT;
    over.referral = first.referral;
    over.attempt = 1;
    cases_note_over(&cases, &over);
    assert_string_equal(cases_only(&cases, true)->number, "R-0002");
}

static void a_case_is_ours_while_we_hold_it_and_not_while_we_are_only_asked(void **state)
{
    (void)state;
    static struct cases cases;
    Concordat__V1__CaseStatus asked =
        case_status_of(0, "northmoor-crisis", CONCORDAT__V1__STATE__STATE_OFFERED);
    Concordat__V1__CaseStatus held =
        case_status_of(0, "northmoor-crisis", CONCORDAT__V1__STATE__STATE_ACCEPTED);
    Concordat__V1__CaseStatus theirs =
        case_status_of(0, "southfell-crisis", CONCORDAT__V1__STATE__STATE_ACCEPTED);
    cases_note_status(&cases, &asked, "northmoor-crisis");
    assert_null(cases_only(&cases, false));
    cases_note_status(&cases, &held, "northmoor-crisis");
    assert_non_null(cases_only(&cases, false));
    cases_note_status(&cases, &theirs, "northmoor-crisis");
    assert_null(cases_only(&cases, false));
}

static void cases_that_still_matter_are_kept_when_there_is_no_more_room(void **state)
{
    (void)state;
    static struct cases cases;
    Concordat__V1__Offer live = offer_of(0, 1);
    cases_note_offer(&cases, &live);
    for (int i = 0; i < 2 * CASES_MAX; i++) {
        uint8_t id[WIRE_ID_BYTES] = {9, (uint8_t)(i >> 8), (uint8_t)i};
        Concordat__V1__CaseStatus status =
            case_status_of(1, "southfell-crisis", CONCORDAT__V1__STATE__STATE_CLOSED);
        status.referral.data = id;
        cases_note_status(&cases, &status, "northmoor-crisis");
    }
    assert_int_equal(cases.count, CASES_MAX);
    assert_true(cases_find(&cases, "R-0001")->offered);
}

static void an_offer_shows_what_is_needed_to_decide(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    Concordat__V1__Offer offer = offer_of(0, 1);
    Concordat__V1__Referral facts = CONCORDAT__V1__REFERRAL__INIT;
    Concordat__V1__Demographics person = CONCORDAT__V1__DEMOGRAPHICS__INIT;
    Concordat__V1__Legal legal = CONCORDAT__V1__LEGAL__INIT;
    Concordat__V1__StreetTriage triage = CONCORDAT__V1__STREET_TRIAGE__INIT;
    Concordat__V1__CaseStatus status =
        case_status_of(0, "northmoor-crisis", CONCORDAT__V1__STATE__STATE_OFFERED);
    Concordat__V1__Need needs[] = {CONCORDAT__V1__NEED__NEED_AMHP};
    Concordat__V1__Flag flags[] = {CONCORDAT__V1__FLAG__FLAG_NAME_MISSING};
    person.age_known = person.age_estimated = true;
    person.interpreter_needed = CONCORDAT__V1__ANSWERED__ANSWERED_YES;
    person.age_years = 34;
    person.language = (char *)"pl";
    legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
    triage.scene_safety = CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_NOT_SAFE;
    facts = (Concordat__V1__Referral){.base = facts.base,
                                      .source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                      .urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
                                      .postcode_district = (char *)"ZX1",
                                      .person = &person,
                                      .legal = &legal,
                                      .needs = needs,
                                      .n_needs = 1,
                                      .flags = flags,
                                      .n_flags = 1,
                                      .details_case = CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE,
                                      .street_triage = &triage};
    status.area = (char *)"northmoor";
    offer.facts = &facts;
    offer.status = &status;
    offer.callback_number = (char *)"07700 900123";
    offer.if_ignored = (char *)"The next team is asked.";
    struct display display = {.kind = DISPLAY_BLOCKS,
                              .terminal = {.out = open_memstream(&text, &size), .columns = 80},
                              .skew_ms = now_ms - MINUTE / 2 - now_wall_ms()};
    assert_non_null(display.terminal.out);
    display_offer(&display, &offer);
    fclose(display.terminal.out);
    assert_string_equal(text, "\nOFFER R-0001\n"
                              "From      street triage, very urgent\n"
                              "Area      northmoor, ZX1\n"
                              "Person    age about 34, language Polish, interpreter needed\n"
                              "Needs     AMHP\n"
                              "Scene     not safe\n"
                              "Legal     section 136\n"
                              "Noted     name missing\n"
                              "Callback  07700 900123\n"
                              "Answer by 14:09 (in 9 min)\n"
                              "If not    The next team is asked.\n"
                              "Answer    accept R-0001 MINUTES, or decline R-0001 REASON\n");
    free(text);
}

struct reported {
    unsigned failures, waits, ended;
};

static void count_report(void *context, const char *number, const char *text)
{
    struct reported *reported = context;
    assert_string_equal(number, "R-0001");
    if (strstr(text, "failed") != NULL)
        reported->failures++;
    if (strstr(text, "is ended") != NULL)
        reported->ended++;
    if (strstr(text, "waits") != NULL)
        reported->waits++;
}

static unsigned hooks_running(const struct hooks *hooks)
{
    unsigned count = 0;
    for (unsigned i = 0; i < HOOKS_RUNNING_MAX; i++)
        count += hooks->running[i].pid != 0;
    return count;
}

static void no_more_hooks_run_at_once_than_allowed_and_each_runs_in_the_end(void **state)
{
    (void)state;
    static struct hooks hooks;
    struct reported reported = {0};
    Concordat__V1__Offer offer = offer_of(0, 1);
    struct hook_event event = {
        .event = "offer", .number = offer.number, .referral = offer.referral, .message = &offer.base};
    int gate[2];
    char command[100];
    assert_int_equal(pipe(gate), 0);
    assert_int_equal(fcntl(gate[1], F_SETFD, FD_CLOEXEC), 0); /* else the hooks keep their own gate shut */
    snprintf(command, sizeof command, "read line <&%d; exit 3", gate[0]);
    hooks.command = command;
    for (unsigned i = 0; i < HOOKS_RUNNING_MAX + 2; i++)
        hooks_run(&hooks, &event, count_report, &reported);
    assert_int_equal(hooks_running(&hooks), HOOKS_RUNNING_MAX);
    assert_int_equal(reported.waits, 2);

    assert_int_equal(close(gate[1]), 0); /* those that wait at the gate end */
    while (hooks_running(&hooks) > 0) {
        siginfo_t info;
        assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
        hooks_reap(&hooks, count_report, &reported);
    }
    assert_int_equal(hooks.waiting_count, 0);
    assert_int_equal(reported.failures, HOOKS_RUNNING_MAX + 2);
    close(gate[0]);
}

/* It does not heed SIGTERM, and neither does what it has started. */
static void a_hook_that_hangs_is_ended_and_told_and_its_place_is_free_again(void **state)
{
    (void)state;
    static struct hooks hooks = {.command =
                                     "trap '' TERM; echo up >&2; sleep 1000 & wait; wait; exec sleep 1000"};
    struct reported reported = {0};
    Concordat__V1__Offer offer = offer_of(0, 1);
    struct hook_event event = {
        .event = "offer", .number = offer.number, .referral = offer.referral, .message = &offer.base};
    hooks_run(&hooks, &event, count_report, &reported);
    int64_t late_ms = now_monotonic_ms() + HOOK_MS_MAX;
    hooks_end_late(&hooks, now_monotonic_ms() + HOOK_MS_MAX / 2, count_report, &reported);
    assert_int_equal(reported.ended, 0);
    hooks_end_late(&hooks, late_ms, count_report, &reported);
    hooks_end_late(&hooks, late_ms + HOOK_GRACE_MS - 1, count_report, &reported);
    assert_int_equal(reported.ended, 1);
    hooks_end_late(&hooks, late_ms + HOOK_GRACE_MS, count_report, &reported);
    siginfo_t info;
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    hooks_reap(&hooks, count_report, &reported);
    assert_int_equal(hooks_running(&hooks), 0);
    assert_int_equal(reported.ended, 1);
    assert_int_equal(reported.failures, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_is_new_once_and_the_next_attempt_is_new_again),
        cmocka_unit_test(a_case_goes_unnamed_only_if_one_alone_can_be_meant),
        cmocka_unit_test(a_case_is_ours_while_we_hold_it_and_not_while_we_are_only_asked),
        cmocka_unit_test(cases_that_still_matter_are_kept_when_there_is_no_more_room),
        cmocka_unit_test(an_offer_shows_what_is_needed_to_decide),
        cmocka_unit_test(no_more_hooks_run_at_once_than_allowed_and_each_runs_in_the_end),
        cmocka_unit_test(a_hook_that_hangs_is_ended_and_told_and_its_place_is_free_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
