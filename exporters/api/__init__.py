"""The alert API: list, one alert, answers, and live streams over HTTP."""
