# The promises, each tested by its name: ctest -R P3.
add_library(core-world STATIC worlds/core_world.c worlds/random_walk.c worlds/state_copy.c)
target_link_libraries(core-world PUBLIC concordat-core PkgConfig::CMOCKA PRIVATE concordat-flags)

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
concordat_promise_test(P5_idempotent core-world)
concordat_promise_test(P6_replayable core-world concordat-record)
concordat_promise_test(P7_explained core-world)
