# What the compiler and the linker did to harden the installed programs, read from the built files.
get_property(names GLOBAL PROPERTY concordat_programs)
set(programs)
foreach(program ${names})
  list(APPEND programs $<TARGET_FILE:${program}>)
endforeach()
list(JOIN programs ":" programs)
set(built hardened)
if(CONCORDAT_SANITIZE OR CONCORDAT_FUZZ)
  set(built sanitized)
endif()
add_test(NAME test_hardened COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_hardened.py)
set_tests_properties(test_hardened PROPERTIES TIMEOUT 60 SKIP_RETURN_CODE 77
  ENVIRONMENT "PROGRAMS=${programs};BUILT=${built};CONFIG=$<CONFIG>")
