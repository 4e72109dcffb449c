/* test_replay.c: P6, P8: concordat-replay comes to the broker's own state, and finds an event that does not
 * follow though its chain is right. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "broker/ledger/ledger.h"
#include "broker/record/replay.h"
#include "broker/shell/recovery.h"
#include "proto/wire/delimited.h"
#include "proto/words/words.h"
#include "tests/worlds/folder.h"
#include "tests/worlds/ledger_home.h"
#include "tests/worlds/routed_day.h"

#define EVENT_KIND(name) CONCORDAT__V1__EVENT__WHAT_##name

enum { GARBAGE_ROUNDS = 60 };

static struct stage *day;
static char folder[FOLDER_PATH_BYTES], address[512], stream_path[96], said_path[96];
static json_t *said; /* by the latest run */

static int open_day(void **state)
{
    (void)state;
    day = routed_day();
    assert_int_equal(folder_make(folder, "replay"), 0);
    snprintf(stream_path, sizeof stream_path, "%s/stream", folder);
    snprintf(said_path, sizeof said_path, "%s/said", folder);
    return 0;
}

static int close_day(void **state)
{
    (void)state;
    stage_close(&day);
    json_decref(said);
    said = NULL;
    return folder_remove(folder);
}

/* --- what the day left behind ------------------------------------------------------------------------ */

/* With the copies that its own body gives it. */
static void write_stored(struct ledger *ledger, size_t i)
{
    const struct stored *stored = &day->store.events[i];
    Concordat__V1__Event *said_by = concordat__v1__event__unpack(NULL, stored->size, stored->body);
    assert_non_null(said_by);
    const struct ledger_event event = {.seq = i + 1,
                                       .at_ms = said_by->at_ms,
                                       .kind = said_by->what_case,
                                       .referral = said_by->referral.len ? said_by->referral.data : NULL,
                                       .body = stored->body,
                                       .body_size = stored->size,
                                       .reduced = stored->reduced,
                                       .sealed = stored->sealed_size ? stored->body + stored->size : NULL,
                                       .sealed_size = stored->sealed_size};
    assert_int_equal(ledger_append(ledger, &event, 1), LEDGER_OK);
    concordat__v1__event__free_unpacked(said_by, NULL);
}

static struct ledger *write_ledger(void)
{
    char message[512];
    enum ledger_status status;
    ledger_home_make(folder, address, sizeof address);
    struct ledger *ledger = ledger_open(address, &status, message, sizeof message);
    assert_non_null(ledger);
    for (size_t i = 0; i < day->store.count; i++)
        write_stored(ledger, i);
    return ledger;
}

static void write_stream(void)
{
    FILE *out = fopen(stream_path, "w");
    assert_non_null(out);
    for (size_t i = 0; i < day->store.count; i++)
        assert_true(delimited_write(out, day->store.events[i].body, day->store.events[i].size));
    assert_int_equal(fclose(out), 0);
}

/* --- the program ------------------------------------------------------------------------------------ */

static void become_replay(const char *source, const char *until)
{
    char option[40];
    int in = open(strcmp(source, "-") == 0 ? stream_path : "/dev/null", O_RDONLY);
    int out = open(said_path, O_WRONLY | O_CREAT | O_TRUNC, 0600), quiet = open("/dev/null", O_WRONLY);
    snprintf(option, sizeof option, "--until=%s", until ? until : "");
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(quiet, STDERR_FILENO);
    if (until)
        execl(REPLAY_PROGRAM, REPLAY_PROGRAM, option, source, (char *)NULL);
    else
        execl(REPLAY_PROGRAM, REPLAY_PROGRAM, source, (char *)NULL);
    _exit(127);
}

/* Its exit code; what it said is in `said`. */
static int run_replay(const char *source, const char *until)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become_replay(source, until);
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    json_decref(said);
    said = json_load_file(said_path, 0, NULL);
    return WEXITSTATUS(how);
}

static int run_stream(void)
{
    write_stream();
    return run_replay("-", NULL);
}

static json_int_t said_number(const char *key)
{
    return json_integer_value(json_object_get(said, key));
}

static void assert_said_hex(const char *key, const uint8_t *bytes, size_t size)
{
    char hex[129];
    assert_true(size < sizeof hex / 2);
    sodium_bin2hex(hex, sizeof hex, bytes, size);
    assert_string_equal(json_string_value(json_object_get(said, key)), hex);
}

/* It must have said what the state is, and nothing else. */
static void assert_said_state(const struct state *state)
{
    uint8_t digest[STATE_DIGEST_BYTES];
    char at[TIME_TEXT_BYTES];
    json_t *cases = json_object_get(said, "cases");
    uint64_t last = state->counters.seq;
    replay_digest(state, digest);
    words_time(state->counters.at_ms, at);
    assert_true(json_is_true(json_object_get(said, "follows")));
    assert_true(json_is_null(json_object_get(said, "contradiction")));
    assert_int_equal(said_number("events"), last);
    assert_int_equal(said_number("first"), 1);
    assert_int_equal(said_number("last"), last);
    assert_string_equal(json_string_value(json_object_get(said, "last_at")), at);
    assert_said_hex("chain", day->store.events[last - 1].chain, CHAIN_BYTES);
    assert_said_hex("state_digest", digest, sizeof digest);
    assert_said_hex("policy", state->counters.policy_digest, POLICY_DIGEST_BYTES);
    assert_int_equal(json_integer_value(json_object_get(cases, "open")), state->counters.open_count);
    assert_int_equal(json_integer_value(json_object_get(cases, "held")), state->counters.held_count);
    assert_int_equal(json_integer_value(json_object_get(cases, "ended")), state->ended.count);
    assert_true(json_is_null(json_object_get(said, "difference")));
    assert_int_equal(json_object_size(said), 11);
}

static void assert_said_contradiction(uint64_t seq, const char *text)
{
    json_t *contradiction = json_object_get(said, "contradiction");
    assert_false(json_is_true(json_object_get(said, "follows")));
    assert_int_equal(said_number("events"), seq - 1);
    assert_int_equal(json_integer_value(json_object_get(contradiction, "event")), seq);
    const char *why = json_string_value(json_object_get(contradiction, "text"));
    if (!strstr(why, text))
        fail_msg("event %llu: %s", (unsigned long long)seq, why);
    assert_true(json_is_null(json_object_get(said, "state_digest")));
    assert_true(json_is_null(json_object_get(said, "cases")));
}

/* --- P6 --------------------------------------------------------------------------------------------- */

static void P6_it_comes_to_the_brokers_own_state_from_a_ledger_and_from_a_stream(void **state)
{
    (void)state;
    struct ledger *ledger = write_ledger();
    assert_int_equal(run_replay(address, NULL), 0);
    assert_said_state(broker_state(day->broker));
    ledger_close(&ledger);
    assert_int_equal(run_replay(address, NULL), 0);
    assert_said_state(broker_state(day->broker));
    assert_int_equal(run_stream(), 0);
    assert_said_state(broker_state(day->broker));
}

/* One event at a time, so that a replay can stop at any of them. */
static enum ledger_status read_one_stored(void *context, uint64_t after, size_t limit, ledger_each *each,
                                          void *each_context)
{
    (void)limit;
    return store_read(context, after, 1, each, each_context);
}

static void P6_until_a_number_it_tells_the_state_as_of_that_event(void **state)
{
    (void)state;
    char until[24];
    struct ledger *ledger = write_ledger();
    write_stream();
    ledger_close(&ledger);
    for (uint64_t seq = 1; seq <= day->store.count; seq++) {
        struct recovery_found found;
        struct state *then = state_new(seq);
        assert_int_equal(recovery_replay(then, seq, read_one_stored, &day->store, &found), LEDGER_OK);
        assert_int_equal(found.differs, 0);
        snprintf(until, sizeof until, "%llu", (unsigned long long)seq);
        assert_int_equal(run_replay(seq % 2 == 0 ? address : "-", until), 0);
        assert_said_state(then);
        state_destroy(&then);
    }
    assert_int_equal(run_replay(address, "1000000"), 0);
    assert_said_state(broker_state(day->broker));
}

static void a_ledger_that_is_read_is_not_changed(void **state)
{
    (void)state;
    if (ledger_home_is_served())
        skip(); /* tests/in_a_file.txt */
    struct stat before, after;
    struct ledger *ledger = write_ledger();
    assert_int_equal(stat(address, &before), 0);
    assert_int_equal(run_replay(address, NULL), 0);
    assert_int_equal(stat(address, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    uint8_t chain[CHAIN_BYTES];
    assert_int_equal(ledger_head(ledger, chain), day->store.count);
    ledger_close(&ledger);
}

/* --- P8 --------------------------------------------------------------------------------------------- */

/* The day with one digest altered: the events follow all the same. */
static void assert_said_difference(uint64_t seq, const char *text)
{
    json_t *difference = json_object_get(said, "difference");
    assert_true(json_is_true(json_object_get(said, "follows")));
    assert_int_equal(said_number("events"), day->store.count);
    assert_int_equal(json_integer_value(json_object_get(difference, "event")), seq);
    const char *why = json_string_value(json_object_get(difference, "text"));
    if (!strstr(why, text))
        fail_msg("event %llu: %s", (unsigned long long)seq, why);
}

static void alter_start(Concordat__V1__Event *event)
{
    event->broker_started->state_digest.data[31] ^= 1;
}

static void alter_snapshot(Concordat__V1__Event *event)
{
    event->snapshot_kept->state_digest.data[0] ^= 1;
}

static void misname_snapshot(Concordat__V1__Event *event)
{
    event->snapshot_kept->of++;
}

static void P6_a_router_that_lived_by_another_state_is_named_at_its_start_or_snapshot(void **state)
{
    (void)state;
    static const struct {
        int kind, n;
        routed_change *change;
        const char *text;
    } altered[] = {
        {EVENT_KIND(BROKER_STARTED), 1, alter_start, "began from a state that its ledger does not give"},
        {EVENT_KIND(BROKER_STARTED), 2, alter_start, "began from a state that its ledger does not give"},
        {EVENT_KIND(SNAPSHOT_KEPT), 1, alter_snapshot, "a snapshot of a state that its ledger does not give"},
        {EVENT_KIND(SNAPSHOT_KEPT), 1, misname_snapshot, "that had not been begun"},
    };
    for (size_t i = 0; i < sizeof altered / sizeof altered[0]; i++) {
        uint64_t seq = routed_find(day, altered[i].kind, altered[i].n);
        routed_alter(day, seq, altered[i].change);
        assert_int_equal(run_stream(), 1);
        assert_said_difference(seq, altered[i].text);
        struct ledger *ledger = write_ledger();
        assert_int_equal(run_replay(address, NULL), 1);
        assert_said_difference(seq, altered[i].text);
        ledger_close(&ledger);
        assert_int_equal(close_day(state), 0);
        assert_int_equal(open_day(state), 0);
    }
}

static void be_of_another_layout(Concordat__V1__Event *event)
{
    event->broker_started->state_layout ^= 1;
    alter_start(event);
}

static void keep_another_layout(Concordat__V1__Event *event)
{
    event->snapshot_kept->state_layout ^= 1;
    alter_snapshot(event);
}

static void P6_a_digest_by_a_router_whose_state_is_laid_out_otherwise_is_not_compared(void **state)
{
    (void)state;
    routed_alter(day, routed_find(day, EVENT_KIND(BROKER_STARTED), 2), be_of_another_layout);
    routed_alter(day, routed_find(day, EVENT_KIND(SNAPSHOT_KEPT), 1), keep_another_layout);
    assert_int_equal(run_stream(), 0);
}

static void name_another_owner(Concordat__V1__Event *event)
{
    free(event->owner->id);
    event->owner->id = strdup("team-2");
}

static void move_the_time_to_act_by(Concordat__V1__Event *event)
{
    event->owner->act_by_ms++;
}

static void make_it_earlier(Concordat__V1__Event *event)
{
    event->at_ms -= HOURS(1);
}

static void number_it_higher(Concordat__V1__Event *event)
{
    event->seq++;
}

static void name_an_unknown_team(Concordat__V1__Event *event)
{
    free(event->accepted->team);
    event->accepted->team = strdup("team-3");
}

static void answer_another_offer(Concordat__V1__Event *event)
{
    event->accepted->attempt++;
}

static void move_the_lease(Concordat__V1__Event *event)
{
    event->accepted->lease_ms++;
}

/* Each is done to the first acceptance, and the chain is made right again. */
static const struct {
    const char *what, *text;
    routed_change *change;
} alterations[] = {
    {"owner", "the owner that it names does not follow", name_another_owner},
    {"time to act by", "the owner that it names does not follow", move_the_time_to_act_by},
    {"lease", "the owner that it names does not follow", move_the_lease},
    {"time", "it is earlier than the event before it", make_it_earlier},
    {"number", "was next", number_it_higher},
    {"team", "it names a team", name_an_unknown_team},
    {"attempt", "no event of the kind accepted can come", answer_another_offer},
};

static void P8_an_event_that_does_not_follow_is_found_though_the_chain_is_right(void **state)
{
    for (size_t i = 0; i < sizeof alterations / sizeof alterations[0]; i++) {
        uint64_t seq = routed_find(day, EVENT_KIND(ACCEPTED), 1);
        routed_alter(day, seq, alterations[i].change);
        assert_int_equal(run_stream(), 1);
        assert_said_contradiction(seq, alterations[i].text);
        struct ledger *ledger = write_ledger();
        ledger_close(&ledger);
        assert_int_equal(run_replay(address, NULL), 1);
        assert_said_contradiction(seq, alterations[i].text);
        char before[24];
        snprintf(before, sizeof before, "%llu", (unsigned long long)seq - 1);
        assert_int_equal(run_replay(address, before), 0);
        close_day(state);
        open_day(state);
    }
}

static void close_the_numbers_up(Concordat__V1__Event *event)
{
    event->seq--;
}

static void P8_an_event_that_was_taken_out_is_found_though_the_numbers_close_up(void **state)
{
    (void)state;
    uint64_t seq = routed_find(day, EVENT_KIND(LEASE_LAPSED), 1);
    routed_drop(day, seq);
    assert_int_equal(run_stream(), 1);
    assert_said_contradiction(seq, "was next");
    for (uint64_t after = seq; after <= day->store.count; after++)
        routed_alter(day, after, close_the_numbers_up);
    assert_int_equal(run_stream(), 1);
    assert_int_equal(routed_find(day, EVENT_KIND(OFFERED), 2), seq);
    assert_said_contradiction(seq, "no event of the kind offered can come");
}

static void P8_an_event_that_was_altered_in_the_file_is_found_by_its_chain(void **state)
{
    (void)state;
    if (ledger_home_is_served())
        skip(); /* tests/in_a_file.txt */
    struct stored *stored = &day->store.events[4];
    struct ledger *ledger = write_ledger();
    ledger_close(&ledger);
    FILE *file = fopen(address, "r+");
    assert_non_null(file);
    static uint8_t bytes[1024 * 1024];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    uint8_t *at = memmem(bytes, size, stored->body, stored->size);
    assert_non_null(at);
    assert_int_equal(fseek(file, at - bytes + 3, SEEK_SET), 0);
    fputc(at[3] ^ 1, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(run_replay(address, NULL), 1);
    assert_said_contradiction(5, "event 5 is not what was written");
}

/* --- what is no history ----------------------------------------------------------------------------- */

static void write_bytes(const uint8_t *bytes, size_t size)
{
    FILE *out = fopen(stream_path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

static void a_stream_that_is_cut_short_or_too_long_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *text;
    } streams[] = {
        {"\x05six", 4, "cut short"},
        {"\x80", 1, "cut short"},
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11, "longer"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, "longer"},
        {"\x81\x80\x80\x05", 4, "longer"}, /* one byte more than ten mebibytes */
        {"\x00", 1, "cannot be read"},
        {"\x03one", 4, "cannot be read"},
    };
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        write_bytes((const uint8_t *)streams[i].bytes, streams[i].size);
        assert_int_equal(run_replay("-", NULL), 1);
        assert_said_contradiction(1, streams[i].text);
    }
    write_bytes((const uint8_t *)"", 0);
    assert_int_equal(run_replay("-", NULL), 0);
    assert_int_equal(said_number("events"), 0);
    assert_true(json_is_null(json_object_get(said, "last")));
}

static void garbage_is_told_and_never_ends_it(void **state)
{
    (void)state;
    static uint8_t kept[256 * 1024], bytes[sizeof kept];
    unsigned seed = randombytes_random();
    print_message("seed %u\n", seed);
    write_stream();
    FILE *in = fopen(stream_path, "r");
    size_t size = fread(kept, 1, sizeof kept, in);
    fclose(in);
    assert_true(size > 0 && size < sizeof kept);
    for (int round = 0; round < GARBAGE_ROUNDS; round++) {
        memcpy(bytes, kept, size);
        for (int changes = rand_r(&seed) % 4; changes >= 0; changes--)
            bytes[(size_t)rand_r(&seed) % size] = (uint8_t)rand_r(&seed);
        write_bytes(bytes, rand_r(&seed) % 2 ? size : (size_t)rand_r(&seed) % size);
        int code = run_replay("-", NULL);
        assert_true(code == 0 || code == 1);
        bool follows = json_is_true(json_object_get(said, "follows"));
        assert_true((follows && json_is_null(json_object_get(said, "difference"))) == (code == 0));
    }
}

static void what_is_asked_wrongly_or_is_no_ledger_is_told_apart(void **state)
{
    (void)state;
    assert_int_equal(run_replay("/nonexistent/ledger.db", NULL), 111);
    write_stream();
    assert_int_equal(run_replay(stream_path, NULL), 111);
    assert_int_equal(run_replay("-", "0"), 100);
    assert_int_equal(run_replay("-", "-1"), 100);
    assert_int_equal(run_replay("-", "12x"), 100);
    assert_int_equal(run_replay("-", "99999999999999999999"), 100);
    assert_int_equal(run_replay("--nonsense", NULL), 100);
}

#define OF_THE_DAY(test) cmocka_unit_test_setup_teardown(test, open_day, close_day)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF_THE_DAY(P6_it_comes_to_the_brokers_own_state_from_a_ledger_and_from_a_stream),
        OF_THE_DAY(P6_until_a_number_it_tells_the_state_as_of_that_event),
        OF_THE_DAY(a_ledger_that_is_read_is_not_changed),
        OF_THE_DAY(P6_a_router_that_lived_by_another_state_is_named_at_its_start_or_snapshot),
        OF_THE_DAY(P6_a_digest_by_a_router_whose_state_is_laid_out_otherwise_is_not_compared),
        OF_THE_DAY(P8_an_event_that_does_not_follow_is_found_though_the_chain_is_right),
        OF_THE_DAY(P8_an_event_that_was_taken_out_is_found_though_the_numbers_close_up),
        OF_THE_DAY(P8_an_event_that_was_altered_in_the_file_is_found_by_its_chain),
        OF_THE_DAY(a_stream_that_is_cut_short_or_too_long_is_told),
        OF_THE_DAY(garbage_is_told_and_never_ends_it),
        OF_THE_DAY(what_is_asked_wrongly_or_is_no_ledger_is_told_apart),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, ledger_home_begin, ledger_home_end);
}
