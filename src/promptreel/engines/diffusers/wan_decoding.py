"""Frames of Wan's latents as they are decoded, a few at a time.

Its autoencoder is causal in time: a latent frame becomes four frames (the first one becomes one) and needs nothing of those
behind it, only what each convolution keeps of the two before. So the film can be decoded bit by bit, exactly as at once,
and never lies whole in the card's memory. With tiles, each tile keeps its own.
"""

from collections.abc import Iterator
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl_wan import unpatchify
from diffusers.utils.torch_utils import get_module_execution_device

from promptreel.engines import Picture
from promptreel.engines.diffusers.failing import NO_PICTURE
from promptreel.errors import EngineFailed

Kept = list[Any]
"""What each convolution of the decoder keeps between two calls."""


def frames(vae: Any, latents: Any) -> Iterator[Picture]:
    """RGB frames of normalised latents (1, channels, frames, height, width). Errors: `EngineFailed` for what is no number."""
    for piece in decoded(vae, unnormalised(vae, latents)):
        if not torch.isfinite(piece).all():
            raise EngineFailed(NO_PICTURE)
        pictures = ((piece[0] / 2 + 0.5) * 255).round_().to(torch.uint8).permute(1, 2, 3, 0).contiguous().cpu()
        yield from pictures.numpy()


def unnormalised(vae: Any, latents: Any) -> Any:
    """Latents as the autoencoder knows them, on its device."""
    latents = latents.to(get_module_execution_device(vae), vae.dtype)
    mean, std = (
        torch.tensor(values).view(1, -1, 1, 1, 1).to(latents.device, latents.dtype)
        for values in (vae.config.latents_mean, vae.config.latents_std)
    )
    return latents * std + mean


def decoded(vae: Any, latents: Any) -> Iterator[Any]:
    """Pieces (1, 3, frames, height, width) within ±1, one for each latent frame: together what `vae.decode` makes."""
    # Where the autoencoder waits in the machine's memory, the hook on its call brings it; that call is passed by here.
    if (hook := getattr(vae, "_hf_hook", None)) is not None:
        hook.pre_forward(vae)
    tiles = Tiles(vae, *latents.shape[-2:])
    for number in range(latents.shape[2]):
        with torch.no_grad():
            piece = tiles.joined(latents[:, :, number : number + 1], first=number == 0)
            if vae.config.patch_size is not None:
                piece = unpatchify(piece, patch_size=vae.config.patch_size)
            piece.clamp_(-1, 1)
        yield piece


class Tiles:
    """A latent frame in overlapping tiles, or in one where tiling is off; where they overlap, they fade into each other.

    Sizes: of latents while it is cut, of what the decoder makes of them (before it is unpatchified) while it is joined.
    """

    def __init__(self, vae: Any, height: int, width: int) -> None:
        self._vae = vae
        ratio = vae.spatial_compression_ratio
        self._tall, self._wide = vae.tile_sample_min_height // ratio, vae.tile_sample_min_width // ratio
        if not vae.use_tiling or (height <= self._tall and width <= self._wide):
            self._tall, self._wide = height, width
            self._down, self._right = height, width
        else:
            self._down, self._right = vae.tile_sample_stride_height // ratio, vae.tile_sample_stride_width // ratio
        self._scale = ratio // (vae.config.patch_size or 1)
        self._rows = range(0, height, self._down)
        self._columns = range(0, width, self._right)
        self._kept: dict[tuple[int, int], Kept] = {}

    def joined(self, latent: Any, *, first: bool) -> Any:
        """The pixels of one latent frame (1, channels, 1, height, width)."""
        made = [[self._tile(latent, top, left, first) for left in self._columns] for top in self._rows]
        fade_down, fade_right = (self._tall - self._down) * self._scale, (self._wide - self._right) * self._scale
        rows = []
        for y, row in enumerate(made):
            for x, tile in enumerate(row):
                if y:
                    self._vae.blend_v(made[y - 1][x], tile, fade_down)
                if x:
                    self._vae.blend_h(row[x - 1], tile, fade_right)
            down, right = self._down * self._scale, self._right * self._scale
            rows.append(torch.cat([tile[..., :down, :right] for tile in row], dim=-1))
        return torch.cat(rows, dim=-2)

    def _tile(self, latent: Any, top: int, left: int, first: bool) -> Any:
        """One tile's pixels; goes on from what the tile at that place kept."""
        vae = self._vae
        kept = self._kept.setdefault((top, left), [None] * vae._cached_conv_counts["decoder"])
        tile = vae.post_quant_conv(latent[..., top : top + self._tall, left : left + self._wide])
        return vae.decoder(tile, feat_cache=kept, feat_idx=[0], first_chunk=first)
