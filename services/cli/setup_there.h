/* setup_there.h: what a site that is on this machine already says of itself: in the settings of its units
 * (/etc/default), its keys, and the site of its proxy. One thread. */
#ifndef CONCORDAT_CLI_SETUP_THERE_H
#define CONCORDAT_CLI_SETUP_THERE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* A value that is not there, or not written as `concordat setup` writes it, is "", 0 or false. */
struct setup_there {
    bool has_site, has_people; /* a policy; somebody who may sign in */
    char organisation[16];     /* that runs the site */
    char host[256];
    char sources[160];                                     /* as --sources takes them */
    unsigned port;                                         /* of the router */
    char certificate[PATH_MAX], certificate_key[PATH_MAX]; /* as --certificate takes it */
};

/* Looks under a root; "" is this machine. */
void setup_there_look(struct setup_there *there, const char *root);

/* Reads a variable of a unit's settings, "concordat-broker" or such, as systemd does. False if it is not
 * there, or does not fit: value is then "". */
bool setup_there_setting(const char *root, const char *unit, const char *variable, char *value, size_t size);

#endif
