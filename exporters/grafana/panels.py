"""Panels that look alike on every dashboard, and say what to do when what they show is bad."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")

Panel = stat.Panel | timeseries.Panel | table.Panel | bargauge.Panel | build.Panel
Query = tuple[str, str]
"""PromQL, and what its line is called."""


@dataclass(frozen=True)
class Help:
    """What a panel tells, what to do when that is bad, and the page of docs that says more."""

    tells: str
    do: str
    page: str = "how-to/operate.md"

    @property
    def text(self) -> str:
        """The panel's description."""
        return f"{self.tells}\n\nWhen it is bad: {self.do}"

    @property
    def link(self) -> build.DashboardLink:
        """To the page, where docs are published."""
        return (
            build.DashboardLink("What to do")
            .type(model.DashboardLinkType.LINK)
            .url(f"${{docs}}/{self.page}")
            .target_blank(True)
        )


def number(
    title: str, help_: Help, unit: str, query: str, bad: float | None = None, low: bool = False
) -> stat.Panel:
    """One number: red from `bad` on, or below it when `low`."""
    panel = stat.Panel().title(title).description(help_.text).links([help_.link]).unit(unit)
    return (
        panel.datasource(SOURCE)
        .span(4)
        .height(4)
        .with_target(_target(0, (query, title)))
        .thresholds(_limits(bad, low))
        .color_mode(looks.BigValueColorMode.VALUE)
        .graph_mode(looks.BigValueGraphMode.AREA)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )


def lines(
    title: str, help_: Help, unit: str, *queries: Query, bad: float | None = None, span: int = 12
) -> timeseries.Panel:
    """Lines over time, with a line where a rule draws it."""
    panel = timeseries.Panel().title(title).description(help_.text).links([help_.link]).unit(unit)
    panel = (
        panel.datasource(SOURCE)
        .span(span)
        .height(8)
        .targets([_target(number, query) for number, query in enumerate(queries)])
        .thresholds(_limits(bad))
        .line_width(1)
        .fill_opacity(8)
        .show_points(looks.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(looks.LegendDisplayMode.LIST)
            .placement(looks.LegendPlacement.BOTTOM)
        )
        .tooltip(
            common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING)
        )
    )
    if bad is not None:
        style = common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED)
        panel = panel.thresholds_style(style)
    return panel


def bars(title: str, help_: Help, unit: str, *queries: Query, span: int = 12) -> timeseries.Panel:
    """What came in each interval, stacked."""
    return (
        lines(title, help_, unit, *queries, span=span)
        .draw_style(looks.GraphDrawStyle.BARS)
        .fill_opacity(60)
        .stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL))
    )


def ranking(title: str, help_: Help, unit: str, query: Query, span: int = 12) -> bargauge.Panel:
    """The latest value of each series as a bar, so that the longest stands out."""
    return (
        bargauge.Panel()
        .title(title)
        .description(help_.text)
        .links([help_.link])
        .unit(unit)
        .datasource(SOURCE)
        .span(span)
        .height(8)
        .with_target(_target(0, query))
        .orientation(looks.VizOrientation.HORIZONTAL)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )


def rows(title: str, help_: Help, query: str, span: int = 24) -> table.Panel:
    """A table of the labels of series that are 1."""
    hidden = dict.fromkeys(["Time", "Value", "__name__", "job"], True)
    return (
        table.Panel()
        .title(title)
        .description(help_.text)
        .links([help_.link])
        .unit("string")
        .datasource(SOURCE)
        .span(span)
        .height(8)
        .with_target(_target(0, (query, "")).instant().format(PromQueryFormat.TABLE))
        .with_transformation(
            model.DataTransformerConfig(id_val="organize", options={"excludeByName": hidden})
        )
    )


def firing(title: str, help_: Help, span: int = 24) -> build.Panel:
    """The alerting rules of Prometheus that fire or are about to."""
    return (
        build.Panel()
        .type("alertlist")
        .title(title)
        .description(help_.text)
        .links([help_.link])
        .span(span)
        .height(6)
        .options(
            {
                "viewMode": "list",
                "groupMode": "default",
                "sortOrder": 3,
                "maxItems": 20,
                "datasource": "Prometheus",
                "stateFilter": {"firing": True, "pending": True, "error": True},
            }
        )
    )


def _target(number: int, query: Query) -> prometheus.Dataquery:
    expression, legend = query
    return (
        prometheus.Dataquery()
        .expr(expression)
        .legend_format(legend)
        .ref_id(ascii_uppercase[number])
        .datasource(SOURCE)
    )


def _limits(bad: float | None, low: bool = False) -> build.ThresholdsConfig:
    below, above = ("red", "green") if low else ("green", "red")
    steps = [model.Threshold(value=None, color=below if bad is not None else "green")]
    if bad is not None:
        steps.append(model.Threshold(value=bad, color=above))
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)
