"""Columns that several tables share, and the one way to declare a column."""

from typing import Annotated, Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

Day = np.datetime64  # a naive midnight; stored as datetime64[us]
Instant = Annotated[pd.DatetimeTZDtype, "us", "UTC"]


_ALWAYS: Final = object()  # the column has been there since the first version


def col(description: str, unit: str, *, nullable: bool = False, absent: Any = _ALWAYS, **checks: Any) -> Any:
    """A described column. `unit` is part of the data dictionary ("id", "text", "hours", ...).

    `absent`: what rows hold that were stored before the column existed.
    """
    metadata = {"unit": unit} if absent is _ALWAYS else {"unit": unit, "absent": absent}
    return pa.Field(description=description, nullable=nullable, metadata=metadata, **checks)


def day(description: str, *, nullable: bool = False) -> Any:
    return col(description, "date", nullable=nullable)


def instant(description: str, *, nullable: bool = False, **more: Any) -> Any:
    return col(description, "instant (UTC)", nullable=nullable, **more)


def flag(description: str, **more: Any) -> Any:
    return col(description, "true/false", **more)


def hours(description: str, *, nullable: bool = False, **more: Any) -> Any:
    return col(description, "hours", nullable=nullable, ge=0, **more)


class Table(pa.DataFrameModel):
    """Base of every stored table: exactly the declared columns, in any order, no silent coercion."""

    class Config:
        strict = True


class EngineerWeek(Table):
    """Base of the tables keyed by engineer and week."""

    engineer_id: str = col("The engineer, as in the config", "id")
    week_start: Day = day("Monday of the ISO week")
