# The program that replays for an auditor, over a day that the real broker has routed.
add_library(routed-day STATIC worlds/routed_day.c simulation/scenarios/stage.c simulation/store.c)
target_link_libraries(routed-day PUBLIC concordat-shell sealed-world test-chained PRIVATE concordat-flags)

concordat_unit_test(test_replay routed-day ledger-home test-folder PkgConfig::JANSSON PkgConfig::SODIUM)
target_compile_definitions(test_replay PRIVATE REPLAY_PROGRAM="$<TARGET_FILE:concordat-replay>")
add_dependencies(test_replay concordat-replay)

concordat_unit_test(test_verify_replay routed-day test-folder concordat-trail PkgConfig::SODIUM)
target_compile_definitions(test_verify_replay PRIVATE REPLAY_FOLDER="$<TARGET_FILE_DIR:concordat-replay>")
add_dependencies(test_verify_replay concordat-replay)

add_executable(P9_auditor promises/P9_auditor.c)
target_link_libraries(P9_auditor PRIVATE concordat-flags PkgConfig::CMOCKA routed-day test-folder concordat-trail PkgConfig::SODIUM)
target_compile_definitions(P9_auditor PRIVATE REPLAY_FOLDER="$<TARGET_FILE_DIR:concordat-replay>")
add_dependencies(P9_auditor concordat-replay)
add_test(NAME P9_auditor COMMAND P9_auditor)
set_tests_properties(P9_auditor PROPERTIES TIMEOUT 180)
