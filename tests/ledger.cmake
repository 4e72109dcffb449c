# The ledger.
add_library(ledger-fixture STATIC worlds/ledger_fixture.c)
target_link_libraries(ledger-fixture PUBLIC concordat-ledger PkgConfig::CMOCKA PRIVATE concordat-flags test-folder)
foreach(name ledger ledger_altered snapshot)
  concordat_unit_test(test_${name} ledger-fixture)
endforeach()
