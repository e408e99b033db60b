"""What tests of the engine start from."""

QUIET = {
    "timing.departure.share_leaving": 0.0,
    "timing.accommodation.comes_forward_per_hour": 0.0,
    "timing.accommodation.comes_back_for_bed_per_hour": 0.0,
    "timing.checkpoint.night_factor": 1.0,
}
"""Nobody leaves home or asks for anything."""
