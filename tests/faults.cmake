# Faults around the programs: kills, stops, disks, networks, clocks, peers that mean harm.
add_library(fault_shim MODULE integration/fault_shim.c)
target_compile_options(fault_shim PRIVATE -fno-sanitize=all)
target_link_options(fault_shim PRIVATE -fno-sanitize=all)
target_link_libraries(fault_shim PRIVATE concordat-flags ${CMAKE_DL_LIBS})

concordat_process_test(test_hostile integration/test_hostile.py)
foreach(name kill stop disk net clock)
  concordat_process_test(test_faults_${name} integration/test_faults_${name}.py)
endforeach()

# Memory that runs out: the linker puts the allocations of test_memory.c in the place of ours.
concordat_unit_test(test_memory concordat-shell)
target_link_options(test_memory PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)
