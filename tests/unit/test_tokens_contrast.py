"""The colours of the style sheet: readable, and told apart by people who see fewer colours."""

import itertools
import math
import re
from functools import cache

import pytest

from flows.publish.environment import TEMPLATES

STATUSES = ("green", "yellow", "red", "unknown")
THEMES = ("light", "dark")
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISIONS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
Colour = tuple[float, float, float]


@cache
def blocks() -> list[dict[str, str]]:
    """Colour tokens of each `:root` block: light, dark by the system, dark by choice."""
    css = (TEMPLATES / "assets" / "css" / "1-tokens.css").read_text()
    found = re.findall(r":root[^{]*\{([^}]*)\}", css)
    return [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block)) for block in found]


def tokens(theme: str) -> dict[str, str]:
    return blocks()[THEMES.index(theme)]


def linear(colour: str) -> Colour:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio."""
    luminances = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(first), linear(second)))
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)


def seen(colour: str, vision: str) -> Colour:
    """The colour in CIELAB as someone with that vision sees it."""
    rgb = linear(colour)
    r, g, b = (min(max(sum(w * c for w, c in zip(row, rgb, strict=True)), 0), 1) for row in VISIONS[vision])
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def delta_e(first: Colour, second: Colour) -> float:
    """CIEDE2000 (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    d_l, d_c, d_h = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = h1 + h2 if c1 * c2 == 0 else (h1 + dh / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    r_c = 2 * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
    r_t = -r_c * math.sin(math.radians(60 * math.exp(-(((mean_h - 275) / 25) ** 2))))
    return math.sqrt((d_l / s_l) ** 2 + (d_c / s_c) ** 2 + (d_h / s_h) ** 2 + r_t * (d_c / s_c) * (d_h / s_h))


def test_the_colour_difference_is_the_published_formula():
    """Pairs 1, 7 and 25 of the test data of Sharma, Wu and Dalal."""
    assert delta_e((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert delta_e((50, 0, 0), (50, -1, 2)) == pytest.approx(2.3669, abs=1e-4)
    assert delta_e((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)) == pytest.approx(1.2644, abs=1e-4)


def test_the_two_dark_blocks_are_equal():
    light, by_system, by_choice = blocks()
    assert by_system == by_choice
    assert set(light) == set(by_system)


def test_paper_takes_the_light_tokens():
    css = (TEMPLATES / "assets" / "css" / "1-tokens.css").read_text()
    dark_parts = re.findall(r"@media ([^{]+)\{", css)
    assert len(dark_parts) == 2
    assert all(part.startswith("screen") for part in dark_parts)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["bg", "surface", "sunken"])
@pytest.mark.parametrize("ink", ["text", "muted", "link"])
def test_words_are_readable_on_every_ground(theme: str, ground: str, ink: str):
    assert contrast(tokens(theme)[ink], tokens(theme)[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*STATUSES, "info"])
def test_words_are_readable_on_their_soft_ground(theme: str, name: str):
    assert contrast(tokens(theme)[f"{name}-ink"], tokens(theme)[f"{name}-soft"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("status", STATUSES)
def test_marks_and_lozenge_borders_stand_out(theme: str, status: str):
    for ground in ("surface", f"{status}-soft"):
        assert contrast(tokens(theme)[f"{status}-mark"], tokens(theme)[ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_borders_of_controls_and_lines_of_charts_stand_out(theme: str):
    assert contrast(tokens(theme)["control"], tokens(theme)["surface"]) >= 3
    for ground in ("surface", "band"):
        assert contrast(tokens(theme)["accent"], tokens(theme)[ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_green_yellow_and_red_are_told_apart_by_everyone(theme: str, vision: str):
    marks = [seen(tokens(theme)[f"{status}-mark"], vision) for status in ("green", "yellow", "red")]
    assert min(delta_e(one, other) for one, other in itertools.combinations(marks, 2)) >= 19
