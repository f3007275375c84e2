"""``contacts``: a table goes in once, mistakes are told by line, and it comes out as it went in."""

from pathlib import Path

from tests.cli.conftest import Run

TABLE = """\
external_id,number,name,mail,company,language,vip,tags,notes,field.tier,field.orders
crm:1,+371 2000-0011,Jāne Kalniņa,Jane@example.com,Bērzs,lv,yes,gold; north,"two
lines",gold,7
crm:2,+37120000012;+37120000013,Ilze,,bērzs,,no,,,,
crm:3,hello,No Number,,,,,,,,
,,Nobody at all,,,,,,,,
crm:4,+37120000014,Bad tongue,,,de,maybe,,,,
crm:2,+37120000011,Two at once,,,,,,,,
,20000015,,,,,,,,,
,,Mail only,only@example.com,,,,,,,
"""


def lines(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def test_a_table_goes_in_once_and_mistakes_are_told_by_line(made: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(TABLE)
    rehearsed = made("contacts", "import", str(file), "--dry-run")
    assert rehearsed.code == 1
    assert "8 rows: 3 would be new, 0 would be changed, 0 as they were, 5 left out" in rehearsed.out
    bad = tmp_path / "bad.csv"
    first = made("contacts", "import", str(file), "--bad", str(bad))
    assert "8 rows: 3 new, 0 changed, 0 as they were, 5 left out" in first.out
    assert lines(first.err, "line ")[:5] == [
        "line 5, number: `hello` is no telephone number; write it as +37120000001",
        "line 6: nothing says whose row this is; give it an external_id, a number or a mail "
        "address",
        "line 7, language: no language `de`; write one of en, ru, uk, lv",
        "line 7, vip: `maybe` is neither yes nor no; write yes or no",
        *lines(first.err, "line 8: is both contact "),
    ]
    assert "line 9, number: `20000015` is no telephone number" in first.err, "no country is set"
    assert len(bad.read_text().splitlines()) == 7
    again = made("contacts", "import", str(file))
    assert "8 rows: 0 new, 0 changed, 3 as they were, 5 left out" in again.out
    file.write_text("number,name,tags\n+37120000012,Ilze Ozola,silver\n+37120000013,,\n")
    changed = made("contacts", "import", str(file))
    assert (changed.code, changed.out) == (
        0,
        "2 rows: 0 new, 1 changed, 1 as they were, 0 left out\n",
    )


def test_what_comes_out_goes_in_again_and_changes_nothing(made: Run, tmp_path: Path) -> None:
    file, out, again = (tmp_path / name for name in ("in.csv", "out.csv", "again.csv"))
    file.write_text(TABLE)
    made("contacts", "import", str(file))
    assert made("contacts", "export", str(out)).code == 0
    told = out.read_text()
    for part in ("crm:2", "+37120000012; +37120000013", "Bērzs", '"two\nlines"', "mail:jane@ex"):
        assert part in told, part
    assert told.count("Bērzs") == 2, "a company is one, however it is written"
    assert "3 as they were, 0 left out" in made("contacts", "import", str(out)).out
    assert made("contacts", "export", str(again)).code == 0
    assert again.read_text() == told
    assert made("contacts", "export").out == told.replace("\r\n", "\n") or told


def test_columns_of_other_names_are_named_or_left_out(made: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("\ufeffTelefon;Kunde;Color\n+37120000011;Jane;red\n", encoding="utf-8")
    refused = made("contacts", "import", str(file))
    assert refused.code == 2
    assert "`Telefon`: no such column; say what it is (map 'Telefon=name')" in refused.err
    maps = ("--map", "Telefon=number", "--map", "Kunde=name", "--map", "Color=-")
    assert "1 new" in made("contacts", "import", str(file), *maps).out
    assert (
        "is mapped, but not in the table"
        in made("contacts", "import", str(file), *maps, "--map", "Ort=name").err
    )
    file.write_bytes(b"number,name\n+37120000011,J\xe4ne\n")
    latin = made("contacts", "import", str(file))
    assert "line 2, name: is no text; save the table as UTF-8" in latin.err
    assert "1 changed" in made("contacts", "import", str(file), "--encoding", "latin-1").out
    for content in ("", "name,name\n", "field.name\n", "field.class\n"):
        file.write_text(content)
        assert made("contacts", "import", str(file)).code == 2
    assert made("contacts", "import", str(tmp_path / "none.csv")).code == 2
