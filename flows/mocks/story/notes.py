"""What the managers of the sample write: specific to the work, kind, nothing private."""

from collections.abc import Mapping, Sequence
from typing import Final

# By score; 0 stands for a note without a score.
NOTES: Final[Mapping[int, Sequence[str]]] = {
    1: (
        "Asked twice to swap projects. We talked for an hour and agreed on two things to drop this week.",
        "Nothing landed and it shows. I took the client calls off the plate until the next sprint.",
        "Said plainly that the long days do not work right now. I owe a proposal by Thursday.",
    ),
    2: (
        "Third week of late hand-offs. We cut the scope together and moved the demo.",
        "Quiet in planning, and the estimate of the search story was a guess. Pairing with me on Tuesday.",
        "Tired after the ten-hour days in a row. Trying a shorter Wednesday for two weeks.",
        "Two reviews came back and stung. We went through them line by line, it helped a little.",
        "Waiting on the client's data for days and rather fed up with it. I have escalated.",
        "Dropped out of two stand-ups to fight fires. I asked for fewer parallel threads.",
    ),
    3: (
        "A steady week without much joy: three long meetings that I should have shortened.",
        "Good work on the export, visibly less patience for the second round of changes.",
        "Kept the lights on while two colleagues were out. Deserves a calmer week.",
        "Fine overall. Would like clearer acceptance criteria, and is right about it.",
        "Lots of context switching between support and the sprint.",
        "The release slipped by a day, nobody's fault. A bit flat on Friday.",
        "Learning the billing module, slow on paper, sensible in practice.",
        "Working around a flaky test environment all week; a ticket with infrastructure is open.",
    ),
    4: (
        "Took over the hand-over notes unasked, and they are good.",
        "Cheerful and on top of things. The demo went well.",
        "Solid week. Helped the new colleague through a first deployment.",
        "Calm during Tuesday's outage, clear updates to the client.",
        "Finished the import early and used the time to write tests.",
        "Likes the free day, comes back rested. Planning is more realistic than in spring.",
        "Pushed back on a vague ticket, politely and with a better idea.",
        "Good reviews for others this week, which never shows in points.",
        "Two client workshops, both praised. Logged late, my reminder came late too.",
        "Untangled the refund bug that nobody wanted.",
        "Back from leave and straight into the rhythm.",
        "Split the big story into four before starting. It paid off.",
        "Low on points because the week went into the design document. Intended.",
        "Carried the pager without fuss.",
    ),
    5: (
        "Best week in a while: the slow report now runs in seconds.",
        "The client asked for this opinion before ours. That is new, and earned.",
        "Ran the retrospective, and people spoke. Thank you.",
        "Proud of the migration weekend plan. Nothing was left to luck.",
        "Energised by the new project, shares it with the whole team.",
        "Mentored two colleagues and still shipped. I only ask not to make it a habit.",
    ),
    0: (
        "Out most of the week, so no score from me.",
        "Worked with the other team, please ask there.",
    ),
}

DECLINE: Final[Sequence[str]] = (
    "Less spark than usual since the switch. I asked, we will look at the calendar together.",
    "Two stories slipped and the afternoons are long. Agreed to try no meetings after four.",
    "By Thursday there is little left in the tank. Points and hours say the same.",
    "Slower to pick up the pager, apologised for it, no need. I moved one shift to a colleague.",
    "Honest talk: the long days do not suit the commute. Both of us would try the old week.",
    "Trying hard. The week still ends before the work does.",
    "Asked for smaller stories, got them, finished two. A start.",
    "Missed the review again. I have stopped adding new work until we settle the schedule.",
)
HEAVY_ON_CALL: Final[Sequence[str]] = (
    "Three nights with the pager. I have asked the others to take a share next month.",
    "Slept badly after Tuesday's alarm and still unblocked two people.",
    "Called in on the free day twice. Took the hours back on Friday, at my request.",
    "Most of the queue alarms are noise; he has a plan to cut them, and I back it.",
    "Good spirits considering the load. The rota is too thin.",
)
CHRONIC: Final[Sequence[str]] = (
    "Internal tools again: useful, unbilled, and assigned by us.",
    "Half the week on offers that sales asked for. The share will stay low as long as that is the job.",
    "No change since last year, and that is the point: the role is the cause, not the week.",
)
RE_ESTIMATED: Final[Sequence[str]] = (
    "The team estimates higher since August. Do not read the points as speed.",
    "New reference stories, new scale. Looks faster, is the same.",
)
NEW_HIRE: Final[Sequence[str]] = (
    "First weeks: asks good questions, writes the answers down for the next one.",
    "First change in production, first rollback too, handled well.",
    "Knows whom to ask by now. Hours with the client start next week.",
)
PRIVATE: Final[Sequence[str]] = (
    "We talked about going back to five days. Nothing decided, please keep it between us for now.",
    "Unhappy with last month's staffing decision, and told me so in confidence.",
    "Considering a move to another team. I would like to keep this among the managers.",
)
SECOND_VIEW: Final[Sequence[str]] = (
    "Helped my team with the release on Wednesday: fast, friendly, thorough.",
    "Joined our incident review, and the questions were the best part of it.",
    "Seemed stretched between our project and the sprint at home.",
)
