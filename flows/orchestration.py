"""How a command runs a Prefect flow to its end."""

from typing import Any, cast

from prefect.client.schemas.objects import State
from prefect.flows import Flow

from flows.pipeline import Outcome


def run_flow(flow: Flow[Any, Any], argument: str | None) -> Outcome:
    """Run a flow in this process and return its outcome, also when its state says that something was missing.

    Errors: whatever the flow raised, as it was raised.
    """
    state = cast("State[Any]", flow(argument, return_state=True))
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, BaseException):
        raise outcome
    assert isinstance(outcome, Outcome), f"the flow returned {type(outcome)}, so its summary is lost"
    return outcome
