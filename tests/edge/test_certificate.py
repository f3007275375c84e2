"""The certificate: read, watched, judged."""

import shutil
import time
from pathlib import Path

import pytest

from callserver.edge.certificate import DAY_S, Certificate
from callserver.model.errors import ConfigError
from callserver.testing.certificates import make


async def test_its_last_day_is_known(tmp_path: Path) -> None:
    for days in (1, 90, 20_000):  # from 2050 on the date is written in another way
        files = await make(tmp_path, days=days)
        certificate = Certificate(files.certificate, files.key)
        assert certificate.days_left(time.time()) == pytest.approx(days, abs=0.01)


async def test_new_files_are_taken_over_and_bad_ones_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = await make(tmp_path, days=10)
    certificate = Certificate(files.certificate, files.key)
    first, now = certificate.context, time.time()
    certificate.refresh(now)
    assert certificate.context is first
    files.certificate.write_text("rubbish")
    for _ in range(3):
        certificate.refresh(now)
    assert certificate.context is first
    assert "".join(capsys.readouterr()).count("tls_certificate_refused") == 1
    files.certificate.unlink()
    certificate.refresh(now)
    assert certificate.context is first
    await make(tmp_path, days=50)
    certificate.refresh(now)
    assert certificate.context is not first
    assert certificate.days_left(now) == pytest.approx(50, abs=0.01)
    assert certificate.days_left(now + 60 * DAY_S) < 0


async def test_a_certificate_and_the_key_of_another_are_refused_with_both_names(
    tmp_path: Path,
) -> None:
    ours, others = await make(tmp_path), await make(tmp_path, "other")
    with pytest.raises(ConfigError, match=r"sip.tls_key .*other.key.*belong together"):
        Certificate(ours.certificate, others.key)
    with pytest.raises(ConfigError, match=r"No such file"):
        Certificate(tmp_path / "none.crt", ours.key)
    shutil.copy(ours.key, ours.certificate)
    with pytest.raises(ConfigError):
        Certificate(ours.certificate, ours.key)
