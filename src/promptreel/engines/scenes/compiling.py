"""How kernels are compiled: numba's compiler without what we never use, and with the promise that no arrays overlap.

Two thirds of the time that numba takes go to its own work in Python, which grows with the number of statements and with
the number of functions. So here
* numbers such as `f32(0.5)` and `WOOD + 1` become constants before types are looked for,
* types of sums and products of numbers are looked up once, and `min` and `max` are one instruction, not a function,
* helpers, which are put into their callers anyway, are tidied up but not made into machine code on their own,
* passes for what kernels do not use (closures, array expressions, literal unrolling …) are left out.

All this leans on internals of numba, whose version is pinned; the tests hold that kernels are vectorised.
"""

import ctypes
import importlib
import operator
from typing import Any

import numpy as np
from numba import types
from numba.core import ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import FunctionPass, PassManager, register_pass
from numba.core.ir_utils import build_definitions
from numba.core.typed_passes import (
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import FixupArgs, IRProcessing, ReconstructSSA, TranslateByteCode
from numba.extending import intrinsic

from promptreel.engines.scenes.lowering import HELPERS, HelperLines, KernelLines

__all__ = ["Helper", "Restrict"]

# numba has no types that mypy could follow; its own base classes are untyped.


# -- fewer statements --------------------------------------------------------------------------------------------------


def _choice(sign: str) -> Any:
    """An intrinsic of two numbers: the first one if it compares so to the second, otherwise the second."""

    def choose(typing: Any, a: Any, b: Any) -> Any:
        a, b = types.unliteral(a), types.unliteral(b)
        joined = typing.unify_types(a, b)

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            left, right = (
                context.cast(builder, value, own, joined) for value, own in zip(args, signature.args, strict=True)
            )
            if isinstance(joined, types.Float):
                first = builder.fcmp_ordered(sign, left, right)
            elif joined.signed:
                first = builder.icmp_signed(sign, left, right)
            else:
                first = builder.icmp_unsigned(sign, left, right)
            return builder.select(first, left, right)

        return joined(a, b), generate

    return intrinsic(choose)


_MAKERS = {types.float32: np.float32, types.int32: np.int32, types.uint32: np.uint32}
_INSTEAD = {min: _choice("<"), max: _choice(">")}
_SUMS = {operator.add, operator.sub, operator.mul}


class _Numbers:
    """What is known of the variables of a function before their types are."""

    def __init__(self, blocks: Any) -> None:
        self.known: dict[str, Any] = {}
        """Variables that are numbers as Python knows them."""
        self.makers: dict[str, Any] = {}
        """Variables that are a type of numbers: `f32`."""
        self.shapes: set[str] = set()
        """Variables that are the shape of an array."""
        times: dict[str, int] = {}
        assignments = [s for _, block in sorted(blocks.items()) for s in block.body if isinstance(s, ir.Assign)]
        for statement in assignments:
            times[statement.target.name] = times.get(statement.target.name, 0) + 1
        for statement in assignments:
            if times[statement.target.name] == 1:
                statement.value = self._simpler(statement.target.name, statement.value, statement.loc)

    def _simpler(self, name: str, value: Any, loc: Any) -> Any:
        if isinstance(value, ir.Const | ir.Global | ir.FreeVar):
            return self._simple_name(name, value, loc)
        if not isinstance(value, ir.Expr):
            return value
        if value.op == "call" and value.func.name in self.makers and len(value.args) == 1 and not value.kws:
            number = self.known.get(value.args[0].name)
            return value if number is None else ir.Const(self.makers[value.func.name](number), loc)
        if value.op == "binop" and value.fn in _SUMS:
            left, right = self.known.get(value.lhs.name), self.known.get(value.rhs.name)
            if type(left) is int and type(right) is int:
                self.known[name] = value.fn(left, right)
                return ir.Const(self.known[name], loc)
        if value.op == "getattr" and value.attr == "shape":
            self.shapes.add(name)
        if value.op == "getitem" and value.value.name in self.shapes and value.index.name in self.known:
            return ir.Expr.static_getitem(value.value, self.known[value.index.name], value.index, loc)
        return value

    def _simple_name(self, name: str, value: Any, loc: Any) -> Any:
        meant = value.value
        if type(meant) in (int, float):
            self.known[name] = meant
            return ir.Const(meant, loc)
        if isinstance(meant, types.Number) and meant in _MAKERS:
            self.makers[name] = _MAKERS[meant]
        elif meant is min or meant is max:
            return ir.Global(meant.__name__, _INSTEAD[meant], loc)
        return value


@register_pass(mutates_CFG=False, analysis_only=False)
class FoldNumbers(FunctionPass):
    """Make constants of what is constant, and drop the steps that led there."""

    _name = "fold_numbers"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """See `CompilerPass`."""
        blocks = state.func_ir.blocks
        _Numbers(blocks)
        uses: dict[str, int] = {}
        for block in blocks.values():
            for statement in block.body:
                for variable in statement.list_vars():
                    uses[variable.name] = uses.get(variable.name, 0) + 1
        for block in blocks.values():
            block.body = [statement for statement in block.body if not _idle(statement, uses)]
        state.func_ir._definitions = build_definitions(blocks)
        return True


def _idle(statement: Any, uses: dict[str, int]) -> bool:
    """Whether it only names something that nobody asks for."""
    if not isinstance(statement, ir.Assign) or not isinstance(statement.value, ir.Const | ir.Global | ir.FreeVar):
        return False
    return statement.target.name.startswith("$") and uses[statement.target.name] == 1


# -- types -------------------------------------------------------------------------------------------------------------


class _Remembering:
    """numba's typing context, which remembers what it found for operations on numbers. numba compiles under a lock."""

    _found: dict[Any, Any] = {}  # noqa: RUF012

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        """The signature of a call."""
        if kws:
            return self._context.resolve_function_type(func, args, kws)
        key = func, tuple(args)
        if key not in self._found:
            self._found[key] = self._context.resolve_function_type(func, args, kws)
        return self._found[key]


@register_pass(mutates_CFG=True, analysis_only=False)
class Inference(NopythonTypeInference):
    """numba's own type inference, with a memory."""

    _name = "remembering_inference"

    def run_pass(self, state: Any) -> bool:
        """See `CompilerPass`."""
        state.typingctx, own = _Remembering(state.typingctx), state.typingctx
        try:
            return bool(super().run_pass(state))
        finally:
            state.typingctx = own


# -- helpers -----------------------------------------------------------------------------------------------------------


class _HelperLibrary(JITCodeLibrary):
    """LLVM code that is only ever put into its callers: tidied up, but neither optimised nor made into machine code."""

    def finalize(self) -> None:
        """Join it with the code of its own helpers."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        inline, options = self._codegen._module_pass_manager(
            loop_vectorize=False, slp_vectorize=False, opt=0, cost="cheap"
        )
        inline.run(self._final_module, options)
        self._optimize_functions(self._final_module)
        # It is its own copy for callers: nothing else is ever made of it.
        for function in self._final_module.functions:
            if not function.is_declaration:
                function.linkage = "linkonce_odr"
        self._shared_module = self._final_module
        self._finalized = True


dynfunc: Any = importlib.import_module("numba._dynfunc")

# What a helper is for Python, which cannot call it: a function that raises a TypeError.
_NOWHERE = ctypes.cast(ctypes.pythonapi.PyErr_BadArgument, ctypes.c_void_p).value


@register_pass(mutates_CFG=True, analysis_only=False)
class HelperLowering(NativeLowering):
    """From numba's code to LLVM's, and no further."""

    _name = "helper_lowering"
    lowering_class = HelperLines

    def run_pass(self, state: Any) -> bool:
        """See `CompilerPass`."""
        state.library = _HelperLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        made = state["cr"]
        key = dynfunc.make_function(
            made.fndesc.lookup_module(), made.fndesc.qualname, "a helper", _NOWHERE, made.env, (state.library,)
        )
        state.targetctx.insert_user_function(key, made.fndesc, [state.library])
        HELPERS[key] = made.fndesc, state.library
        state["cr"] = made._replace(cfunc=key)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):
    """From numba's code to machine code."""

    _name = "kernel_lowering"
    lowering_class = KernelLines


# -- compilers ---------------------------------------------------------------------------------------------------------


def _passes(lowering: Any) -> list[PassManager]:
    manager = PassManager("kernels")
    for one in (
        TranslateByteCode,
        FixupArgs,
        FoldNumbers,
        IRProcessing,
        ReconstructSSA,
        Inference,
        PreLowerStripPhis,
        IRLegalization,
        lowering,
        NoPythonBackend,
    ):
        manager.add_pass(one, one.__name__)
    manager.finalize()
    return [manager]


class Helper(CompilerBase):
    """For what is put into its callers."""

    def __init__(
        self, typingctx: Any, targetctx: Any, library: Any, args: Any, return_type: Any, flags: Any, locals: Any
    ) -> None:
        flags.nrt = False
        super().__init__(typingctx, targetctx, library, args, return_type, flags, locals)

    def define_pipelines(self) -> list[PassManager]:
        """See `CompilerBase`."""
        return _passes(HelperLowering)


class Restrict(CompilerBase):
    """For kernels, with numba's own flag `noalias` set, C's `restrict`: array arguments never overlap.

    LLVM vectorises a loop that both gathers and stores only with this promise, and `njit` has no option for it.
    """

    def __init__(
        self, typingctx: Any, targetctx: Any, library: Any, args: Any, return_type: Any, flags: Any, locals: Any
    ) -> None:
        flags.noalias = True
        flags.nrt = False
        super().__init__(typingctx, targetctx, library, args, return_type, flags, locals)

    def define_pipelines(self) -> list[PassManager]:
        """See `CompilerBase`."""
        return _passes(KernelLowering)
