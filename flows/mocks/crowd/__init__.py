"""The crowd: a world of up to thousands of engineers and years, of which nothing is kept.

Every row is worked out from the seed and its own number when somebody asks for it, so that a server starts at once and
holds little more than the order of the rows in time. What the story tells in scenes, the crowd has by shares: entries
come late, are edited and deleted, issues are carried over, removed, reopened, pages time out.
"""

from flows.mocks.crowd.alertops import crowd_alertops_app
from flows.mocks.crowd.config import crowd_config
from flows.mocks.crowd.jira import CrowdJira, crowd_jira_app
from flows.mocks.crowd.pagerduty import crowd_pagerduty_app
from flows.mocks.crowd.roster import Crowd
from flows.mocks.crowd.tempo import crowd_tempo_app

__all__ = [
    "Crowd",
    "CrowdJira",
    "crowd_alertops_app",
    "crowd_config",
    "crowd_jira_app",
    "crowd_pagerduty_app",
    "crowd_tempo_app",
]
