"""Sixteen float32 lanes as one Numba value, so that the scan kernels stay in vector registers.

Numba has no vector type of its own and its loop vectoriser gives up on a loop-carried row of sixteen
states. Here a row is one LLVM ``<16 x float>`` value: LLVM maps it to one AVX-512 register, two AVX2
registers or four NEON registers, whatever the machine has.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

LANES = 16
"""How many float32 values one row holds: the number of states per channel of the scan."""

_FLOAT = ir.FloatType()
_INT = ir.IntType(32)
_ROW = ir.VectorType(_FLOAT, LANES)
_INT_ROW = ir.VectorType(_INT, LANES)

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
# log1p(e) / e on [0, 1]: own minimax fit of the relative error, 5e-9 in exact arithmetic.
_LOG1P = (
    0.9999999953,
    -0.4999990242,
    0.3332996241,
    -0.2495413362,
    0.1967593907,
    -0.1530559205,
    0.10603654,
    -0.05695952556,
    0.01985145774,
    -0.003244024152,
)
# Below this exponent a float32 power of two leaves the normal range.
_LOWEST_EXPONENT = -125.0
_LOG2_E = 1.4426950408889634

Values = list[ir.Value]
Emit = Callable[[ir.IRBuilder, Values], ir.Value]
Intrinsic = Callable[..., Any]
Row = Any
"""A row inside compiled code; Numba infers its types and Python never sees one."""
_Numba = Any
"""Numba's own objects, for which it ships no types."""
_compiled: Callable[[Intrinsic], Intrinsic] = intrinsic


class RowType(types.Type):
    """Numba's name for sixteen float32 lanes."""

    def __init__(self) -> None:
        super().__init__(name="Float32Row16")


@register_model(RowType)
class _RowModel(models.PrimitiveModel):
    def __init__(self, manager: _Numba, row: RowType) -> None:
        super().__init__(manager, row, _ROW)  # type: ignore[no-untyped-call]  # Numba ships no types for it


_row = RowType()


def _constant(value: float) -> ir.Constant:
    return ir.Constant(_ROW, [ir.Constant(_FLOAT, value)] * LANES)


def _call(builder: ir.IRBuilder, name: str, *arguments: ir.Value) -> ir.Value:
    """Call the LLVM vector intrinsic of that name on rows."""
    kind = ir.FunctionType(_ROW, [_ROW] * len(arguments))
    function = builder.module.globals.get(f"llvm.{name}.v16f32")
    if function is None:
        function = ir.Function(builder.module, kind, f"llvm.{name}.v16f32")
    return builder.call(function, arguments)


def _horner(builder: ir.IRBuilder, x: ir.Value, coefficients: tuple[float, ...]) -> ir.Value:
    """Evaluate the polynomial with the coefficients of rising powers."""
    total: ir.Value = _constant(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = _call(builder, "fmuladd", total, x, _constant(coefficient))
    return total


def _emit_exp2_not_above_one(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    # Not maxnum, which would turn a NaN into that exponent and broken rates into a state without memory.
    is_below = builder.fcmp_ordered("<", x, _constant(_LOWEST_EXPONENT))
    x = builder.select(is_below, _constant(_LOWEST_EXPONENT), x)
    whole = _call(builder, "rint", x)
    fraction = _horner(builder, builder.fsub(x, whole), _EXP2)
    shift = ir.Constant(_INT_ROW, [ir.Constant(_INT, 23)] * LANES)
    exponent = builder.shl(builder.fptosi(whole, _INT_ROW), shift)
    return builder.bitcast(builder.add(builder.bitcast(fraction, _INT_ROW), exponent), _ROW)


def _emit_exp_of_minus_modulus(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    modulus = _call(builder, "fabs", x)
    return _emit_exp2_not_above_one(builder, builder.fmul(modulus, _constant(-_LOG2_E)))


def _emit_softplus(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    small = _emit_exp_of_minus_modulus(builder, x)
    # Again not maxnum: broken weights would become a step of no length.
    is_below = builder.fcmp_ordered("<", x, _constant(0.0))
    positive = builder.select(is_below, _constant(0.0), x)
    return _call(builder, "fmuladd", small, _horner(builder, small, _LOG1P), positive)


def _emit_sigmoid(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    small = _emit_exp_of_minus_modulus(builder, x)
    above = builder.fdiv(_constant(1.0), builder.fadd(small, _constant(1.0)))
    is_positive = builder.fcmp_ordered(">=", x, _constant(0.0))
    return builder.select(is_positive, above, builder.fmul(small, above))


def _emit_total(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    width = LANES // 2
    while width:
        lower = ir.Constant(ir.VectorType(_INT, width), [ir.Constant(_INT, i) for i in range(width)])
        upper = ir.Constant(ir.VectorType(_INT, width), [ir.Constant(_INT, i + width) for i in range(width)])
        nothing = ir.Constant(x.type, ir.Undefined)
        x = builder.fadd(builder.shuffle_vector(x, nothing, lower), builder.shuffle_vector(x, nothing, upper))
        width //= 2
    return builder.extract_element(x, ir.Constant(_INT, 0))


def _address(
    context: _Numba,
    builder: ir.IRBuilder,
    signature: _Numba,
    arguments: Values,
) -> ir.Value:
    """Where the row starts that begins at an element of a flat float32 array."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    element = builder.gep(array.data, [arguments[1]])
    return builder.bitcast(element, _ROW.as_pointer())


def _first_lanes(builder: ir.IRBuilder, count: ir.Value) -> ir.Value:
    """Mask of the lanes below a count."""
    lanes = ir.Constant(_INT_ROW, [ir.Constant(_INT, i) for i in range(LANES)])
    return builder.icmp_signed("<", lanes, _splat(builder, builder.trunc(count, _INT), _INT_ROW))


def _splat(builder: ir.IRBuilder, value: ir.Value, row: ir.VectorType) -> ir.Value:
    nothing = ir.Constant(row, ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(_INT, 0))
    zeros = ir.Constant(_INT_ROW, [ir.Constant(_INT, 0)] * LANES)
    return builder.shuffle_vector(first, nothing, zeros)


def _masked(builder: ir.IRBuilder, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
    """Call an LLVM masked memory intrinsic on a row."""
    name = f"llvm.masked.{name}.v16f32.p0"
    function = builder.module.globals.get(name)
    if function is None:
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        function = ir.Function(builder.module, kind, name)
    return builder.call(function, arguments)


_ALIGNMENT = ir.Constant(_INT, 4)


@_compiled
def load(typing_context: _Numba, array: _Numba, start: _Numba) -> _Numba:
    """Read sixteen elements of a flat float32 array from an index on."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        return builder.load(_address(context, builder, signature, arguments), align=4)

    return _row(array, types.intp), generate


@_compiled
def load_first(typing_context: _Numba, array: _Numba, start: _Numba, count: _Numba) -> _Numba:
    """Read the first `count` lanes from an index on; the others are zero and their memory untouched."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        address = _address(context, builder, signature, arguments)
        mask = _first_lanes(builder, arguments[2])
        return _masked(builder, "load", _ROW, address, _ALIGNMENT, mask, _constant(0.0))

    return _row(array, types.intp, types.intp), generate


@_compiled
def store(typing_context: _Numba, array: _Numba, start: _Numba, row: _Numba) -> _Numba:
    """Write sixteen lanes to a flat float32 array from an index on."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        builder.store(arguments[2], _address(context, builder, signature, arguments), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, _row), generate


@_compiled
def store_first(typing_context: _Numba, array: _Numba, start: _Numba, row: _Numba, count: _Numba) -> _Numba:
    """Write the first `count` lanes from an index on."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        address = _address(context, builder, signature, arguments)
        mask = _first_lanes(builder, arguments[3])
        _masked(builder, "store", ir.VoidType(), arguments[2], address, _ALIGNMENT, mask)
        return context.get_dummy_value()

    return types.void(array, types.intp, _row, types.intp), generate


@_compiled
def splat(typing_context: _Numba, value: _Numba) -> _Numba:
    """Repeat one float32 in all lanes."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        return _splat(builder, arguments[0], _ROW)

    return _row(types.float32), generate


@_compiled
def splat_at(typing_context: _Numba, array: _Numba, at: _Numba) -> _Numba:
    """Repeat an element of a flat float32 array in all lanes; no index counts from the end."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        return _splat(builder, builder.load(builder.gep(array.data, [arguments[1]])), _ROW)

    return _row(array, types.intp), generate


@_compiled
def total(typing_context: _Numba, row: _Numba) -> _Numba:
    """Add the sixteen lanes, in a fixed tree order."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        return _emit_total(builder, arguments[0])

    return types.float32(_row), generate


def _row_function(count: int, emit: Emit) -> Intrinsic:
    """Make a Numba intrinsic of `count` rows that gives one row."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        return emit(builder, arguments)

    def of_one(typing_context: _Numba, x: _Numba) -> _Numba:
        return _row(_row), generate

    def of_two(typing_context: _Numba, x: _Numba, y: _Numba) -> _Numba:
        return _row(_row, _row), generate

    def of_three(typing_context: _Numba, x: _Numba, y: _Numba, z: _Numba) -> _Numba:
        return _row(_row, _row, _row), generate

    made: Intrinsic = _compiled((of_one, of_two, of_three)[count - 1])
    return made


add = _row_function(2, lambda builder, rows: builder.fadd(*rows))
multiply = _row_function(2, lambda builder, rows: builder.fmul(*rows))
multiply_add = _row_function(3, lambda builder, rows: _call(builder, "fmuladd", *rows))
exp2_not_above_one = _row_function(1, lambda builder, rows: _emit_exp2_not_above_one(builder, rows[0]))
"""Two to the power of lanes that are not above zero: every use has such, and no other is bounded."""
softplus = _row_function(1, lambda builder, rows: _emit_softplus(builder, rows[0]))
sigmoid = _row_function(1, lambda builder, rows: _emit_sigmoid(builder, rows[0]))
