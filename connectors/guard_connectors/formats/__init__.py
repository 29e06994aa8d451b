"""File formats. Each module reads one: ``read(stream, asset, budget)`` yields Samples and Problems."""
