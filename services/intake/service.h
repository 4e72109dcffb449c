/* service.h: the intake as a whole: one loop over its devices, the broker, its keys and its signals. */
#ifndef CONCORDAT_INTAKE_SERVICE_H
#define CONCORDAT_INTAKE_SERVICE_H

#include "services/intake/commands.h"

struct service_config {
    struct referral_site site;
    struct ring ring;
    const char *state_folder;
    const char *listen;
    const char *key_path;
    const char *old_key_path;   /* the secret key before; NULL: none */
    const char *form_keys_path; /* an earlier outbox, for its form keys; NULL: none */
    const char *keys_folder;
    const char *broker;
    const char *broker_key_path;
    const char *metrics_path; /* figures for Prometheus; NULL: nobody asks */
    uint32_t retention_days;  /* how long a closed or refused referral stays in the outbox */
};

/* Runs until SIGTERM or SIGINT, or until the disk, memory or the network fails. Returns the program's exit
 * code; standard error says why. Borrows the texts. */
int service_run(const struct service_config *config);

#endif
