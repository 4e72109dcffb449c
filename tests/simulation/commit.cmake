# Writes into HEADER which commit of SOURCE is built, and whether it was changed since. Run at each build.
cmake_minimum_required(VERSION 3.25)
# A tree that belongs to another user (as where root tests it) is asked all the same.
execute_process(COMMAND git -c safe.directory=${SOURCE} -C ${SOURCE} describe --always --dirty --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define BUILT_COMMIT \"@commit@\"\n" @ONLY) # only where it is another
