/* People who are signed in, who are locked out, and whose codes were taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "services/gateway/lockout.h"
#include "services/gateway/session.h"
#include "services/gateway/taken.h"
#include "tests/worlds/folder.h"

#define MINUTE_MS INT64_C(60000)

static struct web_sessions *sessions;
static struct lockout *lockout;
static char folder[FOLDER_PATH_BYTES], cookie[SESSION_COOKIE_BYTES];
static const struct account sam = {.id = "p117", .of = "x"}, ash = {.id = "p118", .of = "x"};

static int begin(void **state)
{
    (void)state;
    sessions = web_sessions_open();
    lockout = lockout_open();
    return !sessions || !lockout || folder_make(folder, "session");
}

static int end(void **state)
{
    (void)state;
    web_sessions_close(&sessions);
    lockout_close(&lockout);
    return folder_remove(folder);
}

/* The value of the cookie that was written last; the caller's until the third call after this one. */
static const char *value_of(const char *set_cookie)
{
    static char values[3][SESSION_TOKEN_BYTES];
    static int next;
    char *value = values[next++ % 3];
    assert_int_equal(sscanf(set_cookie, SESSION_COOKIE "=%43[^;]", value), 1);
    return value;
}

static const char *sign_in(const struct account *account, int64_t now_ms)
{
    assert_non_null(web_sessions_begin(sessions, account, 120, now_ms, cookie));
    return value_of(cookie);
}

/* Asks for a page: the session is used, if there is one. */
static const struct web_session *used(const char *value, int64_t now_ms)
{
    const struct web_session *session = web_sessions_find(sessions, value, now_ms);
    if (session)
        web_sessions_use(sessions, session, now_ms);
    return session;
}

static void a_session_is_found_by_its_cookie_and_by_no_other(void **state)
{
    (void)state;
    const char *value = sign_in(&sam, 0);
    assert_non_null(strstr(cookie, "; Path=/; Secure; HttpOnly; SameSite=Strict"));
    assert_string_equal(web_sessions_find(sessions, value, 0)->person, "p117");
    char other[SESSION_TOKEN_BYTES];
    strcpy(other, value);
    other[7] = other[7] == 'A' ? 'B' : 'A';
    assert_null(web_sessions_find(sessions, other, 0));
    assert_null(web_sessions_find(sessions, "", 0));
    assert_null(web_sessions_find(sessions, NULL, 0));
    assert_string_equal(web_sessions_find(sessions, sign_in(&ash, 0), 0)->person, "p118");
    assert_string_equal(web_sessions_find(sessions, value, 0)->person, "p117");
}

static void a_session_ends_unused_at_its_whole_time_and_when_it_is_ended(void **state)
{
    (void)state;
    const char *value = sign_in(&sam, 0);
    assert_non_null(used(value, SESSION_IDLE_MS - 1));
    assert_non_null(used(value, 2 * (int64_t)SESSION_IDLE_MS - 2));
    assert_null(web_sessions_find(sessions, value, 3 * (int64_t)SESSION_IDLE_MS - 2));
    assert_null(web_sessions_find(sessions, value, 0));
    value = sign_in(&sam, 0);
    assert_non_null(used(value, 0));
    assert_non_null(web_sessions_find(sessions, value, SESSION_IDLE_MS - 1)); /* that is no use */
    assert_null(web_sessions_find(sessions, value, SESSION_IDLE_MS));
    value = sign_in(&sam, 0);
    for (int64_t at_ms = 0; at_ms < SESSION_WHOLE_MS; at_ms += MINUTE_MS)
        assert_non_null(used(value, at_ms));
    assert_null(web_sessions_find(sessions, value, SESSION_WHOLE_MS));
    value = sign_in(&sam, 0);
    web_sessions_end(sessions, web_sessions_find(sessions, value, 0));
    assert_null(web_sessions_find(sessions, value, 0));
    web_sessions_end(sessions, NULL);
}

static void a_session_that_nobody_touches_is_locked_until_it_is_unlocked(void **state)
{
    (void)state;
    const char *value = sign_in(&sam, 0);
    const struct web_session *session = web_sessions_find(sessions, value, 0);
    assert_false(web_session_is_locked(sessions, session, 2 * MINUTE_MS - 1));
    assert_non_null(used(value, 2 * MINUTE_MS - 1));
    assert_false(web_session_is_locked(sessions, session, 4 * MINUTE_MS - 2));
    assert_non_null(used(value, 4 * MINUTE_MS)); /* too late: it does not unlock */
    assert_true(web_session_is_locked(sessions, session, 4 * MINUTE_MS));
    web_sessions_unlock(sessions, session, 5 * MINUTE_MS);
    assert_false(web_session_is_locked(sessions, session, 7 * MINUTE_MS - 1));
    web_sessions_lock(sessions, session);
    assert_non_null(used(value, 7 * MINUTE_MS - 1));
    assert_true(web_session_is_locked(sessions, session, 7 * MINUTE_MS - 1));
    const struct web_session *other = web_sessions_find(sessions, sign_in(&sam, 0), 0);
    assert_false(web_session_is_locked(sessions, other, 0));
    assert_ptr_equal(web_sessions_at(sessions, other->number, 0), other);
    web_sessions_end(sessions, other);
}

/* For a wall: every 30 seconds from the first time to the last. */
static void show_wall(const struct web_session *session, int64_t from_ms, int64_t until_ms)
{
    for (int64_t at_ms = from_ms; at_ms <= until_ms; at_ms += MINUTE_MS / 2) {
        assert_non_null(web_sessions_at(sessions, session->number, at_ms));
        web_sessions_show_wall(sessions, session, at_ms);
    }
}

static void a_wall_keeps_its_session_which_nobody_can_use_any_more(void **state)
{
    (void)state;
    const char *value = sign_in(&sam, 0);
    const struct web_session *session = web_sessions_find(sessions, value, 0);
    show_wall(session, 0, SESSION_IDLE_MS - 1);
    assert_false(web_session_is_idle(sessions, session, SESSION_IDLE_MS - 1));
    show_wall(session, SESSION_IDLE_MS, 2 * (int64_t)SESSION_IDLE_MS);
    assert_non_null(used(value, 2 * (int64_t)SESSION_IDLE_MS)); /* that somebody comes changes nothing */
    assert_true(web_session_is_idle(sessions, session, 2 * (int64_t)SESSION_IDLE_MS));
    assert_true(web_session_is_locked(sessions, session, 2 * (int64_t)SESSION_IDLE_MS));
    show_wall(session, 2 * (int64_t)SESSION_IDLE_MS, SESSION_WHOLE_MS - 1);
    assert_null(web_sessions_find(sessions, value, SESSION_WHOLE_MS));
    value = sign_in(&sam, 0);
    session = web_sessions_find(sessions, value, 0);
    show_wall(session, 0, SESSION_IDLE_MS);
    assert_null(
        web_sessions_find(sessions, value, SESSION_IDLE_MS + SESSION_WALL_MS)); /* the wall has gone */
}

static bool is_ash(void *context, const struct web_session *session)
{
    (void)context;
    return strcmp(session->person, "p118") == 0;
}

static void a_session_holds_by_its_number_until_it_ends(void **state)
{
    (void)state;
    uint64_t one = web_sessions_find(sessions, sign_in(&sam, 0), 0)->number;
    uint64_t other = web_sessions_find(sessions, sign_in(&ash, 0), 0)->number;
    assert_non_null(web_sessions_at(sessions, one, 0));
    web_sessions_sift(sessions, is_ash, NULL);
    assert_null(web_sessions_at(sessions, one, 0));
    assert_non_null(web_sessions_at(sessions, other, SESSION_IDLE_MS - 1));
    sign_in(&sam, 0); /* in the place of the one before */
    assert_null(web_sessions_at(sessions, one, 0));
    assert_null(web_sessions_at(sessions, other, SESSION_IDLE_MS));
}

static void a_token_fits_its_own_session_alone(void **state)
{
    (void)state;
    const struct web_session *one = web_sessions_find(sessions, sign_in(&sam, 0), 0);
    const struct web_session *other = web_sessions_find(sessions, sign_in(&sam, 0), 0);
    assert_true(web_session_fits(one, one->token));
    assert_false(web_session_fits(one, other->token));
    assert_false(web_session_fits(one, value_of(cookie)));
    assert_false(web_session_fits(one, ""));
    assert_false(web_session_fits(one, NULL));
}

static void one_person_has_so_many_and_all_people_so_many(void **state)
{
    struct account account = {.of = "x"};
    char first[SESSION_TOKEN_BYTES];
    (void)state;
    strcpy(first, sign_in(&sam, 0));
    for (int64_t i = 1; i < SESSIONS_OF_PERSON_MAX; i++)
        sign_in(&sam, i);
    assert_non_null(used(first, SESSIONS_OF_PERSON_MAX));
    char second[SESSION_TOKEN_BYTES];
    strcpy(second, sign_in(&sam, SESSIONS_OF_PERSON_MAX + 1));
    /* The first was used since, so another one made room. */
    assert_non_null(web_sessions_find(sessions, first, SESSIONS_OF_PERSON_MAX + 2));
    assert_non_null(web_sessions_find(sessions, second, SESSIONS_OF_PERSON_MAX + 2));
    for (unsigned i = 0; i < SESSIONS_MAX - SESSIONS_OF_PERSON_MAX; i++) {
        snprintf(account.id, sizeof account.id, "q%05u", i);
        assert_non_null(web_sessions_begin(sessions, &account, 120, 0, cookie));
    }
    assert_null(web_sessions_begin(sessions, &ash, 120, 0, cookie));
    assert_non_null(web_sessions_begin(sessions, &ash, 120, SESSION_IDLE_MS, cookie));
}

static void wrong_attempts_make_the_next_one_wait(void **state)
{
    int64_t now_ms = 1;
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(lockout_begin(lockout, "p117", now_ms), 0);
    assert_int_equal(lockout_begin(lockout, "p117", now_ms), MINUTE_MS);
    assert_int_equal(lockout_begin(lockout, "p117", now_ms + MINUTE_MS - 1), 1);
    assert_int_equal(lockout_begin(lockout, "p118", now_ms), 0);
    for (int i = 5; i < 8; i++)
        assert_int_equal(lockout_begin(lockout, "p117", now_ms += MINUTE_MS), 0);
    assert_int_equal(lockout_begin(lockout, "p117", now_ms), 5 * MINUTE_MS);
    for (int i = 8; i < 30; i++)
        assert_int_equal(lockout_begin(lockout, "p117", now_ms += 15 * MINUTE_MS), 0);
    assert_int_equal(lockout_begin(lockout, "p117", now_ms), 15 * MINUTE_MS);
    lockout_good(lockout, "p117");
    assert_int_equal(lockout_begin(lockout, "p117", now_ms), 0);
}

static void what_was_not_compared_and_what_is_a_day_old_does_not_count(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(lockout_begin(lockout, "p117", 1), 0);
        lockout_undo(lockout, "p117");
    }
    for (int i = 0; i < 5; i++)
        assert_int_equal(lockout_begin(lockout, "p117", 1), 0);
    assert_true(lockout_begin(lockout, "p117", 1) > 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(lockout_begin(lockout, "p117", 1 + 24 * 60 * MINUTE_MS), 0);
}

static void a_code_is_taken_once_also_after_a_restart(void **state)
{
    const char *path = folder_file(folder, "people.taken");
    char message[400];
    const int64_t step = 1000, now_ms = step * ONETIME_STEP_MS;
    (void)state;
    struct taken *taken = taken_open(path, now_ms, message, sizeof message);
    assert_non_null(taken);
    assert_int_equal(taken_take(taken, "p117", step, now_ms), TAKEN_NOW);
    assert_int_equal(taken_take(taken, "p117", step, now_ms), TAKEN_BEFORE);
    assert_int_equal(taken_take(taken, "p117", step - 1, now_ms), TAKEN_BEFORE);
    assert_int_equal(taken_take(taken, "p118", step, now_ms), TAKEN_NOW);
    taken_close(&taken);
    taken = taken_open(path, now_ms, message, sizeof message);
    assert_non_null(taken);
    assert_int_equal(taken_take(taken, "p117", step, now_ms), TAKEN_BEFORE);
    assert_int_equal(taken_take(taken, "p117", step + 1, now_ms), TAKEN_NOW);
    taken_close(&taken);
    assert_int_equal(truncate(path, 3), 0);
    assert_null(taken_open(path, now_ms, message, sizeof message));
    assert_non_null(strstr(message, "wait 90 seconds"));
}

static void a_code_that_cannot_be_noted_on_disk_lets_nobody_in(void **state)
{
    char message[400], gone[FOLDER_PATH_BYTES + 16];
    (void)state;
    snprintf(gone, sizeof gone, "%s/none/taken", folder);
    struct taken *taken = taken_open(gone, 0, message, sizeof message);
    assert_non_null(taken);
    assert_int_equal(taken_take(taken, "p117", 1, 0), TAKEN_ENVIRONMENT);
    taken_close(&taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_session_is_found_by_its_cookie_and_by_no_other, begin, end),
        cmocka_unit_test_setup_teardown(a_session_ends_unused_at_its_whole_time_and_when_it_is_ended, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_session_that_nobody_touches_is_locked_until_it_is_unlocked, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_wall_keeps_its_session_which_nobody_can_use_any_more, begin, end),
        cmocka_unit_test_setup_teardown(a_session_holds_by_its_number_until_it_ends, begin, end),
        cmocka_unit_test_setup_teardown(a_token_fits_its_own_session_alone, begin, end),
        cmocka_unit_test_setup_teardown(one_person_has_so_many_and_all_people_so_many, begin, end),
        cmocka_unit_test_setup_teardown(wrong_attempts_make_the_next_one_wait, begin, end),
        cmocka_unit_test_setup_teardown(what_was_not_compared_and_what_is_a_day_old_does_not_count, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_code_is_taken_once_also_after_a_restart, begin, end),
        cmocka_unit_test_setup_teardown(a_code_that_cannot_be_noted_on_disk_lets_nobody_in, begin, end),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
