from __future__ import annotations

import pytest

from models.deep.networks import Networks


@pytest.fixture(scope="package")
def networks() -> Networks:
    return Networks.only("diabetes")
