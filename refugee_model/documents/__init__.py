"""What a planner hands on: a workbook, a report, a page for a minister; all say the same, in the same words."""
