/* http_question.c: see http_question.h. */
#include "services/cli/http_question.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { QUESTION_BYTES = 1024, ANSWER_BYTES = 64, ANSWER_SECONDS = 10 };

static int write_question(const struct http_question *question, char out[QUESTION_BYTES])
{
    return snprintf(out, QUESTION_BYTES, "GET %s HTTP/1.1\r\nHost: %s\r\n%s%sConnection: close\r\n\r\n",
                    question->path, question->host, question->header ? question->header : "",
                    question->header ? "\r\n" : "");
}

static int http_status_of(const char *answer)
{
    int status = HTTP_NO_ANSWER;
    return sscanf(answer, "HTTP/1.%*1[01] %3d", &status) == 1 ? status : HTTP_NO_ANSWER;
}

/* A connection that gives up by itself; -1 with errno. */
static int connect_to(const struct sockaddr *address, socklen_t size)
{
    const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
                setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
                connect(fd, address, size) == 0;
    if (good || fd < 0)
        return fd;
    int problem = errno;
    close(fd);
    errno = problem;
    return -1;
}

int http_ask_socket(const char *socket_path, const struct http_question *question)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[QUESTION_BYTES], answer[ANSWER_BYTES + 1];
    int size = write_question(question, text);
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path) >=
        (int)sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return HTTP_NO_CONNECTION;
    }
    int fd = connect_to((const struct sockaddr *)&address, sizeof address);
    if (fd < 0)
        return HTTP_NO_CONNECTION;
    ssize_t got = send(fd, text, (size_t)size, MSG_NOSIGNAL) == size ? recv(fd, answer, ANSWER_BYTES, 0) : -1;
    answer[got > 0 ? got : 0] = '\0';
    int status = http_status_of(answer);
    close(fd);
    return status;
}

/* Over a connection that is open. */
static int ask_over(SSL *tls, int fd, const struct http_question *question, X509 **certificate)
{
    char text[QUESTION_BYTES], answer[ANSWER_BYTES + 1] = "";
    int size = write_question(question, text);
    bool good = SSL_set_tlsext_host_name(tls, question->host) == 1 && SSL_set_fd(tls, fd) == 1 &&
                SSL_connect(tls) == 1;
    if (!good)
        return HTTP_NO_ANSWER;
    if (certificate)
        *certificate = SSL_get1_peer_certificate(tls);
    int got = SSL_write(tls, text, size) == size ? SSL_read(tls, answer, ANSWER_BYTES) : 0;
    answer[got > 0 ? got : 0] = '\0';
    return http_status_of(answer);
}

int http_ask_tls(const char *address, unsigned port, const struct http_question *question, X509 **certificate)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (certificate)
        *certificate = NULL;
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) {
        errno = EINVAL;
        return HTTP_NO_CONNECTION;
    }
    int fd = connect_to((const struct sockaddr *)&to, sizeof to);
    if (fd < 0)
        return HTTP_NO_CONNECTION;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *tls = context ? SSL_new(context) : NULL;
    int status = tls ? ask_over(tls, fd, question, certificate) : HTTP_NO_ANSWER;
    SSL_free(tls);
    SSL_CTX_free(context);
    close(fd);
    return status;
}
