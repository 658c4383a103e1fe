"""The selective scan (S6): operators, back ends and kernels."""
