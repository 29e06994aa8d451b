"""Which violations count: waivers, the baseline, and what makes a violation the same one."""
