/* limits.h: every bound on what browsers and strangers take of the gateway, each with its reason. */
#ifndef CONCORDAT_GATEWAY_LIMITS_H
#define CONCORDAT_GATEWAY_LIMITS_H

enum {
    /* Ten times the five hundred boards of a large region, and a fifth more for their pages. */
    HTTP_CONNECTIONS_MAX = 6 * 1024,
    /* Descriptors that connections leave to the process: sockets of libzmq, of the threads, and files. */
    HTTP_DESCRIPTORS_KEPT = 64,
    /* The request line and headers of one request, and the headers of its answer: a browser sends 1 KB, and a
     * proxy adds little. A connection takes so much memory while it is open. */
    HTTP_HEAD_BYTES_MAX = 8 * 1024,
    /* The longest form is a whole referral: 16 KiB in the protocol, three times as long when each byte is
     * written as %XX, and the names of its fields. */
    HTTP_BODY_BYTES_MAX = 64 * 1024,
    /* All forms that are being sent or answered: 256 of the longest, many times the people of a region who
     * send one in the same second. */
    HTTP_BODIES_BYTES_MAX = 256 * HTTP_BODY_BYTES_MAX,
    /* From the end of one answer, or from the connection's beginning, to the end of the next answer. A form
     * on one bar of signal takes the proxy seconds, which passes it on whole; a password waits for at most 5
     * s. The proxy must close its own idle connections earlier. */
    HTTP_REQUEST_MS = 30 * 1000,
    /* Between two looks for connections whose time is over. */
    HTTP_LOOK_MS = 1000,

    /* A page with a region's whole board is 200 KB; beyond this a page is a bug. */
    HTML_BYTES_MAX = 4 * 1024 * 1024,

    /* The fields of the longest form: each field of a referral, twice. */
    FORM_FIELDS_MAX = 128,
};

#endif
