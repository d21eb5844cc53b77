"""Numbers in lanes: a numba type whose values are short vectors, one lane for each of several maps.

Compiled code computes with `Lanes` as with floats (+ - * /, `fma`, `sqrt`, …), and LLVM makes vector instructions of
them whatever stands around. The loop vectoriser of LLVM would have to be coaxed into that for every loop, and numba
has no vector library for exp and tanh. There is no fastmath: a product is fused with a sum where `fma` is written and
nowhere else, so that a lane has the same bits whichever lane it is.

With NUMBA_DISABLE_JIT=1 the same code runs in Python, and a value in lanes is a NumPy array.
"""

import math
import operator

import numpy as np
from numba import config

ROUND = 6755399441055744.0  # 1.5 * 2**52: added to a number, it leaves the nearest integer in the lowest bits
MANTISSA = (1 << 52) - 1
BIAS = 1023

if config.DISABLE_JIT:
    sqrt, copysign = np.sqrt, np.copysign

    def local(*shape):
        """Return an uninitialised array of lanes; the last number is how many."""
        return np.empty(shape)

    local1 = local2 = local3 = local

    def in_lanes(array, width):
        """Return an array (..., width) as an array (...) of lanes."""
        return array

    def fma(a, b, c):
        """a b + c, rounded once."""
        return a * b + c

    def where_less(a, b, x, y):
        """x where a < b, else y (also where a or b is NaN)."""
        return np.where(a < b, x, y)

    def two_to_the(shifted):
        """2^k of shifted = k + ROUND."""
        return ((shifted.view(np.int64) + BIAS) << 52).view(np.float64)

    def exponent(x):
        """e of x = m 2^e, 1 <= m < 2; for normal x > 0."""
        return ((x.view(np.int64) >> 52) - BIAS).astype(np.float64)

    def mantissa(x):
        """m of x = m 2^e, 1 <= m < 2; for normal x > 0."""
        return ((x.view(np.int64) & MANTISSA) | (BIAS << 52)).view(np.float64)

    def widest_vectors():
        """Let LLVM use all 512 bits in the calling function."""

else:
    from llvmlite import ir
    from numba.core import cgutils, types
    from numba.core.imputils import lower_builtin, lower_cast
    from numba.core.typeconv import Conversion
    from numba.core.typing.templates import AbstractTemplate, infer_global, signature
    from numba.extending import intrinsic, models, register_model
    from numba.np.arrayobj import populate_array

    class Lanes(types.Type):
        """`width` floats; a single float becomes one by standing in every lane."""

        def __init__(self, width):
            self.width = width
            super().__init__(name=f"Lanes({width})")

        def can_convert_from(self, context, other):
            return Conversion.safe if isinstance(other, types.Float | types.Integer) else None

        def unify(self, context, other):
            return self if isinstance(other, types.Float | types.Integer) else None

        @property
        def vector(self):
            return ir.VectorType(ir.DoubleType(), self.width)

        @property
        def bits(self):
            return ir.VectorType(ir.IntType(64), self.width)

        def constant(self, value, kind=None):
            return ir.Constant(kind or self.vector, [value] * self.width)

        def call(self, builder, name, *values):
            """Call one of LLVM's intrinsics on all lanes."""
            kind = ir.FunctionType(self.vector, [self.vector] * len(values))
            function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{self.width}f64")
            return builder.call(function, values)

    @register_model(Lanes)
    class LanesModel(models.PrimitiveModel):
        def __init__(self, manager, kind):
            super().__init__(manager, kind, kind.vector)

    @lower_cast(types.Float, Lanes)
    @lower_cast(types.Integer, Lanes)
    def _same_in_every_lane(context, builder, given, lanes, value):
        number = context.cast(builder, value, given, types.float64)
        first = builder.insert_element(ir.Constant(lanes.vector, ir.Undefined), number, ir.IntType(32)(0))
        return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), lanes.width), None))

    def _arithmetic(symbol, instruction):
        @infer_global(symbol)
        class Typing(AbstractTemplate):
            def generic(self, given, keywords):
                lanes = [kind for kind in given if isinstance(kind, Lanes)]
                return signature(lanes[0], *lanes[:1] * len(given)) if lanes else None

        @lower_builtin(symbol, Lanes, Lanes)
        def lower(context, builder, sig, values):
            return getattr(builder, instruction)(*values)

    for _symbol, _instruction in (
        (operator.add, "fadd"),
        (operator.sub, "fsub"),
        (operator.mul, "fmul"),
        (operator.truediv, "fdiv"),
    ):
        _arithmetic(_symbol, _instruction)

    def _function(given, make):
        """Type and code of a function of lanes: floats among its arguments go into every lane."""
        lanes = next((kind for kind in given if isinstance(kind, Lanes)), None)
        if lanes is None:
            return None

        def codegen(context, builder, sig, values):
            pairs = zip(values, sig.args, strict=True)
            return make(builder, lanes, *(context.cast(builder, value, kind, lanes) for value, kind in pairs))

        return lanes(*given), codegen

    @intrinsic
    def fma(context, a, b, c):
        return _function((a, b, c), lambda builder, lanes, *values: lanes.call(builder, "fma", *values))

    @intrinsic
    def sqrt(context, x):
        return _function((x,), lambda builder, lanes, value: lanes.call(builder, "sqrt", value))

    @intrinsic
    def copysign(context, x, y):
        return _function((x, y), lambda builder, lanes, *values: lanes.call(builder, "copysign", *values))

    @intrinsic
    def where_less(context, a, b, x, y):
        def make(builder, lanes, a, b, x, y):
            return builder.select(builder.fcmp_ordered("<", a, b), x, y)

        return _function((a, b, x, y), make)

    @intrinsic
    def two_to_the(context, shifted):
        def make(builder, lanes, value):
            biased = builder.add(builder.bitcast(value, lanes.bits), lanes.constant(BIAS, lanes.bits))
            return builder.bitcast(builder.shl(biased, lanes.constant(52, lanes.bits)), lanes.vector)

        return _function((shifted,), make)

    @intrinsic
    def exponent(context, x):
        def make(builder, lanes, value):
            high = builder.ashr(builder.bitcast(value, lanes.bits), lanes.constant(52, lanes.bits))
            return builder.sitofp(builder.sub(high, lanes.constant(BIAS, lanes.bits)), lanes.vector)

        return _function((x,), make)

    @intrinsic
    def mantissa(context, x):
        def make(builder, lanes, value):
            low = builder.and_(builder.bitcast(value, lanes.bits), lanes.constant(MANTISSA, lanes.bits))
            return builder.bitcast(builder.or_(low, lanes.constant(BIAS << 52, lanes.bits)), lanes.vector)

        return _function((x,), make)

    def _array(context, builder, kind, data, shape):
        """Build an array value over memory; shape as LLVM values."""
        size = 8 * kind.dtype.width
        strides = [context.get_constant(types.intp, size)]
        for length in reversed(shape[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        array = context.make_array(kind)(context, builder)
        populate_array(array, data=data, shape=shape, strides=strides, itemsize=strides[-1], meminfo=None)
        return array._getvalue()

    def _on_the_stack(*dims):
        if not all(isinstance(dim, types.IntegerLiteral) for dim in dims):
            return None  # numba also asks with plain integers; a size must be known when compiling
        *sizes, width = (dim.literal_value for dim in dims)
        kind = types.Array(Lanes(width), len(sizes), "C")

        def codegen(context, builder, sig, values):
            with builder.goto_entry_block():
                memory = builder.alloca(ir.ArrayType(kind.dtype.vector, math.prod(sizes)))
                memory.align = 8 * width
            data = builder.bitcast(memory, kind.dtype.vector.as_pointer())
            return _array(context, builder, kind, data, [context.get_constant(types.intp, size) for size in sizes])

        return kind(*dims), codegen

    @intrinsic
    def local1(context, a, width):
        return _on_the_stack(a, width)

    @intrinsic
    def local2(context, a, b, width):
        return _on_the_stack(a, b, width)

    @intrinsic
    def local3(context, a, b, c, width):
        return _on_the_stack(a, b, c, width)

    @intrinsic
    def in_lanes(context, array, width):
        if not isinstance(width, types.IntegerLiteral):
            return None
        kind = types.Array(Lanes(width.literal_value), array.ndim - 1, "C", aligned=False)

        def codegen(context, builder, sig, values):
            floats = context.make_array(array)(context, builder, values[0])
            data = builder.bitcast(floats.data, kind.dtype.vector.as_pointer())
            return _array(context, builder, kind, data, cgutils.unpack_tuple(builder, floats.shape)[:-1])

        return kind(array, width), codegen

    @intrinsic
    def widest_vectors(context):
        def codegen(context, builder, sig, values):
            set.add(builder.function.attributes, '"prefer-vector-width"="512"')  # llvmlite's `add` knows no such words
            return context.get_dummy_value()

        return types.none(), codegen
