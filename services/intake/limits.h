/* limits.h: bounds of an intake, each with its reason. */
#ifndef CONCORDAT_INTAKE_LIMITS_H
#define CONCORDAT_INTAKE_LIMITS_H

enum {
    /* Devices whose refusals are counted by name: as many as an intake has room for. */
    REFUSED_DEVICES_MAX = 1024,
    /* Between two lines about refusals of one device: a thousand guesses are two lines. */
    REFUSED_LINE_MS = 60 * 1000
};

#endif
