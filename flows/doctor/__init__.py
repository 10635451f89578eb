"""`tenfour doctor`: config, sources, share and machine looked at in one go, before the first real run."""

from flows.doctor.examination import QUICK, examine
from flows.doctor.findings import Diagnosis, Finding

__all__ = ["QUICK", "Diagnosis", "Finding", "examine"]
