"""What the checks look at beside the judged schema: flows, zones, protection, values."""
