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

from models.nets.layers.scan.simd_exponential import (
    FLOAT,
    INT,
    INT_ROW,
    LANES,
    ROW,
    call,
    constant,
    emit_exp2_not_above_one,
    has_scaling,
    horner,
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
_SCALES = has_scaling()
_LOG2_E = 1.4426950408889634

_TWO, _HALF = ir.VectorType(FLOAT, 2), ir.VectorType(FLOAT, LANES // 2)

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
        super().__init__(manager, row, ROW)  # type: ignore[no-untyped-call]  # Numba ships no types for it


_row = RowType()


def _emit_exp2_not_above_one(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    return emit_exp2_not_above_one(builder, x, scales=_SCALES)


def _emit_exp_of_minus_modulus(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    modulus = call(builder, "fabs.v16f32", x)
    return _emit_exp2_not_above_one(builder, builder.fmul(modulus, constant(-_LOG2_E)))


def _emit_softplus(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    small = _emit_exp_of_minus_modulus(builder, x)
    # Again not maxnum: broken weights would become a step of no length.
    is_below = builder.fcmp_ordered("<", x, constant(0.0))
    positive = builder.select(is_below, constant(0.0), x)
    return call(builder, "fmuladd.v16f32", small, horner(builder, small, _LOG1P), positive)


def _emit_sigmoid(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    small = _emit_exp_of_minus_modulus(builder, x)
    above = builder.fdiv(constant(1.0), builder.fadd(small, constant(1.0)))
    is_positive = builder.fcmp_ordered(">=", x, constant(0.0))
    return builder.select(is_positive, above, builder.fmul(small, above))


def _emit_two_totals(builder: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    half = LANES // 2
    firsts = [*range(half), *range(LANES, LANES + half)]
    picked = (ir.Constant(INT_ROW, [ir.Constant(INT, lane + more) for lane in firsts]) for more in (0, half))
    row = builder.fadd(*(builder.shuffle_vector(x, y, lanes) for lanes in picked))
    while half := half // 2:
        row = builder.fadd(row, _shuffled(builder, row, [lane ^ half for lane in range(LANES)]))
    return row


def _emit_halves(builder: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    lanes = [*range(LANES // 2), *range(LANES, LANES + LANES // 2)]
    return builder.shuffle_vector(x, y, ir.Constant(INT_ROW, [ir.Constant(INT, lane) for lane in lanes]))


def _emit_sums_of_two(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    even = [2 * lane % LANES for lane in range(LANES)]
    odd = [lane + 1 for lane in even]
    return builder.fadd(_shuffled(builder, x, even), _shuffled(builder, x, odd))


def _address(
    context: _Numba,
    builder: ir.IRBuilder,
    signature: _Numba,
    arguments: Values,
) -> ir.Value:
    """Where the row starts that begins at an element of a flat float32 array."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    element = builder.gep(array.data, [arguments[1]])
    return builder.bitcast(element, ROW.as_pointer())


def _first_lanes(builder: ir.IRBuilder, count: ir.Value) -> ir.Value:
    """Mask of the lanes below a count."""
    lanes = ir.Constant(INT_ROW, [ir.Constant(INT, i) for i in range(LANES)])
    return builder.icmp_signed("<", lanes, _splat(builder, builder.trunc(count, INT), INT_ROW))


def _splat(builder: ir.IRBuilder, value: ir.Value, row: ir.VectorType) -> ir.Value:
    nothing = ir.Constant(row, ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(INT, 0))
    zeros = ir.Constant(INT_ROW, [ir.Constant(INT, 0)] * LANES)
    return builder.shuffle_vector(first, nothing, zeros)


def _shuffled(builder: ir.IRBuilder, row: ir.Value, lanes: list[int]) -> ir.Value:
    """Pick lanes by their numbers."""
    nothing = ir.Constant(row.type, ir.Undefined)
    picked = ir.Constant(ir.VectorType(INT, len(lanes)), [ir.Constant(INT, lane) for lane in lanes])
    return builder.shuffle_vector(row, nothing, picked)


def _masked(builder: ir.IRBuilder, name: str, result: ir.Type, *arguments: ir.Value) -> ir.Value:
    """Call an LLVM masked memory intrinsic on a row."""
    name = f"llvm.masked.{name}.v16f32.p0"
    function = builder.module.globals.get(name)
    if function is None:
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        function = ir.Function(builder.module, kind, name)
    return builder.call(function, arguments)


_ALIGNMENT = ir.Constant(INT, 4)


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
        return _masked(builder, "load", ROW, address, _ALIGNMENT, mask, constant(0.0))

    return _row(array, types.intp, types.intp), generate


@_compiled
def load_half(typing_context: _Numba, array: _Numba, start: _Numba) -> _Numba:
    """Read eight elements of a flat float32 array from an index on; the other lanes are zero."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        address = _address(context, builder, signature, arguments)
        half = builder.load(builder.bitcast(address, _HALF.as_pointer()), align=4)
        nothing = ir.Constant(_HALF, [ir.Constant(FLOAT, 0.0)] * (LANES // 2))
        lanes = ir.Constant(INT_ROW, [ir.Constant(INT, i) for i in range(LANES)])
        return builder.shuffle_vector(half, nothing, lanes)

    return _row(array, types.intp), generate


@_compiled
def store_half(typing_context: _Numba, array: _Numba, start: _Numba, row: _Numba) -> _Numba:
    """Write the first eight lanes to a flat float32 array from an index on."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        address = _address(context, builder, signature, arguments)
        half = _shuffled(builder, arguments[2], list(range(LANES // 2)))
        builder.store(half, builder.bitcast(address, _HALF.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, _row), generate


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
        return _splat(builder, arguments[0], ROW)

    return _row(types.float32), generate


@_compiled
def splat_at(typing_context: _Numba, array: _Numba, at: _Numba) -> _Numba:
    """Repeat an element of a flat float32 array in all lanes; no index counts from the end."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        return _splat(builder, builder.load(builder.gep(array.data, [arguments[1]])), ROW)

    return _row(array, types.intp), generate


@_compiled
def splat_two_at(typing_context: _Numba, array: _Numba, at: _Numba) -> _Numba:
    """Repeat an element of a flat float32 array and the one after it in turns."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        element = builder.gep(array.data, [arguments[1]])
        two = builder.load(builder.bitcast(element, _TWO.as_pointer()), align=4)
        return _shuffled(builder, two, [lane % 2 for lane in range(LANES)])

    return _row(array, types.intp), generate


@_compiled
def first_of_half(typing_context: _Numba, row: _Numba, half: _Numba) -> _Numba:
    """Return the first lane of a half, 0 or 1."""

    def generate(context: _Numba, builder: ir.IRBuilder, signature: _Numba, arguments: Values) -> ir.Value:
        lane = builder.mul(builder.trunc(arguments[1], INT), ir.Constant(INT, LANES // 2))
        return builder.extract_element(arguments[0], lane)

    return types.float32(_row, types.intp), generate


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
multiply_add = _row_function(3, lambda builder, rows: call(builder, "fmuladd.v16f32", *rows))
exp2_not_above_one = _row_function(1, lambda builder, rows: _emit_exp2_not_above_one(builder, rows[0]))
"""Two to the power of lanes that are not above zero: every use has such, and no other is bounded."""
softplus = _row_function(1, lambda builder, rows: _emit_softplus(builder, rows[0]))
sigmoid = _row_function(1, lambda builder, rows: _emit_sigmoid(builder, rows[0]))
two_totals = _row_function(2, lambda builder, rows: _emit_two_totals(builder, *rows))
"""In the first eight lanes the total of one row, in the others that of another; added in the same order."""
halves = _row_function(2, lambda builder, rows: _emit_halves(builder, *rows))
"""The first eight lanes of one row, then those of another."""
second_half = _row_function(1, lambda builder, rows: _shuffled(builder, rows[0], [*range(8, 16), *range(8)]))
"""The last eight lanes first."""
twice = _row_function(1, lambda builder, rows: _shuffled(builder, rows[0], [i // 2 for i in range(LANES)]))
"""The first eight lanes, each twice."""
sums_of_two = _row_function(1, lambda builder, rows: _emit_sums_of_two(builder, rows[0]))
"""In the first eight lanes the sums of two neighbours; in the others again."""
