"""All charts: each takes a table and gives Axes."""

from refugee_model.views.arrivals import plot_arrivals
from refugee_model.views.corridor import plot_corridor
from refugee_model.views.fan import plot_fan
from refugee_model.views.flow import plot_flow
from refugee_model.views.forecasts import plot_forecast
from refugee_model.views.needs import plot_needs
from refugee_model.views.nights import plot_nights
from refugee_model.views.occupancy import plot_occupancy
from refugee_model.views.picture import save_plot
from refugee_model.views.provinces import plot_provinces
from refugee_model.views.risk import plot_risk_calendar

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
