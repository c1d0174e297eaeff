"""From numba's code to LLVM's, for kernels and helpers: the few statements that they are made of, written directly.

numba looks every operation up in tables that know all of Python. Nearly all that kernels do is arithmetic on numbers,
reads and writes of contiguous arrays, and calls of helpers; for these the instruction is known at once. All else goes
numba's own way. What is left out on purpose:
* an index counts from the start: `a[-1]` is refused, and an index that turns out negative reads what lies before the
  array (numba's check of the sign costs a select on every read);
* a helper cannot fail, and takes and gives values as they are: one instruction, not a status to look at; what could
  fail in one is refused;
* nothing is counted: arrays belong to the caller, and a kernel makes none;
* a variable that is assigned once is its value, and has no place in memory.
"""

import operator
from typing import Any

from llvmlite import ir as llvm
from numba.core import cgutils, ir
from numba.core import types as numba_types
from numba.core.lowering import Lower

__all__ = ["HELPERS", "HelperLines", "KernelLines"]

types: Any = numba_types
"""Half of what these classes have is not in their hints."""

_SIGNS: dict[Any, str] = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}
_OF_FLOATS = {operator.add: "fadd", operator.sub: "fsub", operator.mul: "fmul", operator.truediv: "fdiv"}
_OF_INTEGERS = {operator.add: "add", operator.sub: "sub", operator.mul: "mul"}
_OF_BITS = {operator.and_: "and_", operator.or_: "or_", operator.xor: "xor", operator.lshift: "shl"}
_IN_PLACE = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
}

HELPERS: dict[Any, tuple[Any, Any]] = {}
"""What is called for a helper: its description and its library, by the key that numba knows it by."""


class _Lines(Lower):
    """What kernels and helpers share."""

    def _find_singly_assigned_variable(self) -> None:
        times: dict[str, int] = {}
        for block in self.blocks.values():
            for statement in block.body:
                if isinstance(statement, ir.Assign):
                    times[statement.target.name] = times.get(statement.target.name, 0) + 1
        self._singly_assigned_vars = {name for name, count in times.items() if count == 1}
        self._blk_local_varmap: dict[str, Any] = {}
        self._tuples: dict[str, list[tuple[Any, Any]]] = {}
        self._ranges: dict[str, tuple[Any, Any, Any, int]] = {}
        self._steps: dict[str, tuple[Any, Any]] = {}

    def pre_block(self, block: Any) -> None:
        """Nothing is prepared: there are no exceptions to catch."""
        self._cur_ir_block = block

    def lower_block(self, block: Any) -> None:
        """The statements of a block; an error tells which one it is about."""
        self.pre_block(block)
        for statement in block.body:
            self.loc = statement.loc
            try:
                self.lower_inst(statement)
            except Exception as error:
                error.add_note(f"in {statement}, {statement.loc}")
                raise

    # -- variables -----------------------------------------------------------------------------------------------------

    def storevar(self, value: Any, name: str, argidx: Any = None) -> None:
        """Keep the value of a variable."""
        if name in self._singly_assigned_vars:
            self._blk_local_varmap[name] = value
        else:
            self.builder.store(value, self.getvar(name))

    def loadvar(self, name: str) -> Any:
        """The value of a variable."""
        if name in self._tuples:
            return self.context.make_tuple(self.builder, self.typeof(name), [value for value, _ in self._tuples[name]])
        return super().loadvar(name)

    def delvar(self, name: str) -> None:
        """Nothing is counted."""

    def _cast(self, value: Any, own: Any, wanted: Any) -> Any:
        own, wanted = types.unliteral(own), types.unliteral(wanted)
        if own is wanted or own == wanted:
            return value
        if isinstance(own, types.Integer):
            if isinstance(wanted, types.Integer):
                if own.bitwidth >= wanted.bitwidth:
                    return self.builder.trunc(value, self.context.get_value_type(wanted))
                widen = self.builder.sext if own.signed else self.builder.zext
                return widen(value, self.context.get_value_type(wanted))
            if isinstance(wanted, types.Float):
                convert = self.builder.sitofp if own.signed else self.builder.uitofp
                return convert(value, self.context.get_value_type(wanted))
        return self.context.cast(self.builder, value, own, wanted)

    # -- statements ----------------------------------------------------------------------------------------------------

    def lower_inst(self, inst: Any) -> None:
        """One statement."""
        if isinstance(inst, ir.Assign):
            self._assign(inst.target.name, inst)
        elif isinstance(inst, ir.SetItem | ir.StaticSetItem):
            index = inst.index if isinstance(inst, ir.SetItem) else inst.index_var
            signature = self.fndesc.calltypes[inst]
            place = self._place(inst.target.name, index.name)
            if place is None or signature is None:
                super().lower_inst(inst)
                return
            kind = self.typeof(inst.target.name).dtype
            value = self._cast(self.loadvar(inst.value.name), self.typeof(inst.value.name), kind)
            self.builder.store(value, place)
        elif not isinstance(inst, ir.Del):
            super().lower_inst(inst)

    def _assign(self, name: str, inst: Any) -> None:
        kind, value = self.typeof(name), inst.value
        if isinstance(value, ir.Expr) and value.op == "build_tuple" and name in self._singly_assigned_vars:
            self._tuples[name] = [
                (self._cast(self.loadvar(item.name), self.typeof(item.name), wanted), wanted)
                for item, wanted in zip(value.items, kind, strict=True)
            ]
            return
        if isinstance(value, ir.Expr) and self._counts(name, kind, value):
            return
        if isinstance(value, ir.Var):
            if value.name in self._ranges:
                if name not in self._singly_assigned_vars:
                    raise TypeError("a range cannot be chosen: choose its bounds")
                self._ranges[name] = self._ranges[value.name]
                return
            self.storevar(self._cast(self.loadvar(value.name), self.typeof(value.name), kind), name)
            return
        self.storevar(self.lower_assign(kind, inst), name)

    def lower_expr(self, resty: Any, expr: Any) -> Any:
        """One expression."""
        if expr.op in ("getitem", "static_getitem"):
            own = self.typeof(expr.value.name)
            index = expr.index if expr.op == "getitem" else expr.index_var
            if isinstance(own, types.BaseTuple) and expr.op == "static_getitem" and isinstance(expr.index, int):
                return self._item(expr.value.name, own, expr.index % len(own), resty)
            place = self._place(expr.value.name, index.name) if index is not None else None
            if place is not None:
                return self._cast(self.builder.load(place), own.dtype, resty)
        return super().lower_expr(resty, expr)

    def _item(self, name: str, own: Any, index: int, wanted: Any) -> Any:
        """An item of a tuple."""
        if name in self._tuples:
            return self._cast(self._tuples[name][index][0], self._tuples[name][index][1], wanted)
        return self._cast(self.builder.extract_value(self.loadvar(name), index), own.types[index], wanted)

    # -- loops ---------------------------------------------------------------------------------------------------------

    def _counts(self, name: str, kind: Any, expr: Any) -> bool:
        """Whether it was a step of `for … in range(…)`, by a constant; then it is written."""
        if expr.op == "call" and isinstance(kind, types.RangeType):
            step = self._constant(expr.args[2].name) if len(expr.args) == 3 else 1
            if not step:
                return False
            bounds = [self._cast(self.loadvar(one.name), self.typeof(one.name), kind.dtype) for one in expr.args[:2]]
            start, stop = bounds if len(bounds) == 2 else (bounds[0].type(0), bounds[0])
            self._ranges[name] = start, stop, kind.dtype, step
        elif expr.op == "getiter" and expr.value.name in self._ranges:
            start, stop, number, step = self._ranges[expr.value.name]
            place = cgutils.alloca_once(self.builder, start.type)
            self.builder.store(start, place)
            self._ranges[name] = place, stop, number, step
        elif expr.op == "iternext" and expr.value.name in self._ranges:
            place, stop, number, step = self._ranges[expr.value.name]
            at = self.builder.load(place)
            compare = self.builder.icmp_signed if number.signed else self.builder.icmp_unsigned
            self._steps[name] = at, compare("<" if step > 0 else ">", at, stop)
            self.builder.store(self.builder.add(at, at.type(step), flags=["nsw"] if number.signed else []), place)
        elif expr.op in ("pair_first", "pair_second") and expr.value.name in self._steps:
            self.storevar(self._steps[expr.value.name][expr.op == "pair_second"], name)
        else:
            return False
        return True

    def _constant(self, name: str) -> int | None:
        """The number that a variable always is, where that is known."""
        value = getattr(self.loadvar(name), "constant", None)
        return value if isinstance(value, int) else None

    # -- arrays --------------------------------------------------------------------------------------------------------

    def _place(self, name: str, index: str) -> Any:
        """Where an element of a contiguous array of numbers is, or None for everything else."""
        own = self.typeof(name)
        if not isinstance(own, types.Array) or own.layout != "C" or not isinstance(own.dtype, types.Number):
            return None
        if (numbers := self._indices(index)) is None or len(numbers) != own.ndim:
            return None
        array = self.loadvar(name)
        model = self.context.data_model_manager[own]
        at = numbers[0]
        for axis, number in enumerate(numbers[1:], start=1):
            side = self.builder.extract_value(array, [model.get_field_position("shape"), axis])
            at = self.builder.add(self.builder.mul(at, side), number)
        return self.builder.gep(self.builder.extract_value(array, model.get_field_position("data")), [at])

    def _indices(self, name: str) -> list[Any] | None:
        kind = self.typeof(name)
        if isinstance(kind, types.Integer):
            return [self._index(self.loadvar(name), kind)]
        if isinstance(kind, types.BaseTuple) and all(isinstance(one, types.Integer) for one in kind):
            items = self._tuples.get(name) or [
                (self.builder.extract_value(self.loadvar(name), number), one) for number, one in enumerate(kind.types)
            ]
            return [self._index(value, one) for value, one in items]
        return None

    def _index(self, value: Any, kind: Any) -> Any:
        constant = getattr(value, "constant", None)
        if isinstance(constant, int) and constant < 0:
            raise IndexError(f"an index counts from the start, not {constant}")
        return self._cast(value, kind, types.intp if types.unliteral(kind).signed else types.uintp)

    # -- arithmetic ----------------------------------------------------------------------------------------------------

    def lower_binop(self, resty: Any, expr: Any, op: Any) -> Any:
        """A sum, a product, a comparison …"""
        signature = self.fndesc.calltypes[expr]
        kind, other = signature.args
        given = signature.return_type
        op = _IN_PLACE.get(op, op)
        number = isinstance(kind, types.Number | types.Boolean) and kind == other
        if not number or (make := self._instruction(op, kind, given)) is None:
            return super().lower_binop(resty, expr, op)
        left = self._cast(self.loadvar(expr.lhs.name), self.typeof(expr.lhs.name), kind)
        right = self._cast(self.loadvar(expr.rhs.name), self.typeof(expr.rhs.name), kind)
        return self._cast(make(left, right), given, resty)

    def _instruction(self, op: Any, kind: Any, given: Any) -> Any:
        """What makes the instruction for `op` on two numbers of one kind, or None where that takes more than one."""
        build = self.builder
        if op in _SIGNS and given == types.boolean:
            sign = _SIGNS[op]
            if isinstance(kind, types.Float):
                compare = build.fcmp_unordered if sign == "!=" else build.fcmp_ordered
            elif isinstance(kind, types.Integer):
                compare = build.icmp_signed if kind.signed else build.icmp_unsigned
            else:
                return None
            return lambda left, right: compare(sign, left, right)
        if kind != given:
            return None
        if isinstance(kind, types.Float):
            return getattr(build, _OF_FLOATS[op]) if op in _OF_FLOATS else None
        if op in _OF_BITS and (isinstance(kind, types.Integer) or op is not operator.lshift):
            return getattr(build, _OF_BITS[op])
        if not isinstance(kind, types.Integer):
            return None
        if op is operator.rshift:
            return build.ashr if kind.signed else build.lshr
        if op not in _OF_INTEGERS:
            return None
        make, flags = getattr(build, _OF_INTEGERS[op]), ["nsw"] if kind.signed else []
        return lambda left, right: make(left, right, flags=flags)

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _lower_call_normal(self, fnty: Any, expr: Any, signature: Any) -> Any:
        helper = HELPERS.get(fnty.get_impl_key(signature)) if isinstance(fnty, types.Dispatcher) else None
        if helper is None:
            return super()._lower_call_normal(fnty, expr, signature)
        description, library = helper
        values = self.fold_call_args(fnty, signature, expr.args, expr.vararg, expr.kws)
        self.context.active_code_library.add_linking_library(library)
        return self.builder.call(_declared(self.context, self.builder.module, description), values)

    def _cast_var(self, var: Any, ty: Any) -> Any:
        return self._cast(self.loadvar(var.name), self.typeof(var.name), ty)


def _declared(context: Any, module: Any, description: Any) -> Any:
    """A helper as a function of LLVM: values in, value out."""
    values = [context.get_value_type(kind) for kind in description.argtypes]
    kind = llvm.FunctionType(context.get_value_type(description.restype), values)
    function = cgutils.get_or_insert_function(module, kind, description.mangled_name)
    function.attributes.add("alwaysinline")
    return function


class KernelLines(_Lines):
    """For kernels, which are called by numba's own rules."""


class HelperLines(_Lines):
    """For helpers."""

    def emit_environment_object(self) -> None:
        """A helper refers to nothing of Python."""

    def setup_function(self, fndesc: Any) -> None:
        """Begin the function."""
        self.function = _declared(self.context, self.module, fndesc)
        self.entry_block = self.function.append_basic_block("entry")
        self.builder = llvm.IRBuilder(self.entry_block)
        self.call_helper = self.call_conv.init_call_helper(self.builder)

    def extract_function_arguments(self) -> Any:
        """They are what they are."""
        self.fnargs = self.function.args
        return self.fnargs

    def _counts(self, name: str, kind: Any, expr: Any) -> bool:
        """As for kernels, but numba's own way would fail for a step of zero, and a helper cannot."""
        done = super()._counts(name, kind, expr)
        if not done and isinstance(kind, types.RangeType):
            raise TypeError("a range in a helper takes constant steps other than zero")
        return done

    def lower_inst(self, inst: Any) -> None:
        """One statement."""
        if isinstance(inst, ir.Return):
            self.builder.ret(self.loadvar(inst.value.name))
        else:
            super().lower_inst(inst)
