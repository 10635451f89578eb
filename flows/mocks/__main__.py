"""`python -m flows.mocks` writes the managers' files of the sample anew, after a change of story or roster."""

import os

from flows.mocks.world import build_world, write_inputs
from flows.settings import load_settings

settings = load_settings(os.environ)
write_inputs(build_world(settings.config), settings.vibes_dir)
