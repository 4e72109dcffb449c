/* sections.h: the sections of the policy file and the fields of each. */
#ifndef CONCORDAT_POLICY_SECTIONS_H
#define CONCORDAT_POLICY_SECTIONS_H

#include "broker/policy/reader.h"

/* Everything in the file; fills a struct policy. In the order in which sections must be read: what is
 * referred to comes before what refers to it. In the file they may stand in any order. */
extern const struct field POLICY_FIELDS[];

#endif
