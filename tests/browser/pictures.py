"""Pictures of pages, small enough to keep: half the size, at most 256 colours, compared by a browser's eyes.

Decoding is left to the browser at hand; writing a palette PNG takes the standard library alone.
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

Pixels = NDArray[np.uint8]  # Shape: (height, width, 3)
COLOURS = 256
_PIXELS = """async (source) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let start = 0; start < data.length; start += 32768)
    text += String.fromCharCode.apply(null, data.subarray(start, start + 32768));
  return [image.width, image.height, btoa(text)];
}"""


@dataclass(frozen=True)
class Difference:
    """How far a page is from its picture."""

    share: float  # of pixels that a reader would see as another colour
    reason: str

    def __bool__(self) -> bool:
        return bool(self.reason)


def pixels_of(viewer: Page, png: bytes) -> Pixels:
    """The colours of an image. `viewer` is any page without a content policy, about:blank for one."""
    width, height, text = viewer.evaluate(_PIXELS, f"data:image/png;base64,{base64.b64encode(png).decode()}")
    flat = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    return flat.reshape(height, width, 4)[:, :, :3]


def difference(seen: Pixels, approved: Pixels, tolerated: float, step: int) -> Difference:
    """Pixels that differ by more than `step` in a channel, as a share; a reason where it is more than `tolerated`."""
    if seen.shape != approved.shape:
        sizes = [f"{shape[1]}x{shape[0]}" for shape in (approved.shape, seen.shape)]
        return Difference(1.0, f"the page is {sizes[1]} px, its picture {sizes[0]}")
    is_other = (np.abs(seen.astype(np.int16) - approved.astype(np.int16)) > step).any(axis=2)
    share = float(is_other.mean())
    if share <= tolerated:
        return Difference(share, "")
    rows = np.flatnonzero(is_other.any(axis=1))
    return Difference(share, f"{share:.2%} of the pixels differ, from {rows[0]} to {rows[-1]} px from the top")


def reduced(pixels: Pixels) -> Pixels:
    """The image in the colours in which it would be kept: who compares, compares like with like."""
    palette, indexed = _in_palette(pixels)
    return palette[indexed]


def palette_png(pixels: Pixels) -> bytes:
    """The image as a file of at most 256 colours."""
    palette, indexed = _in_palette(pixels)
    height, width = indexed.shape
    lines = b"".join(b"\0" + line.tobytes() for line in indexed)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _in_palette(pixels: Pixels) -> tuple[Pixels, NDArray[np.uint8]]:
    """The most frequent colours, and for each pixel the place of the nearest of them."""
    height, width, _ = pixels.shape
    coarse = (pixels & 0xFC).reshape(-1, 3)
    keys = coarse.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    colours, place, count = np.unique(keys, return_inverse=True, return_counts=True)
    chosen = colours[np.argsort(-count, kind="stable")[:COLOURS]]
    nearest = _nearest(_channels(colours), _channels(chosen))
    # The coarse grid rounds down: half a step up is the middle.
    palette = np.minimum(_channels(chosen) + (_channels(chosen) > 0) * 3, 255).astype(np.uint8)
    return palette, nearest[place].astype(np.uint8).reshape(height, width)


def _channels(keys: NDArray[np.uint32]) -> NDArray[np.int32]:
    return np.stack([keys >> 16, keys >> 8 & 255, keys & 255], axis=1).astype(np.int32)


def _nearest(colours: NDArray[np.int32], chosen: NDArray[np.int32]) -> NDArray[np.int64]:
    distance = ((colours[:, None, :] - chosen[None, :, :]) ** 2).sum(axis=2)
    return distance.argmin(axis=1)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def shot(page: Page, height: int) -> bytes:
    """The top of a page, everything that moves or blinks at rest."""
    size: Any = page.viewport_size
    whole = int(page.evaluate("document.documentElement.scrollHeight"))
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(whole, height)}
    return page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide", scale="device")


def kept(folder: Path, name: str) -> bytes | None:
    path = folder / f"{name}.png"
    return path.read_bytes() if path.is_file() else None
