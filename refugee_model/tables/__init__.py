"""What it means: tables that a planner reads, made from people over time."""
