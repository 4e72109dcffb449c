/* setup_certificate.c: see setup_certificate.h. */
#include "services/cli/setup_certificate.h"

#include <errno.h>
#include <limits.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/cli/setup_run.h"

enum { HOST_MESSAGE_BYTES = 600 };

static enum found certificate_is_wrong(char *message, size_t size, const char *path, const char *why)
{
    snprintf(message, size, "%s: %s", path, why);
    return FOUND_WRONG;
}

/* A key with a passphrase is of no use: nobody types it when the machine starts. */
static int no_passphrase(char *out, int size, int writes, void *closure)
{
    (void)out, (void)size, (void)writes, (void)closure;
    return -1;
}

/* Whether it can be shown to browsers as this host's. */
static bool check_certificate(X509 *certificate, const char *path, const char *host, char *message,
                              size_t size)
{
    char why[HOST_MESSAGE_BYTES];
    const char *wrong = NULL;
    if (!certificate)
        wrong = "this is no certificate in PEM; name a file that begins with -----BEGIN CERTIFICATE-----";
    else if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        wrong = "the certificate has ended; get a new one";
    else if (X509_check_host(certificate, host, 0, 0, NULL) != 1)
        wrong = why;
    snprintf(
        why, sizeof why,
        "the certificate is not for the name %s. Give --host the name that it is for; or if this machine has a new "
        "name, name that name's certificate with --certificate, or move this file away and say self-signed",
        host);
    if (wrong)
        (void)certificate_is_wrong(message, size, path, wrong);
    return !wrong;
}

static enum found compare_with_key(X509 *certificate, EVP_PKEY *key, const char *key_path, char *message,
                                   size_t size)
{
    if (!key)
        return certificate_is_wrong(message, size, key_path,
                                    "this is no key in PEM without a passphrase; name the key's file");
    if (X509_check_private_key(certificate, key) != 1)
        return certificate_is_wrong(
            message, size, key_path,
            "the key does not belong to the certificate; name its own key with --certificate-key");
    return FOUND_IT;
}

bool certificate_look_alone(const char *path, const char *host, char *message, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        (void)certificate_is_wrong(message, size, path, strerror(errno));
        return false;
    }
    X509 *certificate = PEM_read_X509(file, NULL, no_passphrase, NULL);
    bool good = check_certificate(certificate, path, host, message, size);
    X509_free(certificate);
    fclose(file);
    return good;
}

enum found certificate_look(const char *path, const char *key_path, const char *host, char *message,
                            size_t size)
{
    struct stat about;
    FILE *file = fopen(path, "re"), *key_file = fopen(key_path, "re");
    enum found found = FOUND_NOTHING;
    if (file && key_file) {
        X509 *certificate = PEM_read_X509(file, NULL, no_passphrase, NULL);
        EVP_PKEY *key = PEM_read_PrivateKey(key_file, NULL, no_passphrase, NULL);
        found = check_certificate(certificate, path, host, message, size)
                    ? compare_with_key(certificate, key, key_path, message, size)
                    : FOUND_WRONG;
        X509_free(certificate);
        EVP_PKEY_free(key);
        if (found == FOUND_IT && fstat(fileno(key_file), &about) == 0 && (about.st_mode & S_IRWXO))
            found = certificate_is_wrong(
                message, size, key_path,
                "anybody may read this key; `chmod o=` it, and get a new one if they did");
    } else if (file || key_file) {
        found = certificate_is_wrong(
            message, size, file ? key_path : path,
            "it is not there, or you may not read it; a certificate and its key are two files");
    }
    if (file)
        fclose(file);
    if (key_file)
        fclose(key_file);
    return found;
}

int certificate_days_left(const char *path)
{
    int days = -1, seconds;
    FILE *file = fopen(path, "re");
    X509 *certificate = file ? PEM_read_X509(file, NULL, no_passphrase, NULL) : NULL;
    if (certificate && ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)) != 1)
        days = -1;
    X509_free(certificate);
    if (file)
        fclose(file);
    return days;
}

/* False with a message if openssl fails; it has said why. */
static bool run_openssl(const char *const *line, const char *path, char *message, size_t size)
{
    char *said = NULL;
    int code = setup_run(line, &said);
    free(said);
    if (code != 0)
        snprintf(message, size, "openssl could not make %s: %s", path,
                 code < 0 ? strerror(errno) : "its words stand above");
    return code == 0;
}

bool certificate_make(const char *path, const char *key_path, const char *host, char *message, size_t size)
{
    char subject[300], names[300], fresh[PATH_MAX], fresh_key[PATH_MAX];
    snprintf(subject, sizeof subject, "/CN=%.64s", host);
    snprintf(names, sizeof names, "subjectAltName=DNS:%s", host);
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh ||
        snprintf(fresh_key, sizeof fresh_key, "%s.new", key_path) >= (int)sizeof fresh_key) {
        snprintf(message, size, "%s: the path is too long", path);
        return false;
    }
    const char *const key_line[] = {"openssl", "genpkey",  "-algorithm",
                                    "EC",      "-pkeyopt", "ec_paramgen_curve:P-256",
                                    "-out",    fresh_key,  NULL};
    const char *const line[] = {"openssl", "req",   "-x509",   "-key", fresh_key, "-days", "365",
                                "-subj",   subject, "-addext", names,  "-out",    fresh,   NULL};
    if (!run_openssl(key_line, key_path, message, size) || !run_openssl(line, path, message, size))
        return false;
    bool good = chmod(fresh_key, 0600) == 0 && chmod(fresh, 0644) == 0 && rename(fresh_key, key_path) == 0 &&
                rename(fresh, path) == 0;
    if (!good)
        snprintf(message, size, "%s: %s", path, strerror(errno));
    return good;
}
