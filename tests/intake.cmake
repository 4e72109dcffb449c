# The intake: its outbox, and the process between devices and the broker.
add_library(form-sealer STATIC worlds/form_sealer.c)
target_link_libraries(form-sealer PUBLIC concordat-intake-parts PRIVATE concordat-flags PkgConfig::CRYPTO)
concordat_unit_test(test_sealed_form form-sealer)
foreach(name intake_commands outbox outbox_kept outbox_seal)
  concordat_unit_test(test_${name} concordat-intake-parts)
endforeach()

add_executable(test_intake_process
  integration/test_intake_process.c integration/intake_stage.c integration/fake_broker.c)
target_link_libraries(test_intake_process PRIVATE concordat-flags concordat-proto concordat-server PkgConfig::CMOCKA)
target_compile_definitions(test_intake_process PRIVATE INTAKE_PROGRAM="$<TARGET_FILE:concordat-intake>")
add_dependencies(test_intake_process concordat-intake)
add_test(NAME test_intake_process COMMAND test_intake_process)
set_tests_properties(test_intake_process PROPERTIES TIMEOUT 300)
