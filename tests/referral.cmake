# What a referral is checked for, wherever it comes in: the rules alone, and in the two places that ask them.
add_library(referral-cases STATIC worlds/referral_cases.c)
target_link_libraries(referral-cases PUBLIC concordat-referral PRIVATE concordat-flags)
concordat_unit_test(test_referral_rules referral-cases)
concordat_unit_test(R1_merge referral-cases)
concordat_unit_test(test_intake_and_broker referral-cases concordat-intake-parts concordat-record core-world)

file(GLOB referral_files ${PROJECT_SOURCE_DIR}/proto/referral/*.[ch])
add_test(NAME P6_referral_is_pure COMMAND ${CMAKE_COMMAND} -E env
  "ALSO_NEEDS=arena_take concordat__v1__[a-z0-9_]+ protobuf_c_empty_string protobuf_c_message_descriptor_get_field_by_name snprintf strcspn scan_next crypto_generichash[a-z_]* spoken_[a-z_]+"
  "ALSO_INCLUDES=\"proto/referral/*\" \"proto/seal/seal.h\" \"proto/words/spoken_date.h\" \"proto/wire/arena.h\" \"proto/wire/scan.h\" \"concordat/v1/*.pb-c.h\" <sodium.h> <stdio.h>"
  ${CMAKE_CURRENT_SOURCE_DIR}/unit/core_is_pure.sh ${CMAKE_NM} $<TARGET_FILE:concordat-referral> ${referral_files})
