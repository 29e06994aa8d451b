"""One function a verb: what the command line does, without printing."""
