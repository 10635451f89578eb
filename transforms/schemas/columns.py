"""Columns that several tables share, and the one way to declare a column."""

from typing import Annotated, Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

Day = np.datetime64  # a naive midnight; stored as datetime64[us]
Instant = Annotated[pd.DatetimeTZDtype, "us", "UTC"]


def col(description: str, unit: str, *, nullable: bool = False, **checks: Any) -> Any:
    """A described column. `unit` is part of the data dictionary ("id", "text", "hours", ...)."""
    return pa.Field(description=description, nullable=nullable, metadata={"unit": unit}, **checks)


def day(description: str, *, nullable: bool = False) -> Any:
    return col(description, "date", nullable=nullable)


def instant(description: str, *, nullable: bool = False) -> Any:
    return col(description, "instant (UTC)", nullable=nullable)


def flag(description: str) -> Any:
    return col(description, "true/false")


def hours(description: str, *, nullable: bool = False) -> Any:
    return col(description, "hours", nullable=nullable, ge=0)


class Table(pa.DataFrameModel):
    """Base of every stored table: exactly the declared columns, in any order, no silent coercion."""

    class Config:
        strict = True


class EngineerWeek(Table):
    """Base of the tables keyed by engineer and week."""

    engineer_id: str = col("The engineer, as in the config", "id")
    week_start: Day = day("Monday of the ISO week")
