# The rules of tests/run tidy, each broken once in a small tree. The tree itself is looked at by tests/run ci.
add_test(NAME test_tidy COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/unit/test_tidy.py)
set_tests_properties(test_tidy PROPERTIES TIMEOUT 120)
