/* The file of the people who may sign in: written, read and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sodium.h>

#include "services/gateway/accounts.h"
#include "services/gateway/whole_file.h"
#include "tests/worlds/folder.h"

#define HASH                                                                                                 \
    "$argon2id$v=19$m=65536,t=2,p=1$jyv+Kv8Z7lAHjS2rp+1Pmw$mF4bG4awmCa2LB/+Vt8McWQGp7CITpKuO0l91VqT0es"
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define DIGEST "15d1c58a0425e0d788740253f74ef185"
#define LINE(id, role, password, codes, name)                                                                  \
    id " role=" role                                                                                           \
       " of=northmoor-crisis staff=mental-health-nurse disabled=no lock=0 issuer= subject= password=" password \
       " secret=" SECRET " codes=" codes " name=" name "\n"
#define SINGLE(id, issuer, subject, password, secret)                                                        \
    id " role=team of=northmoor-crisis staff=unspecified disabled=no lock=0 issuer=" issuer                  \
       " subject=" subject " password=" password " secret=" secret " codes= name=Robin Sadiq\n"
#define GOOD_LINE LINE("p117", "team", HASH, DIGEST "," DIGEST, "Sam Okafor")

static char folder[FOLDER_PATH_BYTES];
static struct accounts accounts;
static char fault[ACCOUNTS_FAULT_BYTES];

static int begin(void **state)
{
    (void)state;
    return folder_make(folder, "accounts");
}

static int end(void **state)
{
    (void)state;
    accounts_close(&accounts);
    return folder_remove(folder);
}

static enum accounts_status read_text(const char *text)
{
    const char *path = folder_file(folder, "people");
    assert_true(whole_file_write(path, text, strlen(text)));
    accounts_close(&accounts);
    return accounts_read(&accounts, path, fault);
}

static void a_line_is_read_and_written_as_it_was(void **state)
{
    char *text;
    size_t size;
    (void)state;
    assert_int_equal(
        read_text("# people\n\n" GOOD_LINE LINE("p02", "coordinator", HASH, "", "Ash O'Neil-Żak")),
        ACCOUNTS_GOOD);
    assert_int_equal(accounts.count, 2);
    const struct account *sam = accounts_find(&accounts, "p117");
    assert_non_null(sam);
    assert_string_equal(sam->name, "Sam Okafor");
    assert_int_equal(sam->role, CONCORDAT__V1__ROLE__ROLE_TEAM);
    assert_int_equal(sam->staff, CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_MENTAL_HEALTH_NURSE);
    assert_int_equal(sam->code_count, 2);
    assert_null(accounts_find(&accounts, "p11"));
    assert_int_equal(accounts_write(&accounts, folder_file(folder, "again"), fault), ACCOUNTS_GOOD);
    text = whole_file_read(folder_file(folder, "again"), 8192, &size);
    assert_non_null(text);
    assert_non_null(strstr(text, GOOD_LINE));
    free(text);
}

static void an_identity_is_read_and_written_as_it_was_and_is_one_person(void **state)
{
    static const char line[] = SINGLE("p117", "https://id.example/staff", "6f1c%2002%25d4", "", "");
    struct identity identity;
    size_t size;
    (void)state;
    assert_int_equal(read_text(line), ACCOUNTS_GOOD);
    assert_true(identity_set(&identity, "https://id.example/staff", "6f1c 02%d4"));
    const struct account *found = accounts_find_identity(&accounts, &identity);
    assert_non_null(found);
    assert_string_equal(found->id, "p117");
    assert_int_equal(accounts_write(&accounts, folder_file(folder, "again"), fault), ACCOUNTS_GOOD);
    char *text = whole_file_read(folder_file(folder, "again"), 8192, &size);
    assert_non_null(text);
    assert_non_null(strstr(text, line));
    free(text);
    assert_true(identity_set(&identity, "https://id.example/staff", "6F1C 02%D4"));
    assert_null(accounts_find_identity(&accounts, &identity));
    assert_false(identity_set(&identity, "https://id.example/staff", NULL));
    assert_null(accounts_find_identity(&accounts, &identity));
    assert_int_equal(read_text(SINGLE("p102", "https://i", "x", "", "") SINGLE(
                         "p103", "https://j", "x", "", "") SINGLE("p101", "https://i", "x", "", "")),
                     ACCOUNTS_WRONG);
    assert_non_null(strstr(fault, "have the same issuer and subject"));
}

static void one_bad_line_refuses_the_file_and_the_fault_repeats_nothing_secret(void **state)
{
    static const char *const bad[] = {
        GOOD_LINE GOOD_LINE,
        LINE("Sam", "team", HASH, "", "Sam"),
        LINE("p118", "source", HASH, "", "Sam"),
        LINE("p118", "king", HASH, "", "Sam"),
        LINE("p118", "team", "plain", "", "Sam"),
        LINE("p118", "team", HASH, "12", "Sam"),
        LINE("p118", "team", HASH, DIGEST DIGEST, "Sam"),
        LINE("p118", "team", HASH, DIGEST ";", "Sam"),
        LINE("p118", "team", HASH, "", ""),
        LINE("p118", "team", HASH, "", "Sam\xe2\x80\xae"),
        SINGLE("p118", "http://id.example", "x", "", ""),
        SINGLE("p118", "https://id.example", "", "", ""),
        SINGLE("p118", "", "x", HASH, SECRET),
        SINGLE("p118", "", "", "", ""),
        SINGLE("p118", "https://id.example", "%2", "", ""),
        SINGLE("p118", "https://id.example", "%00", "", ""),
        SINGLE("p118", "https://id.example", "x\xc3\xa9", "", ""),
        SINGLE("p118", "https://id.example", "x", "", SECRET),
        SINGLE("p118", "https://id.example", "x", HASH, ""),
        "p118\n",
        "p118 role=team\n",
        "p118 of=x role=team\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[2048];
        snprintf(text, sizeof text, "# one\n%s%s", LINE("p101", "team", HASH, "", "Robin"), bad[i]);
        if (read_text(text) != ACCOUNTS_WRONG)
            fail_msg("it was read: %s", bad[i]);
        assert_non_null(strstr(fault, i ? ": line 3: " : ": line 4: "));
        assert_null(strstr(fault, "argon2id$"));
        assert_null(strstr(fault, SECRET));
    }
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_text(GOOD_LINE), ACCOUNTS_GOOD);
    assert_int_equal(chmod(folder_file(folder, "people"), 0640), 0);
    accounts_close(&accounts);
    assert_int_equal(accounts_read(&accounts, folder_file(folder, "people"), fault), ACCOUNTS_WRONG);
    assert_non_null(strstr(fault, "others have rights"));
    assert_int_equal(accounts_read(&accounts, folder_file(folder, "none"), fault), ACCOUNTS_ENVIRONMENT);
}

static void a_file_is_written_whole_or_not_at_all_and_for_one_user(void **state)
{
    struct stat about;
    (void)state;
    assert_int_equal(read_text(GOOD_LINE), ACCOUNTS_GOOD);
    assert_int_equal(stat(folder_file(folder, "people"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    /* A folder of that name is in the way of the new file. */
    assert_int_equal(mkdir(folder_file(folder, "people.new"), 0700), 0);
    assert_int_equal(accounts_write(&accounts, folder_file(folder, "people"), fault), ACCOUNTS_ENVIRONMENT);
    accounts_close(&accounts);
    assert_int_equal(accounts_read(&accounts, folder_file(folder, "people"), fault), ACCOUNTS_GOOD);
    assert_int_equal(accounts.count, 1);
}

static void people_stay_sorted_however_they_come(void **state)
{
    uint32_t seed = randombytes_random();
    char id[PERSON_ID_CHARS_MAX + 1];
    (void)state;
    print_message("seed %u\n", seed);
    for (uint32_t i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "p%03u", (i * 7 + seed % 300) % 300);
        struct account *account = accounts_find(&accounts, id);
        if (!account)
            account = accounts_add(&accounts, id);
        assert_non_null(account);
        assert_ptr_equal(accounts_find(&accounts, id), account);
    }
    for (size_t i = 1; i < accounts.count; i++)
        assert_true(strcmp(accounts.rows[i - 1].id, accounts.rows[i].id) < 0);
}

static void a_recovery_code_is_used_once_and_does_not_change_the_stamp(void **state)
{
    struct account account = {.id = "p117", .name = "Sam Okafor", .of = "x", .code_count = 2};
    char codes[2][RECOVERY_TEXT_BYTES];
    uint8_t before[ACCOUNT_STAMP_BYTES], after[ACCOUNT_STAMP_BYTES];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        recovery_draw(codes[i]);
        assert_true(recovery_digest(account.id, codes[i], account.codes[i]));
    }
    account_stamp(&account, before);
    assert_true(account_use_recovery(&account, codes[0]));
    assert_false(account_use_recovery(&account, codes[0]));
    account_stamp(&account, after);
    assert_memory_equal(before, after, sizeof before);
    assert_true(account_use_recovery(&account, codes[1]));
    assert_int_equal(account.code_count, 0);
    account.disabled = true;
    account_stamp(&account, after);
    assert_memory_not_equal(before, after, sizeof before);
}

#define TOKEN(person, digest, made, ends, label)                                                             \
    "token " person " digest=" digest " made=" made " ends=" ends " label=" label "\n"
#define HEX64 "15d1c58a0425e0d788740253f74ef18515d1c58a0425e0d788740253f74ef185"
#define MADE  "2026-01-31T14:05:00.000Z"
#define ENDS  "2027-02-01T14:05:00.000Z" /* 366 days later */
#define LATER "2027-02-01T14:05:00.001Z"

static const struct account *find_token(const char *text, int64_t now_ms)
{
    const char *name;
    return accounts_find_token(&accounts, text, now_ms, &name);
}

static void a_token_is_one_of_its_person_until_it_ends(void **state)
{
    struct access_token token;
    char text[ACCESS_TOKEN_BYTES];
    (void)state;
    assert_int_equal(read_text(GOOD_LINE), ACCOUNTS_GOOD);
    access_token_draw(&token, "p117", 1000, 2, text);
    strcpy(token.label, "Ward board");
    assert_null(accounts_add_token(&accounts, &token));
    assert_non_null(accounts_add_token(&accounts, &token)); /* the same once more */
    assert_int_equal(accounts_write(&accounts, folder_file(folder, "people"), fault), ACCOUNTS_GOOD);
    accounts_close(&accounts);
    assert_int_equal(accounts_read(&accounts, folder_file(folder, "people"), fault), ACCOUNTS_GOOD);
    assert_int_equal(accounts.token_count, 1);
    assert_string_equal(accounts.tokens[0].name, token.name);
    assert_string_equal(accounts.tokens[0].label, "Ward board");
    assert_ptr_equal(find_token(text, token.ends_ms - 1), accounts_find(&accounts, "p117"));
    assert_null(find_token(text, token.ends_ms));
    text[ACCESS_TOKEN_BYTES - 2] ^= 1;
    assert_null(find_token(text, 1000));
    text[ACCESS_TOKEN_BYTES - 2] ^= 1;
    accounts_find(&accounts, "p117")->disabled = true;
    assert_null(find_token(text, 1000));
    assert_int_equal(accounts_end_tokens(&accounts, "p118", token.name), 0);
    assert_int_equal(accounts_end_tokens(&accounts, "p117", ""), 0);
    assert_int_equal(accounts_end_tokens(&accounts, "p117", token.name), 1);
    assert_int_equal(accounts.token_count, 0);
}

static void a_person_has_eight_tokens_at_most_and_those_that_ended_do_not_count(void **state)
{
    struct access_token token;
    char text[ACCESS_TOKEN_BYTES];
    (void)state;
    assert_int_equal(read_text(GOOD_LINE), ACCOUNTS_GOOD);
    for (unsigned i = 0; i < ACCESS_OF_PERSON_MAX; i++) {
        access_token_draw(&token, "p117", i, i ? 2 : 1, text);
        assert_null(accounts_add_token(&accounts, &token));
    }
    access_token_draw(&token, "p117", 8, 1, text);
    assert_non_null(strstr(accounts_add_token(&accounts, &token), "end one first"));
    access_token_draw(&token, "p117", 86400000, 1, text);
    assert_null(accounts_add_token(&accounts, &token)); /* the first has ended by then */
    assert_int_equal(accounts.token_count, ACCESS_OF_PERSON_MAX);
    assert_int_equal(accounts_end_tokens(&accounts, "p117", NULL), ACCESS_OF_PERSON_MAX);
}

/* Somebody was taken out of the file by hand: that must not keep the others from being read. */
static void a_token_of_nobody_is_forgotten_and_a_bad_one_refuses_the_file(void **state)
{
    static const char *const bad[] = {
        TOKEN("Sam", HEX64, MADE, ENDS, "x"),
        TOKEN("p117", DIGEST, MADE, ENDS, "x"),
        TOKEN("p117", HEX64 "0", MADE, ENDS, "x"),
        TOKEN("p117", HEX64, "soon", ENDS, "x"),
        TOKEN("p117", HEX64, MADE, "never", "x"),
        TOKEN("p117", HEX64, MADE, LATER, "x"),
        TOKEN("p117", HEX64, ENDS, MADE, "x"),
        TOKEN("p117", HEX64, MADE, ENDS, ""),
        TOKEN("p117", HEX64, MADE, ENDS, "\xe2\x80\xae"),
        "token \n",
        "token p117\n",
    };
    (void)state;
    assert_int_equal(read_text(TOKEN("p118", HEX64, MADE, ENDS, "x") GOOD_LINE), ACCOUNTS_GOOD);
    assert_int_equal(accounts.token_count, 0);
    assert_int_equal(read_text(TOKEN("p117", HEX64, MADE, ENDS, "A board") GOOD_LINE), ACCOUNTS_GOOD);
    assert_int_equal(accounts.token_count, 1);
    assert_string_equal(accounts.tokens[0].name, "t-15d1c58a04");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[2048];
        snprintf(text, sizeof text, "%s%s", GOOD_LINE, bad[i]);
        if (read_text(text) != ACCOUNTS_WRONG)
            fail_msg("it was read: %s", bad[i]);
        assert_non_null(strstr(fault, ": line 2: "));
        assert_null(strstr(fault, DIGEST));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_read_and_written_as_it_was, begin, end),
        cmocka_unit_test_setup_teardown(an_identity_is_read_and_written_as_it_was_and_is_one_person, begin,
                                        end),
        cmocka_unit_test_setup_teardown(one_bad_line_refuses_the_file_and_the_fault_repeats_nothing_secret,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_others_can_read_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_file_is_written_whole_or_not_at_all_and_for_one_user, begin, end),
        cmocka_unit_test_setup_teardown(people_stay_sorted_however_they_come, begin, end),
        cmocka_unit_test_setup_teardown(a_token_is_one_of_its_person_until_it_ends, begin, end),
        cmocka_unit_test_setup_teardown(a_person_has_eight_tokens_at_most_and_those_that_ended_do_not_count,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_token_of_nobody_is_forgotten_and_a_bad_one_refuses_the_file, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_recovery_code_is_used_once_and_does_not_change_the_stamp, begin,
                                        end),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
