"""PromQL that dashboards are made of: every selector asks for the chosen jobs and instances alone."""

from __future__ import annotations

CHOSEN = 'job=~"$job", instance=~"$instance"'


def of(metric: str, where: str = "") -> str:
    """The metric's series of the chosen processes; `where` adds matchers (`status="raised"`)."""
    return f"{metric}{{{CHOSEN}{f', {where}' if where else ''}}}"


def _over(function: str, metric: str, where: str) -> str:
    return f"{function}({of(metric, where)}[$__rate_interval])"


def added(query: str, by: str = "") -> str:
    """The sum, by the labels `by` (`reason, receiver`)."""
    return _by("sum", query, by)


def most(query: str, by: str = "") -> str:
    """The greatest, by the labels `by`."""
    return _by("max", query, by)


def _by(aggregation: str, query: str, by: str) -> str:
    return f"{aggregation} by ({by}) ({query})" if by else f"{aggregation}({query})"


def rate(metric: str, by: str = "", where: str = "") -> str:
    """A counter's increase a second, added up."""
    return added(_over("rate", metric, where), by)


def increase(metric: str, by: str = "", where: str = "") -> str:
    """A counter's increase in each interval, added up."""
    return added(_over("increase", metric, where), by)


def total(metric: str, by: str = "", where: str = "") -> str:
    """A gauge, added up."""
    return added(of(metric, where), by)


def age(timestamp: str, by: str = "") -> str:
    """Seconds since the oldest of these timestamps."""
    return _by("max", f"time() - {of(timestamp)}", by)


def mean(histogram: str, by: str = "") -> str:
    """The mean of what a histogram has seen."""
    return f"{rate(f'{histogram}_sum', by)} / {rate(f'{histogram}_count', by)}"


def quantile(share: float, histogram: str, by: str = "") -> str:
    """What this share (0 to 1) of what a histogram has seen stays under."""
    return f"histogram_quantile({share}, {rate(f'{histogram}_bucket', f'{by}, le' if by else 'le')})"


def share(counter: str, where: str, by: str = "") -> str:
    """Which share of a counter's increase these series have."""
    return f"{rate(counter, by, where)} / {rate(counter, by)}"
