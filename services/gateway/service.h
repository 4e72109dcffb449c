/* service.h: the gateway as a whole: one loop over browsers, passwords, the router and its signals. One
 * thread. */
#ifndef CONCORDAT_GATEWAY_SERVICE_H
#define CONCORDAT_GATEWAY_SERVICE_H

#include "services/gateway/single_sign_on.h"

struct gateway_config {
    const char *listen;      /* as listen.h says */
    const char *origin;      /* as browsers see us, such as https://concordat.example */
    const char *people_path; /* as accounts.h says */
    const char *desks_path;  /* as desks_file.h says */
    const char *broker, *broker_key_path;
    const char *trail_path;              /* that concordat-audit keeps; NULL: none is read */
    const char *metrics_path;            /* figures for Prometheus; NULL: nobody asks */
    const char *ring;                    /* whom to ring if it does not work */
    unsigned lock_minutes;               /* a page that nobody touched for so long is locked */
    const struct single_sign_on *single; /* NULL: there is none */
};

/* Runs until SIGTERM or SIGINT. Returns the process's exit code, and has said on standard error what is
 * wrong. */
int gateway_run(const struct gateway_config *config);

#endif
