"""Values and rules: standard library, numpy and models.contract.arrays, nothing else."""
