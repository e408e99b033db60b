"""All charts: each takes a table and gives Axes."""

from refugee_model.charts.arrivals import plot_arrivals
from refugee_model.charts.corridor import plot_corridor
from refugee_model.charts.fan import plot_fan
from refugee_model.charts.flow import plot_flow
from refugee_model.charts.forecasts import plot_forecast
from refugee_model.charts.needs import plot_needs
from refugee_model.charts.nights import plot_nights
from refugee_model.charts.occupancy import plot_occupancy
from refugee_model.charts.picture import save_plot
from refugee_model.charts.provinces import plot_provinces
from refugee_model.charts.risk import plot_risk_calendar

__all__ = [
    "plot_arrivals",
    "plot_corridor",
    "plot_fan",
    "plot_flow",
    "plot_forecast",
    "plot_needs",
    "plot_nights",
    "plot_occupancy",
    "plot_provinces",
    "plot_risk_calendar",
    "save_plot",
]
