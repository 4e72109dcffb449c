# The protocol: schema, framing, checks, JSON, key files, client, and a client in another language.
foreach(name program words arena chain reduced keys frame utf8 wire json schema addresses client client_kept)
  concordat_unit_test(test_${name} concordat-proto test-folder)
endforeach()

concordat_unit_test(test_spoken concordat-proto concordat-spoken)
file(GLOB spoken_files ${PROJECT_SOURCE_DIR}/proto/words/spoken*.[ch])
add_test(NAME P6_spoken_is_pure COMMAND ${CMAKE_COMMAND} -E env "ALSO_NEEDS=strspn" "ALSO_INCLUDES=\"proto/words/spoken*\""
  ${CMAKE_CURRENT_SOURCE_DIR}/unit/core_is_pure.sh ${CMAKE_NM} $<TARGET_FILE:concordat-spoken> ${spoken_files})

add_test(NAME test_python_client
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_python_client.py ${PROJECT_SOURCE_DIR})
set_tests_properties(test_python_client PROPERTIES TIMEOUT 120)
