/* ledger_tool.c: concordat-ledger: copies the router's ledger and keys, puts them back, moves them, and
 * checks them. */
#include <argp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/ledger.h"
#include "broker/tools/backup.h"
#include "broker/tools/copy.h"
#include "broker/tools/restore.h"
#include "proto/words/program.h"

const char *argp_program_version = "concordat-ledger " CONCORDAT_VERSION;

struct ledger_tool_options {
    const char *verb;
    const char *from, *into; /* copy */
    const char *state, *to, *keys_to, *ledger, *keys;
    unsigned keep_days;
};

enum { OPTION_KEYS_TO = 0x300, OPTION_KEEP_DAYS };

static const struct argp_option ledger_tool_option_list[] = {
    {"state", 's', "FOLDER", 0, "The router's state folder", 0},
    {"to", 't', "FOLDER", 0, "backup: where the ledger's copy goes", 0},
    {"keys-to", OPTION_KEYS_TO, "FOLDER", 0, "backup: where the copy of the keys goes (that of --to)", 0},
    {"keep-days", OPTION_KEEP_DAYS, "DAYS", 0,
     "backup: once the new copies are there, remove those that are older (none are removed)", 0},
    {"ledger", 'l', "FILE", 0, "restore, verify: the ledger's copy", 0},
    {"keys", 'k', "FILE", 0, "restore, verify: the copy of the keys that was made with it", 0},
    {0}};

static const char ledger_tool_doc[] =
    "Copies the router's ledger and the keys of its referrals while the router runs, puts a copy back, "
    "checks copies, and moves a ledger to servers and back."
    "\v"
    "backup makes concordat-TIME.ledger and concordat-TIME.keys: what was on disk at one moment, synced, read "
    "back and checked before the two have their names. The router goes on meanwhile. Without the master key "
    "nobody can read what either says of a person. Keep the keys on other media than the ledgers, and no "
    "longer than RETENTION.md says.\n\n"
    "restore puts a pair into an empty state folder, for that folder's owner. All of it is checked before a "
    "router can start from it.\n\n"
    "verify checks a copy, or the files of a router: the chain from the first event to the last, whether each "
    "event follows by the router's own rules, the sealed texts (of a copy), and whether each referral has its "
    "key.\n\n"
    "copy takes a ledger and its keys from one place to another, where the router then goes on: from a state "
    "folder to servers (postgresql://...), or back. It copies all events, checks each chain value, and leaves out "
    "what the other place has already. While the router runs on FROM it copies what there is, and says that it is "
    "not finished: stop the router, and run the same again for the rest. Until then no router leads TO, and from "
    "then on none leads FROM. What was broken off goes on in the same way.\n\n"
    "schema prints the statements by which the owner of an empty PostgreSQL database makes a ledger's tables and "
    "its roles, for routers on several machines.\n\n"
    "backup, restore and verify print the recovery point: the last event, its time and chain value, and the number of cases.\n\n"
    "Exit codes:\n"
    "    0  done\n"
    "    1  refused, and the last line says why; or done, and a line says what somebody should look after\n"
    "  100  an option is wrong\n"
    "  101  a bug: an assertion failed\n"
    "  111  disk or memory\n\n"
    "Examples:\n"
    "  concordat-ledger backup --state /var/lib/concordat-broker --to /mnt/a --keys-to /mnt/b --keep-days 34\n"
    "  concordat-ledger verify --ledger /mnt/a/concordat-2026-11-30T02-00-00.000Z.ledger\n"
    "  concordat-ledger restore --ledger FILE.ledger --keys FILE.keys --state /var/lib/concordat-broker\n"
    "  concordat-ledger copy /var/lib/concordat-broker 'postgresql://concordat_broker@a,b,c/concordat?passfile=FILE'";

static void take_keep_days(const char *text, struct argp_state *state, unsigned *days)
{
    char *end = NULL;
    unsigned long given = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || given < 1 || given > 100000)
        argp_error(state, "--keep-days takes a number of days, from 1");
    *days = (unsigned)given;
}

static void check_ledger_tool(struct argp_state *state, struct ledger_tool_options *o)
{
    const char *verb = o->verb ? o->verb : "";
    if (strcmp(verb, "backup") == 0    ? !o->state || !o->to
        : strcmp(verb, "restore") == 0 ? !o->ledger || !o->keys || !o->state
        : strcmp(verb, "verify") == 0  ? !o->ledger
        : strcmp(verb, "copy") == 0    ? !o->into
                                       : strcmp(verb, "schema") != 0)
        argp_error(state,
                   "say backup --state --to, restore --ledger --keys --state, verify --ledger, copy FROM TO, "
                   "or schema");
    if (!o->keys_to)
        o->keys_to = o->to;
}

static void take_ledger_tool_word(char *word, struct argp_state *state, struct ledger_tool_options *o)
{
    bool copies = o->verb && strcmp(o->verb, "copy") == 0;
    const char **place = !o->verb ? &o->verb : !o->from ? &o->from : &o->into;
    if (*place || (o->verb && !copies))
        argp_error(state, "\"%.40s\" is too much", word);
    *place = word;
}

static error_t parse_ledger_tool_option(int key, char *value, struct argp_state *state)
{
    struct ledger_tool_options *o = state->input;
    switch (key) {
    case 's':
        o->state = value;
        return 0;
    case 't':
        o->to = value;
        return 0;
    case OPTION_KEYS_TO:
        o->keys_to = value;
        return 0;
    case OPTION_KEEP_DAYS:
        take_keep_days(value, state, &o->keep_days);
        return 0;
    case 'l':
        o->ledger = value;
        return 0;
    case 'k':
        o->keys = value;
        return 0;
    case ARGP_KEY_ARG:
        take_ledger_tool_word(value, state, o);
        return 0;
    case ARGP_KEY_END:
        check_ledger_tool(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum exit_code verify_pair(const struct pair *pair)
{
    struct pair_check check = {0};
    enum exit_code code = pair_check(pair, &check);
    if (code == CODE_DONE)
        code = pair_print(pair, &check);
    else
        fprintf(stderr, "concordat-ledger: %s\n", check.message);
    pair_check_close(&check);
    return code;
}

static enum exit_code run_ledger_tool(const struct ledger_tool_options *o)
{
    struct pair pair = {0};
    if (strcmp(o->verb, "schema") == 0)
        return fputs(ledger_schema, stdout) == EOF ? CODE_ENVIRONMENT : CODE_DONE;
    if (strcmp(o->verb, "copy") == 0)
        return copy_ledger(o->from, o->into);
    if (strcmp(o->verb, "backup") == 0)
        return backup_make(&(struct backup_order){o->state, o->to, o->keys_to, o->keep_days});
    if ((size_t)snprintf(pair.ledger, sizeof pair.ledger, "%s", o->ledger) >= sizeof pair.ledger ||
        (size_t)snprintf(pair.keys, sizeof pair.keys, "%s", o->keys ? o->keys : "") >= sizeof pair.keys) {
        fprintf(stderr, "concordat-ledger: the path is too long\n");
        return CODE_USAGE;
    }
    return strcmp(o->verb, "restore") == 0 ? restore_pair(&pair, o->state) : verify_pair(&pair);
}

int main(int argc, char **argv)
{
    const struct argp argp = {.options = ledger_tool_option_list,
                              .parser = parse_ledger_tool_option,
                              .args_doc = "backup|restore|verify|schema\ncopy FROM TO",
                              .doc = ledger_tool_doc};
    struct ledger_tool_options options = {0};
    program_begin();
    argp_err_exit_status = CODE_USAGE;
    program_take_options(&argp, argc, argv, 0, &options);
    if (sodium_init() < 0) {
        fprintf(stderr, "concordat-ledger: no source of random numbers\n");
        return CODE_ENVIRONMENT;
    }
    return (int)run_ledger_tool(&options);
}
