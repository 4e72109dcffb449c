# Sealing: a text, the master key, and the file of referral keys.
foreach(name seal master_key)
  concordat_unit_test(test_${name} concordat-seal concordat-proto test-folder PkgConfig::SODIUM)
endforeach()

# Referral keys in memory, on a disk that fails and tears; also for the fuzzers and the bench.
add_library(sealed-world STATIC simulation/memory_file.c simulation/memory_keys.c worlds/sealed_world.c)
target_link_libraries(sealed-world PUBLIC concordat-core concordat-seals PkgConfig::SODIUM PRIVATE concordat-flags)
foreach(name seals seals_opening seals_service seals_crash)
  concordat_unit_test(test_${name} sealed-world test-folder)
endforeach()
