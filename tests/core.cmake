# The pure core, part by part.
foreach(name match clocks)
  concordat_unit_test(test_${name} core-world)
endforeach()
