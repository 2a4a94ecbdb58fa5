"""What every dashboard has: variables, links to the others and to the board, marks where rules fire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from exporters.grafana.panels import SOURCE, Panel

TAG = "vitalstream"
BOARD = "https://localhost:8443"
"""Where docker-compose has the board; the variable `board` is for another address."""
DOCS = "/public/vitalstream"
"""Where docker-compose lets Grafana serve the docs; the variable `docs` is for another address."""


@dataclass(frozen=True)
class Row:
    """A heading and the panels under it; spans of each line of panels add up to 24."""

    title: str
    panels: Sequence[Panel]


def dashboard(
    name: str, title: str, text: str, rows: Sequence[Row], of: str = "vitalstream_build_info"
) -> model.Dashboard:
    """A dashboard of the processes that show the metric `of`."""
    made = (
        build.Dashboard(f"vitalstream: {title}")
        .uid(f"vitalstream-{name}")
        .description(text)
        .tags([TAG])
        .readonly()
        .refresh("10s")
        .time("now-1h", "now")
        .timezone("browser")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .variables(_variables(of))
        .links(_links())
        .annotation(_marks())
    )
    number = 0
    for row in rows:
        made = made.with_row(build.Row(row.title).id(number := number + 1))
        for panel in row.panels:
            made = made.with_panel(panel.id(number := number + 1))
    return made.build()


def _variables(of: str) -> list[Builder[model.VariableModel]]:
    return [
        build.DatasourceVariable("datasource")
        .label("Data source")
        .type("prometheus")
        .current(model.VariableOption(text="Prometheus", value="prometheus")),
        _choice("job", "Job", f"label_values({of}, job)"),
        _choice("instance", "Instance", f'label_values({of}{{job=~"$job"}}, instance)'),
        _address("board", "Board", BOARD),
        _address("docs", "Docs", DOCS),
    ]


def _choice(name: str, label: str, query: str) -> build.QueryVariable:
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"query": query, "refId": name})
        .include_all(True)
        .multi(True)
        .all_value(".+")
        .current(model.VariableOption(text="All", value="$__all"))
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
    )


def _address(name: str, label: str, default: str) -> build.TextBoxVariable:
    option = model.VariableOption(text=default, value=default)
    return build.TextBoxVariable(name).label(label).default_value(default).current(option)


def _links() -> list[Builder[model.DashboardLink]]:
    outward = {"Alerts on the board": "${board}/#/inbox", "Wearers": "${board}/#/wearers"}
    return [
        build.DashboardLink("Dashboards")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(True)
        .keep_time(True),
        *(
            build.DashboardLink(title).type(model.DashboardLinkType.LINK).url(url).target_blank(True)
            for title, url in outward.items()
        ),
        build.DashboardLink("Operate")
        .type(model.DashboardLinkType.LINK)
        .icon("doc")
        .url("${docs}/how-to/operate.md")
        .target_blank(True),
    ]


def _marks() -> build.AnnotationQuery:
    return (
        build.AnnotationQuery()
        .name("Rules that fire")
        .datasource(SOURCE)
        .expr('ALERTS{alertstate="firing", alertname=~"Vitalstream.+"}')
        .icon_color("red")
        .enable(True)
    )
