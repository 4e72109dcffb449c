# The promises, each tested by its name: ctest -R P3.
add_library(core-world STATIC worlds/core_world.c worlds/random_walk.c worlds/state_copy.c)
target_link_libraries(core-world PUBLIC concordat-core PkgConfig::CMOCKA PRIVATE concordat-flags)
add_library(packed-world STATIC worlds/packed_world.c)
target_link_libraries(packed-world PUBLIC core-world concordat-record PRIVATE concordat-flags)

function(concordat_promise_test name)
  add_executable(${name} promises/${name}.c)
  target_link_libraries(${name} PRIVATE concordat-flags PkgConfig::CMOCKA ${ARGN})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120)
endfunction()

concordat_promise_test(P2_owned core-world)
concordat_promise_test(P3_one_answer core-world)
concordat_promise_test(P4_never_stuck core-world)
concordat_promise_test(P4_held_case core-world)
concordat_promise_test(P4_share core-world)
concordat_promise_test(P5_idempotent core-world)
concordat_promise_test(P6_replayable packed-world)
concordat_promise_test(P6_trail_agrees packed-world concordat-trail test-folder test-chained)
concordat_promise_test(P7_explained core-world)
concordat_promise_test(P9_codes concordat-proto)
concordat_promise_test(P9_cover core-world)
concordat_promise_test(R2_hours core-world)
concordat_promise_test(R5_detention core-world)
concordat_promise_test(P9_erasure core-world)

# The rules of routing that were put right, each row a file.
foreach(name R10_now R13_failed_contact R14_times R20_late R8_moves R21_handover
    R4_place_of_safety R6_needs R7_unknown_age R9_bridge R19_drills R23_own_team)
  concordat_promise_test(${name} core-world)
endforeach()
concordat_promise_test(R6_coverage core-world concordat-policy)
