# The manual pages, against what the programs say.
get_property(names GLOBAL PROPERTY concordat_programs)
set(programs)
foreach(program ${names})
  list(APPEND programs $<TARGET_FILE:${program}>)
endforeach()
list(JOIN programs ":" programs)
add_test(NAME test_manual COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_manual.py)
set_tests_properties(test_manual PROPERTIES TIMEOUT 120 ENVIRONMENT
  "PROGRAMS=${programs};PAGES=${PROJECT_BINARY_DIR}/deploy/manual/man;VERSION=${PROJECT_VERSION}")
