# The gateway: pages, forms, sign-in, and the process behind a proxy.
concordat_unit_test(test_html concordat-gateway-parts)
add_library(test-http-peer STATIC worlds/http_peer.c)
target_link_libraries(test-http-peer PUBLIC concordat-gateway-parts PkgConfig::CMOCKA PRIVATE concordat-flags)
concordat_unit_test(test_http test-http-peer test-folder)
concordat_unit_test(test_feed test-http-peer test-folder PkgConfig::SODIUM)
concordat_unit_test(test_desk_copy concordat-gateway-parts)
concordat_unit_test(test_form concordat-gateway-parts)
concordat_unit_test(test_delivery_token concordat-gateway-parts PkgConfig::SODIUM)
concordat_unit_test(test_refer_form concordat-gateway-parts)
concordat_unit_test(test_picture concordat-gateway-parts PkgConfig::JANSSON)
concordat_unit_test(test_inquiries concordat-gateway-parts story)
concordat_unit_test(test_accounts concordat-accounts test-folder PkgConfig::SODIUM)
concordat_unit_test(test_last_use concordat-accounts test-folder)
concordat_unit_test(test_onetime concordat-accounts PkgConfig::SODIUM)
concordat_unit_test(test_password concordat-accounts PkgConfig::SODIUM)
concordat_unit_test(test_session concordat-gateway-parts test-folder PkgConfig::SODIUM)

foreach(script make_pages make_static)
  add_test(NAME test_${script} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/unit/test_${script}.py)
  set_tests_properties(test_${script} PROPERTIES TIMEOUT 60)
endforeach()

# A real broker, the gateway, and browsers that Debian's Python plays.
add_test(NAME test_gateway COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_gateway.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_gateway PROPERTIES TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

# The same behind each proxy of deploy/examples that is installed.
add_test(NAME test_proxies COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_proxies.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_proxies PROPERTIES TIMEOUT 300 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

foreach(pages api audit boards desks handover lock refer tokens)
  add_test(NAME test_gateway_${pages} COMMAND /usr/bin/python3
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_gateway_${pages}.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  set_tests_properties(test_gateway_${pages} PROPERTIES TIMEOUT 120 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
endforeach()
# Hashing passwords anew, for each person whose tokens end, takes its time with sanitizers.
set_tests_properties(test_gateway_tokens PROPERTIES TIMEOUT 300)
# It runs every report by the command, too.
set_property(TEST test_gateway_audit PROPERTY TIMEOUT 300)
# The document that describes the protocol for programs is judged by packages of browser.cmake.
set_property(TEST test_gateway_api APPEND PROPERTY ENVIRONMENT
  CONCORDAT_TEST_PACKAGES=${browser_packages} CONCORDAT_TEST_NODE=${CONCORDAT_NODE})

add_test(NAME test_people_command COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_people_command.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_people_command PROPERTIES TIMEOUT 120 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

# The gateway with Apache and an OpenID provider of the tests' own, if they are installed; its socket always.
add_test(NAME test_single_sign_on COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_single_sign_on.py
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_single_sign_on PROPERTIES TIMEOUT 120 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

# Forms that were sealed on a device, through a real gateway and intake to a real broker.
add_test(NAME test_sealed_delivery COMMAND /usr/bin/python3
  ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_sealed_delivery.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
set_tests_properties(test_sealed_delivery PROPERTIES TIMEOUT 120 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
