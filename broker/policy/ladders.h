/* ladders.h: in which order teams are asked: the ladders of the policy file, made flat. */
#ifndef CONCORDAT_POLICY_LADDERS_H
#define CONCORDAT_POLICY_LADDERS_H

#include "broker/policy/reader.h"

/* Reads the section into reader->ladders, which is made here and freed with ladders_destroy. The teams of
 * the policy must have been read before. */
read_fn read_ladders;
void ladders_destroy(struct ladders **ladders);

/* For an area's field: the id of a ladder, whose steps go into a struct policy_area. */
read_fn read_area_ladder;

#endif
