"""The made-up credentials that the mocks accept. They open nothing else."""

from typing import Final

JIRA_EMAIL: Final = "tenfour-reader@sample.invalid"
JIRA_TOKEN: Final = "sample-jira-token"  # noqa: S105  # made up
# Accepted on the gateway address `/ex/jira/<cloud id>` only, as scoped tokens are.
JIRA_SCOPED_TOKEN: Final = "sample-scoped-jira-token"  # noqa: S105  # made up
TEMPO_TOKEN: Final = "sample-tempo-token"  # noqa: S105  # made up
PAGERDUTY_TOKEN: Final = "sample-pagerduty-token"  # noqa: S105  # made up
ALERTOPS_KEY: Final = "sample-alertops-key"
