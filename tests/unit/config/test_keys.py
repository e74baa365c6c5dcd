"""Keys that sign cookies and URLs."""

import pytest

from huimages_app.config.settings import Settings
from huimages_app.errors import BadSetting
from huimages_app.services.keys import with_secret

from .conftest import SECRET, read


@pytest.mark.parametrize("key", ["huimages.secret", "huimages.signing_keys"])
@pytest.mark.parametrize(("value", "why"), [("short", "short"), ("change-me-" * 4, "sample")])
def test_short_or_sample_key_stops_the_start(key, value, why):
    with pytest.raises(BadSetting, match=rf"{key}.*{why}"):
        read({key: value})


def test_generated_secret_is_kept_and_readable_by_its_owner_only(tmp_path):
    settings = Settings(secret="generate", var=tmp_path / "var")

    made = with_secret(settings).secret

    assert len(made) == 64
    assert with_secret(settings).secret == made
    assert (tmp_path / "var/secret").stat().st_mode & 0o777 == 0o600


def test_configured_secret_is_not_replaced():
    settings = Settings(secret=SECRET)
    assert with_secret(settings) is settings


def test_generated_secret_that_cannot_be_written_stops_the_start(tmp_path):
    (tmp_path / "var").write_text("a file instead of a folder")
    with pytest.raises(BadSetting, match="can't be made or read"):
        with_secret(Settings(secret="generate", var=tmp_path / "var"))
