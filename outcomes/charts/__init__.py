"""Charts as Vega-Lite documents: a browser, Python or R draws them, and so do we."""

from outcomes.charts.drawing import draw
from outcomes.charts.effects import effect_plot
from outcomes.charts.gaps import gap_plot
from outcomes.charts.love import love_plot

__all__ = ["draw", "effect_plot", "gap_plot", "love_plot"]
