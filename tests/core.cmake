# The pure core, part by part.
foreach(name match clocks referral table)
  concordat_unit_test(test_${name} core-world)
endforeach()

add_test(NAME P6_core_is_pure COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/unit/core_is_pure.sh
  ${CMAKE_NM} $<TARGET_FILE:concordat-core> ${PROJECT_SOURCE_DIR}/broker/core)
