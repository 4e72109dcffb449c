/* test_trail.c: the trail takes in only what continues it, and its tables say what happened. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/worlds/chained.h"
#include "tests/worlds/story.h"

static struct story story;

static int trail_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int trail_tear_down(void **state)
{
    (void)state;
    story_close(&story);
    return 0;
}

#define asks(sql, expected) assert_string_equal(story_ask(&story, sql), expected)

static struct chained_event event_at(size_t index)
{
    return (struct chained_event){story.events[index].body, story.events[index].size,
                                  story.events[index].chain, story.events[index].reduced};
}

static enum trail_status append_chained(struct chained_event event)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    enum trail_status status = trail_append(story.trail, &event, 1, message, sizeof message);
    assert_true(status == TRAIL_OK || message[0] != '\0');
    return status;
}

/* ---- what the tables say ---- */

static void referral_row_has_facts_and_times(void **state)
{
    (void)state;
    story_of_a_day(&story);
    asks("SELECT number || '|' || source || '|' || source_code || '|' || routed_as || '|' || urgency_code"
         " FROM referral WHERE number = 'R-0001'",
         "R-0001|street triage|E1|very urgent|4");
    asks("SELECT legal_status || '|' || legal_status_code || '|' || place_of_safety || '|' || transport || "
         "'|' ||"
         " needs FROM referral WHERE number = 'R-0001'",
         "section 136|20|health based|ambulance|AMHP, place of safety");
    asks("SELECT flags FROM referral WHERE number = 'R-0001'", "name missing");
    asks(
        "SELECT site || '|' || referrer_role || '|' || urgency_set_by || '|' || kind_of_place || '|' || safeguarding"
        " || '|' || safeguarding_codes FROM referral WHERE number = 'R-0001'",
        "northmoor-car|street triage nurse|other|bridge|child at risk, modern slavery|836881000000105");
    asks("SELECT DISTINCT offence_category FROM referral WHERE source = 'liaison and diversion'",
         "public order");
    asks("SELECT ((received_at_ms - 1790000000000) || '|' || (decided_at_ms - received_at_ms) || '|' || "
         "decided_basis"
         " || '|' || (first_offer_at_ms - received_at_ms) || '|' || (first_accepted_at_ms - received_at_ms) "
         "|| '|' ||"
         " (referrer_told_at_ms - received_at_ms)) FROM referral WHERE number = 'R-0001'",
         "0|-360000|stated|0|480000|540000");
    asks("SELECT last_accepted_team || '|' || state || '|' || outcome || '|' || offers || '|' ||"
         " (ended_at_ms - received_at_ms) FROM referral WHERE number = 'R-0001'",
         "south|closed|crisis home treatment|2|7800000");
}

static void accepted_and_telephone_do_not_count_as_seen(void **state)
{
    (void)state;
    story_of_a_day(&story);
    asks("SELECT (first_contact_at_ms - received_at_ms) / 60000 FROM referral WHERE number = 'R-0001'", "90");
    asks("SELECT (first_face_to_face_at_ms - received_at_ms) / 60000 FROM referral WHERE number = 'R-0001'",
         "100");
    asks("SELECT (stopped_at_ms - started_at_ms) / 60000 FROM clock JOIN referral USING (referral)"
         " WHERE number = 'R-0001' AND clock = 'response'",
         "100");
    asks("SELECT group_concat(mechanism_code, ',') FROM contact", "02,01");
}

static void offers_keep_how_they_ended(void **state)
{
    (void)state;
    story_of_a_day(&story);
    asks("SELECT group_concat(team || ':' || ended_as || ':' || coalesce(reason, '') || ':' ||"
         " coalesce(reason_code, ''), ' ') FROM offer JOIN referral USING (referral) WHERE number = 'R-0001'",
         "north:declined:intoxication:24 south:accepted::");
    asks("SELECT free_places_shown || '|' || capacity_age_min FROM offer LIMIT 1", "2|4");
    asks("SELECT ended_as FROM offer WHERE team = 'liaison'", "expired");
}

static void owned_intervals_follow_the_owner_of_each_event(void **state)
{
    (void)state;
    story_of_a_day(&story);
    asks("SELECT group_concat(owner || '@' || ((from_ms - received_at_ms) / 60000), ' ') FROM"
         " (SELECT * FROM custody_interval JOIN referral USING (referral) WHERE number = 'R-0002' ORDER BY "
         "from_seq)",
         "duty@0 liaison@0 duty@10 duty@10 duty@15");
    asks("SELECT count(*) FROM custody_fault", "0");
    asks("SELECT count(*) FROM custody_interval JOIN referral USING (referral)"
         " WHERE number = 'R-0001' AND to_ms IS NULL",
         "0");
}

static void decisions_keep_what_was_found_of_every_team(void **state)
{
    (void)state;
    story_of_a_day(&story);
    asks("SELECT count(*) FROM decision", "5");
    asks("SELECT result || '|' || hold_reason FROM decision WHERE result = 'held'", "held|all asked");
    asks("SELECT group_concat(team || ':' || finding || ':' || rung, ' ') FROM finding WHERE seq = 3",
         "north:chosen:1 elsewhere:closed now:2");
}

static void handover_ends_the_first_acceptance(void **state)
{
    (void)state;
    story_of_a_day(&story);
    story_accept(&story, 2, 1, "liaison", "");
    story_accept(&story, 2, 1, "south", "liaison");
    asks("SELECT group_concat(a.team || ':' || coalesce(ended_as, 'holds it'), ' ') FROM acceptance a"
         " JOIN referral USING (referral) WHERE number = 'R-0002'",
         "liaison:handed over south:holds it");
}

static void a_drill_is_marked_and_numbered_apart(void **state)
{
    (void)state;
    story_of_a_day(&story);
    asks("SELECT number FROM referral WHERE drill", "D-0003");
}

static void teams_out_of_force_are_kept(void **state)
{
    (void)state;
    story_policy(&story);
    Concordat__V1__PolicyLoaded what = CONCORDAT__V1__POLICY_LOADED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_POLICY_LOADED;
    event.policy_loaded = &what;
    story_tell(&story, 0, &event);
    asks("SELECT count(*) || '|' || sum(in_force) FROM team", "3|0");
}

static void who_covered_whose_area_is_a_row_for_each_time(void **state)
{
    (void)state;
    story_cover(&story, 60, CONCORDAT__V1__COVER_REASON__COVER_REASON_ABSENT);
    story_at(&story, 20);
    story_cover(&story, 0, CONCORDAT__V1__COVER_REASON__COVER_REASON_UNSPECIFIED);
    asks(
        "SELECT group_concat(seq || ' ' || coordinator || ' ' || area || ' ' || coalesce(reason, '-') || ' ' ||"
        " ((until_ms - at_ms) / 60000) || ' ' || actor, ', ') FROM cover",
        "1 neighbour northmoor absent 60 neighbour-desk, 2 neighbour northmoor - 0 neighbour-desk");
}

/* ---- what is let in ---- */

static void the_same_event_again_changes_nothing(void **state)
{
    (void)state;
    story_of_a_day(&story);
    for (size_t i = 0; i < story.count; i++)
        assert_int_equal(append_chained(event_at(i)), TRAIL_OK);
    asks("SELECT count(*) = max(seq) FROM event", "1");
    asks("SELECT count(*) FROM offer", "4");
}

static void a_gap_in_the_numbers_is_broken(void **state)
{
    (void)state;
    struct trail *trail = story.trail;
    story.trail = NULL;
    story_of_a_day(&story);
    story.trail = trail;
    assert_int_equal(append_chained(event_at(0)), TRAIL_OK);
    assert_int_equal(append_chained(event_at(2)), TRAIL_BROKEN);
    assert_int_equal(append_chained(event_at(1)), TRAIL_OK);
}

static void a_number_left_out_is_broken_even_where_the_chain_goes_on(void **state)
{
    (void)state;
    story_policy(&story);
    Concordat__V1__BrokerStarted what = CONCORDAT__V1__BROKER_STARTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    uint8_t body[64], chain[CHAIN_BYTES], reduced[CHAIN_BYTES];
    event.seq = 3;
    event.at_ms = story.now_ms;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_BROKER_STARTED;
    event.broker_started = &what;
    size_t size = concordat__v1__event__get_packed_size(&event);
    assert_true(size <= sizeof body);
    concordat__v1__event__pack(&event, body);
    chained_full(story.events[0].chain, body, size, reduced, chain);
    assert_int_equal(append_chained((struct chained_event){body, size, chain, reduced}), TRAIL_BROKEN);
}

static void a_changed_byte_or_chain_is_broken_and_nothing_is_stored(void **state)
{
    (void)state;
    struct trail *trail = story.trail;
    story.trail = NULL;
    story_of_a_day(&story);
    story.trail = trail;
    assert_int_equal(append_chained(event_at(0)), TRAIL_OK);
    for (size_t i = 0; i < story.events[1].size; i++) {
        story.events[1].body[i] ^= 1;
        assert_int_equal(append_chained(event_at(1)), TRAIL_BROKEN);
        story.events[1].body[i] ^= 1;
    }
    story.events[1].chain[31] ^= 1;
    assert_int_equal(append_chained(event_at(1)), TRAIL_BROKEN);
    story.events[1].chain[31] ^= 1;
    asks("SELECT count(*) || '|' || (SELECT count(*) FROM referral) FROM event", "1|0");
    assert_int_equal(append_chained(event_at(1)), TRAIL_OK);
}

static void time_never_goes_backwards(void **state)
{
    (void)state;
    story_at(&story, 5);
    story_policy(&story);
    struct trail *trail = story.trail;
    story.trail = NULL;
    story_at(&story, 4.999);
    story_policy(&story);
    story.trail = trail;
    assert_int_equal(append_chained(event_at(1)), TRAIL_BROKEN);
}

static void a_batch_is_stored_whole_or_not_at_all(void **state)
{
    (void)state;
    struct trail *trail = story.trail;
    story.trail = NULL;
    story_of_a_day(&story);
    story.trail = trail;
    struct chained_event batch[] = {event_at(0), event_at(1), event_at(3)};
    char message[TRAIL_MESSAGE_BYTES];
    assert_int_equal(trail_append(trail, batch, 3, message, sizeof message), TRAIL_BROKEN);
    asks("SELECT count(*) FROM event", "0");
    assert_int_equal(trail_head(trail, NULL), 0);
}

static void a_rewritten_history_is_recognised(void **state)
{
    (void)state;
    story_of_a_day(&story);
    /* The ledger now says another event 1, with a chain that is right in itself. */
    struct trail *trail = story.trail;
    static struct story other;
    story_open(&other);
    story_close_trail(&other);
    story_at(&other, 1);
    story_policy(&other);
    struct chained_event event = {other.events[0].body, other.events[0].size, other.events[0].chain,
                                  other.events[0].reduced};
    char message[TRAIL_MESSAGE_BYTES] = "";
    assert_int_equal(trail_append(trail, &event, 1, message, sizeof message), TRAIL_BROKEN);
    assert_non_null(strstr(message, "rewritten"));
    story_close(&other);
}

static void another_programs_file_is_refused(void **state)
{
    (void)state;
    story_close_trail(&story);
    char message[TRAIL_MESSAGE_BYTES] = "";
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(story.path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_null(trail_open(story.path, message, sizeof message));
    assert_non_null(strstr(message, "version 99"));
    assert_null(trail_open_reader(story.path, message, sizeof message));
}

static void a_reader_cannot_write(void **state)
{
    (void)state;
    story_of_a_day(&story);
    char message[TRAIL_MESSAGE_BYTES] = "";
    sqlite3 *reader = trail_open_reader(story.path, message, sizeof message);
    assert_non_null(reader);
    assert_int_not_equal(sqlite3_exec(reader, "DELETE FROM event", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(reader);
}

/* A child appends one event at a time and is killed somewhere in between; the next one goes on from what is
 * on disk. */
static void kill_at_any_moment_leaves_no_gap_and_no_double(void **state)
{
    (void)state;
    story_close_trail(&story);
    story_of_a_day(&story);
    char message[TRAIL_MESSAGE_BYTES] = "";
    for (int round = 0; round < 6; round++) {
        int told[2];
        assert_int_equal(pipe(told), 0);
        pid_t child = fork();
        if (child == 0) {
            struct trail *trail = trail_open(story.path, message, sizeof message);
            for (size_t i = trail_head(trail, NULL); i < story.count; i++) {
                struct chained_event event = event_at(i);
                if (trail_append(trail, &event, 1, message, sizeof message) != TRAIL_OK ||
                    write(told[1], "", 1) != 1)
                    _exit(1);
            }
            _exit(0);
        }
        close(told[1]);
        char heard[2];
        assert_true(read(told[0], heard, 1 + (size_t)round % 2) >= 0);
        kill(child, SIGKILL);
        int ended;
        assert_int_equal(waitpid(child, &ended, 0), child);
        assert_true(WIFSIGNALED(ended) || WEXITSTATUS(ended) == 0);
        close(told[0]);
    }
    story.trail = trail_open(story.path, message, sizeof message);
    assert_non_null(story.trail);
    for (size_t i = trail_head(story.trail, NULL); i < story.count; i++)
        assert_int_equal(append_chained(event_at(i)), TRAIL_OK);
    asks("SELECT count(*) = max(seq) AND min(seq) = 1 FROM event", "1");
    asks("SELECT count(*) FROM offer", "4");
    asks("SELECT count(*) FROM custody_fault", "0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trail_set_up, trail_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(referral_row_has_facts_and_times),
        TEST(accepted_and_telephone_do_not_count_as_seen),
        TEST(offers_keep_how_they_ended),
        TEST(owned_intervals_follow_the_owner_of_each_event),
        TEST(decisions_keep_what_was_found_of_every_team),
        TEST(handover_ends_the_first_acceptance),
        TEST(a_drill_is_marked_and_numbered_apart),
        TEST(teams_out_of_force_are_kept),
        TEST(who_covered_whose_area_is_a_row_for_each_time),
        TEST(the_same_event_again_changes_nothing),
        TEST(a_gap_in_the_numbers_is_broken),
        TEST(a_number_left_out_is_broken_even_where_the_chain_goes_on),
        TEST(a_changed_byte_or_chain_is_broken_and_nothing_is_stored),
        TEST(time_never_goes_backwards),
        TEST(a_batch_is_stored_whole_or_not_at_all),
        TEST(a_rewritten_history_is_recognised),
        TEST(another_programs_file_is_refused),
        TEST(a_reader_cannot_write),
        TEST(kill_at_any_moment_leaves_no_gap_and_no_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
