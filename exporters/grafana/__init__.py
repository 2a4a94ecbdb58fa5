"""Grafana: dashboards as code. `python -m exporters.grafana FOLDER` writes them as JSON.

A module is a dashboard; what they share is in `queries`, `panels`, `limits` and `shell`. Needs
`grafana-foundation-sdk`, which development has and workers have not.
"""
