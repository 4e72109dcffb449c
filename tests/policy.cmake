concordat_unit_test(test_rota concordat-core)
