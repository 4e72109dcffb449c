/* national.h: the national code of a coded value, if there is one. */
#ifndef CONCORDAT_NATIONAL_H
#define CONCORDAT_NATIONAL_H

#include <protobuf-c/protobuf-c.h>

#include "services/audit/sql.h"

/* The code, such as "4" for very urgent (MHSDS ClinRespPriorityType); "" if no national list has the value.
 */
const char *national_code(const ProtobufCEnumDescriptor *descriptor, int value);

/* A coded value as the trail stores it: in words, and by its national code. list is the enum's name. */
#define WORDS(list, value) sql_words(&concordat__v1__##list##__descriptor, (int)(value))
#define CODE(list, value)  sql_text(national_code(&concordat__v1__##list##__descriptor, (int)(value)))

#endif
