# The pages in a real browser, behind nginx. It is skipped if one of them is not installed.
concordat_npm_packages(${CMAKE_CURRENT_SOURCE_DIR}/browser browser_packages)
add_custom_target(browser-packages ALL DEPENDS ${browser_packages}/installed)
set(in_browser ${CMAKE_COMMAND} -E env CONCORDAT_TEST_PACKAGES=${browser_packages} ${CONCORDAT_NODE})

add_test(NAME browser COMMAND ${in_browser} ${CMAKE_CURRENT_SOURCE_DIR}/browser/run.mjs
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(browser PROPERTIES TIMEOUT 1200 SKIP_RETURN_CODE 77 LABELS browser)

# Pictures of every page: ninja screens writes them to screens/.
add_custom_target(screens COMMAND ${in_browser} ${CMAKE_CURRENT_SOURCE_DIR}/browser/screens.mjs
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${PROJECT_BINARY_DIR}/screens
  DEPENDS browser-packages story-of-a-year USES_TERMINAL VERBATIM)

# The packages in a machine of their own: tests/run package-check makes them, and what else it needs.
add_custom_target(installed COMMAND ${CMAKE_COMMAND} -E env CONCORDAT_TEST_PACKAGES=${browser_packages}
  /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/installed/check.py --node ${CONCORDAT_NODE}
  --folder ${PROJECT_SOURCE_DIR}/build/package-check DEPENDS browser-packages USES_TERMINAL VERBATIM)
