/* setup_partner.c: see setup_partner.h. */
#include "services/cli/setup_partner.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/cli/setup_site.h"
#include "services/cli/setup_there.h"

#define PARTNERS_FOLDER SETUP_ETC "/private/partners"

enum {
    PARTNER_NAME_CHARS_MAX = 63,
    PARTNER_OF_CHARS_MAX = 32,
    PARTNER_PATH_BYTES = 256,
    ENDPOINT_BYTES = 300
};

static const char id_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

/* What may be admitted. */
static const struct partner_role {
    const char *role;
    bool in_policy; /* the policy names whose key it is */
    bool at_intake; /* the intake of its source admits it, and not the router */
} partner_roles[] = {
    {"referrer", false, true}, {"team", true, false},       {"coordinator", true, false},
    {"auditor", false, false}, {"inspector", false, false},
};

static const struct partner_role *partner_role_find(const char *role)
{
    for (size_t i = 0; i < sizeof partner_roles / sizeof *partner_roles; i++)
        if (strcmp(partner_roles[i].role, role) == 0)
            return &partner_roles[i];
    return NULL;
}

static bool is_named_in(const struct setup_names *names, const struct setup_partner *partner)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->rows[i].role, partner->role) == 0 && strcmp(names->rows[i].id, partner->of) == 0)
            return true;
    return false;
}

static bool is_id_of_at_most(const char *text, size_t chars_max)
{
    size_t size = strlen(text);
    return size > 0 && size <= chars_max && strspn(text, id_letters) == size && text[0] != '-';
}

/* Writes the folder that admits the key. */
static void check_partner(struct plan *plan, const struct setup_partner *partner,
                          const struct partner_role *row, const struct setup_names *names,
                          char folder[PARTNER_PATH_BYTES])
{
    char path[PATH_MAX];
    if (!is_id_of_at_most(partner->name, PARTNER_NAME_CHARS_MAX) ||
        !is_id_of_at_most(partner->of, PARTNER_OF_CHARS_MAX)) {
        plan_fault(plan, "\"%.64s\" of \"%.33s\": write a name and an id of letters, digits and -",
                   partner->name, partner->of);
        return;
    }
    snprintf(folder, PARTNER_PATH_BYTES, row->at_intake ? "%s/devices-%s" : "%s/keys%.0s", SETUP_ETC,
             partner->of);
    if (access(plan_path(plan, folder, path), F_OK) != 0)
        plan_fault(
            plan,
            row->at_intake
                ? "%s is not there: \"%s\" is no source of this site; --of is one, such as street-triage"
                : "%s is not there: there is no site on this machine yet; run `concordat setup`%.0s",
            path, partner->of);
    else if (row->in_policy && !is_named_in(names, partner))
        plan_fault(plan, "there is no %s \"%s\" in %s/region.yaml; write its id with --of", partner->role,
                   partner->of, SETUP_ETC);
}

/* The address at which the partner reaches us: the name of the site's machine, with the port at which the
 * unit listens. It listens on every address, 127.0.0.1 too, so that nothing else of the site has to change.
 */
static void say_address(const char *root, const char *unit, const char *service)
{
    char listens[ENDPOINT_BYTES], host[ENDPOINT_BYTES];
    (void)setup_there_setting(root, unit, "CONCORDAT_LISTEN", listens, sizeof listens);
    (void)setup_there_setting(root, "concordat-gateway", "CONCORDAT_ORIGIN", host, sizeof host);
    const char *name = strncmp(host, "https://", 8) == 0 ? host + 8 : "THIS-MACHINE",
               *colon = strrchr(listens, ':'), *port = colon ? colon + 1 : "PORT";
    printf("  3. The address tcp://%s:%s.\n", name, port);
    if (!colon || strncmp(listens, "tcp://127.", 10) == 0)
        printf(
            "\nThat address is not open yet. In /etc/default/%s write\n\n"
            "  CONCORDAT_LISTEN=\"tcp://0.0.0.0:%s\"\n\n"
            "and then `systemctl restart %s`. It means every address of this machine, 127.0.0.1 too, so nothing else\n"
            "has to change. Only a key that was admitted is answered; all the same, a firewall should let known machines\n"
            "alone come to port %s.\n",
            unit, port, service, port);
}

static void say_how_to_hand_over(const char *root, const struct setup_partner *partner,
                                 const struct partner_role *row)
{
    char server[PARTNER_PATH_BYTES], unit[PARTNER_PATH_BYTES], service[PARTNER_PATH_BYTES];
    snprintf(server, sizeof server, row->at_intake ? "%s/keys/%s.key" : "%s/broker.key%.0s", SETUP_ETC,
             partner->of);
    snprintf(unit, sizeof unit, row->at_intake ? "concordat-intake-%s" : "concordat-broker%.0s", partner->of);
    snprintf(service, sizeof service, row->at_intake ? "concordat-intake@%s" : "concordat-broker%.0s",
             partner->of);
    printf("\n%s is let in, as %s of %s. Three things go to them:\n\n"
           "  1. " PARTNERS_FOLDER
           "/%s.key_secret, their secret key. Hand it over by scp or on a stick, never by e-mail, and\n"
           "     delete it here then. On their machine it is for the program's user alone (mode 0600).\n"
           "  2. %s, the public key of this end, by which they know that it is us.\n",
           partner->name, partner->role, partner->of, partner->name, server);
    say_address(root, unit, service);
    printf(
        "\nIf the secret key may have been seen, delete the public one, and make another with a new name.\n");
}

enum exit_code setup_partner_admit(struct plan *plan, const struct setup_partner *partner,
                                   const struct setup_names *names, bool dry_run)
{
    char folder[PARTNER_PATH_BYTES], path[PARTNER_PATH_BYTES + PARTNER_NAME_CHARS_MAX + 8];
    const struct partner_role *row = partner_role_find(partner->role);
    if (!row) {
        plan_fault(plan, "--role is referrer, team, coordinator, auditor or inspector");
        return CODE_USAGE;
    }
    check_partner(plan, partner, row, names, folder);
    if (plan->failed)
        return CODE_USAGE;
    snprintf(path, sizeof path, "%s/%s.key", folder, partner->name);
    plan_folder(plan, PARTNERS_FOLDER, true);
    plan_key(plan, partner->name, partner->role, partner->of, PARTNERS_FOLDER, path);
    if (plan->failed)
        return CODE_USAGE;
    if (dry_run) {
        plan_show(plan);
        return CODE_DONE;
    }
    if (!plan_make(plan))
        return CODE_ENVIRONMENT;
    say_how_to_hand_over(plan->root, partner, row);
    return CODE_DONE;
}
