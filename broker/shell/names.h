/* names.h: what people call the teams, coordinators and areas of the directory, for those who are shown ids.
 */
#ifndef CONCORDAT_BROKER_NAMES_H
#define CONCORDAT_BROKER_NAMES_H

#include "broker/shell/broker.h"
#include "proto/wire/wire.h"

/* The directory's names as a message, borrowed until the next call. A kind of which there are more than a
 * message may have is left out. */
Concordat__V1__Directory *names_of_directory(const struct broker *broker);

#endif
