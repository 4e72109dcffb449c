# Sealing: a text, the master key, and the file of referral keys.
foreach(name seal master_key)
  concordat_unit_test(test_${name} concordat-seal concordat-proto test-folder PkgConfig::SODIUM)
endforeach()

# Referral keys in memory, on a disk that fails and tears; also for the fuzzers and the bench.
add_library(sealed-world STATIC simulation/memory_file.c simulation/memory_keys.c worlds/sealed_world.c)
target_link_libraries(sealed-world PUBLIC concordat-core concordat-seals PkgConfig::SODIUM PRIVATE concordat-flags)
foreach(name seals seals_match seals_opening seals_service seals_crash)
  concordat_unit_test(test_${name} sealed-world test-folder)
endforeach()

# The broker and the intake with sealing off, for P9_marks alone: nothing installs them. unsealed.c has all that seal.c
# has, so the linker takes nothing of seal.c from its library.
foreach(program broker intake)
  set(of concordat-${program})
  get_target_property(sources ${of} SOURCES)
  get_target_property(folder ${of} SOURCE_DIR)
  get_target_property(libraries ${of} LINK_LIBRARIES)
  list(TRANSFORM sources PREPEND ${folder}/)
  add_executable(unsealed-${program} ${sources} worlds/unsealed.c)
  target_link_libraries(unsealed-${program} PRIVATE ${libraries} PkgConfig::SODIUM)
  set_target_properties(unsealed-${program} PROPERTIES OUTPUT_NAME ${of}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/unsealed)
endforeach()
