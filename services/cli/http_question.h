/* http_question.h: one question to a web server, by a unix socket or by TLS on this machine, and the status
 * of its answer. It waits for a few seconds at most. One thread. */
#ifndef CONCORDAT_CLI_HTTP_QUESTION_H
#define CONCORDAT_CLI_HTTP_QUESTION_H

#include <openssl/x509.h>

enum { HTTP_NO_ANSWER = -1, HTTP_NO_CONNECTION = -2 };

struct http_question {
    const char *host, *path;
    const char *header; /* such as "Name: value"; NULL: none besides Host */
};

/* The status, such as 200, or one of the above with errno. */
int http_ask_socket(const char *socket_path, const struct http_question *question);
/* The same by TLS at an IPv4 address and port. Whoever signed the certificate is believed; it is compared by
 * the caller: *certificate, unless NULL, is to be freed, and NULL if none was shown. */
int http_ask_tls(const char *address, unsigned port, const struct http_question *question,
                 X509 **certificate);

#endif
