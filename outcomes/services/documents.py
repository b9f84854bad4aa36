"""What a run found, as documents for people: charts, a paragraph, a page.

Nothing here opens a door: each document is made of what `runs.report_for` lets its
reader see, and says measures by their names.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from django.template.loader import render_to_string

from enrollment.models import User
from outcomes import charts
from outcomes.charts.style import Chart
from outcomes.models import Measure, Run
from outcomes.services import headlines, methods, report_tables, runs
from outcomes.services.process import process_of

PLOTS = {
    "love": ("balance", charts.love_plot),
    "effect": ("effects", charts.effect_plot),
    "gap": ("gaps", charts.gap_plot),
}
# Where a report names columns; elsewhere the same letters may be a setting.
NAMING = {"outcome", "name", "covariate", "decided_by", "text", "reason", "on"}
NAMING |= {"covariates", "pretest", "pretests", "exact", "anti_exact", "product"}
KEYED = {"sensitivity", "explained"}  # by column


@dataclass(frozen=True)
class Page:
    """A whole document; `policy` lets a browser load nothing but what stands in it."""

    html: str
    policy: str


def plot(run: Run, viewer: User, name: str) -> Chart:
    """One of PLOTS; ShowsNoOutcome when the run never looked at one."""
    section, draw = PLOTS[name]
    return draw(readable(run, viewer, part=f"{name} plot", needs=section))


def method(run: Run, viewer: User) -> str:
    """The method and the findings in one paragraph."""
    return methods.paragraph(readable(run, viewer, part="methods"))


def page(run: Run, viewer: User) -> Page:
    """The report on one page, headline first."""
    report = readable(run, viewer, part="page")
    style = render_to_string("outcomes/report.css")
    html = render_to_string(
        "outcomes/report.html",
        {
            "run": run,
            "evaluation": run.evaluation,
            "report": report,
            "style": style,
            "process": process_of(run)["text"],
            "headline": headlines.headline(report),
            "cards": headlines.cards(report),
            "pictures": [_picture(draw(report)) for _, draw in _asked(report)],
            "chapters": report_tables.chapters(report),
            "method": methods.paragraph(report),
        },
    )
    return Page(html, _policy(style))


def _asked(report: dict[str, Any]):
    """The plots that have something to show, the effect first."""
    order = ("effect", "gap", "love")
    return [PLOTS[name] for name in order if report[PLOTS[name][0]]]


def _picture(chart: Chart) -> dict[str, str]:
    """A chart that needs no other file, with the words for who cannot see it."""
    drawn = b64encode(charts.draw(chart, "svg")).decode()
    return {"source": f"data:image/svg+xml;base64,{drawn}", "alt": chart["description"]}


def _policy(style: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def readable(
    run: Run, viewer: User, *, part: str, needs: str = "effects"
) -> dict[str, Any]:
    """The report with each measure under its name, if it holds what the part needs."""
    report = runs.report_for(run, viewer, part=part, needs=needs)
    names = dict(Measure.objects.values_list("code", "name"))
    return _named(report, _naming(names)) if names else report


def _naming(names: dict[str, str]) -> Callable[[str], str]:
    """Puts the name of each measure in the place of its code."""
    codes = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    code = re.compile(rf"(?<![\w-])({codes})(?=_before|[^\w-]|$)")
    return partial(code.sub, lambda found: names[found[1]])


def _named(
    value: Any,
    say: Callable[[str], str],
    *,
    is_naming: bool = False,
    is_keyed: bool = False,
) -> Any:
    if isinstance(value, dict):
        return {
            _named(key, say, is_naming=is_keyed): _named(
                item, say, is_naming=key in NAMING, is_keyed=key in KEYED
            )
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_named(item, say, is_naming=is_naming) for item in value]
    return say(value) if is_naming and isinstance(value, str) else value
