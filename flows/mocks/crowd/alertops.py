"""The crowd as AlertOps knows it at one instant: its incidents as alerts, found by day as arrays."""

from datetime import UTC, date, datetime, time, timedelta

from flows.mocks.alertops_server import (
    AlertNow,
    AlertOpsError,
    AlertOpsMock,
    AlertOpsState,
    Json,
    _asked,
    _day,
    _page,
    _refusal,
    alert_now,
)
from flows.mocks.credentials import ALERTOPS_KEY
from flows.mocks.crowd.calls import incidents
from flows.mocks.crowd.draws import Ints
from flows.mocks.crowd.lazy import Lazy
from flows.mocks.crowd.pagerduty import CallOrder, people_and_services
from flows.mocks.crowd.roster import Crowd
from flows.mocks.http import App, Request, Response

_NO_PERMISSION = b"<html><body>You do not have permission to view this page.</body></html>"


def crowd_alertops_app(crowd: Crowd, as_of: datetime | None = None) -> App:
    """A mock of AlertOps that serves the crowd as it stood at an instant: `crowd.as_of` unless an earlier one."""
    mock = CrowdAlertOpsMock(CrowdAlertOps(CallOrder(crowd, as_of or crowd.as_of)))

    def app(request: Request) -> Response:
        key = request.headers.get("api-key")
        if key is None:
            return Response(401, _NO_PERMISSION, "text/html")
        return mock.answer(request) if key == ALERTOPS_KEY else _refusal(AlertOpsError(401, "Invalid API key."))

    return app


class CrowdAlertOps(AlertOpsState):
    """Rows of the crowd's incidents as alerts. There is no list of all of them."""

    def __init__(self, order: CallOrder) -> None:
        super().__init__(people_and_services(order.crowd), order.as_of)
        self.order = order

    def nows(self, numbers: Ints) -> list[AlertNow]:
        return [alert_now(incident, self.as_of) for incident in incidents(self.order.crowd, numbers)]


class CrowdAlertOpsMock(AlertOpsMock):
    """The endpoints over the crowd."""

    state: CrowdAlertOps

    def alerts(self, request: Request) -> Json:
        """Alerts created from one day to another, both included, in days of UTC; newest first."""
        asked = _asked(request)
        first, last = _day(asked, "createdFrom"), _day(asked, "createdTo")
        since = _midnight(first) if first else datetime.min.replace(tzinfo=UTC)
        until = _midnight(last) + timedelta(days=1) if last else datetime.max.replace(tzinfo=UTC)
        found = Lazy(self.state.order.created_in(since, until)[::-1], self.state.nows)
        return _page(request, asked, "alerts", found, self.state.alert)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
