/* setup_examples.h: the region and the proxy of deploy/examples, cut by make_examples.py: a value of the site
 * stands between each two pieces. */
#ifndef CONCORDAT_CLI_SETUP_EXAMPLES_H
#define CONCORDAT_CLI_SETUP_EXAMPLES_H

enum region_gap {
    REGION_HEADING,
    REGION_NAME,
    REGION_DEFAULT_AREA,
    REGION_COORDINATORS,
    REGION_TEAMS,
    REGION_LADDERS,
    REGION_AREAS,
    REGION_ORGANISATIONS,
    REGION_GAPS
};

enum nginx_gap {
    NGINX_HEADING,
    NGINX_SOCKET,
    NGINX_HOST,
    NGINX_CERTIFICATE,
    NGINX_CERTIFICATE_KEY,
    NGINX_GAPS
};

extern const char *const setup_region_pieces[REGION_GAPS + 1];
extern const char *const setup_nginx_pieces[NGINX_GAPS + 1];

#endif
