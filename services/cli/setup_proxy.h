/* setup_proxy.h: the proxy between browsers and the gateway: nginx, with the rules of
 * deploy/examples/nginx.conf. One thread. */
#ifndef CONCORDAT_CLI_SETUP_PROXY_H
#define CONCORDAT_CLI_SETUP_PROXY_H

#include "services/cli/setup_answers.h"
#include "services/cli/setup_plan.h"

/* The path of the site of nginx, on the site's machine. */
extern const char setup_proxy_site[];
/* Whether a certificate is the one that this machine signed itself for trying out. */
bool setup_proxy_signs_itself(const char *certificate);

/* Whether the answers name a certificate: without one there is no proxy. */
bool setup_proxy_is_planned(const struct setup_answers *answers);
/* Plans the site of nginx, and a certificate that signs itself if that is asked for. */
void setup_proxy_plan(struct plan *plan, const struct setup_answers *answers);

#endif
