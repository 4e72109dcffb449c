# The pure core, part by part.
foreach(name match clocks referral table)
  concordat_unit_test(test_${name} core-world)
endforeach()
