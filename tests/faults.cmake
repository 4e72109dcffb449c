# What goes wrong around the programs: kills, stops, disks, networks, clocks.
add_library(fault_shim MODULE integration/fault_shim.c)
target_compile_options(fault_shim PRIVATE -fno-sanitize=all)
target_link_options(fault_shim PRIVATE -fno-sanitize=all)
target_link_libraries(fault_shim PRIVATE concordat-flags ${CMAKE_DL_LIBS})

foreach(name kill stop disk network clock)
  concordat_process_test(test_faults_${name} integration/test_faults_${name}.py)
endforeach()
