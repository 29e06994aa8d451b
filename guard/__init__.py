"""govguard: finds, classifies and grades sensitive data, and proves it."""

__version__ = "0.1.0"
