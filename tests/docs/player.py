"""Plays the commands of a page as its reader would type them, one after another."""

import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from rest_framework.test import APIClient

from enrollment.models import Program
from tests.house.source import ROOT

FENCE = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Played:
    command: str
    said: str  # what a command printed, or the body of an answer
    status: int = 0  # of an answer


def commands_of(page: Path) -> list[str]:
    """The lines of every `sh` block, with continued lines joined."""
    blocks = FENCE.findall(page.read_text())
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _count_on_from_what_is_there() -> None:
    """Sequences begin anew for a page; PostgreSQL's would meet the first programs."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [Program]):
            cursor.execute(sql)


class Reader:
    """Types what a page says. It knows make, manage.py, python -m and curl."""

    def __init__(self, folder: Path):
        self.folder = folder  # stands for var/: what a page writes, it writes there
        self.client = APIClient()
        self.token = ""
        _count_on_from_what_is_there()

    def play(self, page: str) -> list[Played]:
        return [self._type(line) for line in commands_of(ROOT / page)]

    def _type(self, line: str) -> Played:
        words = shlex.split(line.replace("var/", f"{self.folder}/"), comments=True)
        if words[:2] == ["python", "manage.py"]:
            return Played(line, self._manage(words[2:]))
        if words[:2] == ["python", "-m"]:
            return Played(line, self._module(words[2], words[3:]))
        if words[0] == "api":
            return self._ask(line, words[1:])
        if words[0] == "make":
            assert f"\n{words[1]}:" in (ROOT / "Makefile").read_text(), line
        elif words[0] == "export":
            self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")
        else:
            assert line.startswith("api()"), f"nobody knows how to type {line!r}"
        return Played(line, "")

    def _manage(self, words: list[str]) -> str:
        said = io.StringIO()
        call_command(*words, stdout=said, stderr=io.StringIO())
        if found := re.search(r"token\W+(\w{40,})", said.getvalue()):
            self.token = found[1]
        return said.getvalue()

    def _module(self, name: str, words: list[str]) -> str:
        assert name == "tests.stories.star_files", name
        from tests.stories.star_files import write

        return str(write(Path(words[0])))

    def _ask(self, line: str, words: list[str]) -> Played:
        """An `api` call: curl with the token. A body makes it a POST."""
        method, body, headers, url = "GET", None, {}, ""
        rest = iter(words)
        for word in rest:
            if word == "-X":
                method = next(rest)
            elif word == "-d":
                method, body = ("POST" if method == "GET" else method), next(rest)
                if body.startswith("@"):
                    body = (ROOT / body[1:]).read_text()
            elif word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-o":
                next(rest)
            else:
                url = word
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = self.client.generic(
            method, path, body or "", "application/json", headers=headers
        )
        content = b"".join(answer) if answer.streaming else answer.content
        return Played(line, content.decode("utf-8", "replace"), answer.status_code)
