# The pure core, part by part.
foreach(name match clocks referral table state_check)
  concordat_unit_test(test_${name} core-world)
endforeach()

file(GLOB core_files ${PROJECT_SOURCE_DIR}/broker/core/*.[ch])
add_test(NAME P6_core_is_pure COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/unit/core_is_pure.sh
  ${CMAKE_NM} $<TARGET_FILE:concordat-core> ${core_files})
add_test(NAME P6_london_is_pure COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/unit/core_is_pure.sh
  ${CMAKE_NM} $<TARGET_FILE:concordat-london> ${PROJECT_SOURCE_DIR}/proto/words/london.c)
