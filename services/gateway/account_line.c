/* account_line.c: see account_line.h. */
#include "services/gateway/account_line.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/gateway/line_fields.h"

/* --- the values of a line: how each is read, and written ------------------------------------------------ */

static bool read_account_role(const char *value, void *row)
{
    struct account *account = row;
    int role;
    bool good = words_parse(&concordat__v1__role__descriptor, value, &role);
    account->role = good ? (Concordat__V1__Role)role : CONCORDAT__V1__ROLE__ROLE_UNSPECIFIED;
    return good && role != CONCORDAT__V1__ROLE__ROLE_UNSPECIFIED && role != CONCORDAT__V1__ROLE__ROLE_SOURCE;
}

static bool read_account_of(const char *value, void *row)
{
    struct account *account = row;
    return line_fields_copy(account->of, sizeof account->of, value);
}

static bool read_account_staff(const char *value, void *row)
{
    struct account *account = row;
    int staff;
    bool good = words_parse(&concordat__v1__staff_role__descriptor, value, &staff);
    account->staff =
        good ? (Concordat__V1__StaffRole)staff : CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_UNSPECIFIED;
    return good;
}

static bool read_account_issuer(const char *value, void *row)
{
    struct account *account = row;
    struct identity checked;
    if (!*value)
        return true;
    bool good = identity_set(&checked, value, "x");
    memcpy(account->identity.issuer, checked.issuer, sizeof checked.issuer);
    return good;
}

/* It stands after the issuer: there are both or neither. */
static bool read_account_subject(const char *value, void *row)
{
    struct account *account = row;
    struct identity issuer_alone = account->identity;
    char subject[IDENTITY_BYTES_MAX + 1];
    if (!*value)
        return identity_is_none(&issuer_alone);
    return identity_read_subject(value, subject) &&
           identity_set(&account->identity, issuer_alone.issuer, subject);
}

static bool read_account_password(const char *value, void *row)
{
    struct account *account = row;
    if (!*value)
        return !identity_is_none(&account->identity);
    return strncmp(value, crypto_pwhash_STRPREFIX, strlen(crypto_pwhash_STRPREFIX)) == 0 &&
           line_fields_copy(account->password, sizeof account->password, value);
}

static bool read_account_secret(const char *value, void *row)
{
    struct account *account = row;
    if (!account->password[0])
        return !*value;
    return onetime_read_secret(value, account->secret);
}

static bool read_account_codes(const char *value, void *row)
{
    struct account *account = row;
    account->code_count = 0;
    while (*value && account->code_count < RECOVERY_CODES) {
        size_t size;
        const char *end;
        size_t chars = strcspn(value, ",");
        if (sodium_hex2bin(account->codes[account->code_count], RECOVERY_DIGEST_BYTES, value, chars, NULL,
                           &size, &end) != 0 ||
            size != RECOVERY_DIGEST_BYTES || end != value + chars)
            return false;
        account->code_count++;
        value += chars + (value[chars] == ',');
    }
    return *value == '\0';
}

static bool read_account_disabled(const char *value, void *row)
{
    struct account *account = row;
    account->disabled = strcmp(value, "yes") == 0;
    return account->disabled || strcmp(value, "no") == 0;
}

static bool read_account_lock(const char *value, void *row)
{
    struct account *account = row;
    size_t digits = strspn(value, "0123456789");
    account->lock_minutes = (unsigned)strtoul(value, NULL, 10);
    return digits > 0 && digits <= 2 && !value[digits] && account->lock_minutes <= LOCK_MINUTES_MAX;
}

static bool read_account_name(const char *value, void *row)
{
    struct account *account = row;
    return line_fields_copy(account->name, sizeof account->name, value);
}

static const struct line_field account_fields[] = {
    {"role", read_account_role, "role= is referrer, team, coordinator, auditor or inspector"},
    {"of", read_account_of, "of= is the id of a source, a team, a coordinator or an organisation"},
    {"staff", read_account_staff, "staff= is not one of the roles that the protocol has"},
    {"disabled", read_account_disabled, "disabled= is yes or no"},
    {"lock", read_account_lock, "lock= is minutes, at most 30; 0 is what the site has"},
    {"issuer", read_account_issuer, "issuer= is no https:// address of at most 255 characters"},
    {"subject", read_account_subject,
     "subject= is not 1 to 255 characters of ASCII; it and issuer= stand together, or both are empty"},
    {"password", read_account_password,
     "password= is no argon2id hash; set it with `concordat people reset`"},
    {"secret", read_account_secret,
     "secret= is no base32 of 20 bytes, beside a password; draw one with `concordat people reset`"},
    {"codes", read_account_codes, "codes= is not digests of at most eight recovery codes"},
    {"name", read_account_name, "name= is no name that can be shown, or too long"},
};

size_t account_line_write(const struct account *account, char out[ACCOUNT_LINE_BYTES])
{
    char role[WORDS_MAX], staff[WORDS_MAX] = "unspecified", secret[ONETIME_SECRET_TEXT_BYTES];
    char codes[RECOVERY_CODES * (2 * RECOVERY_DIGEST_BYTES + 1) + 1] = "", subject[IDENTITY_ESCAPED_BYTES];
    words_kebab(&concordat__v1__role__descriptor, (int)account->role, role);
    if (account->staff != CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_UNSPECIFIED)
        words_kebab(&concordat__v1__staff_role__descriptor, (int)account->staff, staff);
    secret[0] = '\0';
    if (account->password[0])
        onetime_write_secret(account->secret, secret);
    identity_write_subject(&account->identity, subject);
    char *at = codes;
    for (size_t i = 0; i < account->code_count; i++) {
        sodium_bin2hex(at, 2 * RECOVERY_DIGEST_BYTES + 1, account->codes[i], RECOVERY_DIGEST_BYTES);
        at = stpcpy(at + 2 * RECOVERY_DIGEST_BYTES, i + 1 < account->code_count ? "," : "");
    }
    int size = snprintf(
        out, ACCOUNT_LINE_BYTES,
        "%s role=%s of=%s staff=%s disabled=%s lock=%u issuer=%s subject=%s password=%s secret=%s codes=%s "
        "name=%s\n",
        account->id, role, account->of, staff, account->disabled ? "yes" : "no", account->lock_minutes,
        account->identity.issuer, subject, account->password, secret, codes, account->name);
    assert(size > 0 && size < ACCOUNT_LINE_BYTES);
    sodium_memzero(secret, sizeof secret);
    return (size_t)size;
}

const char *account_line_read(char *line, struct account *account)
{
    char *rest = line;
    *account = (struct account){0};
    const char *id = strsep(&rest, " ");
    if (!person_id_is(id))
        return "it does not begin with an id such as p117";
    strcpy(account->id, id);
    return line_fields_read(rest, account_fields, sizeof account_fields / sizeof *account_fields, account);
}
