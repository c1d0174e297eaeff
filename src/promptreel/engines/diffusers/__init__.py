"""Video models that diffusers runs, in the engine's process, on the card of the machine.

`engine` renders; `families` and the module of each family say how models are called; `checkpoint` finds their files and
`shelf` keeps them warm, within the card's memory (`placing`). Nothing here is imported where there is no `gpu` extra.
"""

from promptreel.engines.diffusers.engine import DiffusersEngine

__all__ = ["DiffusersEngine"]
