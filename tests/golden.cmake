# What a released version left behind, opened by today's programs (golden/README.md).
add_executable(tell-messages integration/tell_messages.c)
target_link_libraries(tell-messages PRIVATE concordat-flags concordat-proto PkgConfig::JANSSON PkgConfig::SODIUM)
add_test(NAME test_golden COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_golden.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_golden PROPERTIES TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
