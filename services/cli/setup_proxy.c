/* setup_proxy.c: see setup_proxy.h. */
#include "services/cli/setup_proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/cli/setup_examples.h"

static const char proxy_heading[] =
    "# Made by `concordat setup`, which never changes it again: it is yours. The comments say why each rule is there.\n\n";

static const char own_certificate[] = "/etc/ssl/certs/concordat-self-signed.pem",
                  own_key[] = "/etc/ssl/private/concordat-self-signed.key";

bool setup_proxy_is_planned(const struct setup_answers *answers)
{
    return strcmp(answers->certificate, "none") != 0;
}

const char setup_proxy_site[] = "/etc/nginx/sites-available/concordat";

bool setup_proxy_signs_itself(const char *certificate)
{
    return strcmp(certificate, own_certificate) == 0;
}

static bool signs_itself(const struct setup_answers *answers)
{
    return strcmp(answers->certificate, "self-signed") == 0;
}

static char *proxy_text(const struct setup_answers *answers)
{
    const char *const values[NGINX_GAPS] = {
        [NGINX_HEADING] = proxy_heading,
        [NGINX_SOCKET] = "/run/concordat-gateway.sock",
        [NGINX_HOST] = answers->host,
        [NGINX_CERTIFICATE] = signs_itself(answers) ? own_certificate : answers->certificate,
        [NGINX_CERTIFICATE_KEY] = signs_itself(answers) ? own_key : answers->certificate_key,
    };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; out && i <= NGINX_GAPS; i++)
        fprintf(out, "%s%s", setup_nginx_pieces[i], i < NGINX_GAPS ? values[i] : "");
    if (out && fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void setup_proxy_plan(struct plan *plan, const struct setup_answers *answers)
{
    if (!setup_proxy_is_planned(answers))
        return;
    if (signs_itself(answers)) {
        plan_folder(plan, "/etc/ssl/certs", false);
        plan_folder(plan, "/etc/ssl/private", false);
        plan_certificate(plan, own_certificate, own_key, answers->host);
    }
    plan_folder(plan, "/etc/nginx/sites-available", false);
    plan_folder(plan, "/etc/nginx/sites-enabled", false);
    plan_file(plan, setup_proxy_site, proxy_text(answers));
    plan_link(plan, "/etc/nginx/sites-enabled/concordat", setup_proxy_site);
}
