"""Two to the power of sixteen lanes, as the machine does it quickest; only for lanes that are not above zero.

With AVX-512 (DQ) one instruction splits off the fraction and another one scales by the power that is left:
nothing is clamped, NaN stays NaN, and what is too small becomes zero. Elsewhere adding a large number rounds,
and its lowest bits are the exponent.
"""

import os

from llvmlite import binding, ir

LANES = 16
FLOAT, INT = ir.FloatType(), ir.IntType(32)
ROW, INT_ROW = ir.VectorType(FLOAT, LANES), ir.VectorType(INT, LANES)

# 2^f on [-0.5, 0.5]: own minimax fit of the relative error, 1e-7 in exact arithmetic. Value and slope at 0
# are exact, so that a state that fades slowly is as old after ten thousand tokens as it should be.
_EXP2 = (
    1.0,
    0.6931471806,
    0.2402228161,
    0.05550559995,
    0.00966970844,
    0.001330026411,
)
# Below this exponent a float32 power of two leaves the normal range.
_LOWEST_EXPONENT = -125.0
# 1.5 * 2^23: added to a number below 2^22, it leaves the nearest integer in the lowest bits.
_ROUNDING = 12582912.0

_TO_NEAREST, _AS_THE_PROCESSOR_IS_SET = ir.Constant(INT, 0), ir.Constant(INT, 4)
_ALL_LANES = ir.Constant(ir.IntType(16), 0xFFFF)


def has_scaling() -> bool:
    """Say whether kernels are compiled for a processor with instructions that split off and scale."""
    if os.environ.get("NUMBA_CPU_NAME") or os.environ.get("NUMBA_CPU_FEATURES"):
        return False
    features = binding.get_host_cpu_features()
    return bool(features.get("avx512f") and features.get("avx512dq"))


def constant(value: float) -> ir.Constant:
    """Return a row of one value."""
    return ir.Constant(ROW, [ir.Constant(FLOAT, value)] * LANES)


def call(builder: ir.IRBuilder, name: str, *arguments: ir.Value) -> ir.Value:
    """Call the LLVM vector intrinsic ``llvm.NAME`` that gives a row."""
    kind = ir.FunctionType(ROW, [argument.type for argument in arguments])
    function = builder.module.globals.get(f"llvm.{name}")
    if function is None:
        function = ir.Function(builder.module, kind, f"llvm.{name}")
    return builder.call(function, arguments)


def horner(builder: ir.IRBuilder, x: ir.Value, coefficients: tuple[float, ...]) -> ir.Value:
    """Evaluate the polynomial with the coefficients of rising powers."""
    total: ir.Value = constant(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = call(builder, "fmuladd.v16f32", total, x, constant(coefficient))
    return total


def emit_exp2_not_above_one(builder: ir.IRBuilder, x: ir.Value, *, scales: bool) -> ir.Value:
    """Emit 2^x for lanes that are not above zero; ``scales`` where the processor ``has_scaling``."""
    return _scaled(builder, x) if scales else _shifted(builder, x)


def _scaled(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    fraction = call(
        builder, "x86.avx512.mask.reduce.ps.512", x, _TO_NEAREST, x, _ALL_LANES, _AS_THE_PROCESSOR_IS_SET
    )
    power, whole = horner(builder, fraction, _EXP2), builder.fsub(x, fraction)
    return call(
        builder, "x86.avx512.mask.scalef.ps.512", power, whole, power, _ALL_LANES, _AS_THE_PROCESSOR_IS_SET
    )


def _shifted(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    # Not maxnum, which would turn a NaN into that exponent and broken rates into a state without memory.
    is_below = builder.fcmp_ordered("<", x, constant(_LOWEST_EXPONENT))
    x = builder.select(is_below, constant(_LOWEST_EXPONENT), x)
    rounded = builder.fadd(x, constant(_ROUNDING))
    whole = builder.fsub(rounded, constant(_ROUNDING))
    power = horner(builder, builder.fsub(x, whole), _EXP2)
    shift = ir.Constant(INT_ROW, [ir.Constant(INT, 23)] * LANES)
    exponent = builder.shl(builder.bitcast(rounded, INT_ROW), shift)
    return builder.bitcast(builder.add(builder.bitcast(power, INT_ROW), exponent), ROW)
