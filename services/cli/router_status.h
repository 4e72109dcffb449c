/* router_status.h: the option of `concordat status` that asks how the router itself stands. One thread. */
#ifndef CONCORDAT_CLI_ROUTER_STATUS_H
#define CONCORDAT_CLI_ROUTER_STATUS_H

#include <argp.h>

/* Shows the option in the help of `status`. It takes the place of a case, so beside one it is refused. */
extern const struct argp router_status_argp;

#endif
