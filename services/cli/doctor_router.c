/* doctor_router.c: whether the router and each intake answer a client with a key of this machine, and what
 * the router says of itself. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/client/client.h"
#include "proto/words/now.h"
#include "services/cli/doctor_checks.h"
#include "services/cli/setup_site.h"
#include "services/desk/show_standing.h"

enum {
    ANSWER_MS = 5000,
    MINUTE_MS = 60 * 1000,
    CLOCKS_DIFFER_MS = 2 * MINUTE_MS,
    CLIENT_FAULT_BYTES = 2 * PATH_MAX,
    ENDPOINT_LIST_BYTES = 1024 /* the router can be on one of several machines */
};

/* A server of ours, and with what it is asked. */
struct asked_server {
    char endpoint[ENDPOINT_LIST_BYTES], server_key[PATH_MAX], key[PATH_MAX];
};

/* The address at which a program of this machine reaches one on which another listens. */
static void reach(const char *listen, char out[DOCTOR_TEXT_BYTES])
{
    const char *colon = strrchr(listen, ':');
    bool everywhere = strncmp(listen, "tcp://*:", 8) == 0 || strncmp(listen, "tcp://0.0.0.0:", 14) == 0;
    if (everywhere && colon)
        snprintf(out, DOCTOR_TEXT_BYTES, "tcp://127.0.0.1%.16s", colon);
    else
        snprintf(out, DOCTOR_TEXT_BYTES, "%s", listen);
}

static struct concordat_client *open_client(struct doctor *doctor, const struct asked_server *server)
{
    char fault[CLIENT_FAULT_BYTES];
    const struct concordat_client_config config = {.endpoint = server->endpoint,
                                                   .server_key_path = server->server_key,
                                                   .key_path = server->key,
                                                   .software = "concordat doctor"};
    struct concordat_client *client = concordat_client_open(&config, fault, sizeof fault);
    if (!client)
        doctor_unseen(doctor, "%s: whether it answers: %s", server->endpoint, fault);
    return client;
}

/* --- the router ----------------------------------------------------------------------------------------- */

static bool use_key(const struct doctor *doctor, const char *shown, struct asked_server *server)
{
    return access(doctor_path(doctor, shown, server->key), R_OK) == 0;
}

/* A key of this machine that may ask how the router stands: the trail's, an intake's, or a coordinator's. */
static bool find_key(struct doctor *doctor, struct asked_server *server)
{
    char shown[PATH_MAX];
    if (doctor_part_of(doctor, PART_AUDIT) && use_key(doctor, SETUP_ETC "/private/audit.key_secret", server))
        return true;
    for (size_t i = 0; i < doctor->part_count; i++) {
        snprintf(shown, sizeof shown, SETUP_ETC "/private/%s.key_secret", doctor->parts[i].source);
        if (doctor->parts[i].kind == PART_INTAKE && use_key(doctor, shown, server))
            return true;
    }
    doctor_ask_of_policy(doctor);
    for (size_t i = 0; i < doctor->name_count; i++) {
        snprintf(shown, sizeof shown, SETUP_DESKS_FOLDER "/%s.key_secret", doctor->names[i].id);
        if (strcmp(doctor->names[i].role, "coordinator") == 0 && use_key(doctor, shown, server))
            return true;
    }
    return false;
}

static bool find_router(const struct doctor *doctor, struct asked_server *server)
{
    const struct doctor_part *router = doctor_part_of(doctor, PART_ROUTER);
    (void)doctor_path(doctor, SETUP_ETC "/broker.key", server->server_key);
    if (router)
        reach(router->listen, server->endpoint);
    for (size_t i = 0; i < doctor->part_count && !server->endpoint[0]; i++)
        (void)doctor_setting(doctor, doctor->parts[i].settings, "CONCORDAT_BROKER", server->endpoint,
                             sizeof server->endpoint);
    return server->endpoint[0] != '\0';
}

static void tell_standing(struct doctor *doctor, const char *endpoint,
                          const Concordat__V1__Standing *standing)
{
    static struct standing_needs needs;
    const char *version = strrchr(standing->software, ' ');
    int64_t ahead_ms = now_wall_ms() - standing->now_ms;
    bool here = doctor_part_of(doctor, PART_ROUTER);
    unsigned told = 0;
    standing_needs(standing, &needs);
    for (size_t i = 0; i < needs.count; i++) {
        bool is_told = needs.of[i] == NEED_OF_ROUTER || (needs.of[i] == NEED_OF_MACHINE && !here);
        if (is_told)
            doctor_wrong(doctor, "the router at %s: %s", endpoint, needs.said[i]);
        told += is_told;
    }
    if (!told)
        doctor_well(doctor, "the router at %s: nothing that it says of itself needs somebody", endpoint);
    if (!version || strcmp(version + 1, CONCORDAT_VERSION) != 0)
        doctor_wrong(doctor,
                     "the router at %s: it is %.60s, and this program of %s; install all of one version",
                     endpoint, standing->software, CONCORDAT_VERSION);
    if (llabs(ahead_ms) > CLOCKS_DIFFER_MS)
        doctor_wrong(doctor,
                     "the clock of this machine: %" PRId64
                     " minutes from that of the router; set the one right that is "
                     "wrong",
                     (int64_t)(llabs(ahead_ms) + MINUTE_MS / 2) / MINUTE_MS);
}

static void tell_answer(struct doctor *doctor, const struct asked_server *server,
                        const Concordat__V1__Message *message)
{
    if (!message)
        doctor_wrong(doctor,
                     "the router at %s: no answer in 5 s; see OPERATE.md, \"The router does not answer\"",
                     server->endpoint);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STANDING)
        tell_standing(doctor, server->endpoint, message->standing);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER &&
             message->answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_UNKNOWN_COMMAND)
        doctor_unseen(doctor, "the router at %s: how it stands: it answers, and is too old to tell",
                      server->endpoint);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        doctor_wrong(doctor, "the router at %s: it refuses the key %s: %.200s", server->endpoint, server->key,
                     message->answer->text);
}

static void ask_router_how_it_stands(struct doctor *doctor, const struct asked_server *server)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStanding question = CONCORDAT__V1__GET_STANDING__INIT;
    struct concordat_client *client = open_client(doctor, server);
    if (!client)
        return;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STANDING;
    request.get_standing = &question;
    tell_answer(doctor, server, concordat_client_request(client, &request, ANSWER_MS));
    concordat_client_close(&client);
}

void doctor_check_router(struct doctor *doctor)
{
    const struct doctor_part *router = doctor_part_of(doctor, PART_ROUTER);
    struct asked_server server = {.endpoint = ""};
    if (!find_router(doctor, &server))
        doctor_unseen(doctor, "the router: no settings here say where it is");
    else if (router && !router->pid)
        doctor_unseen(doctor, "the router at %s: what it says of itself: it does not run", server.endpoint);
    else if (!find_key(doctor, &server))
        doctor_unseen(doctor, "the router at %s: no key here may ask it how it stands", server.endpoint);
    else
        ask_router_how_it_stands(doctor, &server);
}

/* --- intakes -------------------------------------------------------------------------------------------- */

static bool is_welcome(struct concordat_client *client)
{
    int64_t until_ms = now_monotonic_ms() + ANSWER_MS, left_ms;
    while (!concordat_client_connected(client) && (left_ms = until_ms - now_monotonic_ms()) > 0)
        (void)concordat_client_next(client, (int)(left_ms < 100 ? left_ms : 100));
    return concordat_client_connected(client);
}

static void check_intake(struct doctor *doctor, const struct doctor_part *part)
{
    char shown[PATH_MAX];
    struct asked_server server;
    reach(part->listen, server.endpoint);
    snprintf(shown, sizeof shown, SETUP_ETC "/keys/%s.key", part->source);
    (void)doctor_path(doctor, shown, server.server_key);
    snprintf(shown, sizeof shown, SETUP_DESKS_FOLDER "/%s.key_secret", part->source);
    if (!use_key(doctor, shown, &server)) {
        doctor_unseen(doctor, "%s: whether it answers: no device's key is here", part->unit);
        return;
    }
    struct concordat_client *client = open_client(doctor, &server);
    if (!client)
        return;
    if (is_welcome(client))
        doctor_well(doctor, "%s: it answers at %s", part->unit, server.endpoint);
    else
        doctor_wrong(doctor, "%s: no answer at %s with the key %s; see OPERATE.md, \"An intake\"", part->unit,
                     server.endpoint, server.key);
    concordat_client_close(&client);
}

void doctor_check_intakes(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->part_count; i++) {
        const struct doctor_part *part = &doctor->parts[i];
        if (part->kind == PART_INTAKE && part->pid)
            check_intake(doctor, part);
        else if (part->kind == PART_INTAKE)
            doctor_unseen(doctor, "%s: whether it answers: it does not run", part->unit);
    }
}
