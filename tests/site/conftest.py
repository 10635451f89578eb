"""One whole site for all tests that only look at it."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.publish.build import RenderResult
from flows.publish.data import SiteData
from tests.builders.sites import full_site, full_site_data


@dataclass(frozen=True)
class Site:
    """A rendered site and what it was rendered from."""

    data: SiteData
    out: Path
    result: RenderResult

    def text(self, path: str) -> str:
        return (self.out / path).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = full_site(tmp_path_factory)
    return Site(full_site_data(), folder / "site", pickle.loads((folder / "result.pickle").read_bytes()))
