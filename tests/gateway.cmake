# The gateway: HTTP, pages and forms.
concordat_unit_test(test_html concordat-gateway-parts)
concordat_unit_test(test_http concordat-gateway-parts test-folder)
concordat_unit_test(test_form concordat-gateway-parts)

add_test(NAME test_make_pages COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/unit/test_make_pages.py)
set_tests_properties(test_make_pages PROPERTIES TIMEOUT 60)
