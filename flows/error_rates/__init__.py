"""How often the decisions are wrong, measured on simulated teams with known truth; shown on the method page.

`measured.json` beside this module is written by `tenfour calibrate`; never by hand.
"""

from flows.error_rates.file import MEASURED_FILE, error_rates_text, read_error_rates
from flows.error_rates.model import (
    FORMAT,
    WORLDS,
    ErrorRates,
    Figure,
    Goal,
    LikeYours,
    Measured,
    Method,
    Result,
    WhatIf,
    World,
    as_parameters,
)

__all__ = [
    "FORMAT",
    "MEASURED_FILE",
    "WORLDS",
    "ErrorRates",
    "Figure",
    "Goal",
    "LikeYours",
    "Measured",
    "Method",
    "Result",
    "WhatIf",
    "World",
    "as_parameters",
    "error_rates_text",
    "read_error_rates",
]
