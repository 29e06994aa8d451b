"""The demo city: a small synthetic government to try the product on."""

from guard.demo.city import DemoSource, Label, build, labels

__all__ = ["DemoSource", "Label", "build", "labels"]
