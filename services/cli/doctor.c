/* doctor.c: `concordat doctor`: looks at an installation, and says what to do. */
#include "services/cli/doctor.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/program.h"
#include "services/cli/command.h"
#include "services/cli/doctor_checks.h"

static const struct doctor_check {
    const char *name, *summary;
    void (*look)(struct doctor *doctor);
} doctor_checks[] = {
    {"policy", "what the router says of it, gaps, bank holidays", doctor_check_policy},
    {"rights", "who owns, reads and writes keys, state and settings", doctor_check_rights},
    {"keys", "both halves of each pair, and whom it is for", doctor_check_keys},
    {"clock", "whether this machine's is synchronised", doctor_check_clock},
    {"disk", "free room of each state folder", doctor_check_disk},
    {"programs", "installed, and of one version", doctor_check_programs},
    {"formats", "what is stored is of this version", doctor_check_formats},
    {"running", "each runs, and is the one that is installed", doctor_check_running},
    {"ports", "nothing listens but where its settings say", doctor_check_ports},
    {"units", "enabled, active, seldom restarted", doctor_check_units},
    {"router", "it answers, and what it says of itself", doctor_check_router},
    {"intakes", "each answers a device", doctor_check_intakes},
    {"gateway", "its socket answers", doctor_check_gateway},
    {"certificate", "readable, for the right name, with its key, for 30 days", doctor_check_certificate},
    {"proxy", "it answers, and lets no forged header through", doctor_check_proxy},
};
enum { DOCTOR_CHECKS = sizeof doctor_checks / sizeof *doctor_checks };

enum { OPTION_DOCTOR_ROOT = 0x280, OPTION_DOCTOR_ALL, OPTION_DOCTOR_ONLY };

static const struct argp_option doctor_options[] = {
    {"all", OPTION_DOCTOR_ALL, 0, 0, "Print what is well too", 0},
    {"only", OPTION_DOCTOR_ONLY, "CHECK", 0, "Look at one of the checks alone, such as keys", 0},
    {"root", OPTION_DOCTOR_ROOT, "FOLDER", 0, "The site stands under a folder, as `setup --root` makes it",
     0},
    {0}};

static const char doctor_says[] =
    "Look at this machine's part of a site, and say what is wrong and what to do.\v"
    "It reads, and changes nothing. Each line is one finding: the file, what is wrong, what to do. \"not looked at\" is "
    "neither well nor wrong: look yourself. Run it as root, because keys are root's. It prints nothing about a person.\n\n"
    "Checks:\n";

static const char doctor_ends[] =
    "\nExit codes: 0 nothing needs somebody, of what was looked at; 1 something needs somebody; 100 the command line is "
    "wrong, or there is no site.\n\n"
    "  concordat doctor\n"
    "  concordat doctor --all\n"
    "  concordat doctor --only certificate";

struct doctor_input {
    struct doctor doctor;
    const struct doctor_check *only;
};

static void doctor_close(struct doctor *doctor)
{
    free(doctor->names);
    free(doctor->policy_said);
    doctor->names = NULL;
    doctor->policy_said = NULL;
}

/* --- the command ---------------------------------------------------------------------------------------- */

static const struct doctor_check *check_named(const char *name)
{
    for (size_t i = 0; i < DOCTOR_CHECKS; i++)
        if (strcmp(doctor_checks[i].name, name) == 0)
            return &doctor_checks[i];
    return NULL;
}

static error_t parse_doctor_option(int key, char *argument, struct argp_state *state)
{
    struct doctor_input *input = state->input;
    if (key == OPTION_DOCTOR_ALL)
        input->doctor.all = true;
    else if (key == OPTION_DOCTOR_ROOT)
        input->doctor.root = argument;
    else if (key == OPTION_DOCTOR_ONLY && !(input->only = check_named(argument)))
        argp_error(state, "there is no check \"%.40s\"; --help lists them", argument);
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "\"%.40s\" is too much", argument);
    return key == OPTION_DOCTOR_ALL || key == OPTION_DOCTOR_ROOT || key == OPTION_DOCTOR_ONLY
               ? 0
               : ARGP_ERR_UNKNOWN;
}

static char *doc_of_doctor(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs(doctor_says, out);
    for (size_t i = 0; i < DOCTOR_CHECKS; i++)
        fprintf(out, "  %-11s  %s\n", doctor_checks[i].name, doctor_checks[i].summary);
    fputs(doctor_ends, out);
    return fclose(out) == 0 ? text : NULL;
}

/* "" or an absolute path without a slash at its end, as it stands in command lines and settings. */
static bool settle_root(struct doctor *doctor, char out[PATH_MAX])
{
    if (doctor->root[0] && !realpath(doctor->root, out)) {
        fprintf(stderr, "concordat: %s: %s\n", doctor->root, strerror(errno));
        return false;
    }
    if (doctor->root[0])
        doctor->root = strcmp(out, "/") == 0 ? "" : out;
    if (!doctor->root[0] && geteuid() != 0) {
        fprintf(stderr, "concordat: only root may look at all of a machine: use sudo, or --root\n");
        return false;
    }
    return true;
}

static enum exit_code look_at_all(struct doctor *doctor, const struct doctor_check *only)
{
    doctor_find_parts(doctor);
    if (doctor->part_count == 0) {
        fprintf(stderr,
                "concordat: %s/etc/default has no settings of Concordat: `concordat setup` makes a site\n",
                doctor->root);
        return CODE_USAGE;
    }
    for (size_t i = 0; i < DOCTOR_CHECKS; i++)
        if (!only || only == &doctor_checks[i])
            doctor_checks[i].look(doctor);
    printf("%u were looked at: ", doctor->looked);
    printf(doctor->wrong == 0   ? "nothing needs somebody"
           : doctor->wrong == 1 ? "1 needs somebody"
                                : "%u need somebody",
           doctor->wrong);
    printf(doctor->unseen ? "; %u were not looked at.\n" : ".\n", doctor->unseen);
    return doctor->wrong ? CODE_REFUSED : CODE_DONE;
}

enum exit_code command_doctor(const struct subcommand *command, int argc, char **argv)
{
    char root[PATH_MAX], *doc = doc_of_doctor();
    const struct argp argp = {
        .options = doctor_options, .parser = parse_doctor_option, .doc = doc ? doc : doctor_says};
    struct doctor_input input = {.doctor = {.root = ""}};
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    free(doc);
    if (sodium_init() < 0) {
        fprintf(stderr, "concordat: no source of random numbers\n");
        return CODE_ENVIRONMENT;
    }
    if (!settle_root(&input.doctor, root))
        return CODE_USAGE;
    enum exit_code code = look_at_all(&input.doctor, input.only);
    doctor_close(&input.doctor);
    return code;
}
