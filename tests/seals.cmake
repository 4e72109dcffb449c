# Sealing: a text, the master key, and the file of referral keys.
foreach(name seal master_key)
  concordat_unit_test(test_${name} concordat-seal concordat-proto test-folder PkgConfig::SODIUM)
endforeach()
