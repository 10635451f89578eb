"""LibreOffice Calc as a person's spreadsheet: what is opened, typed, shown and saved in it, on a computer of a country.

What a person does is written down as a Basic macro and done by LibreOffice in one start, with a profile of its own.
"""

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

SOFFICE: Final = Path("/usr/bin/soffice")
CSV: Final = "Text - txt - csv (StarCalc)"
FLAT: Final = "OpenDocument Spreadsheet Flat XML"
CHARSETS: Final = {"utf-8": 76, "utf-16": 65535, "cp1252": 1}
_LONGEST_SECONDS: Final = 60

_MACROS: Final = """
Function Opened(url, options)
  Dim wanted(2) As New com.sun.star.beans.PropertyValue
  wanted(0).Name = "FilterName" : wanted(0).Value = "Text - txt - csv (StarCalc)"
  wanted(1).Name = "FilterOptions" : wanted(1).Value = options
  wanted(2).Name = "Hidden" : wanted(2).Value = True
  Opened = StarDesktop.loadComponentFromURL(url, "_blank", 0, wanted())
End Function

Sub Saved(document, url, filter, options)
  Dim wanted(1) As New com.sun.star.beans.PropertyValue
  wanted(0).Name = "FilterName" : wanted(0).Value = filter
  wanted(1).Name = "FilterOptions" : wanted(1).Value = options
  document.storeToURL(url, wanted())
End Sub

Sub Typed(document, column, row, text)
  document.Sheets.getByIndex(0).getCellByPosition(column, row).FormulaLocal = text
End Sub

Sub Shown(document, column, style, language, country)
  Dim place As New com.sun.star.lang.Locale
  place.Language = language : place.Country = country
  number = document.NumberFormats.getFormatIndex(style, place)
  document.Sheets.getByIndex(0).Columns.getByIndex(column).NumberFormat = number
End Sub
"""
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LIBRARIES: Final = (
    _XML + '<library:libraries xmlns:library="http://openoffice.org/2000/library">'
    '<library:library library:name="Standard" library:link="false"/></library:libraries>'
)
_LIBRARY: Final = (
    _XML + '<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" '
    'library:readonly="false" library:passwordprotected="false">{}</library:library>'
)
_MODULE: Final = (
    _XML + '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Office" '
    'script:language="StarBasic">{}</script:module>'
)
# An installation that was completed lets the macros of its profile be.
_SETTINGS: Final = (
    _XML + '<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/Office">'
    '<prop oor:name="ooSetupInstCompleted" oor:op="fuse"><value>true</value></prop></item>'
    '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">'
    "<value>{}</value></prop></item></oor:items>"
)


@dataclass(frozen=True)
class Country:
    """Where a computer stands: how it shows days and numbers, and what its spreadsheets put between cells."""

    name: str  # de-DE
    number: int  # the language's number in the filter's options
    separator: str


COUNTRIES: Final = (
    Country("en-US", 1033, ","),
    Country("en-GB", 2057, ","),
    Country("de-DE", 1031, ";"),
    Country("fr-FR", 1036, ";"),
    Country("sv-SE", 1053, ";"),
    Country("ja-JP", 1041, ","),
    Country("pt-BR", 1046, ";"),
    Country("pl-PL", 1045, ";"),
)


@dataclass
class Office:
    """A spreadsheet program in which things are done one after the other: nothing happens before `do`."""

    folder: Path
    country: Country
    steps: list[str] = field(default_factory=list)

    def open(self, path: Path, separator: str = ",") -> None:
        """By a double click: days and numbers are taken for what they look like in this country."""
        options = f"{ord(separator)},34,{CHARSETS['utf-8']},1,,{self.country.number},false,true"
        self.steps.append(f"document = Opened({_basic(path.as_uri())}, {_basic(options)})")

    def type(self, column: int, row: int, text: str) -> None:
        """Into the cell of a column and row, both counted from 0, as if by hand."""
        self.steps.append(f"Typed document, {column}, {row}, {_basic(text)}")

    def show(self, column: int, style: int) -> None:
        """A whole column in one of the number styles (`com.sun.star.i18n.NumberFormatIndex`) of this country."""
        language, _, country = self.country.name.partition("-")
        self.steps.append(f"Shown document, {column}, {style}, {_basic(language)}, {_basic(country)}")

    def save(self, name: str, separator: str = "", charset: str = "utf-8", *, quotes_all: bool = False) -> Path:
        """As a CSV file, cells as they are shown."""
        sign = ord(separator or self.country.separator)
        options = f"{sign},34,{CHARSETS[charset]},1,,0,{str(quotes_all).lower()},true,true,false"
        return self._save(name, CSV, options)

    def save_flat(self, name: str) -> Path:
        """As one XML document that says of every cell what it is."""
        return self._save(name, FLAT, "")

    def close(self) -> None:
        self.steps.append("document.close(True)")

    def do(self) -> None:
        """Starts LibreOffice, does everything and ends it."""
        _write_profile(self.folder / "profile", self.country, "\n".join(self.steps))
        command = [
            str(SOFFICE),
            f"-env:UserInstallation={(self.folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nologo",
            "macro:///Standard.Office.Main",
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            _, said = process.communicate(timeout=_LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        failure = self.folder / "failure.txt"
        assert not failure.exists(), failure.read_text()
        assert process.returncode == 0, said

    def _save(self, name: str, form: str, options: str) -> Path:
        path = self.folder / name
        self.steps.append(f"Saved document, {_basic(path.as_uri())}, {_basic(form)}, {_basic(options)}")
        return path


def _write_profile(profile: Path, country: Country, steps: str) -> None:
    failure = profile.parent / "failure.txt"
    main = f"""
Sub Main
  Dim document, number
  On Error GoTo Failed
{steps}
  GoTo Done
Failed:
  number = FreeFile
  Open {_basic(str(failure))} For Output As #number
  Print #number, Error & " in line " & Erl
  Close #number
Done:
  StarDesktop.terminate()
End Sub
"""
    basic = profile / "user" / "basic"
    (basic / "Standard").mkdir(parents=True)
    for kind, modules in (("script", '<library:element library:name="Office"/>'), ("dialog", "")):
        (basic / f"{kind}.xlc").write_text(_LIBRARIES)
        (basic / "Standard" / f"{kind}.xlb").write_text(_LIBRARY.format(modules))
    (basic / "Standard" / "Office.xba").write_text(_MODULE.format(escape(_MACROS + main)), encoding="utf-8")
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS.format(country.name))


def _basic(text: str) -> str:
    """A text as a Basic expression: line breaks and tabs cannot stand between its quotation marks."""
    quoted = text.replace('"', '""')
    for sign in "\r\n\t":
        quoted = quoted.replace(sign, f'" & Chr({ord(sign)}) & "')
    return f'"{quoted}"'
