"""Names and titles of the crowd."""

from typing import Final

_FIRST: Final = (
    "Ada", "Amir", "Beatriz", "Bo", "Carmen", "Chidi", "Daria", "Dev", "Elif", "Enzo", "Farah", "Felix", "Gita",
    "Goran",
    "Hannah", "Hiro", "Ines", "Ivo", "Jana", "José", "Kavya", "Kofi", "Lars", "Leila", "Malik", "Mei", "Nadir", "Noor",
    "Olga", "Omar", "Paula", "Priya", "Quinn", "Rafael", "Sana", "Søren", "Tara", "Tomás", "Uma", "Viktor",
)  # fmt: skip
_LAST: Final = (
    "Abara", "Adler", "Alves", "Aydin", "Bauer", "Bello", "Bhatt", "Blanc", "Castro", "Chen", "Cohen", "Costa",
    "Dahl",
    "Das", "Diaz", "Duarte", "Ekman", "Farkas", "Ferri", "Fischer", "Gallo", "Gupta", "Haas", "Hassan", "Horváth",
    "Ito",
    "Iyer", "Jansen", "Kaur", "Keller", "Khan", "Kim", "Kovač", "Lang", "Lopes", "Marin", "Mehta", "Moreau", "Nair",
    "Novak", "Okoye", "Park", "Petrov", "Quist", "Rao", "Romero", "Sato", "Silva", "Weiss", "Zhou",
)  # fmt: skip
_VERBS: Final = ("Add", "Fix", "Speed up", "Clean up", "Move", "Describe", "Test", "Retire")
_THINGS: Final = (
    "the invoice export", "login for partners", "the search page", "retries of the mailer", "the price table",
    "the upload queue", "audit entries", "the import of orders", "date filters", "the health check", "page titles",
)  # fmt: skip
_SYMPTOMS: Final = (
    "Error rate above 2%", "Disk nearly full", "Queue is not drained", "p95 latency above 900 ms",
    "Certificate expires",
    "Replica lags behind", "No heartbeat",
)  # fmt: skip
STANDING: Final = ("Support and questions", "Warranty work", "Meetings and planning")
LABELS: Final[tuple[tuple[str, ...], ...]] = ((), ("backend",), ("frontend", "design"), ())
UNPAID: Final = ("non-billable",)


def name(number: int) -> str:
    """A person's name; the first 2,000 are all different."""
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[(number // len(_FIRST) + 7 * number) % len(_LAST)]}"


def summary(number: int) -> str:
    return f"{_VERBS[number % len(_VERBS)]} {_THINGS[number // len(_VERBS) % len(_THINGS)]}"


def symptom(number: int) -> str:
    return _SYMPTOMS[number % len(_SYMPTOMS)]
