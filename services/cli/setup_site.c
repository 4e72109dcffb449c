/* setup_site.c: see setup_site.h. */
#include "services/cli/setup_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ids and sources have at most 32 characters. */
enum { SITE_PATH_BYTES = 256 };

static const char private_folder[] = SETUP_ETC "/private", keys_folder[] = SETUP_ETC "/keys";

/* systemd gives the gateway a copy of each file of the folder of its credential "desks". */
static const char desk_credential[] = "/run/credentials/concordat-gateway.service/desks_";

void setup_site_plan_folders(struct plan *plan, const struct setup_answers *answers)
{
    char path[SITE_PATH_BYTES];
    plan_folder(plan, SETUP_ETC, false);
    plan_folder(plan, keys_folder, false);
    plan_folder(plan, private_folder, true);
    plan_folder(plan, SETUP_DESKS_FOLDER, true);
    for (size_t i = 0; i < answers->source_count; i++) {
        snprintf(path, sizeof path, "%s/devices-%s", SETUP_ETC, answers->sources[i].name);
        plan_folder(plan, path, false);
    }
    plan_folder(plan, "/etc/default", false);
}

/* --- keys --------------------------------------------------------------------------------------------- */

static void plan_key_in(struct plan *plan, const char *name, const char *role, const char *of,
                        const char *secret_folder, const char *public_folder)
{
    char path[SITE_PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s.key", public_folder, name);
    plan_key(plan, name, role, of, secret_folder, path);
}

/* The id of a coordinator or team is the name of its key, so nothing else may be called so. */
static void check_names_are_free(struct plan *plan, const struct setup_answers *answers,
                                 const struct setup_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *id = names->rows[i].id;
        bool taken = strcmp(id, "audit") == 0;
        for (size_t j = 0; j < answers->source_count; j++)
            taken |= strcmp(id, answers->sources[j].name) == 0;
        for (size_t j = 0; j < i; j++)
            taken |= strcmp(id, names->rows[j].id) == 0;
        if (taken)
            plan_fault(
                plan,
                "the id \"%s\" of the %s \"%s\" is the name of another key too (of a source, the audit, or another "
                "with that id); give the %s another id",
                id, names->rows[i].role, names->rows[i].name, names->rows[i].role);
    }
}

static void plan_keys(struct plan *plan, const struct setup_answers *answers, const struct setup_names *names)
{
    plan_key_in(plan, "broker", "server", "broker", private_folder, SETUP_ETC);
    plan_key_in(plan, "audit", "inspector", answers->organisation, private_folder, keys_folder);
    for (size_t i = 0; i < answers->source_count; i++) {
        char devices[SITE_PATH_BYTES / 2];
        const char *name = answers->sources[i].name;
        snprintf(devices, sizeof devices, "%s/devices-%s", SETUP_ETC, name);
        plan_key_in(plan, name, "source", name, private_folder, keys_folder);
        plan_key_in(plan, name, "referrer", name, SETUP_DESKS_FOLDER, devices);
    }
    for (size_t i = 0; i < names->count; i++)
        plan_key_in(plan, names->rows[i].id, names->rows[i].role, names->rows[i].id, SETUP_DESKS_FOLDER,
                    keys_folder);
    plan_master_key(plan, SETUP_ETC "/private/master-key");
}

/* --- settings ----------------------------------------------------------------------------------------- */

/* As systemd reads it between quotation marks. */
static void write_setting_part(FILE *out, const char *text)
{
    for (; *text; text++)
        fprintf(out, strchr("\"\\`$", *text) ? "\\%c" : "%c", *text);
}

/* A line of a file that systemd reads into the environment: KEY="value", whose value may have two parts. */
static void write_setting(FILE *out, const char *key, const char *value, const char *more)
{
    fprintf(out, "%s=\"", key);
    write_setting_part(out, value);
    write_setting_part(out, more);
    fputs("\"\n", out);
}

static void write_endpoint(FILE *out, const char *key, unsigned port)
{
    fprintf(out, "%s=\"tcp://127.0.0.1:%u\"\n", key, port);
}

static void write_ring(FILE *out, const struct setup_name *coordinator)
{
    char number[64];
    snprintf(number, sizeof number, " %s", coordinator->telephone);
    fputs("# Whom people ring if nothing answers.\n", out);
    write_setting(out, "CONCORDAT_RING", coordinator->name, number);
}

static void write_broker_settings(FILE *out, const struct setup_answers *answers)
{
    fputs("# Where services and teams connect. For other machines too: the address of this one.\n", out);
    write_endpoint(out, "CONCORDAT_LISTEN", answers->port);
}

static void write_gateway_settings(FILE *out, const struct setup_answers *answers,
                                   const struct setup_name *coordinator)
{
    fputs("# The address in people's browsers.\n", out);
    write_setting(out, "CONCORDAT_ORIGIN", "https://", answers->host);
    write_endpoint(out, "CONCORDAT_BROKER", answers->port);
    write_ring(out, coordinator);
    fputs("# More options: `concordat-gateway --help` lists them.\n"
          "CONCORDAT_MORE=\"--trail=/var/lib/concordat-audit/trail.db\"\n",
          out);
}

static void write_intake_settings(FILE *out, const struct setup_answers *answers,
                                  const struct setup_source *source, const struct setup_name *coordinator)
{
    fputs(
        "# The organisation and the site of a referral that names none; the site is an id of the policy, if that has sites.\n",
        out);
    write_setting(out, "CONCORDAT_ORGANISATION", source->organisation, "");
    write_setting(out, "CONCORDAT_SITE", source->name, "");
    write_ring(out, coordinator);
    fputs("# Where devices connect.\n", out);
    write_endpoint(out, "CONCORDAT_LISTEN", source->port);
    write_endpoint(out, "CONCORDAT_BROKER", answers->port);
}

/* The key of each desk, as the gateway is given it; a source's is at its intake. */
static void write_desks(FILE *out, const struct setup_answers *answers, const struct setup_names *names)
{
    fputs(
        "# The teams, coordinators and sources whose people sign in here. `concordat-gateway --help` says how a line is\n"
        "# written. A new key stands in " SETUP_DESKS_FOLDER "; then restart the gateway.\n",
        out);
    for (size_t i = 0; i < names->count; i++)
        fprintf(out, "%s%s.key_secret\n", desk_credential, names->rows[i].id);
    for (size_t i = 0; i < answers->source_count; i++) {
        const struct setup_source *source = &answers->sources[i];
        fprintf(out, "%s%s.key_secret tcp://127.0.0.1:%u %s/%s.key\n", desk_credential, source->name,
                source->port, keys_folder, source->name);
    }
}

enum site_file { SITE_BROKER, SITE_AUDIT, SITE_GATEWAY, SITE_DESKS, SITE_INTAKES };

/* The text of one of these, or of the intake of a source from SITE_INTAKES on; NULL: no memory. */
static char *site_text(int which, const struct setup_answers *answers, const struct setup_names *names)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    if (which == SITE_BROKER)
        write_broker_settings(out, answers);
    else if (which == SITE_AUDIT)
        write_endpoint(out, "CONCORDAT_BROKER", answers->port);
    else if (which == SITE_GATEWAY)
        write_gateway_settings(out, answers, &names->rows[0]);
    else if (which == SITE_DESKS)
        write_desks(out, answers, names);
    else
        write_intake_settings(out, answers, &answers->sources[which - SITE_INTAKES], &names->rows[0]);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void setup_site_plan(struct plan *plan, const struct setup_answers *answers, const struct setup_names *names)
{
    static const char *const paths[] = {
        [SITE_BROKER] = "/etc/default/concordat-broker",
        [SITE_AUDIT] = "/etc/default/concordat-audit",
        [SITE_GATEWAY] = "/etc/default/concordat-gateway",
    };
    char path[SITE_PATH_BYTES];
    check_names_are_free(plan, answers, names);
    if (plan->failed)
        return;
    plan_keys(plan, answers, names);
    for (int i = 0; i < SITE_DESKS; i++)
        plan_file(plan, paths[i], site_text(i, answers, names));
    for (size_t i = 0; i < answers->source_count; i++) {
        snprintf(path, sizeof path, "/etc/default/concordat-intake-%s", answers->sources[i].name);
        plan_file(plan, path, site_text(SITE_INTAKES + (int)i, answers, names));
    }
    plan_desks(plan, SETUP_ETC "/desks", site_text(SITE_DESKS, answers, names));
}
