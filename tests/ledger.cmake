# The ledger: of each kind by the same tests, and what only a file or only servers have.
add_library(ledger-home STATIC worlds/ledger_home.c worlds/postgres_world.c)
target_compile_definitions(ledger-home PRIVATE SOURCE_FOLDER="${PROJECT_SOURCE_DIR}")
target_link_libraries(ledger-home PUBLIC concordat-ledger PRIVATE concordat-flags test-folder PkgConfig::POSTGRESQL)
add_library(ledger-fixture STATIC worlds/ledger_fixture.c)
target_link_libraries(ledger-fixture PUBLIC ledger-home PkgConfig::CMOCKA PRIVATE concordat-flags test-folder)
foreach(name ledger ledger_file ledger_altered snapshot)
  concordat_unit_test(test_${name} ledger-fixture)
endforeach()

concordat_unit_test(test_served ledger-fixture concordat-seals PkgConfig::POSTGRESQL)
set_tests_properties(test_served PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
add_test(NAME test_ledger_on_servers COMMAND test_ledger)
set_tests_properties(test_ledger_on_servers PROPERTIES TIMEOUT 120 SKIP_RETURN_CODE 77
  ENVIRONMENT CONCORDAT_TEST_LEDGER=postgresql)

# Two routers on one ledger.
add_test(NAME test_two_routers COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_two_routers.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_two_routers PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

# A ledger copied from a file to servers, and back.
add_test(NAME test_copy COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_copy.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_copy PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
  ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;CONCORDAT_TEST_LEDGER=file") # its folders are folders in any run
