"""Words for issues, incidents and worklogs: plausible, and nobody's."""

from typing import Final, Literal

import numpy as np

from flows.mocks.story.draws import chance, pick

GOALS: Final = (
    "Invoices export without manual fixes",
    "Checkout survives the partner's new rate limits",
    "Search results in under a second",
    "Client can onboard a branch without us",
    "Reports match the ledger to the cent",
    "Fewer pages at night",
    "",
)
_VERBS: Final = ("Export", "Validate", "Cache", "Show", "Import", "Paginate", "Translate", "Archive", "Reconcile")
_OBJECTS: Final = (
    "invoices",
    "delivery slots",
    "customer addresses",
    "price lists",
    "audit entries",
    "refund requests",
    "search filters",
    "permissions",
    "shipment labels",
    "usage reports",
)
_PLACES: Final = (
    "in the portal",
    "for branch managers",
    "in the nightly job",
    "in the mobile app",
    "behind the new API",
)
_FAULTS: Final = ("times out", "shows the wrong total", "loses its filter", "fails on empty input", "is sent twice")
LABELS: Final = ("backend", "frontend", "quick-win", "tech-debt", "release-notes")
SUB_TASKS: Final = ("Write the migration", "Cover with tests", "Update the runbook", "Review with the client")
CHORES: Final = (
    "Bump dependencies",
    "Rotate the staging certificates",
    "Refresh the base images",
    "Clean up old branches",
)
STANDING_CLIENT: Final = "Release support and client questions"
STANDING_UNPAID: Final = "Warranty fixes"
STANDING_INTERNAL: Final = (
    "Meetings and planning",
    "Learning time",
    "Interviews and onboarding",
    "Internal tools",
    "Offers and estimates for new work",
)
STANDING_WORKSHOP: Final = "Client workshop, paid by the day"
COMMENTS: Final = (
    "pairing on the tricky part",
    "review",
    "tests and clean-up",
    "call with the client",
    "tracing the slow query",
    "deployment and smoke test",
    "writing down what we decided",
)
SYMPTOMS: Final = (
    "5xx above threshold",
    "queue is growing",
    "latency p99 above 2 s",
    "disk almost full",
    "certificate expires soon",
    "job did not finish",
    "replica lag",
    "health check failing",
)


def summary(rng: np.random.Generator, kind: Literal["Story", "Bug", "Task"]) -> str:
    """A one-line summary for an issue."""
    thing = pick(rng, _OBJECTS)
    if kind == "Bug":
        return f"Page of {thing} {pick(rng, _FAULTS)}"
    return f"{pick(rng, _VERBS)} {thing} {pick(rng, _PLACES)}"


def labels(rng: np.random.Generator) -> tuple[str, ...]:
    """No label mostly, otherwise one that says nothing about billing."""
    return (pick(rng, LABELS),) if chance(rng, 0.3) else ()
