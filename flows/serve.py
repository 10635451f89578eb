"""`tenfour serve`: both flows on the config's cron schedules.

An ephemeral Prefect server has no scheduler, so no run would ever be created: `serve` uses the server that
PREFECT_API_URL names, or starts a real one on the loopback and stops it at the end.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect import serve as serve_deployments
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.errors import UserError
from flows.monthly import monthly
from flows.settings import Settings
from flows.weekly import weekly

START_TIMEOUT_SECONDS = 180


def deployments(settings: Settings) -> list[RunnerDeployment]:
    """Both flows with their cron schedules in the organisation's time zone."""
    timing = settings.config.schedule
    zone = settings.config.organisation.timezone
    return [
        RunnerDeployment.from_flow(
            flow,
            name="tenfour",
            schedule=Cron(cron, timezone=zone),
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for flow, cron in ((weekly, timing.weekly_cron), (monthly, timing.monthly_cron))
    ]


def serve(settings: Settings) -> None:
    """Wait for the scheduled times and run, until interrupted."""
    with scheduling_server():
        serve_deployments(*deployments(settings))


@contextmanager
def scheduling_server() -> Iterator[str]:
    """The API URL of a Prefect server that schedules: the configured one, else one of our own on the loopback.

    Errors: UserError if our own does not answer in time.
    """
    configured = PREFECT_API_URL.value()
    if configured:
        yield configured
        return
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, "PREFECT_API_URL": url}, stdout=subprocess.DEVNULL)
    try:
        _wait_until_healthy(url, server)
        with temporary_settings({PREFECT_API_URL: url}):
            yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise UserError(
        f"The Prefect server did not answer at {url} within {START_TIMEOUT_SECONDS} seconds.",
        advice="Start one yourself (`prefect server start`) and name it in PREFECT_API_URL.",
    )
