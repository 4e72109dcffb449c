/* doctor_pages.c: whether pages reach a browser: the gateway's socket, the proxy's certificate, and whether
 * the proxy lets through what only Apache may say. */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/cli/doctor_checks.h"
#include "services/cli/http_question.h"
#include "services/cli/setup_certificate.h"

enum { CERTIFICATE_DAYS = 30, SITE_LINE_BYTES = 1024, HTTPS_PORT = 443, PAGES_FAULT_BYTES = 3 * PATH_MAX };

static const char gateway_socket[] = "/run/concordat-gateway.sock";

/* What nginx's file of the site says. */
struct proxy_site {
    char path[PATH_MAX]; /* of the file, under the root */
    char host[DOCTOR_TEXT_BYTES], listen[DOCTOR_TEXT_BYTES];
    char certificate[PATH_MAX], certificate_key[PATH_MAX];
    int at_host, at_certificate; /* lines; 0: it is not there */
};

/* The name in people's browsers, without https://. */
static bool host_of_origin(const struct doctor *doctor, const struct doctor_part *gateway,
                           char out[DOCTOR_TEXT_BYTES])
{
    char origin[DOCTOR_TEXT_BYTES];
    (void)doctor_setting(doctor, gateway->settings, "CONCORDAT_ORIGIN", origin, sizeof origin);
    const char *host = strstr(origin, "://");
    snprintf(out, DOCTOR_TEXT_BYTES, "%.*s", host ? (int)strcspn(host + 3, ":/") : 0, host ? host + 3 : "");
    return out[0] != '\0';
}

/* --- the gateway's socket ------------------------------------------------------------------------------- */

void doctor_check_gateway(struct doctor *doctor)
{
    const struct doctor_part *gateway = doctor_part_of(doctor, PART_GATEWAY);
    char path[PATH_MAX], host[DOCTOR_TEXT_BYTES];
    if (!gateway)
        return;
    if (!gateway->pid) {
        doctor_unseen(doctor, "%s: whether it answers: it does not run", gateway->unit);
        return;
    }
    if (!host_of_origin(doctor, gateway, host)) {
        doctor_wrong(doctor, "%s: CONCORDAT_ORIGIN is not there, and says the address in browsers; write it",
                     gateway->settings);
        return;
    }
    const struct http_question question = {host, "/sign-in", NULL};
    int status = http_ask_socket(doctor_path(doctor, gateway_socket, path), &question);
    if (status == HTTP_NO_CONNECTION)
        doctor_wrong(doctor, "%s: nothing answers: %s; `systemctl status concordat-gateway.socket`", path,
                     strerror(errno));
    else if (status != 200)
        doctor_wrong(doctor,
                     "%s: the page to sign in at is answered with %d; `journalctl -u concordat-gateway`",
                     path, status);
    else
        doctor_well(doctor, "%s: the gateway answers", path);
}

/* --- what nginx's file says ----------------------------------------------------------------------------- */

/* The first value of a directive, with its line: "ssl_certificate /etc/…;". */
static int take_directive(const char *line, int number, const char *name, char *out, size_t size)
{
    line += strspn(line, " \t");
    size_t length = strlen(name);
    if (out[0] || strncmp(line, name, length) != 0 || !strchr(" \t", line[length]) || !line[length])
        return 0;
    line += length + strspn(line + length, " \t");
    snprintf(out, size, "%.*s", (int)strcspn(line, "; \t\n"), line);
    return number;
}

static void read_proxy_line(struct proxy_site *site, const char *line, int number)
{
    int host = take_directive(line, number, "server_name", site->host, sizeof site->host);
    int at = take_directive(line, number, "ssl_certificate", site->certificate, sizeof site->certificate);
    (void)take_directive(line, number, "ssl_certificate_key", site->certificate_key,
                         sizeof site->certificate_key);
    if (strstr(line, " ssl"))
        (void)take_directive(line, number, "listen", site->listen, sizeof site->listen);
    site->at_host = host ? host : site->at_host;
    site->at_certificate = at ? at : site->at_certificate;
}

/* False if nginx has no site of ours here. */
static bool read_proxy(const struct doctor *doctor, struct proxy_site *site)
{
    static const char *const places[] = {"/etc/nginx/sites-available/concordat",
                                         "/etc/nginx/conf.d/concordat.conf"};
    char line[SITE_LINE_BYTES];
    FILE *file = NULL;
    *site = (struct proxy_site){0};
    for (size_t i = 0; i < sizeof places / sizeof *places && !file; i++)
        file = fopen(doctor_path(doctor, places[i], site->path), "re");
    for (int number = 1; file && fgets(line, sizeof line, file); number++)
        read_proxy_line(site, line, number);
    if (!file)
        return false;
    fclose(file);
    return true;
}

/* --- its certificate ------------------------------------------------------------------------------------ */

/* The fault ends with a remedy for who sets a site up; here it is another. */
static void tell_certificate_fault(struct doctor *doctor, const struct proxy_site *site, char *fault)
{
    char *remedy = strchr(fault, ';');
    if (remedy)
        *remedy = '\0';
    doctor_wrong(
        doctor,
        "%s (named by %s:%d). No browser reaches the pages so: put the right file in its place, then "
        "`systemctl reload nginx`",
        fault, site->path, site->at_certificate);
}

static void check_certificate_end(struct doctor *doctor, const char *path)
{
    int days = certificate_days_left(path);
    if (days < CERTIFICATE_DAYS)
        doctor_wrong(
            doctor,
            "%s: the certificate ends in %d days; get a new one, put it in its place, `systemctl reload nginx`",
            path, days);
    else
        doctor_well(doctor, "%s: the certificate is good for %d days more", path, days);
}

static void check_certificate_of(struct doctor *doctor, const struct proxy_site *site, const char *host)
{
    char path[PATH_MAX], key_path[PATH_MAX], fault[PAGES_FAULT_BYTES];
    (void)doctor_path(doctor, site->certificate, path);
    (void)doctor_path(doctor, site->certificate_key, key_path);
    enum found found = certificate_look(path, key_path, host, fault, sizeof fault);
    if (found == FOUND_NOTHING) {
        snprintf(fault, sizeof fault, "%s and %s: neither is there", path, key_path);
        tell_certificate_fault(doctor, site, fault);
    } else if (found != FOUND_IT) {
        tell_certificate_fault(doctor, site, fault);
    } else {
        check_certificate_end(doctor, path);
    }
    if (strcmp(site->host, host) != 0)
        doctor_wrong(
            doctor,
            "%s:%d: server_name is %s, and the gateway's CONCORDAT_ORIGIN says %s; make the two the same",
            site->path, site->at_host, site->host[0] ? site->host : "missing", host);
}

void doctor_check_certificate(struct doctor *doctor)
{
    const struct doctor_part *gateway = doctor_part_of(doctor, PART_GATEWAY);
    static struct proxy_site site; /* too much for the stack */
    char host[DOCTOR_TEXT_BYTES];
    if (!gateway || !host_of_origin(doctor, gateway, host))
        return;
    if (!read_proxy(doctor, &site))
        doctor_unseen(doctor,
                      "the proxy's certificate: nginx has no site concordat here; look at the proxy's own");
    else if (!site.certificate[0])
        doctor_wrong(doctor, "%s: it names no ssl_certificate; compare it with the example nginx.conf",
                     site.path);
    else
        check_certificate_of(doctor, &site, host);
}

/* --- what it lets through ------------------------------------------------------------------------------- */

/* The address at which this machine reaches the proxy. */
static void address_of(const struct proxy_site *site, char address[INET_ADDRSTRLEN], unsigned *port)
{
    const char *colon = strrchr(site->listen, ':');
    struct in_addr any;
    snprintf(address, INET_ADDRSTRLEN, "%.*s", colon ? (int)(colon - site->listen) : 0, site->listen);
    if (inet_pton(AF_INET, address, &any) != 1 || any.s_addr == INADDR_ANY)
        snprintf(address, INET_ADDRSTRLEN, "127.0.0.1");
    *port = (unsigned)strtoul(colon ? colon + 1 : site->listen, NULL, 10);
    if (!*port)
        *port = HTTPS_PORT;
}

/* Browsers see the certificate that nginx read last. */
static void check_certificate_shown(struct doctor *doctor, const struct proxy_site *site, const X509 *shown)
{
    char path[PATH_MAX];
    FILE *file = fopen(doctor_path(doctor, site->certificate, path), "re");
    X509 *kept = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (kept && shown && X509_cmp(kept, shown) != 0)
        doctor_wrong(doctor, "%s: nginx shows another certificate than this; `systemctl reload nginx`", path);
    else if (kept && shown)
        doctor_well(doctor, "%s: nginx shows this certificate", path);
    X509_free(kept);
    if (file)
        fclose(file);
}

/* The gateway refuses a request that has one of these (400), so if the same request without it is answered
 * otherwise, the proxy let it through. Nobody is signed in by that. */
static void check_forged(struct doctor *doctor, const struct proxy_site *site, const char *host)
{
    static const char *const paths[] = {"/sign-in", "/refer", "/events", "/api/v1/board"};
    static const char *const forged[] = {"X-Concordat-Subject: forged",
                                         "X-Concordat-Issuer: https://forged.example"};
    char address[INET_ADDRSTRLEN];
    unsigned port, through = 0;
    address_of(site, address, &port);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct http_question plain = {host, paths[i], NULL};
        int without = http_ask_tls(address, port, &plain, NULL);
        for (size_t j = 0; j < sizeof forged / sizeof *forged; j++) {
            const struct http_question question = {host, paths[i], forged[j]};
            int with = http_ask_tls(address, port, &question, NULL);
            if (with == without)
                continue;
            through++;
            doctor_wrong(
                doctor,
                "%s: at %s the proxy lets a browser's header %.*s through, and only Apache may say who somebody "
                "is; put `proxy_pass_request_headers off;` back, as in the example nginx.conf",
                site->path, paths[i], (int)strcspn(forged[j], ":"), forged[j]);
        }
    }
    if (!through)
        doctor_well(doctor, "%s: no forged header of single sign-on gets through the proxy", site->path);
}

static void check_proxy_site(struct doctor *doctor, const struct proxy_site *site, const char *host)
{
    const struct http_question question = {host, "/sign-in", NULL};
    char address[INET_ADDRSTRLEN];
    unsigned port;
    X509 *shown = NULL;
    address_of(site, address, &port);
    int status = http_ask_tls(address, port, &question, &shown);
    if (status == HTTP_NO_CONNECTION) {
        doctor_wrong(doctor, "%s: nothing answers at %s:%u: %s; `nginx -t`, then `systemctl status nginx`",
                     site->path, address, port, strerror(errno));
    } else if (status != 200) {
        doctor_wrong(
            doctor,
            "%s: at https://%s/sign-in the proxy answers with %d; nginx's error log says why, often that it may "
            "not reach the gateway's socket",
            site->path, host, status);
    } else {
        doctor_well(doctor, "%s: the page to sign in at is shown through the proxy", site->path);
        check_certificate_shown(doctor, site, shown);
        check_forged(doctor, site, host);
    }
    X509_free(shown);
}

void doctor_check_proxy(struct doctor *doctor)
{
    const struct doctor_part *gateway = doctor_part_of(doctor, PART_GATEWAY);
    struct proxy_site site;
    char host[DOCTOR_TEXT_BYTES], more[DOCTOR_TEXT_BYTES];
    if (!gateway || !host_of_origin(doctor, gateway, host))
        return;
    if (!read_proxy(doctor, &site))
        doctor_unseen(doctor, "the proxy: nginx has no site concordat here; see that the proxy drops "
                              "X-Concordat-Subject and X-Concordat-Issuer of browsers");
    else if (!gateway->pid)
        doctor_unseen(doctor, "%s: what it lets through: the gateway does not run", site.path);
    else
        check_proxy_site(doctor, &site, host);
    (void)doctor_setting(doctor, gateway->settings, "CONCORDAT_MORE", more, sizeof more);
    if (strstr(more, "--single-sign-on"))
        doctor_unseen(
            doctor, "/signin/oidc: whether Apache replaces forged headers there: compare it with the example "
                    "apache-openidc.conf");
}
