/* in_hand.h: what a team that goes still has in hand, in words for the person who goes. */
#ifndef CONCORDAT_IN_HAND_H
#define CONCORDAT_IN_HAND_H

#include <stdint.h>

struct broker;

enum { IN_HAND_BYTES = 300 };

/* Names the cases, and asks for each to be handed over; NULL: it has none. */
const char *in_hand_words(const struct broker *broker, uint16_t team, char text[IN_HAND_BYTES]);

#endif
