/* listen_error.h: what to do if a program cannot listen at an address. */
#ifndef CONCORDAT_LISTEN_ERROR_H
#define CONCORDAT_LISTEN_ERROR_H

#include <errno.h>

/* A remedy to stand behind the error's own words, or "" if those say it all. It lives for ever. */
static inline const char *listen_remedy(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "; `ss -ltnxp` names the program that listens there: stop that one, or choose another address";
    case EADDRNOTAVAIL:
    case ENODEV:
        return "; `ip address` lists the addresses of this machine: choose one of them";
    case EACCES:
        return "; choose a port above 1023, or a folder in which this user may write";
    default:
        return "";
    }
}

#endif
