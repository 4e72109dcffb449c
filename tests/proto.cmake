# The protocol: schema, framing, checks, JSON, key files, client, and a client in another language.
foreach(name words arena keys client)
  concordat_unit_test(test_${name} concordat-proto)
endforeach()
