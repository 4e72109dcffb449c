/* national.h: the national code of a coded value, where there is one. */
#ifndef CONCORDAT_NATIONAL_H
#define CONCORDAT_NATIONAL_H

#include <protobuf-c/protobuf-c.h>

/* Such as "4" for very urgent (MHSDS ClinRespPriorityType); "" where no national list has the value. */
const char *national_code(const ProtobufCEnumDescriptor *descriptor, int value);

#endif
