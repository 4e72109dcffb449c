/* telephone.h: what a telephone number is that somebody in England is to ring, as people write it: digits,
 * spaces, + ( ) - . and "ext". Pure; any thread. */
#ifndef CONCORDAT_TELEPHONE_H
#define CONCORDAT_TELEPHONE_H

/* A number with an area has 9 or 10 digits behind its 0 (Ofcom, National Telephone Numbering Plan), so one of
 * 9 digits or more begins with 0 or +, or with 18001 or 18002, the relay for people who type. 111 and 999,
 * and the short numbers of a house, are shorter. */
enum { TELEPHONE_DIGITS_MIN = 3, TELEPHONE_LONG_DIGITS_MIN = 9 };

enum telephone_fault {
    TELEPHONE_GOOD,
    TELEPHONE_NO_NUMBER,
    TELEPHONE_NO_ZERO /* too long to begin as it does: spreadsheets leave the first 0 out */
};

enum telephone_fault telephone_look(const char *text);

#endif
