"""The shell: everything that touches network, disk, clock, Prefect, Jinja2 or Altair."""

import os

# Prefect reads its settings from the environment when it is first imported, so they stand here. A temporary server
# needs 10 to 22 seconds to start, more on a busy machine: the default limit of 20 s fails there.
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
